//! What a push sends, and in which order.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use plimsoll_image::{Digest, Repository};
use plimsoll_registry::{Mounts, Push, Pushed, RegistryError, Silent, Target};

use crate::{
    auth::Needs,
    image::{TestImage, any_image, image},
    random::Random,
    record::Seen,
    registry::Settings,
    world::{Access, Making, World},
};

fn target(world: &World, name: &str, immutable: bool) -> Target {
    Target { reference: format!("{}/{name}", world.host).parse().unwrap(), immutable }
}

fn repository(world: &World, name: &str) -> Repository {
    format!("{}/{name}", world.host).parse().unwrap()
}

fn push(
    world: &World,
    image: &TestImage,
    targets: &[Target],
) -> Result<Vec<Pushed>, RegistryError> {
    push_mounting(world, image, targets, &Mounts::new())
}

fn push_mounting(
    world: &World,
    image: &TestImage,
    targets: &[Target],
    mounts: &Mounts,
) -> Result<Vec<Pushed>, RegistryError> {
    let push = Push { root: &image.root, blobs: &image.blobs, mounts, targets };
    world.client().push(&push, &Silent)
}

/// Where all blobs of an image are.
fn lying_in(image: &TestImage, repository: &Repository) -> Mounts {
    image.blobs.iter().map(|it| (it.digest, vec![repository.clone()])).collect()
}

fn assert_clean(world: &World) {
    assert_eq!(world.sins(), Vec::<String>::new());
}

/// The requests that write, without what begins an upload.
fn writes(world: &World) -> Vec<Seen> {
    let all = world.record.of("registry");
    all.into_iter().filter(|it| matches!(&*it.method, "PUT" | "PATCH" | "DELETE")).collect()
}

#[test]
fn what_is_there_costs_one_question_for_each_tag() {
    for access in [Access::Open, Access::Token] {
        let world = World::new(Making { access, ..Making::default() });
        let image = image(&mut Random::new(1), &[100, 2000]);
        let targets = [target(&world, "team/app:1.0", false), target(&world, "team/app:1", false)];
        let first = push(&world, &image, &targets).unwrap();
        assert!(first.iter().all(|it| it.changed && it.digest == image.root.digest));
        assert!(first[0].sent > 2100, "{first:?}");
        world.record.clear();

        let second = push(&world, &image, &targets).unwrap();
        assert!(second.iter().all(|it| !it.changed && it.sent == 0), "{second:?}");
        let mut lines: Vec<String> = world
            .record
            .of("registry")
            .iter()
            // With tokens, the first question brings the challenge.
            .filter(|it| access == Access::Open || it.header("authorization").is_some())
            .map(Seen::line)
            // Loopback is asked what it speaks.
            .filter(|it| it != "GET /v2/")
            .collect();
        lines.sort();
        let expected = ["HEAD /v2/team/app/manifests/1", "HEAD /v2/team/app/manifests/1.0"];
        assert_eq!(lines, expected, "{access:?}");
        assert_clean(&world);
    }
}

#[test]
fn blobs_come_before_manifests_and_tags_come_last() {
    let mut random = Random::new(7);
    for _ in 0..12 {
        let world = World::open();
        let image = any_image(&mut random);
        push(&world, &image, &[target(&world, "team/app:1.0", false)]).unwrap();
        let lines: Vec<String> = writes(&world).iter().map(Seen::line).collect();
        let is_manifest = |it: &String| it.contains("/manifests/");
        let first = lines.iter().position(is_manifest).unwrap();
        assert!(lines[first..].iter().all(is_manifest), "{lines:#?}");
        assert_eq!(lines.last().unwrap(), "PUT /v2/team/app/manifests/1.0");
        // In one piece each, and with a length: many registries take nothing else.
        assert!(writes(&world).iter().all(|it| it.header("content-length").is_some()));
        assert!(!lines.iter().any(|it| it.starts_with("PATCH")), "{lines:#?}");
        assert_clean(&world);
    }
}

#[test]
fn a_blob_that_is_there_is_not_sent() {
    let world = World::open();
    let mut random = Random::new(2);
    let old = image(&mut random, &[5000]);
    push(&world, &old, &[target(&world, "team/app:1", false)]).unwrap();
    let mut new = image(&mut random, &[700]);
    // The next release has the layer of the last one.
    new.blobs = old.blobs.clone();
    let push_again = push(&world, &old, &[target(&world, "team/app:2", false)]).unwrap();
    assert_eq!((push_again[0].sent, push_again[0].changed), (0, true));
    assert_clean(&world);
}

#[test]
fn blobs_of_another_repository_are_mounted() {
    for access in [Access::Open, Access::Token] {
        let world = World::new(Making { access, ..Making::default() });
        let image = image(&mut Random::new(3), &[3000, 4000]);
        world.put("base/one", "1", &image);
        let mounts = lying_in(&image, &repository(&world, "base/one"));
        let targets = [target(&world, "team/app:1", false)];
        let pushed = push_mounting(&world, &image, &targets, &mounts).unwrap();
        assert_eq!(pushed[0].sent, 0, "{pushed:?}");
        assert!(pushed[0].mounted > 7000, "{pushed:?}");
        let blobs: Vec<_> =
            writes(&world).into_iter().filter(|it| it.target.contains("/blobs/")).collect();
        assert!(blobs.is_empty(), "{blobs:?}");
        assert_clean(&world);
    }
}

#[test]
fn a_mount_that_is_not_to_be_had_becomes_an_upload() {
    let image = image(&mut Random::new(4), &[3000, 4000]);
    // The registry knows no mounts; the blobs are not there; the user may not read them.
    for case in 0..3 {
        let world = World::new(Making {
            access: if case == 2 { Access::Token } else { Access::Open },
            settings: Settings { mounts: case != 0, ..Settings::default() },
            tokens: |tokens| {
                tokens.forbidden.insert(Needs::new("base/one", "pull"));
            },
            ..Making::default()
        });
        if case != 1 {
            world.put("base/one", "1", &image);
        }
        let mounts = lying_in(&image, &repository(&world, "base/one"));
        let targets = [target(&world, "team/app:1", false)];
        let pushed = push_mounting(&world, &image, &targets, &mounts).unwrap();
        assert!(pushed[0].sent > 7000 && pushed[0].mounted == 0, "{case}: {pushed:?}");
        assert_clean(&world);
    }
}

#[test]
fn an_immutable_tag_is_refused_before_anything_is_sent() {
    let world = World::open();
    let mut random = Random::new(5);
    let (old, new) = (image(&mut random, &[300]), image(&mut random, &[400]));
    world.put("team/app", "1.0", &old);
    let targets = [target(&world, "team/app:latest", false), target(&world, "team/app:1.0", true)];
    let error = push(&world, &new, &targets).unwrap_err();
    let RegistryError::TagExists { existing, new: would, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*existing, *would), (old.root.digest, new.root.digest));
    let text = error.to_string();
    assert!(text.contains("team/app:1.0") && text.contains(&old.root.digest.hex()), "{text}");
    let lines = world.record.lines("registry");
    assert!(lines.iter().all(|it| it.starts_with("HEAD") || it == "GET /v2/"), "{lines:?}");

    // The same image is a success, and nothing to do.
    let pushed = push(&world, &old, &[target(&world, "team/app:1.0", true)]).unwrap();
    assert!(!pushed[0].changed);
    // Whoever asks beforehand gets the same answer, and learns what there is.
    let client = world.client();
    let immutable = [target(&world, "team/app:1.0", true), target(&world, "team/app:2.0", true)];
    assert!(client.check_targets(&immutable, Some(&new.root.digest), &Silent).is_err());
    let found = client.check_targets(&immutable, Some(&old.root.digest), &Silent).unwrap();
    assert_eq!(found, [Some(old.root.digest), None]);
    assert_clean(&world);
}

#[test]
fn a_tag_that_appears_meanwhile_is_not_written_over() {
    let world = World::open();
    let mut random = Random::new(6);
    let (theirs, ours) = (image(&mut random, &[300]), image(&mut random, &[400]));
    let done = AtomicBool::new(false);
    let (root, blobs) = (theirs.root.clone(), theirs.blobs.clone());
    world.registry.meanwhile(move |line, state| {
        // Somebody else pushes while our blobs are on their way.
        if line.starts_with("POST") && !done.swap(true, Ordering::SeqCst) {
            state.put("team/app", "1.0", &root, &blobs);
        }
    });
    let error = push(&world, &ours, &[target(&world, "team/app:1.0", true)]).unwrap_err();
    assert!(matches!(error, RegistryError::TagExists { .. }), "{error:?}");
    let tag = world.registry.state().repo("team/app").tags["1.0"];
    assert_eq!(tag, theirs.root.digest);
    assert_clean(&world);
}

#[test]
fn a_registry_that_wants_chunks_gets_chunks() {
    let image = image(&mut Random::new(8), &[400_000, 10]);
    let limits = [
        Settings { most_body: Some(100_000), ..Settings::default() },
        Settings { most_body: Some(70_000), only_chunks: true, ..Settings::default() },
        Settings { only_chunks: true, absolute: false, ..Settings::default() },
    ];
    for settings in limits {
        let world = World::new(Making { settings: settings.clone(), ..Making::default() });
        let pushed = push(&world, &image, &[target(&world, "team/app:1", false)]).unwrap();
        assert_eq!(pushed[0].digest, image.root.digest);
        let lines = world.record.lines("registry");
        assert!(lines.iter().any(|it| it.starts_with("PATCH")), "{settings:?}: {lines:#?}");
        assert_clean(&world);
    }
}

#[test]
fn an_image_can_be_pushed_by_its_digest_alone() {
    let world = World::open();
    let image = any_image(&mut Random::new(9));
    let reference = target(&world, "team/app", false).reference.pinned(image.root.digest);
    push(&world, &image, &[Target { reference, immutable: false }]).unwrap();
    let mut state = world.registry.state();
    assert!(state.repo("team/app").manifests.contains_key(&image.root.digest));
    assert!(state.repo("team/app").tags.is_empty());
}

#[test]
fn several_repositories_of_one_push_share_what_was_sent() {
    let world = World::open();
    let image = image(&mut Random::new(10), &[9000]);
    let targets = [target(&world, "team/one:1", false), target(&world, "team/two:1", false)];
    let pushed = push(&world, &image, &targets).unwrap();
    let sent: Vec<u64> = pushed.iter().map(|it| it.sent).collect();
    assert!(sent.iter().sum::<u64>() < 2 * 9000, "sent twice: {pushed:?}");
    for name in ["team/one", "team/two"] {
        assert_eq!(world.registry.state().repo(name).tags["1"], image.root.digest);
    }
    assert_clean(&world);
}

#[test]
fn what_a_tag_named_before_is_told() {
    let world = World::open();
    let mut random = Random::new(11);
    let (old, new) = (image(&mut random, &[300]), image(&mut random, &[400]));
    world.put("team/app", "latest", &old);
    let pushed = push(&world, &new, &[target(&world, "team/app:latest", false)]).unwrap();
    assert_eq!(pushed[0].replaced, Some(old.root.digest));
    assert_eq!(world.registry.state().repo("team/app").tags["latest"], new.root.digest);
}

#[test]
fn nobody_waits_for_ever_for_a_registry_that_stopped_reading() {
    // More than the buffers of the connection hold, so that sending itself gets stuck.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let held = Arc::new(std::sync::Mutex::new(Vec::new()));
    std::thread::spawn({
        let held = Arc::clone(&held);
        move || {
            for stream in listener.incoming() {
                held.lock().unwrap().push(stream);
            }
        }
    });
    let image = image(&mut Random::new(12), &[100]);
    let mut options = World::open().options;
    (options.retries, options.patience) = (1, Duration::from_millis(300));
    let reference = format!("{host}/team/app:1").parse().unwrap();
    let targets = [Target { reference, immutable: false }];
    let push =
        Push { root: &image.root, blobs: &image.blobs, mounts: &Mounts::new(), targets: &targets };
    let began = Instant::now();
    let error = plimsoll_registry::Client::new(options).push(&push, &Silent).unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert!(error.to_string().contains(&host), "{error}");
}

#[test]
fn the_registry_of_these_tests_notes_what_is_sent_twice() {
    // Else nothing above would mean much.
    let world = World::open();
    let ask = |method: &str, target: &str, body: &str| {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(&world.host).unwrap();
        let length = body.len();
        let head = format!("{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let place = |answer: &str| {
        let line = answer.lines().find_map(|it| it.strip_prefix("Location: http://x")).unwrap();
        line.to_owned()
    };
    let first = place(&ask("POST", "/v2/a/b/blobs/uploads/", ""));
    let second = place(&ask("PATCH", &first, "abc"));
    assert!(world.sins().is_empty());
    assert!(ask("PATCH", &first, "abc").contains(" 416 "));
    assert_eq!(world.sins().len(), 1, "{:?}", world.sins());
    let digest = Digest::of(b"abcd");
    assert!(ask("PUT", &format!("{second}&digest={digest}"), "d").contains(" 201 "));
    assert!(ask("PUT", &format!("{second}&digest={digest}"), "d").contains(" 404 "));
    assert_eq!(world.sins().len(), 2, "{:?}", world.sins());
    assert!(ask("PUT", "/v2/a/b/manifests/1", "{}").contains(" 400 "));
}
