//! The names that an image may go by, the best first.

use plimsoll_image::Reference;

use super::{
    Standing,
    releases::{ALPINE, Debian},
};
use crate::init::survey::{Rust, ServiceKind};

/// A name that an image may go by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The name.
    pub(super) reference: Reference,
    /// Whether it is just what is wanted. Of one that isn't, the Rust may be another.
    pub(super) is_exact: bool,
}

/// Images of a Rust on a release: `slim-trixie`, `alpine3.23`.
pub(super) fn builder(rust: &Rust, release: &str) -> Vec<Candidate> {
    let suffix = match release.split_once('.') {
        Some(_) => format!("alpine{release}"),
        None => format!("slim-{release}"),
    };
    let mut found = Vec::new();
    if rust.version == "nightly" {
        // This one puts its words the other way round.
        let suffix = match release.split_once('.') {
            Some(_) => &suffix,
            None => &format!("{release}-slim"),
        };
        found.extend(candidate(&format!("rustlang/rust:nightly-{suffix}"), true));
    }
    let parts: Vec<&str> = rust.version.split('.').collect();
    let is_version = parts.len() > 1 && parts.iter().all(|it| it.parse::<u16>().is_ok());
    if is_version {
        for count in (2..=parts.len().min(3)).rev() {
            let version = parts.iter().take(count).copied().collect::<Vec<_>>().join(".");
            found.extend(candidate(&format!("rust:{version}-{suffix}"), true));
        }
    }
    // Of any other channel rustup brings the toolchain into the newest image.
    found.extend(candidate(&format!("rust:1-{suffix}"), !is_version && rust.version != "nightly"));
    found
}

/// What an image stands on, where the builder is of a release.
pub(super) fn base(standing: Standing, release: &Release) -> Vec<Candidate> {
    let names: Vec<String> = match (standing, release) {
        (Standing::Scratch, _) => Vec::new(),
        (Standing::Distroless(which), Release::Debian(debian)) => vec![debian.distroless(which)],
        (Standing::Debian, Release::Debian(debian)) => vec![debian.slim()],
        // What is static runs on any.
        (Standing::Alpine, Release::Debian(_)) => {
            ALPINE.iter().map(|it| format!("alpine:{it}")).collect()
        }
        (_, Release::Alpine(version)) => vec![format!("alpine:{version}")],
    };
    names.iter().filter_map(|it| candidate(it, true)).collect()
}

/// The images of a service.
pub(super) fn service(kind: ServiceKind) -> Vec<Candidate> {
    let mut rows = include_str!("services.tsv").lines().filter(|it| !it.starts_with('#'));
    let images = rows.find_map(|row| {
        let (name, images) = row.split_once('\t')?;
        (name == kind.name()).then_some(images)
    });
    images.unwrap_or_default().split(',').filter_map(|it| candidate(it, true)).collect()
}

/// The release that a builder is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Release {
    Debian(Debian),
    /// By its version.
    Alpine(&'static str),
}

impl Release {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Debian(debian) => debian.name,
            Self::Alpine(version) => version,
        }
    }
}

fn candidate(name: &str, is_exact: bool) -> Option<Candidate> {
    Some(Candidate { reference: name.parse().ok()?, is_exact })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::images::releases::DEBIAN;

    fn names(candidates: Vec<Candidate>) -> Vec<String> {
        let name = |it: Candidate| {
            format!("{}{}", it.reference, if it.is_exact { "" } else { " (inexact)" })
        };
        candidates.into_iter().map(name).collect()
    }

    fn rust(version: &str, release: &str) -> Vec<String> {
        let reason = "rust-toolchain.toml".to_owned();
        let has_toolchain_file = true;
        names(builder(&Rust { version: version.to_owned(), reason, has_toolchain_file }, release))
    }

    #[test]
    fn the_closest_version_of_rust_comes_first() {
        assert_eq!(
            rust("1.95.0", "trixie"),
            ["rust:1.95.0-slim-trixie", "rust:1.95-slim-trixie", "rust:1-slim-trixie (inexact)"]
        );
        assert_eq!(rust("1.95", "3.23"), ["rust:1.95-alpine3.23", "rust:1-alpine3.23 (inexact)"]);
    }

    #[test]
    fn channels_take_what_rustup_can_make_of_the_newest_image() {
        assert_eq!(rust("stable", "bookworm"), ["rust:1-slim-bookworm"]);
        assert_eq!(rust("nightly-2026-01-02", "bookworm"), ["rust:1-slim-bookworm"]);
        assert_eq!(
            rust("nightly", "bookworm"),
            ["rustlang/rust:nightly-bookworm-slim", "rust:1-slim-bookworm (inexact)"]
        );
        // Whatever a toolchain file says ends in a name, or in none.
        assert_eq!(rust("1.95@evil/x", "trixie"), ["rust:1-slim-trixie"]);
        assert_eq!(rust("", "trixie"), ["rust:1-slim-trixie"]);
    }

    #[test]
    fn every_service_has_images_whose_support_has_not_ended() {
        use ServiceKind::{Mysql, Nats, Postgres, Rabbitmq, Redis};
        use plimsoll_lint::bases::TABLE_DATE;

        let ends = include_str!("../../../../lint/data/service-releases.tsv");
        let today = format!("{}-{:02}-{:02}", TABLE_DATE.year, TABLE_DATE.month, TABLE_DATE.day);
        for kind in [Postgres, Mysql, Redis, Nats, Rabbitmq] {
            let images = names(service(kind));
            assert!(!images.is_empty(), "{kind:?}");
            for image in images {
                let (name, tag) = image.split_once(':').unwrap();
                let version = tag.split('-').next().unwrap();
                let ended = ends.lines().any(|row| {
                    let columns: Vec<&str> = row.split('\t').collect();
                    matches!(*columns, [names, _, it, end]
                        if names.split(',').any(|it| it == name) && it == version && *end < *today)
                });
                assert!(!ended, "{image}");
            }
        }
    }

    #[test]
    fn what_is_static_stands_on_any_alpine_and_all_else_on_the_release_of_its_builder() {
        let debian = Release::Debian(DEBIAN[1]);
        assert_eq!(names(base(Standing::Alpine, &debian))[0], "alpine:3.24");
        assert_eq!(names(base(Standing::Alpine, &Release::Alpine("3.22"))), ["alpine:3.22"]);
        assert_eq!(names(base(Standing::Debian, &debian)), ["debian:bookworm-slim"]);
        assert_eq!(
            names(base(Standing::Distroless("cc"), &debian)),
            ["gcr.io/distroless/cc-debian12:nonroot"]
        );
        assert!(base(Standing::Scratch, &debian).is_empty());
    }
}
