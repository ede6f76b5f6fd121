//! Which files are checked, and what is said of those that can't be.

use std::fs;

use crate::fixture::{GOOD, ROOT, Tree};

const CONCISE: &[&str] = &["--format", "concise"];

#[test]
fn directories_are_searched_and_named_files_taken_as_they_are() {
    let tree = Tree::new(&[
        ("Dockerfile", ROOT),
        ("b/api.Dockerfile", ROOT),
        ("b/recipe", ROOT),
        ("out/Dockerfile", ROOT),
        (".gitignore", "out/\n"),
    ]);
    let paths = |paths: &[&str]| {
        let ran = tree.check(&[CONCISE, paths].concat()).ended(1);
        ran.paths().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(paths(&[]), ["Dockerfile", "b/api.Dockerfile"]);
    assert_eq!(paths(&["b", "./Dockerfile", "Dockerfile"]), ["Dockerfile", "b/api.Dockerfile"]);
    assert_eq!(paths(&["b/recipe", "out/Dockerfile"]), ["b/recipe", "out/Dockerfile"]);
    let absolute = tree.path("b/recipe");
    assert_eq!(paths(&[absolute.to_str().unwrap()]), ["b/recipe"]);
}

#[test]
fn a_directory_without_dockerfiles_is_an_error() {
    let ran = Tree::new(&[("README.md", "")]).check(&[]).ended(2);
    insta::assert_snapshot!(ran.stderr, @r"
    error: there is no Dockerfile, Compose file, workflow or .dockerignore in .
      help: name a file of any name: `plimsoll check FILE`
    ");
}

#[test]
fn files_of_every_type_are_found() {
    let tree = Tree::new(&[
        ("Dockerfile", ROOT),
        (".dockerignore", "[\n"),
        ("compose.yaml", "a: b: c\n"),
        ("deploy/stack.yml", "services: {}\na: b: c\n"),
        (".github/workflows/ci.yml", "a: b: c\n"),
        (".github/dependabot.yml", "a: b: c\n"),
        (".devcontainer/Dockerfile", ROOT),
        (".hidden/compose.yaml", "a: b: c\n"),
        ("out/compose.yaml", "a: b: c\n"),
        ("docker-bake.hcl", "target \"a\" {\n"),
        (".gitignore", "/out/*\n"),
    ]);
    let paths = |directory: &str, paths: &[&str]| {
        let ran = tree.check_in(directory, &[CONCISE, paths].concat()).ended(1);
        ran.paths().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = [
        ".devcontainer/Dockerfile",
        ".dockerignore",
        ".github/workflows/ci.yml",
        "Dockerfile",
        "compose.yaml",
    ];
    assert_eq!(paths("", &[]), all);
    // Where one stands makes no difference, and what is named is checked.
    assert_eq!(paths(".github", &[]), ["workflows/ci.yml"]);
    assert_eq!(paths(".github/workflows", &["ci.yml"]), ["ci.yml"]);
    assert_eq!(
        paths("deploy", &["stack.yml", "../out/compose.yaml"]),
        ["../out/compose.yaml", "stack.yml"]
    );
    let ran = tree.check(&[&["--format", "json"], &["."][..]].concat()).ended(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let types = serde_json::json!({
        "compose": 1, "dockerfile": 2, "dockerignore": 1, "markdown": 0, "workflow": 1,
    });
    assert_eq!(report["summary"]["types"], types);
}

#[test]
fn yaml_for_something_else_is_an_error_that_says_what_was_expected() {
    let ran = Tree::new(&[("values.yaml", "a: b\n")]).check(&["values.yaml"]).ended(2);
    insta::assert_snapshot!(ran.stderr, @r"
    error: cannot check values.yaml
      because: it is neither a Compose file, which has `services:`, nor a workflow, which has `on:` and `jobs:`
    ");
}

#[test]
fn files_for_other_programs_are_not_read_as_dockerfiles() {
    let tree = Tree::new(&[
        ("docker-bake.hcl", "target \"app\" {}\n"),
        ("docker-bake.json", "{}\n"),
        ("Cargo.toml", "[package]\n"),
        ("Dockerfile", GOOD),
    ]);
    for name in ["docker-bake.hcl", "docker-bake.json", "Cargo.toml"] {
        let ran = tree.check(&[name, "Dockerfile"]).ended(2);
        let expected = format!(
            "error: cannot check {name}\n  because: it is none of what can be checked: Dockerfiles, \
             Compose files, `.dockerignore`, workflows, Markdown\n"
        );
        assert!(ran.stderr.starts_with(&expected), "{}", ran.stderr);
    }
    tree.check(&[]).ended(0);
}

/// A build context has links as links, wherever they lead.
#[cfg(unix)]
#[test]
fn links_in_a_context_are_not_followed() {
    use std::os::unix::fs::symlink;

    let tree = Tree::new(&[
        ("a/Dockerfile", "FROM rust:1.89\nCOPY . .\nRUN cargo build --locked\n"),
        ("a/.dockerignore", "target\n"),
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("other/Cargo.toml", "[package]\nname = \"b\"\n"),
        ("other/id_rsa", "-----BEGIN OPENSSH PRIVATE KEY-----\n"),
    ]);
    fs::create_dir(tree.path("other/target")).unwrap();
    let large = fs::File::create(tree.path("other/target/large")).unwrap();
    large.set_len(20 << 30).unwrap();
    let check = || {
        let rules = "target-not-ignored,secret-in-context,large-context";
        tree.check(&[CONCISE, &["--select", rules, "a"]].concat())
    };
    symlink("../other", tree.path("a/other")).unwrap();
    symlink(".", tree.path("a/loop")).unwrap();
    symlink("/", tree.path("a/root")).unwrap();
    symlink("../other/target/large", tree.path("a/file")).unwrap();
    assert_eq!(check().ended(0).stdout, "");
    // What lies there itself counts.
    fs::write(tree.path("a/id_rsa"), "-----BEGIN OPENSSH PRIVATE KEY-----\n").unwrap();
    assert!(check().ended(1).stdout.contains("secret-in-context"));
}

#[test]
fn what_git_ignores_is_told_where_nothing_else_is_there() {
    let tree = Tree::new(&[("out/a/Dockerfile", ROOT), (".gitignore", "/out/*\n")]);
    let ran = tree.check(&["out"]).ended(2);
    insta::assert_snapshot!(ran.stderr, @r"
    error: nothing is checked in out: git ignores out/a/Dockerfile
      help: name the file to check it all the same: `plimsoll check out/a/Dockerfile`
    ");
    assert_eq!(tree.check(&[CONCISE, &["out/a"]].concat()).ended(1).paths(), ["out/a/Dockerfile"]);
}

#[test]
fn what_cannot_be_read_is_one_error_each_and_the_others_are_checked() {
    let tree =
        Tree::new(&[("Dockerfile", ROOT), ("good/Dockerfile", GOOD), ("empty/Dockerfile", "")]);
    tree.write("latin/Dockerfile", b"FROM a\n# caf\xe9\n");
    tree.write("utf16/Dockerfile", b"\xff\xfeF\0R\0");
    let large = fs::File::create(tree.path("large.Dockerfile")).unwrap();
    large.set_len(50 * 1024 * 1024).unwrap();
    let ran = tree.check(&[CONCISE, &[".", "missing", "/dev/zero"]].concat()).ended(2);
    insta::assert_snapshot!(ran.stdout, @r"
    Dockerfile:1:1: error[root-user] the final stage has no `USER`, so it runs as root
    empty/Dockerfile:1:1: error[syntax-error] the file has no instructions
    ");
    insta::assert_snapshot!(ran.stderr, @r"
    error: cannot check missing
      because: No such file or directory (os error 2)
    error: cannot check /dev/zero
      because: it is a device, not a file
    error: cannot check large.Dockerfile
      because: it is larger than 10 MiB, the most that is read
      help: is it what its name says? `exclude` in [check] leaves files out
    error: cannot check latin/Dockerfile
      because: it is not UTF-8: byte 0xe9 at offset 12, in line 2
      help: save it as UTF-8; from a Western encoding: `iconv -f WINDOWS-1252 -t UTF-8`
    error: cannot check utf16/Dockerfile
      because: it is not UTF-8: byte 0xff at offset 0, in line 1
      help: it looks like UTF-16: save it as UTF-8
    ");
}

#[cfg(unix)]
#[test]
fn pipes_and_circles_of_links_do_not_hang() {
    use std::os::unix::fs::symlink;

    let tree = Tree::new(&[("a/Dockerfile", GOOD)]);
    symlink("..", tree.path("a/up")).unwrap();
    symlink("self", tree.path("self")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(tree.path("pipe")).status().unwrap();
    assert!(made.success());
    tree.check(&[]).ended(0);
    let ran = tree.check(&["pipe", "self", "a"]).ended(2);
    insta::assert_snapshot!(ran.stderr, @r"
    error: cannot check self
      because: Too many levels of symbolic links (os error 40)
    error: cannot check pipe
      because: it is a pipe, not a file
      help: pass it on standard input: `plimsoll check - < FILE`
    ");
}

#[test]
fn standard_input_stands_for_a_file() {
    let tree = Tree::new(&[]);
    let run = |more: &[&str]| {
        let arguments = [&["check", "--select", "root-user"], CONCISE, more].concat();
        tree.run(&arguments, ROOT, &[])
    };
    for way in ["-", "--stdin", "/dev/stdin"] {
        assert!(run(&[way]).ended(1).stdout.starts_with("<stdin>:1:1: error"), "{way}");
    }
    let named = run(&["-", "--stdin-filename", "./api/Dockerfile"]).ended(1);
    assert!(named.stdout.starts_with("api/Dockerfile:1:1: "), "{}", named.stdout);
    // The name says what it is.
    let arguments = [&["check", "-", "--stdin-filename", "deploy/compose.yaml"], CONCISE].concat();
    let compose = tree.run(&arguments, "a: b: c\n", &[]).ended(1);
    assert!(compose.stdout.starts_with("deploy/compose.yaml:1:"), "{}", compose.stdout);
    assert!(compose.stdout.contains("[syntax-error]"), "{}", compose.stdout);
    run(&["-", "Dockerfile"]).ended(2);
    run(&[".", "--stdin-filename", "x"]).ended(2);
}

#[test]
fn dockerfiles_in_markdown_are_checked_where_they_stand() {
    let tree = Tree::new(&[]);
    tree.write(
        "GUIDE.md",
        format!(
            "# Guide\n\n1. Write\n\n   ```dockerfile\n   {}   ```\n",
            ROOT.replace('\n', "\n   ").trim_end_matches(' ')
        ),
    );
    let ran = tree.check(&[CONCISE, &["GUIDE.md"]].concat()).ended(1);
    insta::assert_snapshot!(ran.stdout, @"GUIDE.md:6:4: error[root-user] the final stage has no `USER`, so it runs as root");
    // Nobody asked for it.
    tree.check(&[]).ended(2);
}
