//! Files that others wrote, and what stands in the place of files.

use std::fs;

use crate::fixture::Workspace;

#[test]
fn a_file_of_others_is_shown_and_left_alone() {
    let workspace = Workspace::new();
    workspace.write("Dockerfile", "FROM mine\n");
    let ran = workspace.init(&["--yes"]).ended(0);
    assert!(ran.stderr.contains("-FROM mine\n"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("warning: Dockerfile is left alone: `init` did not write it; --force")
    );
    assert_eq!(workspace.read("Dockerfile"), "FROM mine\n");
    workspace.init(&["--yes", "--force"]).ended(0);
    assert!(!workspace.read("Dockerfile").contains("FROM mine"));
}

#[test]
fn beside_another_compose_file_none_is_written() {
    let workspace = Workspace::new();
    workspace.write("docker-compose.yml", "services: {}\n");
    let ran = workspace.init(&["--yes", "--force"]).ended(0);
    let expected = "kept       compose.yaml: docker-compose.yml is there";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    assert!(!workspace.path("compose.yaml").exists() && !workspace.path(".env").exists());
    assert!(workspace.path("Dockerfile").exists());
}

#[test]
fn settings_in_the_manifest_are_settings() {
    let workspace = Workspace::new();
    let manifest =
        workspace.read("Cargo.toml") + "[package.metadata.plimsoll.image]\nuser = \"7\"\n";
    workspace.write("Cargo.toml", manifest);
    let ran = workspace.init(&["--yes"]).ended(0);
    let expected = "kept       plimsoll.toml: the settings are in Cargo.toml";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    assert!(!workspace.path("plimsoll.toml").exists());
}

#[test]
fn what_is_no_text_stays() {
    let workspace = Workspace::new();
    fs::create_dir(workspace.path("Dockerfile")).unwrap();
    workspace.write(".dockerignore", b"\xff\xfe");
    let ran = workspace.init(&["--yes", "--force"]).ended(0);
    assert!(ran.stdout.contains("left alone Dockerfile: it is a directory"), "{}", ran.stdout);
    assert!(ran.stdout.contains("left alone .dockerignore: it is not UTF-8"), "{}", ran.stdout);
    assert!(workspace.path("Dockerfile").is_dir());
    assert_eq!(fs::read(workspace.path(".dockerignore")).unwrap(), b"\xff\xfe");
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_project_alone() {
    use std::os::unix::fs::symlink;

    let workspace = Workspace::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("mine"), "FROM mine\n").unwrap();
    symlink(outside.path(), workspace.path(".github")).unwrap();
    symlink(outside.path().join("mine"), workspace.path("Dockerfile")).unwrap();
    fs::create_dir(workspace.path("real")).unwrap();
    workspace.write("real/ignore", "");
    workspace.write("real/ignore", "/mine\n");
    symlink("real/ignore", workspace.path(".gitignore")).unwrap();
    workspace.init(&["--yes", "--force", "--ci", "github"]).ended(0);
    assert_eq!(fs::read_to_string(outside.path().join("mine")).unwrap(), "FROM mine\n");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1, "something was written outside");
    assert!(workspace.path(".gitignore").is_symlink());
    assert!(workspace.read("real/ignore").starts_with("/mine\n"));
}

#[cfg(unix)]
#[test]
fn variables_are_for_the_owner_alone_and_kept() {
    use std::os::unix::fs::PermissionsExt as _;

    let workspace = Workspace::example();
    workspace.init(&["--yes"]).ended(0);
    let mode = fs::metadata(workspace.path(".env")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(workspace.read(".gitignore").lines().any(|it| it.trim_start_matches('/') == ".env"));
    workspace.write(".env", "MINE=unseen\nPOSTGRES_USER=me\n");
    let ran = workspace.init(&["--yes", "--force"]).ended(0);
    let added = workspace.read(".env");
    assert!(added.starts_with("MINE=unseen\nPOSTGRES_USER=me\n"), "{added}");
    assert_eq!(added.matches("POSTGRES_USER=").count(), 1, "{added}");
    assert!(added.contains("\nPOSTGRES_PASSWORD="), "{added}");
    workspace.init(&["--yes", "--force"]).ended(0);
    assert_eq!(workspace.read(".env"), added);
    assert!(!format!("{ran:?}").contains("unseen"), "the user's variables were shown");
}
