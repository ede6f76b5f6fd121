//! Lines of the user's.

use proptest::prelude::*;

use crate::fixture::Workspace;

#[test]
fn lines_below_the_marker_survive_whatever_they_are() {
    let workspace = Workspace::new();
    workspace.init(&["--yes", "--only", "dockerfile,dockerignore"]).ended(0);
    let whole = workspace.read("Dockerfile");
    let marker = whole.lines().last().unwrap().to_owned();
    let own = prop_oneof![
        any::<String>(),
        "(# [a-z ]{0,9}\r?\n|LABEL a=b\n|\n){0,4}",
        Just(format!("{marker}\nLABEL a=b")),
        Just(whole.clone()),
    ];
    // Each case runs the program three times.
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
    let survives = |own: String| {
        workspace.write("Dockerfile", format!("{whole}{own}"));
        workspace.init(&["--yes", "--only", "dockerfile"]).ended(0);
        prop_assert_eq!(workspace.read("Dockerfile"), format!("{}{}", whole, own));
        for base in ["debian", "scratch"] {
            workspace.init(&["--yes", "--only", "dockerfile", "--base", base]).ended(0);
            prop_assert!(workspace.read("Dockerfile").ends_with(&own));
        }
        Ok(())
    };
    runner.run(&own, survives).unwrap();
}

#[test]
fn an_edit_above_the_marker_is_the_users() {
    let workspace = Workspace::new();
    workspace.init(&["--yes"]).ended(0);
    let whole = workspace.read("Dockerfile");
    let edited = whole.replacen("FROM", "# mine\nFROM", 1) + "LABEL a=b\n";
    workspace.write("Dockerfile", &edited);
    let ran = workspace.init(&["--yes"]).ended(0);
    assert!(
        ran.stdout.contains("left alone Dockerfile: it was edited above its marker\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stderr.contains("\n-# mine\n"), "{}", ran.stderr);
    assert_eq!(workspace.read("Dockerfile"), edited);
    workspace.init(&["--yes", "--force"]).ended(0);
    assert_eq!(workspace.read("Dockerfile"), whole + "LABEL a=b\n");
}

#[test]
fn line_ends_of_windows_stay() {
    let workspace = Workspace::new();
    workspace.init(&["--yes"]).ended(0);
    let windows = workspace.read("Dockerfile").replace('\n', "\r\n");
    workspace.write("Dockerfile", &windows);
    let ran = workspace.init(&["--yes"]).ended(0);
    assert!(ran.stdout.contains("unchanged  Dockerfile\n"), "{}", ran.stdout);
    assert_eq!(workspace.read("Dockerfile"), windows);
}

#[test]
fn what_was_asked_for_is_asked_for_again() {
    let workspace = Workspace::new();
    let asked = [
        "--base",
        "debian",
        "--ci",
        "gitlab",
        "--port",
        "9000",
        "--image",
        "reg.example.com/team/app",
    ];
    workspace.init(&[&["--yes"], &asked[..]].concat()).ended(0);
    assert!(workspace.read("Dockerfile").contains("EXPOSE 9000"));
    let ran = workspace.init(&["--yes"]).ended(0);
    assert!(ran.stdout.contains("nothing to do"), "{}", ran.stdout);
    let ran = workspace.init(&["--dry-run", "--base", "scratch", "--port", "9000"]).ended(0);
    assert!(ran.stdout.contains("update     Dockerfile"), "{}", ran.stdout);
    let note = "knows of this if plimsoll.toml says so: [init] base = \"scratch\"";
    assert!(ran.stderr.contains(note) && !ran.stderr.contains("9000"), "{}", ran.stderr);
}
