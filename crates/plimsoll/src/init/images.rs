//! The images that generated files name, and their digests.
//!
//! [`candidates`] has the names that an image may go by. [`finder`] looks for them: in plimsoll.lock, in
//! their registries ([`registries`]), in an engine of this machine ([`engine`]). [`choose`] takes the
//! release for which most was found.

mod candidates;
mod choose;
mod engine;
mod finder;
mod registries;
mod releases;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use plimsoll_image::Reference;
use serde::Serialize;

pub(crate) use choose::ImagesError;
pub(crate) use finder::Finder;
pub(crate) use releases::{DEBIAN, Debian};

use super::survey::{Rust, ServiceKind};

/// An image, as files name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PinnedImage {
    /// Its name with its tag: `rust:1.95-slim-trixie`, `gcr.io/distroless/static-debian13:nonroot`.
    pub(crate) name: String,
    /// `sha256:…` of its index.
    pub(crate) digest: Option<String>,
    /// Why it has no digest: a sentence without its full stop, for the comment that allows it.
    pub(crate) why_not: Option<String>,
}

impl PinnedImage {
    /// As `FROM` and `image:` have it.
    pub(crate) fn reference(&self) -> String {
        match &self.digest {
            Some(digest) => format!("{}@{digest}", self.name),
            None => self.name.clone(),
        }
    }
}

/// All that the files of a plan name. Built on one release of one distribution: what the builder links
/// to is what the base has.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Images {
    /// Rust, on Debian slim or on Alpine.
    pub(crate) builder: PinnedImage,
    /// The release of Debian (`trixie`) or Alpine (`3.23`) that the builder is.
    pub(crate) release: String,
    /// What the image stands on; `None` for scratch.
    pub(crate) base: Option<PinnedImage>,
    /// Images of services by their name in Compose files, sorted by name.
    pub(crate) services: Vec<(String, PinnedImage)>,
}

/// What a base is, beside its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing.
    Scratch,
    /// Distroless: `static`, `base` or `cc`.
    Distroless(&'static str),
    /// Debian slim.
    Debian,
    /// Alpine.
    Alpine,
}

/// What images are wanted for.
#[derive(Clone, Debug)]
pub(crate) struct WantedImages<'s> {
    /// The Rust to build with.
    pub(crate) rust: &'s Rust,
    /// The builder, where the user names it.
    pub(crate) builder: Option<&'s Reference>,
    /// What the programs run on.
    pub(crate) standing: Standing,
    /// Whether the builder is Alpine, too.
    pub(crate) builds_on_alpine: bool,
    /// The releases of Debian that will do.
    pub(crate) releases: &'s [Debian],
    /// The services of development.
    pub(crate) services: BTreeSet<ServiceKind>,
}
