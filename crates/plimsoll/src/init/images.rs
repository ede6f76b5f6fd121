//! The images that generated files name, and their digests.

use serde::Serialize;

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
