//! Tags that never move, and names without a tag.

use crate::fixture::World;

#[test]
fn a_tag_of_a_version_never_moves_and_nothing_is_sent() {
    let world = World::open();
    let one = world.layout("one.oci", &["linux/amd64"], "one");
    let two = world.layout("two.oci", &["linux/amd64"], "two");
    assert_eq!(world.run(&["push", "one.oci", "HOST/a:1.2.3", "HOST/a:1.2"]).code, 0);
    world.record.clear();
    let ran = world.run(&["push", "two.oci", "HOST/a:1.2", "HOST/a:1.2.3"]);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    insta::assert_snapshot!(ran.stderr);
    assert!(!world.was_written_to(), "{:?}", world.requests());
    assert_eq!(world.tag("a", "1.2"), Some(one));
    // The same image again is a success.
    assert_eq!(world.run(&["push", "one.oci", "HOST/a:1.2.3"]).code, 0);
    // The others move.
    let ran = world.run(&["push", "two.oci", "HOST/a:1.2"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stdout);
    assert_eq!((world.tag("a", "1.2"), world.tag("a", "1.2.3")), (Some(two), Some(one)));
}

#[test]
fn it_moves_where_the_user_says_so_with_a_warning() {
    let world = World::open();
    world.layout("one.oci", &["linux/amd64"], "one");
    let two = world.layout("two.oci", &["linux/amd64"], "two");
    assert_eq!(world.run(&["push", "one.oci", "HOST/a:1.2.3"]).code, 0);
    let ran = world.run(&["push", "-q", "--allow-retag", "two.oci", "HOST/a:1.2.3"]);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.stderr);
    assert_eq!(world.tag("a", "1.2.3"), Some(two));
}

#[test]
fn settings_say_what_else_never_moves_and_what_does() {
    let world = World::open();
    world.layout("one.oci", &["linux/amd64"], "one");
    world.layout("two.oci", &["linux/amd64"], "two");
    world.write(
        "plimsoll.toml",
        "[push]\nimmutable-tags = [\"stable-*\"]\nmoving-tags = [\"*-rc.*\"]\n",
    );
    let names = ["HOST/a:stable-7", "HOST/b:1.2.3-rc.1"];
    for name in names {
        assert_eq!(world.run(&["push", "one.oci", name]).code, 0);
    }
    assert_eq!(names.map(|name| world.run(&["push", "two.oci", name]).code), [2, 0]);
}

#[test]
fn a_name_without_a_tag_gets_the_version_of_the_image() {
    let world = World::open();
    let digest = world.layout("app.oci", &["linux/amd64"], "x");
    assert_eq!(world.run(&["push", "app.oci", "HOST/a"]).code, 0);
    assert_eq!(world.tag("a", "1.2.3"), Some(digest));
    assert_eq!(world.tag("a", "latest"), None);
}

#[test]
fn a_digest_is_pushed_without_a_tag_if_it_is_the_images() {
    let world = World::open();
    let digest = world.layout("app.oci", &["linux/amd64"], "x");
    let ran = world.run(&["push", "-q", "app.oci", &format!("HOST/a@{digest}")]);
    assert_eq!(ran.stdout, format!("HOST/a@{digest}\n"), "{}", ran.stderr);
    assert!(world.registry.state().repo("a").tags.is_empty());
    let other = plimsoll_image::Digest::of(b"other");
    let ran = world.run(&["push", "app.oci", &format!("HOST/a@{other}")]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr);
}
