//! Bad input: one clear error, exit code 2, and what was there before is untouched.

use std::fs;

use crate::fixture::{Project, tree};

#[test]
fn no_manifest() {
    // Below /tmp, no directory above has one.
    let error = Project::new(&[]).build(&[]).failed();
    insta::assert_snapshot!(error, @r"
    error: no Cargo.toml in [project] or any directory above it
      help: name a directory with a Cargo project: `plimsoll build DIR`
    ");
}

#[test]
fn no_such_directory() {
    let error = Project::new(&[]).build(&["nothing"]).failed();
    insta::assert_snapshot!(error, @"error: cannot open the directory nothing: No such file or directory (os error 2)");
}

#[test]
fn no_binary() {
    let project = Project::new(&[
        ("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        ("src/lib.rs", ""),
    ]);
    project.lock();
    insta::assert_snapshot!(project.build(&[]).failed(), @r"
    error: the workspace in [project] has no binary target
      help: an image needs a program: add src/main.rs or a [[bin]], or pass --binary FILE
    ");
}

fn two_binaries() -> Project {
    let project = Project::app();
    project.write("src/bin/other.rs", "fn main() {}");
    project
}

#[test]
fn two_candidates() {
    insta::assert_snapshot!(two_binaries().build(&[]).failed(), @r"
    error: several binaries could be meant
             -p app --bin app
             -p app --bin other
      help: choose one of them, repeat --bin for several in one image, or set `default-run` in Cargo.toml
    ");
}

#[test]
fn an_unknown_binary() {
    insta::assert_snapshot!(two_binaries().build(&["--bin", "othr"]).failed(), @r"
    error: no binary `othr` in this workspace; did you mean `other`?
             -p app --bin app
             -p app --bin other
    ");
}

#[test]
fn no_lock_file() {
    let project = Project::app();
    fs::remove_file(project.path().join("Cargo.lock")).unwrap();
    let ran = project.build(&[]);
    assert!(
        ran.stderr.starts_with("error: there is no"),
        "Cargo advises something else: {}",
        ran.stderr
    );
    insta::assert_snapshot!(ran.failed(), @r"
    error: there is no [project]/Cargo.lock, and the versions to build are to be locked
      help: run `cargo generate-lockfile` and commit Cargo.lock, so that every build takes the same versions; or pass --no-locked
    ");
}

#[test]
fn a_program_that_does_not_compile() {
    let project = Project::app();
    project.build(&["-q"]).succeeded();
    let before = tree(&project.path().join("target/plimsoll/app.oci"));
    project.write("src/main.rs", "fn main() { let x: u8 = \"text\"; }\n");
    let ran = project.build(&[]);
    assert!(ran.stderr.contains("mismatched types"), "cargo is not heard: {}", ran.stderr);
    insta::assert_snapshot!(ran.failed(), @"error: cargo build failed (exit status: 101)");
    assert!(tree(&project.path().join("target/plimsoll/app.oci")) == before);
}

#[test]
fn an_unknown_setting() {
    let project = Project::app();
    project.write("plimsoll.toml", "[image]\nentrypiont = [\"/x\"]\n");
    insta::assert_snapshot!(project.build(&[]).failed());
}

#[test]
fn a_setting_with_a_wrong_value() {
    let project = Project::app();
    project.write("plimsoll.toml", "[image]\nports = [\"http\"]\n");
    insta::assert_snapshot!(project.build(&[]).failed(), @r#"error: `image.ports`: `http` is no port: write it as 3000 or "3000/udp""#);
}

#[test]
fn an_output_directory_that_is_something_else() {
    let project = Project::app();
    let before = tree(&project.path());
    insta::assert_snapshot!(project.build(&["-o", "oci:src"]).failed(), @r"
    error: src is a directory with other content (such as `main.rs`), not an OCI layout
      help: choose another directory: this one is left as it is
    ");
    insta::assert_snapshot!(project.build(&["-o", "oci-archive:Cargo.toml"]).failed(), @r"
    error: Cargo.toml is something else than an image archive
      help: choose another file: this one is left as it is
    ");
    // Nothing was compiled for it either.
    assert!(tree(&project.path()) == before);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_project() {
    let project = Project::app();
    std::os::unix::fs::symlink("/etc/hostname", project.path().join("name")).unwrap();
    project.write("plimsoll.toml", "[image]\nfiles = [{ from = \"name\", to = \"/name\" }]\n");
    insta::assert_snapshot!(project.build(&["-q"]).failed(), @r"
    error: cannot put the files of the settings into the image
      because: `name` leads out of the project, to /etc/hostname
      help: copy the file into the project: what lies outside differs from machine to machine
    ");
    assert!(!project.path().join("target/plimsoll/app.oci").exists());
}

#[test]
fn an_entry_point_or_health_check_that_is_not_in_the_image() {
    let project = Project::app();
    project.write("plimsoll.toml", "[image]\nentrypoint = [\"/bin/app\"]\n");
    insta::assert_snapshot!(project.build(&["-q"]).failed(), @r"
    error: `image.entrypoint` names /bin/app, which is not in the image
      help: programs are in /usr/local/bin, by the names of their binaries; other files come in by `files`
    ");
    let healthcheck = "[image]\nhealthcheck = { cmd = [\"/bin/curl\", \"localhost\"] }\n";
    project.write("plimsoll.toml", healthcheck);
    let error = project.build(&["-q"]).failed();
    assert!(error.starts_with("error: `image.healthcheck` names /bin/curl"), "{error}");
    project.write("plimsoll.toml", "[image]\nentrypoint = [\"/usr/local/bin/app\", \"x\"]\n");
    project.build(&["-q"]).succeeded();
}

#[test]
fn code_for_this_cpu_alone() {
    let project = Project::app();
    project.write(".cargo/config.toml", "[build]\nrustflags = [\"-C\", \"target-cpu=native\"]\n");
    insta::assert_snapshot!(project.build(&[]).failed(), @r"
    error: `-C target-cpu=native` ([project]/.cargo/config.toml:2) makes a program for the CPU of this machine alone
      help: name the oldest CPU that must run it, such as `-C target-cpu=x86-64-v2`; or pass --allow-native
    ");
    let variables = [("RUSTFLAGS", "-Ctarget-cpu=native")];
    let error = project.build_with(&["--dry-run"], &variables).failed();
    assert!(error.contains("RUSTFLAGS"), "{error}");
    let ran = project.build_with(&["--dry-run", "--allow-native"], &variables).succeeded();
    assert!(ran.stderr.starts_with("warning: "), "{}", ran.stderr);
}

#[test]
fn a_program_that_is_none_or_needs_libraries() {
    let project = Project::new(&[("script.sh", "#!/bin/sh\n")]);
    insta::assert_snapshot!(project.build(&["--binary", "script.sh"]).failed());
    insta::assert_snapshot!(project.build(&["--binary", "nothing"]).failed());
    // The test program itself is linked as programs usually are.
    let own = std::env::current_exe().unwrap();
    let error = project.build(&["--binary", own.to_str().unwrap()]).failed();
    assert!(error.contains("libc.so.6") && error.contains("help: "), "{error}");
}

#[test]
fn a_time_that_is_none() {
    let project = Project::app();
    let ran = project.build_with(&[], &[("SOURCE_DATE_EPOCH", "today")]);
    insta::assert_snapshot!(ran.failed(), @r"
    error: SOURCE_DATE_EPOCH is `today`, not a number of seconds
      help: set it to the time of the last commit: `git log -1 --format=%ct`
    ");
}

#[test]
fn an_engine_that_does_not_listen() {
    let project = Project::app();
    let ran =
        project.build_with(&["-o", "docker:"], &[("DOCKER_HOST", "unix:///nowhere/docker.sock")]);
    let error = ran.failed();
    assert!(error.starts_with("error: no Docker Engine listens at unix:///nowhere/docker.sock"));
    assert!(error.contains("help: start the engine"), "{error}");
    assert!(!project.path().join("target").exists(), "it was compiled for nothing");
}
