//! `--engine`: what is refused before anything runs, and buildx.
//!
//! No machine that this is tested on offers buildx, so a small program called `docker` stands in for it
//! here: it answers as buildx does, writes down how it was called, and gives an image that was built
//! before. Docker itself and buildah are really run by `scripts/e2e/tests/build-engines.sh`.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::fixture::{Project, Ran};

const DOCKERFILE: &str = "FROM rust AS builder\nRUN cargo build\nFROM scratch AS app\nUSER 1:1\n";

const FAKE: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$*" >>"$here/calls"
case "$1 $2" in
  '--version ') echo 'Docker version 28.2.2, build e6534b4' ;;
  'buildx version') [ ! -e "$here/no-buildx" ] && echo 'github.com/docker/buildx v0.21.1 abc' ;;
  'buildx inspect') cat "$here/builder-${3:-current}" ;;
  'buildx create') printf 'Name: %s\nDriver: %s\n' "$4" "$6" >"$here/builder-$4" ;;
  'buildx build')
    if [ -e "$here/fails" ]; then
      cat "$here/fails" >&2
      exit 1
    fi
    echo '#5 [builder 2/2] RUN cargo build' >&2
    for argument; do
      case $argument in
        type=oci,dest=*) cp "$here/image.tar" "${argument#type=oci,dest=}" ;;
        type=local,dest=*)
          place=${argument#type=local,dest=}
          place=${place%%,*}
          digest=$(date +%N | sha256sum | cut -d ' ' -f 1)
          mkdir -p "$place/blobs/sha256"
          echo 'application/vnd.buildkit.cacheconfig.v0' >"$place/blobs/sha256/$digest"
          echo "{\"manifests\":[{\"digest\":\"sha256:$digest\"}]}" >"$place/index.json"
          ;;
      esac
    done
    ;;
  *) exit 64 ;;
esac
"#;

/// A project with a Dockerfile, and the stand-in for Docker in its directory `bin`.
fn project(driver: &str) -> Project {
    let project = Project::app();
    project.write("Dockerfile", DOCKERFILE);
    project.write("bin/docker", FAKE);
    project.write("bin/builder-current", &format!("Name: default\nDriver: {driver}\n"));
    let docker = project.path().join("bin/docker");
    fs::set_permissions(docker, fs::Permissions::from_mode(0o755)).unwrap();
    project
}

fn build(project: &Project, arguments: &[&str]) -> Ran {
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", project.path().join("bin").display());
    let more = [("PATH", &*path), ("TOKEN", "hunter2"), ("DOCKER_HOST", "unix:///none")];
    project.build_with(&[&["--engine", "buildkit"], arguments].concat(), &more)
}

/// The calls of `docker` since the last time, without the names of temporary directories.
fn calls(project: &Project) -> Vec<String> {
    let place = project.path().join("bin/calls");
    let text = fs::read_to_string(&place).unwrap_or_default();
    fs::remove_file(place).ok();
    let here = project.path().display().to_string();
    let lines = text.replace(&here, "HERE");
    let without = |line: &str| match (line.find("dest=/tmp"), line.find("/image.tar")) {
        (Some(start), Some(end)) => format!("{}dest=TMP{}", &line[..start], &line[end..]),
        _ => line.to_owned(),
    };
    lines.lines().map(without).collect()
}

#[test]
fn what_buildx_has_built_is_reported_as_our_own() {
    let project = project("docker-container");
    let native = project.build(&["--format", "json", "-o", "oci-archive:bin/image.tar"]);
    assert_eq!(native.code, 0, "{}", native.stderr);
    let arguments = [
        "--format",
        "json",
        "--target",
        "app",
        "-t",
        "r.example/a:1",
        "--secret",
        "id=t,env=TOKEN",
    ];
    let ran = build(&project, &[&arguments[..], &["--cache", "registry"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        calls(&project),
        [
            "--version",
            "buildx version",
            "buildx inspect",
            "buildx build --progress plain --file HERE/Dockerfile --target app --label \
             org.opencontainers.image.version=1.2.3 --secret id=t,env=TOKEN --cache-from \
             type=registry,ref=r.example/a:buildcache --cache-to \
             type=registry,ref=r.example/a:buildcache,mode=max --output type=oci,dest=TMP/image.tar HERE",
        ]
    );
    assert!(ran.stderr.contains("#5 [builder 2/2] RUN cargo build"), "{}", ran.stderr);
    let [native, ours] =
        [&native, &ran].map(|it| serde_json::from_str::<serde_json::Value>(&it.stdout).unwrap());
    for field in ["/digest", "/images/0/config_digest", "/images/0/size", "/images/0/user"] {
        assert!(native.pointer(field).is_some(), "{native:#}");
        assert_eq!(native.pointer(field), ours.pointer(field), "{field}");
    }
    assert_eq!(ours["engine"]["name"], "buildx");
    assert_eq!(ours["engine"]["version"], "0.21.1");
    assert_eq!(ours["outputs"][0]["reference"], "target/plimsoll/app.oci");
    assert!(project.path().join("target/plimsoll/app.oci/index.json").is_file());
}

#[test]
fn a_builder_is_made_where_the_engine_cannot_write_a_cache() {
    let project = project("docker");
    let native = project.build(&["-q", "-o", "oci-archive:bin/image.tar"]);
    assert_eq!(native.code, 0, "{}", native.stderr);
    for number in 1..=2 {
        let ran = build(&project, &["-q", "-o", "oci:out", "--cache", "local"]);
        assert_eq!((ran.code, &*ran.stdout), (0, "out\n"), "{}", ran.stderr);
        let calls = calls(&project);
        let made = calls.iter().any(|it| it.starts_with("buildx create --name plimsoll "));
        assert_eq!(made, number == 1, "{calls:?}");
        let build = calls.last().unwrap();
        assert!(build.starts_with("buildx build --builder plimsoll "), "{build}");
        // The directory of steps is a new one each time, and read where it is there.
        let read = "--cache-from type=local,src=HERE/target/plimsoll/steps ";
        assert_eq!(build.contains(read), number == 2, "{build}");
        assert!(project.path().join("target/plimsoll/steps/index.json").is_file());
        assert!(!project.path().join("target/plimsoll/steps/.plimsoll-new").exists());
        // The steps of this build alone: there is no end to a cache that only grows.
        let blobs = project.path().join("target/plimsoll/steps/blobs/sha256");
        assert_eq!(fs::read_dir(blobs).unwrap().count(), 1);
    }
}

#[test]
fn a_directory_with_other_content_is_no_cache_and_stays_as_it_is() {
    let project = project("docker-container");
    let native = project.build(&["-q", "-o", "oci-archive:bin/image.tar", "-o", "oci:layout"]);
    assert_eq!(native.code, 0, "{}", native.stderr);
    calls(&project);
    for place in ["src", "src/", "layout", "Dockerfile"] {
        let ran = build(&project, &["-q", "-o", "oci:out", "--cache", &format!("local:{place}")]);
        assert_eq!(ran.code, 2, "{place}: {}", ran.stderr);
        assert!(ran.stderr.contains(place.trim_end_matches('/')), "{}", ran.stderr);
        assert!(calls(&project).iter().all(|it| !it.starts_with("buildx build")), "{place}");
    }
    assert!(project.path().join("src/main.rs").is_file());
    assert!(project.path().join("layout/index.json").is_file());
    // An empty one is fine, with a `/` at its end too.
    fs::create_dir(project.path().join("steps")).unwrap();
    for _ in 0..2 {
        let ran = build(&project, &["-q", "-o", "oci:out", "--cache", "local:steps/"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(project.path().join("steps/index.json").is_file());
    }
}

#[test]
fn a_build_that_fails_shows_the_instruction() {
    let project = project("docker-container");
    project.write(
        "bin/fails",
        "#5 [builder 2/2] RUN cargo build\n#5 0.2 no luck\n#5 ERROR: process \"/bin/sh -c cargo build\" \
         did not complete successfully: exit code: 101\n",
    );
    let ran = build(&project, &["-o", "oci:out"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stdout.is_empty() && !project.path().join("out").exists());
    let (_, shown) = ran.stderr.split_once("error: ").unwrap();
    assert!(shown.contains("Dockerfile:2:1") && shown.contains("RUN cargo build"), "{shown}");
}

#[test]
fn a_plan_is_the_command_line_and_shows_no_secret() {
    let project = project("docker");
    let secret = "ARG_PASSWORD=kX9vQ2mN8pL4wR7t";
    let ran = build(&project, &["--dry-run", "--builder", "tcp://b:1", "--build-arg", secret]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!said.contains("kX9vQ2mN8pL4wR7t"), "{said}");
    assert!(ran.stderr.contains("looks like a secret"), "{}", ran.stderr);
    assert!(ran.stdout.contains("--driver remote tcp://b:1"), "{}", ran.stdout);
    assert!(ran.stdout.contains("--build-arg 'ARG_PASSWORD=…'"), "{}", ran.stdout);
    assert!(calls(&project).iter().all(|it| !it.starts_with("buildx build")));
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_runs() {
    let project = project("docker");
    for (arguments, problem, help) in [
        (&["--secret", "hunter2"][..], "KEY=VALUE", "id=NAME,src=FILE"),
        (&["--secret", "id=TOKEN"], "does not say where", "id=TOKEN,env=TOKEN"),
        (&["--secret", "id=a,value=hunter2"], "every user", "env=VARIABLE"),
        (&["--secret", "id=a,src=none"], "no file none", "relative"),
        (&["--ssh", "id=x,src=y"], "as a secret", "--ssh default"),
        (&["--cache", "type=gha,mode=max"], "BuildKit's own", "--cache gha:"),
        (&["--builder", "https://b"], "does not speak https", ""),
        (&["--build-arg", "UNSET_HERE"], "has no value", "UNSET_HERE=VALUE"),
        (&["--target", "ap"], "no stage `ap`", "did you mean `app`"),
        (&["--file", "none"], "cannot read the Dockerfile none", "where you are"),
        (&["--bin", "app"], "--engine native", "--target"),
        (&["--base", "alpine"], "--engine native", "FROM"),
    ] {
        let ran = build(&project, arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.stderr.contains(problem) && ran.stderr.contains(help), "{}", ran.stderr);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
        assert!(calls(&project).is_empty(), "{arguments:?}");
    }
    let ran = project.build(&["--target", "app"]);
    assert!(ran.code == 2 && ran.stderr.contains("--engine buildkit"), "{}", ran.stderr);
    project.write("bin/no-buildx", "");
    let ran = build(&project, &[]);
    assert!(ran.code == 2 && ran.stderr.contains("buildx"), "{}", ran.stderr);
}
