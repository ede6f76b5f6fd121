//! `build --push`.

use std::process::Command;

use crate::fixture::World;

/// A package with a commit in the directory `app`.
pub(crate) fn project(world: &World) {
    world.write(
        "app/Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"1.2.3\"\nedition = \"2021\"\n",
    );
    world.write(
        "app/Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.2.3\"\n",
    );
    world.write("app/src/main.rs", "fn main() { println!(\"hello\"); }\n");
    world.write("app/.gitignore", "/target\n");
    git(world, &["init", "-q"]);
    commit(world, "one");
}

fn commit(world: &World, message: &str) {
    git(world, &["add", "-A"]);
    git(world, &["commit", "-q", "--allow-empty", "-m", message]);
}

fn git(world: &World, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=n", "-c", "user.email=n@example.com"]).args(arguments);
    git.env("GIT_AUTHOR_DATE", "1700000000 +0000").env("GIT_COMMITTER_DATE", "1700000000 +0000");
    assert!(git.current_dir(world.path("app")).status().unwrap().success());
}

#[test]
fn a_build_is_pushed_and_again_and_then_refused_for_another_commit() {
    let world = World::open();
    project(&world);
    let call = ["build", "app", "--push", "-t", "HOST/a", "-t", "HOST/a:latest"];
    let ran = world.run(&call);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let digest = world.tag("a", "1.2.3").unwrap();
    assert_eq!(world.tag("a", "latest"), Some(digest));
    assert!(ran.stdout.contains(&format!("pushed      HOST/a@{digest}\n")), "{}", ran.stdout);
    assert!(!world.path("app/target/plimsoll/app.oci").exists(), "it goes to the registry alone");
    assert_eq!(world.registry.state().broken_tags(), [""; 0]);

    // The same again is a success, and nothing is written.
    world.record.clear();
    let ran = world.run(&["build", "app", "--push", "-q", "-t", "HOST/a"]);
    assert_eq!(ran.stdout, format!("HOST/a@{digest}\n"), "{}", ran.stderr);
    assert!(!world.was_written_to(), "{:?}", world.requests());

    // Another commit is refused before Cargo runs.
    world.write("app/src/main.rs", "fn main() { this does not compile }\n");
    commit(&world, "two");
    let ran = world.run(&call);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(&format!("HOST/a:1.2.3 exists as {digest}, made of commit ")));
    assert!(ran.stderr.contains("--allow-retag"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("Compiling"), "{}", ran.stderr);
    assert!(!world.was_written_to(), "{:?}", world.requests());
}

#[test]
fn another_image_of_the_same_commit_is_refused_before_a_byte_is_sent() {
    let world = World::open();
    project(&world);
    assert_eq!(world.run(&["build", "app", "--push", "-t", "HOST/a"]).code, 0);
    let digest = world.tag("a", "1.2.3").unwrap();
    world.record.clear();
    let ran = world.run(&["build", "app", "--push", "--compression", "zstd", "-t", "HOST/a"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(&format!("HOST/a:1.2.3 exists as {digest}, and would become ")));
    assert!(!world.was_written_to(), "{:?}", world.requests());
}

#[test]
fn a_registry_that_does_not_let_us_in_is_found_out_before_anything_is_compiled() {
    let world = World::with_password();
    project(&world);
    let ran = world.run(&["build", "app", "--push", "-t", "HOST/a"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("docker login HOST"), "{}", ran.stderr);
    assert!(!world.path("app/target").exists(), "{}", ran.stderr);
}

#[test]
fn who_may_read_and_not_write_is_found_out_before_anything_is_compiled() {
    let world = World::read_only();
    project(&world);
    let ran = world.run(&["build", "app", "--push", "-t", "HOST/a"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("error: HOST refused to begin an upload"), "{}", ran.stderr);
    assert!(!world.path("app/target").exists(), "{}", ran.stderr);
}

#[test]
fn a_push_without_a_name_says_what_is_missing() {
    let world = World::open();
    project(&world);
    let ran = world.run(&["build", "app", "--push"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn a_tag_names_the_image_in_a_layout_too() {
    let world = World::open();
    project(&world);
    let ran = world.run(&["build", "app", "-t", "example.com/team/x:7", "-o", "oci:out"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let index = world.text("out/index.json");
    assert!(index.contains(r#""io.containerd.image.name":"example.com/team/x:7""#), "{index}");
}
