//! Where there is nothing to write, or it can't be written.

use std::fs;

use crate::fixture::Workspace;

#[test]
fn without_a_workspace_or_a_program_there_is_nothing_to_write() {
    let workspace = Workspace::new();
    let outside = tempfile::tempdir().unwrap();
    let ran = workspace.init(&[outside.path().to_str().unwrap()]).ended(2);
    assert!(ran.stderr.contains("is in no Cargo workspace"), "{}", ran.stderr);
    assert!(ran.stderr.contains("plimsoll init DIR"), "{}", ran.stderr);
    let ran = workspace.init(&["nowhere"]).ended(2);
    assert!(ran.stderr.contains("cannot find nowhere"), "{}", ran.stderr);
    let ran = workspace.init(&["--bin", "ap"]).ended(2);
    assert!(ran.stderr.contains("did you mean `app`?"), "{}", ran.stderr);
    fs::remove_file(workspace.path("src/main.rs")).unwrap();
    workspace.write("src/lib.rs", "");
    let ran = workspace.init(&[]).ended(2);
    assert!(ran.stderr.contains("has no binary"), "{}", ran.stderr);
    assert!(ran.stderr.contains("src/main.rs"), "{}", ran.stderr);
}

#[test]
fn settings_that_are_wrong_are_told_before_anything_is_written() {
    let workspace = Workspace::new();
    workspace.write("plimsoll.toml", "[nonsense]\n");
    let before = workspace.files();
    let ran = workspace.init(&["--yes"]).ended(2);
    assert!(ran.stderr.contains("plimsoll.toml is not valid"), "{}", ran.stderr);
    assert!(before == workspace.files());
}

#[test]
fn when_one_file_can_not_be_written_none_is() {
    let workspace = Workspace::new();
    // A directory of somebody else where the last file would be prepared.
    fs::create_dir(workspace.path(".docker-bake.hcl.plimsoll-new")).unwrap();
    let before = workspace.files();
    let ran = workspace.init(&["--yes", "--only", "dockerfile,bake"]).ended(2);
    assert!(
        ran.stderr.contains("cannot write docker-bake.hcl; nothing was changed"),
        "{}",
        ran.stderr
    );
    assert!(before == workspace.files());
}

#[test]
fn who_kills_it_has_old_files_or_new_ones() {
    let finished = Workspace::new();
    finished.init(&["--yes"]).ended(0);
    let whole = finished.files();
    for delay in 0..24 {
        let workspace = Workspace::new();
        let mut child =
            workspace.command("", &["init", "--offline", "--yes", "-q"]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(delay * 3));
        child.kill().ok();
        child.wait().unwrap();
        for (name, text) in workspace.files() {
            let is_aside = name.ends_with(".plimsoll-new");
            assert!(is_aside || name == ".env" || whole.get(&name) == Some(&text), "{name}");
        }
        workspace.init(&["--yes"]).ended(0);
        let names: Vec<_> = workspace.files().into_keys().collect();
        assert_eq!(names, whole.keys().cloned().collect::<Vec<_>>(), "after {delay}");
    }
}
