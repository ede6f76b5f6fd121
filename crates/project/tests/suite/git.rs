//! The states of real repositories.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use plimsoll_project::git::{Commit, GitState, start};

use crate::fixture::{Fixture, text};

const COMMIT_TIME: i64 = 1_700_000_000;

fn git(fixture: &Fixture, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_DATE", "@1600000000 +0000")
        .env("GIT_COMMITTER_DATE", format!("@{COMMIT_TIME} +0000"));
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    text(&fixture.run("", &mut command).stdout).trim().to_owned()
}

/// A repository with the files `a/file` and `b/file` in one commit.
fn repository() -> Fixture {
    let fixture = Fixture::new(&[("a/file", "1"), ("b/file", "1")]);
    git(&fixture, &["init", "-q"]);
    git(&fixture, &["add", "."]);
    git(&fixture, &["commit", "-qm", "First"]);
    fixture
}

fn state(directory: &Path) -> GitState {
    start(Path::new("git"), directory).join()
}

fn commit(directory: &Path) -> Commit {
    match state(directory) {
        GitState::Commit(commit) => commit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_clean_repository_gives_its_commit_and_the_committer_s_time() {
    let fixture = repository();
    let expected = Commit {
        id: git(&fixture, &["rev-parse", "HEAD"]),
        time: COMMIT_TIME,
        dirty: false,
        origin: None,
    };
    assert_eq!(commit(&fixture.path("")), expected);
    assert_eq!(commit(&fixture.path("a")), expected);
}

#[test]
fn tracked_files_anywhere_in_the_repository_make_it_dirty() {
    let fixture = repository();
    fixture.write("a/file", "2");
    assert!(commit(&fixture.path("")).dirty);
    assert!(commit(&fixture.path("a")).dirty);
    assert!(commit(&fixture.path("b")).dirty, "a member is built from other directories too");

    git(&fixture, &["add", "."]);
    assert!(commit(&fixture.path("a")).dirty, "staged");
    git(&fixture, &["mv", "a/file", "c"]);
    assert!(commit(&fixture.path("a")).dirty, "moved away");
    git(&fixture, &["reset", "-q", "--hard"]);
    assert!(!commit(&fixture.path("")).dirty);
    fs::remove_file(fixture.path("a/file")).unwrap();
    assert!(commit(&fixture.path("a")).dirty, "deleted");
}

#[test]
fn untracked_files_leave_it_clean() {
    let fixture = repository();
    fixture.write("new", "");
    fixture.write("untracked/new", "");
    assert!(!commit(&fixture.path("")).dirty);
    assert!(!commit(&fixture.path("untracked")).dirty);
}

#[test]
fn more_differences_than_are_read_are_still_differences() {
    let fixture = repository();
    let long = "x".repeat(200);
    for number in 0..1000 {
        fixture.write(&format!("many/{long}{number}"), "");
    }
    git(&fixture, &["add", "."]);
    assert!(commit(&fixture.path("")).dirty);
}

#[test]
fn a_repository_without_commits_is_a_state() {
    let fixture = Fixture::new(&[]);
    git(&fixture, &["init", "-q"]);
    git(&fixture, &["remote", "add", "origin", "git@example.com:a/b"]);
    let origin = Some("https://example.com/a/b".to_owned());
    assert_eq!(state(&fixture.path("")), GitState::NoCommit { origin });
}

#[test]
fn no_repository_is_a_state() {
    let fixture = Fixture::new(&[("sub/file", "")]);
    assert_eq!(state(&fixture.path("sub")), GitState::NotARepository);
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let fixture = Fixture::new(&[]);
    let GitState::Failed { reason } = state(&fixture.path("missing")) else { panic!() };
    assert!(reason.contains("missing"), "{reason}");
}

#[test]
fn a_missing_git_is_a_state() {
    let fixture = repository();
    let git = Path::new("git-that-is-not-there");
    assert_eq!(start(git, &fixture.path("")).join(), GitState::NotInstalled);
}

#[test]
fn the_origin_is_made_public() {
    let fixture = repository();
    git(&fixture, &["remote", "add", "upstream", "https://example.com/other"]);
    git(&fixture, &["remote", "add", "origin", "https://me:secret@example.com/a/b.git"]);
    let origin = Some("https://example.com/a/b.git".to_owned());
    assert_eq!(commit(&fixture.path("a")).origin, origin);
}

#[test]
fn a_worktree_has_its_own_commit_and_the_common_origin() {
    let fixture = repository();
    git(&fixture, &["remote", "add", "origin", "https://example.com/a"]);
    git(&fixture, &["worktree", "add", "-q", "-b", "other", "tree"]);
    fixture.write("tree/a/file", "2");
    git(&fixture, &["-C", "tree", "commit", "-qam", "Second"]);
    let other = commit(&fixture.path("tree/a"));
    assert_eq!(other.id, git(&fixture, &["rev-parse", "other"]));
    assert_ne!(other.id, commit(&fixture.path("")).id);
    assert_eq!(other.origin.as_deref(), Some("https://example.com/a"));
    assert!(!other.dirty);
}

#[test]
fn a_detached_head_is_a_commit() {
    let fixture = repository();
    git(&fixture, &["checkout", "-q", "--detach"]);
    assert_eq!(commit(&fixture.path("")).id.len(), 40);
}

/// A program that stands before git and sets what a test can't set for itself alone.
fn git_with(fixture: &Fixture, before: &str) -> PathBuf {
    fixture.write("git-with", &format!("#!/bin/sh\n{before}\nexec git \"$@\"\n"));
    let path = fixture.path("git-with");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_repository_of_somebody_else_is_a_state() {
    let fixture = repository();
    // Git's own tests use this variable to the same end.
    let git = git_with(
        &fixture,
        "export GIT_TEST_ASSUME_DIFFERENT_OWNER=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1",
    );
    assert_eq!(start(&git, &fixture.path("")).join(), GitState::DubiousOwnership);
}

#[test]
fn git_is_run_twice_and_changes_nothing() {
    let fixture = repository();
    let log = fixture.path("log");
    let git = git_with(&fixture, &format!("echo \"$@\" >> {}", log.display()));
    // Makes the index stale, which `git status` would write down if it were let.
    fixture.write("a/file", "1");
    let before = fs::read(fixture.path(".git/index")).unwrap();
    assert!(matches!(start(&git, &fixture.path("")).join(), GitState::Commit(_)));
    assert_eq!(fs::read(fixture.path(".git/index")).unwrap(), before);
    assert_eq!(fs::read_to_string(log).unwrap().lines().count(), 2);
}
