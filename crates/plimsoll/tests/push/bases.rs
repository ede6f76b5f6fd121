//! Images on bases of a registry.

use std::fs;

use crate::{
    building::project,
    fixture::{World, bundle},
};

const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];

#[test]
fn a_base_is_locked_and_mounted_and_moves_only_when_asked_to() {
    let world = World::open();
    project(&world);
    let first = bundle(&PLATFORMS, "one");
    world.registry.put("team/base", "1", first.root(), first.blobs());
    let build = ["build", "app", "--base", "HOST/team/base:1", "--platform", "linux/amd64"];
    let with = |more: &[&'static str]| [&build[..], more].concat();

    // Without the lock file, nothing can be said without the network.
    let ran = world.run(&with(&["--offline"]));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("plimsoll.lock has no digest for the base"), "{}", ran.stderr);
    let ran = world.run(&with(&["--dry-run"]));
    assert!(ran.stdout.contains("(to be written to plimsoll.lock)"), "{}", ran.stdout);
    assert_eq!(world.requests(), [""; 0]);

    let ran = world.run(&with(&["-q", "--push", "-t", "HOST/a:1"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let image = world.tag("a", "1").unwrap();
    assert_eq!(world.registry.state().broken_tags(), [""; 0]);
    let layer = first.images()[0].layers[0].descriptor.digest;
    let requests = world.requests();
    let mounts = |it: &&String| it.contains("mount=") && it.contains(&layer.hex());
    assert!(requests.iter().any(|it| mounts(&it)), "{requests:?}");
    let lock = world.text("app/plimsoll.lock").replace(&world.host, "HOST");
    assert!(lock.contains(&format!("digest = \"{}\"", first.root().digest)), "{lock}");

    // The tag moves, the image does not; and offline, all is there.
    let second = bundle(&PLATFORMS, "two");
    world.registry.put("team/base", "1", second.root(), second.blobs());
    let ran = world.run(&with(&["-q", "--push", "-t", "HOST/a:1"]));
    assert_eq!(ran.stdout, format!("HOST/a@{image}\n"), "{}", ran.stderr);
    world.record.clear();
    let ran = world.run(&with(&["--offline", "-o", "oci:offline"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains(&image.to_string()), "{}", ran.stdout);
    assert_eq!(world.requests(), [""; 0]);

    let ran = world.run(&with(&["--update-base", "-o", "oci:updated"]));
    let moved = format!("moves: {} -> {}", first.root().digest, second.root().digest);
    assert!(ran.stderr.contains(&moved), "{}", ran.stderr);
    assert!(!ran.stdout.contains(&image.to_string()));
    assert!(world.text("app/plimsoll.lock").contains(&second.root().digest.to_string()));
}

#[test]
fn a_base_that_is_gone_is_named_with_the_way_out() {
    let world = World::open();
    project(&world);
    let base = bundle(&PLATFORMS, "one");
    world.registry.put("base", "1", base.root(), base.blobs());
    let build = ["build", "app", "--base", "HOST/base:1", "--platform", "linux/amd64", "-q"];
    let ran = world.run(&build);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    world.registry.state().repo("base").manifests.clear();
    // What was downloaded before suffices.
    let ran = world.run(&build);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    fs::remove_dir_all(world.path(".cache/plimsoll")).unwrap();
    let ran = world.run(&build);
    assert_eq!(ran.code, 2);
    let digest = base.root().digest;
    let expected = format!("HOST has no base@{digest} any more, which plimsoll.lock names");
    assert!(ran.stderr.contains(&expected), "{}", ran.stderr);
    assert!(ran.stderr.contains("plimsoll build --update-base"), "{}", ran.stderr);
    // Another image must not stand in its place.
    let lock = world.text("app/plimsoll.lock");
    world.write("app/plimsoll.lock", &lock.replace("/base:1\"\ndigest", "/other:1\"\ndigest"));
    let ran = world.run(&build);
    assert!(ran.stderr.contains("which is another image than"), "{}", ran.stderr);
}
