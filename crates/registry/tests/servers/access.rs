//! Who gets which credentials, and how often.

use std::time::{Duration, Instant};

use plimsoll_image::Reference;
use plimsoll_registry::{Client, Mounts, Push, RegistryError, Silent, Target};

use crate::{
    auth::Needs,
    faults::{After, Fault, Plan},
    image::image,
    random::Random,
    world::{Access, Making, World},
};

fn reference(world: &World) -> Reference {
    format!("{}/team/app:1.0", world.host).parse().unwrap()
}

fn push(world: &World, client: &Client) -> Result<(), RegistryError> {
    let image = image(&mut Random::new(1), &[2000, 3000, 4000, 5000, 6000, 7000]);
    let targets = [Target { reference: reference(world), immutable: false }];
    let push =
        Push { root: &image.root, blobs: &image.blobs, mounts: &Mounts::new(), targets: &targets };
    client.push(&push, &Silent).map(drop)
}

fn with(access: Access) -> World {
    World::new(Making { access, ..Making::default() })
}

#[test]
fn a_wrong_password_is_said_and_not_tried_again() {
    for access in [Access::Basic, Access::Token] {
        let world = with(access);
        world.log_in("wrong");
        let error = push(&world, &world.client()).unwrap_err();
        let RegistryError::Denied { with_credentials, .. } = error else { panic!("{error:?}") };
        assert!(with_credentials, "{access:?}");
        assert_eq!(world.unclear(&error), None);
        assert!(!error.to_string().contains("wrong\""), "{error}");
        // Some registries lock a user out after a few.
        let tried =
            world.record.all().iter().filter(|it| it.header("authorization").is_some()).count();
        // The proxy and what is behind it both see each.
        assert!(tried <= 2 * 2, "{access:?}: {tried} tries");
    }
}

#[test]
fn whoever_has_no_password_is_told_so() {
    for access in [Access::Basic, Access::Token] {
        let mut world = with(access);
        world.options.environment.docker_config = None;
        let error = push(&world, &world.client()).unwrap_err();
        let RegistryError::Denied { with_credentials, .. } = error else { panic!("{error:?}") };
        assert!(!with_credentials, "{access:?}");
        assert_eq!(world.unclear(&error), None);
    }
}

#[test]
fn what_a_token_does_not_allow_is_said() {
    let world = World::new(Making {
        access: Access::Token,
        tokens: |tokens| {
            tokens.forbidden.insert(Needs::new("team/app", "push"));
        },
        ..Making::default()
    });
    let error = push(&world, &world.client()).unwrap_err();
    assert!(matches!(error, RegistryError::Denied { .. }), "{error:?}");
    assert_eq!(world.unclear(&error), None);
    assert!(world.record.of("registry").len() < 20, "{:#?}", world.record.lines("registry"));
}

#[test]
fn a_token_is_asked_for_once_and_used_for_all() {
    for access in [Access::Token, Access::Identity] {
        let world = with(access);
        push(&world, &world.client()).unwrap();
        let asked = world.record.lines("token");
        assert!(asked.len() <= 2, "{asked:#?}");
        let scopes = asked.join("\n");
        if access == Access::Token {
            assert!(scopes.contains("push"), "{scopes}");
        } else {
            assert!(asked.iter().any(|it| it.starts_with("POST")), "{scopes}");
        }
        assert_eq!(world.sins(), Vec::<String>::new());
    }
}

#[test]
fn reading_does_not_ask_for_the_right_to_write() {
    let world = with(Access::Token);
    let image = image(&mut Random::new(2), &[100]);
    world.put("team/app", "1.0", &image);
    world.client().pull(&reference(&world), None, world.directory.path(), &Silent).unwrap();
    let asked = world.record.lines("token");
    assert!(!asked.is_empty() && asked.iter().all(|it| !it.contains("push")), "{asked:?}");
}

#[test]
fn a_token_that_runs_out_is_renewed() {
    let world = World::new(Making {
        access: Access::Token,
        tokens: |tokens| tokens.uses = 11,
        ..Making::default()
    });
    push(&world, &world.client()).unwrap();
    assert!(world.record.of("token").len() > 2);
    assert_eq!(world.sins(), Vec::<String>::new());
}

#[test]
fn a_request_is_repeated_when_the_registry_says() {
    let plan = Plan::only("manifests/1.0", Fault::Status(429, After::Seconds(1)), 1);
    let world = World::new(Making { plan, ..Making::default() });
    let began = Instant::now();
    push(&world, &world.client()).unwrap();
    assert!(began.elapsed() >= Duration::from_millis(950), "{:?}", began.elapsed());
}

#[test]
fn a_stranger_who_asks_for_credentials_gets_none() {
    // Each name leads the stranger to another answer.
    for number in 0..12 {
        for access in [Access::Basic, Access::Token] {
            let plan = Plan::only("manifests/", Fault::Elsewhere(307), usize::MAX);
            let world = World::new(Making { access, plan, ..Making::default() });
            let name = format!("{}/team/app:{number}", world.host).parse::<Reference>().unwrap();
            let client = world.client();
            client.resolve(&name, &Silent).ok();
            client.manifest(&name, &Silent).ok();
            let image = image(&mut Random::new(3), &[10]);
            let targets = [Target { reference: name, immutable: false }];
            let push = Push {
                root: &image.root,
                blobs: &image.blobs,
                mounts: &Mounts::new(),
                targets: &targets,
            };
            client.push(&push, &Silent).ok();
            assert_eq!(world.sins(), Vec::<String>::new());
        }
    }
}
