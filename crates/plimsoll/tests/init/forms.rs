//! What is asked, shown and said.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::fixture::Workspace;

#[test]
fn nothing_is_written_where_nobody_can_be_asked() {
    let workspace = Workspace::new();
    let before = workspace.files();
    let ran = workspace.init(&[]).ended(2);
    assert!(ran.stderr.contains("no terminal to ask on"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--yes") && ran.stderr.contains("--dry-run"), "{}", ran.stderr);
    assert!(before == workspace.files());
}

#[test]
fn to_look_writes_nothing() {
    let workspace = Workspace::new();
    let before = workspace.files();
    for arguments in [
        &["--dry-run"][..],
        &["--diff"],
        &["--yes", "--dry-run"],
        &["--yes", "--diff"],
        &["--format", "json", "--dry-run"],
        &["--quiet", "--dry-run"],
    ] {
        let ran = workspace.init(arguments).ended(0);
        assert!(ran.stdout.contains("Dockerfile"), "{arguments:?}: {}", ran.stdout);
        assert!(before == workspace.files(), "{arguments:?}");
    }
}

#[test]
fn the_summary_says_what_was_found_and_where() {
    let ran = Workspace::new().init(&["--dry-run"]).ended(0);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn json_is_the_contract() {
    let workspace = Workspace::new();
    let ran = workspace.init(&["--yes", "--format", "json"]).ended(0);
    insta::assert_snapshot!(ran.stdout);
    let ran = workspace.init(&["--format", "json"]).ended(0);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let actions: Vec<_> =
        report["files"].as_array().unwrap().iter().map(|it| &it["action"]).collect();
    assert!(actions.iter().all(|it| *it == "unchanged" || *it == "kept"), "{actions:?}");
    assert_eq!(report["written"], false);
}

#[test]
fn a_diff_is_one_that_git_applies() {
    let [one, two] = [Workspace::new(), Workspace::new()];
    // One file is changed, one gets lines, the others are new.
    for workspace in [&one, &two] {
        workspace.init(&["--yes", "--only", "dockerfile", "--base", "debian"]).ended(0);
        workspace.write(".gitignore", "/target");
    }
    let arguments = ["--base", "scratch", "--skip", "compose"];
    let ran = one.init(&[&arguments[..], &["--diff"]].concat()).ended(0);
    let mut git = Command::new("git");
    git.args(["apply", "-"]).current_dir(one.path("")).stdin(Stdio::piped());
    // It must work where there is no repository, too.
    let mut child =
        git.env("GIT_CEILING_DIRECTORIES", one.path("").parent().unwrap()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(ran.stdout.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{}", ran.stdout);
    two.init(&[&arguments[..], &["--yes"]].concat()).ended(0);
    assert!(one.files() == two.files());
    let ran = one.init(&[&arguments[..], &["--diff"]].concat()).ended(0);
    assert_eq!(ran.stdout, "");
}

#[test]
fn quiet_prints_the_paths_alone() {
    let workspace = Workspace::new();
    let ran = workspace.init(&["--yes", "--quiet", "--only", "dockerignore"]).ended(0);
    assert_eq!((&*ran.stdout, &*ran.stderr), (".dockerignore\n", ""));
    let ran = workspace.init(&["--yes", "--quiet", "--only", "dockerignore"]).ended(0);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""));
}

#[test]
fn files_are_chosen() {
    let workspace = Workspace::new();
    let before = workspace.files();
    workspace.init(&["--yes", "--only", "dockerignore,bake", "--skip", "bake"]).ended(0);
    let after = workspace.files();
    let new: Vec<_> = after.keys().filter(|it| !before.contains_key(*it)).collect();
    assert_eq!(new, [".dockerignore"]);
}
