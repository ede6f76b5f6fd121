//! The images that generated files name, and their digests.

use plimsoll_build::base::lock::Lock;
use plimsoll_registry::Client;
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

/// Finds images: in plimsoll.lock, in their registries, in an engine of this machine.
#[derive(Debug)]
pub(crate) struct Finder {
    lock: Lock,
    update: bool,
    client: Option<Client>,
    engine: Option<plimsoll_engine::Environment>,
}

impl Finder {
    /// A finder that knows nothing but what is locked. With `update` (`--update-base`) that is looked
    /// up anew.
    pub(crate) fn new(lock: Lock, update: bool) -> Self {
        Self { lock, update, client: None, engine: None }
    }

    /// Lets it ask registries. Left out with `--offline`.
    #[must_use]
    pub(crate) fn with_registries(self, client: Client) -> Self {
        Self { client: Some(client), ..self }
    }

    /// Lets it ask the Docker Engine that the environment names. One that isn't on this machine is not
    /// asked with `--offline`.
    #[must_use]
    pub(crate) fn with_engine(self, environment: plimsoll_engine::Environment) -> Self {
        Self { engine: Some(environment), ..self }
    }

    /// What is locked now: what was, and what was found in registries since.
    pub(crate) fn lock(&self) -> &Lock {
        let _ = (self.update, &self.client, &self.engine);
        &self.lock
    }
}
