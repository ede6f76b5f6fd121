//! What is written meets the standard, is the same every time, and stays.

use crate::fixture::Workspace;

#[test]
fn what_is_written_passes_the_check_and_a_second_run_changes_nothing() {
    for base in ["scratch", "distroless", "alpine", "debian"] {
        for ci in ["github", "gitlab"] {
            for workspace in [Workspace::new(), Workspace::example()] {
                let arguments = ["--base", base, "--ci", ci, "--yes"];
                let ran = workspace.init(&arguments).ended(0);
                assert!(ran.stdout.contains("create     Dockerfile\n"), "{}", ran.stdout);
                let checked = workspace.run_in("", &["check", "--format", "concise", "."]);
                assert_eq!((checked.code, &*checked.stdout), (0, ""), "{base} {}", checked.stderr);
                let before = workspace.files();
                let ran = workspace.init(&arguments).ended(0);
                assert!(
                    ran.stdout.ends_with("nothing to do: every file is as it should be\n"),
                    "{}",
                    ran.stdout
                );
                assert!(before == workspace.files(), "{base}: a second run changed something");
            }
        }
    }
}

#[test]
fn the_same_workspace_gives_the_same_files_wherever_it_lies() {
    let [one, two] = [Workspace::new(), Workspace::new()];
    one.init(&["--yes"]).ended(0);
    two.write("nested/deeper/x", "");
    two.init_in("src", &["--yes", ".."]).ended(0);
    std::fs::remove_dir_all(two.path("nested")).unwrap();
    let mut of_two = two.files();
    for (name, text) in one.files() {
        // Passwords are everybody's own.
        if name != ".env" {
            assert!(of_two.get(&name) == Some(&text), "{name}");
        }
        of_two.remove(&name);
    }
    assert!(of_two.is_empty(), "{:?}", of_two.keys());
}

#[test]
fn other_options_update_what_was_written() {
    let workspace = Workspace::new();
    workspace.init(&["--yes", "--base", "scratch"]).ended(0);
    let before = workspace.read("Dockerfile");
    let ran = workspace.init(&["--yes", "--base", "debian"]).ended(0);
    assert!(ran.stdout.contains("update     Dockerfile\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains("--- a/Dockerfile\n+++ b/Dockerfile\n"), "{}", ran.stderr);
    assert_ne!(before, workspace.read("Dockerfile"));
    workspace.init(&["--yes", "--base", "scratch"]).ended(0);
    assert_eq!(before, workspace.read("Dockerfile"));
}
