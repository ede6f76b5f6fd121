//! What is sent, from where, and what is said about it.

use std::fs;

use plimsoll_image::archive::{Archive, Kind};

use crate::fixture::{World, bundle};

const TWO: &[&str] = &["linux/amd64", "linux/arm64"];

#[test]
fn an_image_is_sent_whole_and_the_second_time_one_question_is_enough() {
    let world = World::open();
    let digest = world.layout("app.oci", TWO, "x");
    let ran = world.run(&["push", "app.oci", "HOST/team/app:1.2.3", "HOST/team/app:latest"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
    assert_eq!(world.registry.state().broken_tags(), [""; 0]);
    assert_eq!(world.tag("team/app", "1.2.3"), Some(digest));
    assert_eq!(world.tag("team/app", "latest"), Some(digest));
    world.record.clear();
    let ran = world.run(&["push", "app.oci", "HOST/team/app:1.2.3"]);
    insta::assert_snapshot!(ran.stdout);
    assert_eq!(ran.stderr, "");
    assert_eq!(world.requests(), ["HEAD /v2/team/app/manifests/1.2.3"]);
}

#[test]
fn what_is_said_on_the_way_names_each_blob() {
    let world = World::open();
    world.layout("app.oci", &["linux/amd64"], "x");
    let ran = world.run(&["push", "--jobs", "1", "app.oci", "HOST/app:1"]);
    insta::assert_snapshot!(ran.stderr);
    let ran = world.run(&["push", "--jobs", "1", "app.oci", "HOST/app:2"]);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn quiet_prints_a_line_for_each_repository_and_github_gets_outputs() {
    let world = World::open();
    let digest = world.layout("app.oci", &["linux/amd64"], "x");
    let output = world.path("output");
    fs::write(&output, "before=1\n").unwrap();
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_OUTPUT", output.to_str().unwrap())];
    let call = ["push", "-q", "app.oci", "HOST/a", "HOST/a:latest", "HOST/b:1"];
    let ran = world.run_with(&call, &variables);
    assert_eq!(ran.stdout, format!("HOST/a@{digest}\nHOST/b@{digest}\n"));
    assert_eq!(ran.stderr, "");
    let text = world.text("output").replace(&world.host, "HOST");
    insta::assert_snapshot!(text);
    world.run_with(&call, &variables[1..]);
    assert_eq!(world.text("output").replace(&world.host, "HOST"), text, "no step, no outputs");
}

#[test]
fn json_has_all_that_the_table_has() {
    let world = World::open();
    world.layout("app.oci", TWO, "x");
    let ran = world.run(&["push", "--format", "json", "app.oci", "HOST/a:1.2.3", "HOST/a:edge"]);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn one_platform_is_a_plain_manifest() {
    let world = World::open();
    world.layout("app.oci", TWO, "x");
    let ran = world.run(&["push", "-q", "--platform", "linux/arm64", "app.oci", "HOST/a:1"]);
    let manifest = bundle(TWO, "x").images()[1].manifest.digest;
    assert_eq!(ran.stdout, format!("HOST/a@{manifest}\n"), "{}", ran.stderr);
    let ran = world.run(&["push", "--platform", "linux/s390x", "app.oci", "HOST/a:1"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn archives_give_the_same_image_as_the_layout() {
    let world = World::open();
    let digest = world.layout("app.oci", &["linux/amd64"], "x");
    let bundle = bundle(&["linux/amd64"], "x");
    for (kind, name) in [(Kind::Oci, "oci.tar"), (Kind::Docker, "docker.tar")] {
        let mut file = fs::File::create(world.path(name)).unwrap();
        Archive::new(kind, &bundle, "app", "1").unwrap().write(&mut file).unwrap();
        let ran = world.run(&["push", "-q", name, &format!("HOST/{name}:1")]);
        assert_eq!(ran.stdout, format!("HOST/{name}@{digest}\n"), "{}", ran.stderr);
    }
    assert_eq!(world.registry.state().broken_tags(), [""; 0]);
}

#[test]
fn an_image_of_a_registry_goes_to_another_repository_by_mounting() {
    let world = World::open();
    let digest = world.layout("app.oci", TWO, "x");
    assert_eq!(world.run(&["push", "app.oci", "HOST/a:1"]).code, 0);
    world.record.clear();
    let ran = world.run(&["push", "HOST/a:1", "HOST/b:2"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::assert_snapshot!(ran.stdout);
    assert_eq!(world.tag("b", "2"), Some(digest));
    assert_eq!(world.registry.state().broken_tags(), [""; 0]);
    assert!(
        !world.requests().iter().any(|it| it.starts_with("PATCH")),
        "nothing was uploaded: {:?}",
        world.requests()
    );
}

#[test]
fn what_is_no_image_is_told_before_anything_is_asked() {
    let world = World::open();
    world.write("text", "hello");
    world.write("dir/a", "");
    for (number, arguments) in [
        &["push", "text", "HOST/a:1"][..],
        &["push", "dir", "HOST/a:1"],
        &["push", "./nothing", "HOST/a:1"],
        &["push", "rootfs:dir", "HOST/a:1"],
    ]
    .into_iter()
    .enumerate()
    {
        let ran = world.run(arguments);
        assert_eq!((ran.code, &*ran.stdout), (2, ""));
        insta::assert_snapshot!(format!("no_image_{number}"), ran.stderr);
    }
    assert_eq!(world.requests(), [""; 0]);
}

#[test]
fn who_is_not_let_in_hears_how_to_log_in() {
    let world = World::with_password();
    world.layout("app.oci", &["linux/amd64"], "x");
    let ran = world.run(&["push", "app.oci", "HOST/a:1"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr);
    world.log_in();
    let ran = world.run(&["push", "-q", "app.oci", "HOST/a:1"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn nobody_listens() {
    let world = World::open();
    world.layout("app.oci", &["linux/amd64"], "x");
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = world.run(&["push", "app.oci", &format!("{free}/a:1")]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains(&format!("cannot reach {free}")), "{}", ran.stderr);
}
