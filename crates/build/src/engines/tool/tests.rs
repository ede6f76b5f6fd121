//! Tests of what is found on a machine.

use super::*;

/// A machine by what its programs print; a program that prints nothing is not there.
fn machine(
    answers: &'static [(&'static str, &'static str)],
) -> impl Fn(&str, &[&str]) -> io::Result<Answer> {
    |program, arguments| {
        let line = format!("{program} {}", arguments.join(" "));
        let found = answers.iter().find(|(asked, _)| *asked == line);
        let there = answers.iter().any(|(asked, _)| asked.starts_with(program));
        match found {
            Some((_, text)) => Ok(Answer { success: true, text: (*text).to_owned() }),
            None if there => Ok(Answer { success: false, text: "no such thing".to_owned() }),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

const OLD: (&str, &str) = ("docker --version", "Docker version 20.10.24+dfsg1, build 297e128");
const NEW: (&str, &str) = ("docker --version", "Docker version 28.2.2, build e6534b4");
const BUILDX: (&str, &str) = ("docker buildx version", "github.com/docker/buildx v0.21.1 abc");
const DEFAULT: (&str, &str) =
    ("docker buildx inspect", "Name:   default\nDriver: docker\n\nNodes:\n");

fn with(builder: Option<&str>, caches: &[Cache]) -> Request {
    let builder = builder.map(|it| it.parse().unwrap());
    Request { builder, caches: caches.to_vec(), ..Request::default() }
}

#[test]
fn buildkit_is_buildx_where_it_is_and_else_the_engines_own() {
    let found = find(Kind::Buildkit, &with(None, &[]), &machine(&[NEW, BUILDX, DEFAULT])).unwrap();
    let Tool::Buildx { version, builder: None, driver, create: None } = found else {
        panic!("{found:?}")
    };
    assert_eq!((version, &*driver), (Some(Version { major: 0, minor: 21, patch: 1 }), "docker"));
    let found = find(Kind::Buildkit, &with(None, &[]), &machine(&[OLD])).unwrap();
    assert_eq!(found, Tool::Docker { version: Version { major: 20, minor: 10, patch: 24 } });
    let error = find(Kind::Docker, &with(None, &[]), &machine(&[NEW])).unwrap_err();
    assert!(matches!(error, FindError::NoBuildx { .. }), "{error}");
}

#[test]
fn what_is_not_there_or_something_else_is_said() {
    let none = find(Kind::Docker, &with(None, &[]), &machine(&[])).unwrap_err();
    assert!(matches!(none, FindError::Start { program: "docker", .. }), "{none}");
    let none = find(Kind::Buildah, &with(None, &[]), &machine(&[OLD])).unwrap_err();
    assert!(matches!(none, FindError::Start { program: "buildah", .. }), "{none}");
    let podman = machine(&[("docker --version", "podman version 4.3.1")]);
    assert!(matches!(find(Kind::Docker, &with(None, &[]), &podman), Err(FindError::Podman)));
    let old = machine(&[("docker --version", "Docker version 17.12.0-ce, build x")]);
    assert!(matches!(find(Kind::Docker, &with(None, &[]), &old), Err(FindError::TooOld { .. })));
}

#[test]
fn a_cache_that_the_engine_cannot_write_makes_a_builder_once() {
    const THERE: &[(&str, &str)] = &[
        NEW,
        BUILDX,
        DEFAULT,
        ("docker buildx inspect plimsoll", "Name: plimsoll\nDriver: docker-container\n"),
    ];
    let caches = [Cache::Gha(None)];
    let found = find(Kind::Buildkit, &with(None, &caches), &machine(&[NEW, BUILDX, DEFAULT]));
    let Ok(Tool::Buildx { builder: Some(name), driver, create: Some(create), .. }) = found else {
        panic!("{found:?}")
    };
    assert_eq!((&*name, &*driver), ("plimsoll", "docker-container"));
    let line = "docker buildx create --name plimsoll --driver docker-container";
    assert_eq!(create.line(str::to_owned), line);
    let found = find(Kind::Buildkit, &with(None, &caches), &machine(THERE));
    assert!(matches!(found, Ok(Tool::Buildx { create: None, builder: Some(_), .. })), "{found:?}");
    let inline = find(Kind::Buildkit, &with(None, &[Cache::Inline(None)]), &machine(THERE));
    assert!(matches!(inline, Ok(Tool::Buildx { builder: None, .. })), "{inline:?}");
}

#[test]
fn a_builder_is_named_or_made_for_an_address() {
    const ANSWERS: &[(&str, &str)] =
        &[NEW, BUILDX, ("docker buildx inspect mine", "Name: mine\nDriver: kubernetes\n")];
    let found = find(Kind::Buildkit, &with(Some("mine"), &[]), &machine(ANSWERS));
    let Ok(Tool::Buildx { driver, create: None, .. }) = found else { panic!("{found:?}") };
    assert_eq!(driver, "kubernetes");
    let found = find(Kind::Buildkit, &with(Some("gone"), &[]), &machine(ANSWERS));
    assert!(matches!(found, Err(FindError::NoSuchBuilder { .. })), "{found:?}");
    let found = find(Kind::Buildkit, &with(Some("tcp://b:1"), &[]), &machine(ANSWERS));
    let Ok(Tool::Buildx { driver, create: Some(_), .. }) = found else { panic!("{found:?}") };
    assert_eq!(driver, "remote");
}

#[test]
fn a_builder_needs_buildx() {
    for (kind, answers) in [
        (Kind::Docker, &[NEW, BUILDX, DEFAULT][..]),
        (Kind::Buildkit, &[OLD]),
        (Kind::Buildah, &[("buildah --version", "buildah version 1.28.2")]),
    ] {
        let found = find(kind, &with(Some("mine"), &[]), &|program: &str, arguments: &[&str]| {
            let line = format!("{program} {}", arguments.join(" "));
            let found = answers.iter().find(|(asked, _)| *asked == line);
            Ok(found.map_or_else(Answer::default, |(_, text)| Answer {
                success: true,
                text: (*text).to_owned(),
            }))
        });
        assert!(matches!(found, Err(FindError::BuilderNotTaken { .. })), "{kind:?}: {found:?}");
    }
}
