//! Which release and which names are taken.

use std::collections::BTreeSet;

use super::{digest, lock, server};
use crate::init::{
    images::{DEBIAN, Finder, Images, ImagesError, Standing, WantedImages, registries::Answer},
    survey::{Rust, ServiceKind},
};

fn rust(version: &str) -> Rust {
    Rust { version: version.to_owned(), reason: "test".to_owned(), has_toolchain_file: false }
}

fn wanted(rust: &Rust, standing: Standing) -> WantedImages<'_> {
    WantedImages {
        rust,
        builder: None,
        standing,
        builds_on_alpine: false,
        releases: &DEBIAN,
        services: BTreeSet::from([ServiceKind::Postgres]),
    }
}

fn found(word: &str) -> Answer {
    Answer::Found { digest: digest(word), is_index: true }
}

fn names(images: &Images) -> Vec<String> {
    let all = [Some(&images.builder), images.base.as_ref()].into_iter().flatten();
    all.chain(images.services.iter().map(|(_, it)| it))
        .map(|it| format!("{}{}", it.name, if it.digest.is_some() { "@" } else { "" }))
        .collect()
}

#[test]
fn where_nobody_can_be_asked_names_stand_alone_and_say_why() {
    let rust = rust("1.95.0");
    let mut finder = Finder::new(lock(&[]), false);
    let images = Images::find(&wanted(&rust, Standing::Debian), &mut finder).unwrap();
    assert_eq!(images.release, "trixie");
    assert_eq!(names(&images), ["rust:1.95.0-slim-trixie", "debian:trixie-slim", "postgres:17"]);
    assert!(images.builder.why_not.unwrap().contains("no registry told its digest"));
    assert_eq!(*finder.lock(), lock(&[]));
    assert_eq!(finder.notes().len(), 3, "{:?}", finder.notes());
}

#[test]
fn what_is_locked_decides_even_if_it_is_older() {
    let rust = rust("1.95.0");
    let locked = [
        "rust:1.95-slim-bookworm",
        "debian:bookworm-slim",
        "postgres:16",
        "alpine",
        "x.example/y:1",
    ];
    let mut finder = Finder::new(lock(&locked), false)
        .knowing("rust:1.95.0-slim-trixie", found("r"))
        .knowing("debian:trixie-slim", found("d"))
        .knowing("postgres:17", found("p"));
    let images = Images::find(&wanted(&rust, Standing::Debian), &mut finder).unwrap();
    assert_eq!(
        names(&images),
        ["rust:1.95-slim-bookworm@", "debian:bookworm-slim@", "postgres:16@"]
    );
    assert_eq!(*finder.lock(), lock(&locked));
    // A base that is new goes with the builder that is locked.
    let locked = ["rust:1.95-slim-bookworm"];
    let mut finder = Finder::new(lock(&locked), false)
        .knowing("rust:1.95.0-slim-trixie", found("r"))
        .knowing("debian:trixie-slim", found("d"))
        .knowing("debian:bookworm-slim", found("b"));
    let images = Images::find(&wanted(&rust, Standing::Debian), &mut finder).unwrap();
    assert_eq!(names(&images)[..2], ["rust:1.95-slim-bookworm@", "debian:bookworm-slim@"]);
    assert_eq!(finder.lock().get("debian:bookworm-slim").unwrap().digest, digest("b"));
}

#[test]
fn a_lock_for_another_image_of_that_name_is_not_believed() {
    let rust = rust("1.95");
    let mut wrong = lock(&[]);
    let other = plimsoll_build::base::lock::Locked {
        reference: "mirror.example/rust:1.95-slim-trixie".parse().unwrap(),
        digest: digest("other"),
    };
    wrong.set("rust:1.95-slim-trixie", other);
    let mut finder = Finder::new(wrong, false);
    let images = Images::find(&wanted(&rust, Standing::Scratch), &mut finder).unwrap();
    assert_eq!(images.builder.digest, None);
}

#[test]
fn a_release_without_the_right_rust_gives_way() {
    let rust = rust("1.89.0");
    let mut finder = Finder::new(lock(&[]), false);
    for name in ["rust:1.89.0-slim-trixie", "rust:1.89-slim-trixie"] {
        finder = finder.knowing(name, Answer::Absent);
    }
    let mut finder = finder
        .knowing("rust:1-slim-trixie", found("newest"))
        .knowing("rust:1.89.0-slim-bookworm", found("right"));
    let images = Images::find(&wanted(&rust, Standing::Scratch), &mut finder).unwrap();
    assert_eq!(images.builder.name, "rust:1.89.0-slim-bookworm");
    assert_eq!(images.release, "bookworm");
}

#[test]
fn an_inexact_builder_is_said() {
    let rust = rust("1.99.0");
    let mut finder = Finder::new(lock(&[]), false);
    for release in ["trixie", "bookworm"] {
        for version in ["1.99.0", "1.99"] {
            finder = finder.knowing(&format!("rust:{version}-slim-{release}"), Answer::Absent);
        }
    }
    let mut finder = finder.knowing("rust:1-slim-trixie", found("r"));
    let images = Images::find(&wanted(&rust, Standing::Scratch), &mut finder).unwrap();
    assert_eq!(images.builder.name, "rust:1-slim-trixie");
    assert!(finder.notes()[0].contains("no image of Rust 1.99.0"), "{:?}", finder.notes());
}

#[test]
fn without_registries_an_engine_of_this_machine_tells_what_it_has() {
    let directory = tempfile::tempdir().unwrap();
    let (engine, log) = server::engine(
        directory.path(),
        &[
            ("rust:1-slim-bookworm", ""),
            (
                "gcr.io/distroless/cc-debian12:nonroot",
                r#""mirror.example/cc@sha256:0000000000000000000000000000000000000000000000000000000000000000","gcr.io/distroless/cc-debian12@sha256:1111111111111111111111111111111111111111111111111111111111111111""#,
            ),
            ("postgres:15", ""),
        ],
    );
    let rust = rust("1.95.0");
    let mut finder = Finder::new(lock(&[]), false).with_engine(engine);
    let images = Images::find(&wanted(&rust, Standing::Distroless("cc")), &mut finder).unwrap();
    assert_eq!(images.release, "bookworm");
    assert_eq!(
        names(&images),
        ["rust:1-slim-bookworm", "gcr.io/distroless/cc-debian12:nonroot@", "postgres:15"]
    );
    // The digest is that of its own registry, not of the mirror's.
    assert!(images.base.unwrap().digest.unwrap().ends_with("1111"));
    assert!(images.builder.why_not.is_some());
    assert!(finder.notes().iter().any(|it| it.contains("the engine of this machine has it")));
    let log = log.lock().unwrap();
    assert!(log.iter().all(|it| it.starts_with("GET ")), "{log:?}");
}

#[test]
fn an_engine_elsewhere_is_not_asked_without_a_network() {
    let tcp = |name: &str| (name == "DOCKER_HOST").then(|| "tcp://192.0.2.1:2375".to_owned());
    let environment = plimsoll_engine::Environment::from_vars(tcp);
    let mut finder = Finder::new(lock(&[]), false).with_engine(environment);
    let begin = std::time::Instant::now();
    let rust = rust("1.95");
    Images::find(&wanted(&rust, Standing::Scratch), &mut finder).unwrap();
    assert!(begin.elapsed() < std::time::Duration::from_secs(1), "{:?}", begin.elapsed());
}

#[test]
fn the_builder_of_the_user_decides_the_release() {
    let rust = rust("1.95");
    let find = |builder: &str, standing, builds_on_alpine| {
        let builder = builder.parse().unwrap();
        let wanted =
            WantedImages { builder: Some(&builder), builds_on_alpine, ..wanted(&rust, standing) };
        let images = Images::find(&wanted, &mut Finder::new(lock(&[]), false))?;
        Ok::<_, ImagesError>((names(&images), images.release))
    };
    let mirror = "registry.example/rust:1.95-slim-bookworm";
    let (found, release) = find(mirror, Standing::Debian, false).unwrap();
    assert_eq!(found[..2], [mirror, "debian:bookworm-slim"]);
    assert_eq!(release, "bookworm");
    let pinned = format!("{mirror}@{}", digest("r"));
    let (found, _) = find(&pinned, Standing::Debian, false).unwrap();
    assert_eq!(found[0], format!("{mirror}@"));
    let (found, release) = find("rust:1.95-alpine3.22", Standing::Alpine, true).unwrap();
    assert_eq!((&*found[1], &*release), ("alpine:3.22", "3.22"));
    // Nobody knows what this is.
    assert_eq!(find("team.example/compiler:7", Standing::Scratch, false).unwrap().1, "trixie");

    let error =
        |builder, standing, on_alpine| find(builder, standing, on_alpine).unwrap_err().to_string();
    assert_eq!(
        error("rust:1.95-alpine3.22", Standing::Scratch, false),
        "the builder rust:1.95-alpine3.22 stands on Alpine 3.22, and Debian is needed"
    );
    assert!(error("rust:1.95-slim-bookworm", Standing::Alpine, true).contains("Alpine is needed"));
    assert!(
        error("rust:1.60-slim-buster", Standing::Debian, false)
            .ends_with("stands on Debian buster, and trixie or bookworm is needed")
    );
}

#[test]
fn an_update_that_nobody_answers_is_an_error_and_keeps_the_lock() {
    let rust = rust("1.95");
    let locked = lock(&["rust:1.95-slim-trixie"]);
    let mut finder = Finder::new(locked.clone(), true)
        .knowing("rust:1.95-slim-trixie", Answer::Silent("docker.io can't be reached".to_owned()));
    let error = Images::find(&wanted(&rust, Standing::Scratch), &mut finder).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot look up rust:1.95-slim-trixie anew: docker.io can't be reached"
    );
    assert_eq!(*finder.lock(), locked);
}
