//! From the name of a base to its image for one platform.

use std::sync::{Arc, OnceLock};

use plimsoll_image::{
    Blob, Descriptor, Digest, ImageConfig, Index, Manifest, Platform, Reference, Repository,
    layer::Layer, media_type,
};
use plimsoll_registry::{Fetched, RegistryError};

use super::{
    BaseError, BaseName, ShortName,
    contents::Contents,
    layers::layers,
    name::canonical,
    platform::{Choice, choose, platforms},
    source::{Origin, Source},
    store::Store,
};

/// How deep indexes may nest.
const MOST_NESTING: usize = 4;
/// How many manifests are looked into for one that is for a platform: an index may name any number.
const MOST_MANIFESTS: usize = 1000;

/// A base of some digest, for whatever platforms it is there for.
#[derive(Debug)]
pub struct Root {
    origin: Origin,
    /// The manifest, or the index of several.
    fetched: Fetched,
}

/// The image of a base for one platform.
#[derive(Debug)]
pub struct Base {
    /// What is known of it beside its image.
    pub(crate) origin: BaseOrigin,
    /// Its configuration.
    pub(crate) config: ImageConfig,
    /// Its layers, the lowest first, and where their bytes are.
    pub(crate) layers: Vec<(Layer, Blob)>,
    contents: OnceLock<Contents>,
    store: Arc<Store>,
}

/// Where a base is from.
#[derive(Clone, Debug)]
pub(crate) struct BaseOrigin {
    /// The base, as it was named.
    pub(crate) name: BaseName,
    /// The digest of its manifest.
    pub(crate) manifest: Digest,
    /// The digest of its index, or of its manifest where there is none.
    pub(crate) root: Digest,
}

impl Root {
    /// What the registry has under the name now.
    pub fn look_up(name: &BaseName, source: Source) -> Result<Self, BaseError> {
        let origin = Origin { name: name.clone(), source };
        let fetched = match name {
            BaseName::Registry { reference, .. } => match reference.digest {
                Some(digest) => origin.manifest(&digest)?,
                None => origin.look_up(reference)?,
            },
            BaseName::Layout(directory) => origin.in_layout(directory)?,
            BaseName::Scratch => return Err(origin.unusable("it is nothing")),
        };
        Ok(Self { origin, fetched })
    }

    /// What the lock file names: `name` stands for `reference`, which was `digest`.
    pub fn locked(
        name: &str,
        reference: &Reference,
        digest: &Digest,
        source: Source,
    ) -> Result<Self, BaseError> {
        let name = BaseName::Registry { name: name.to_owned(), reference: reference.clone() };
        let origin = Origin { name, source };
        match origin.manifest(digest) {
            Ok(fetched) => Ok(Self { origin, fetched }),
            Err(BaseError::Registry { source, .. })
                if matches!(*source, RegistryError::NotFound { .. }) =>
            {
                Err(BaseError::Gone {
                    registry: reference.repository.host.clone(),
                    base: reference.repository.path.clone(),
                    digest: *digest,
                    source,
                })
            }
            Err(error) => Err(error),
        }
    }

    /// The digest of the manifest, or of the index of several.
    pub fn digest(&self) -> &Digest {
        &self.fetched.descriptor.digest
    }

    /// The image for a platform.
    pub fn image(&self, platform: &Platform) -> Result<Base, BaseError> {
        let Some(found) = self.search(&self.fetched, platform, 0, &mut 0)? else {
            let found = self.index(&self.fetched)?.map(|it| platforms(&it));
            return Err(self.no_platform(platform, found.unwrap_or_default()));
        };
        let Found { descriptor, manifest, config } = found;
        let layers = layers(&manifest, &config).map_err(|reason| self.origin.unusable(reason))?;
        let layers = layers
            .into_iter()
            .map(|layer| self.origin.layer(&layer).map(|blob| (layer, blob)))
            .collect::<Result<_, _>>()?;
        let origin = BaseOrigin {
            name: self.origin.name.clone(),
            manifest: descriptor.digest,
            root: *self.digest(),
        };
        let store = Arc::clone(&self.origin.source.store);
        Ok(Base { origin, config, layers, contents: OnceLock::new(), store })
    }

    /// Looks for the platform; what is not said in an index is read.
    fn search(
        &self,
        fetched: &Fetched,
        platform: &Platform,
        depth: usize,
        seen: &mut usize,
    ) -> Result<Option<Found>, BaseError> {
        let Some(index) = self.index(fetched)? else {
            let found = self.read(fetched)?;
            let fits = found.config.platform.runs_on(platform);
            return match (fits, depth) {
                (true, _) => Ok(Some(found)),
                // There is nothing else that could be looked into.
                (false, 0) => {
                    let only = found.config.platform.normalized().to_string();
                    Err(self.no_platform(platform, vec![only]))
                }
                (false, _) => Ok(None),
            };
        };
        if depth == MOST_NESTING {
            let reason = format!("its indexes nest more than {MOST_NESTING} deep");
            return Err(self.origin.unusable(reason));
        }
        match choose(&index, platform) {
            Choice::Manifest(descriptor) => {
                let fetched = self.origin.manifest(&descriptor.digest)?;
                self.read(&fetched).map(Some)
            }
            Choice::LookInto(several) => {
                for descriptor in several {
                    *seen += 1;
                    if *seen > MOST_MANIFESTS {
                        let reason =
                            format!("its indexes name more than {MOST_MANIFESTS} manifests");
                        return Err(self.origin.unusable(reason));
                    }
                    let fetched = self.origin.manifest(&descriptor.digest)?;
                    if let Some(found) = self.search(&fetched, platform, depth + 1, seen)? {
                        return Ok(Some(found));
                    }
                }
                Ok(None)
            }
        }
    }

    fn index(&self, fetched: &Fetched) -> Result<Option<Index>, BaseError> {
        if !media_type::is_index(&fetched.descriptor.media_type) {
            return Ok(None);
        }
        let index = serde_json::from_slice(&fetched.bytes);
        index.map(Some).map_err(|error| self.invalid("index", &error))
    }

    fn read(&self, fetched: &Fetched) -> Result<Found, BaseError> {
        let media_type = &fetched.descriptor.media_type;
        if !media_type::is_manifest(media_type) {
            let reason = format!("its manifest has the unknown type `{media_type}`");
            return Err(self.origin.unusable(reason));
        }
        let manifest: Manifest = serde_json::from_slice(&fetched.bytes)
            .map_err(|error| self.invalid("manifest", &error))?;
        let of_config = &manifest.config.media_type;
        if media_type::oci(of_config) != media_type::CONFIG {
            let reason = format!("it is no container image, but has a `{of_config}`");
            return Err(self.origin.unusable(reason));
        }
        let config = self.origin.config(&manifest.config)?;
        let config = serde_json::from_slice(&config)
            .map_err(|error| self.invalid("configuration", &error))?;
        Ok(Found { descriptor: fetched.descriptor.clone(), manifest, config })
    }

    fn invalid(&self, what: &str, error: &serde_json::Error) -> BaseError {
        self.origin.unusable(format!("its {what} is not valid: {error}"))
    }

    fn no_platform(&self, wanted: &Platform, found: Vec<String>) -> BaseError {
        BaseError::NoPlatform { base: self.origin.name.to_string(), wanted: wanted.clone(), found }
    }
}

impl Base {
    /// The base, as it was named.
    pub fn name(&self) -> &BaseName {
        &self.origin.name
    }

    /// The short name that it goes by, if it still stands for that image.
    pub fn short(&self) -> Option<ShortName> {
        let short = self.origin.name.short()?;
        let reference: Reference = short.reference.parse().ok()?;
        (self.repository() == Some(&reference.repository)).then_some(short)
    }

    /// Its files. They are read once, which brings layers that are not on this machine.
    pub fn contents(&self) -> Result<&Contents, BaseError> {
        if let Some(contents) = self.contents.get() {
            return Ok(contents);
        }
        // What the layers hold follows from their digests.
        let digests: Vec<_> = self.layers().map(|it| it.descriptor.digest.to_string()).collect();
        let key = Digest::of(digests.join(" ").as_bytes());
        let known = self.store.facts::<Contents>(&key).filter(Contents::is_current);
        if let Some(contents) = known {
            return Ok(self.contents.get_or_init(|| contents));
        }
        let contents = Contents::read(&self.layers).map_err(|error| BaseError::Files {
            base: self.origin.name.to_string(),
            source: Box::new(error),
        })?;
        // Nothing but the time of the next build is lost where it can't be kept.
        self.store.remember(&key, &contents).ok();
        Ok(self.contents.get_or_init(|| contents))
    }

    /// Whether it wants to run commands in whatever is built on it (`ONBUILD`), which only Dockerfiles can.
    pub fn has_triggers(&self) -> bool {
        let triggers = self.config.config.other.get("OnBuild").and_then(|it| it.as_array());
        triggers.is_some_and(|it| !it.is_empty())
    }

    /// The digest of the base's index, or of its manifest where there is none.
    pub fn root(&self) -> &Digest {
        &self.origin.root
    }

    /// The digest of its manifest for this platform.
    pub fn manifest(&self) -> &Digest {
        &self.origin.manifest
    }

    /// The environment that it sets, as `NAME=value`.
    pub fn environment(&self) -> &[String] {
        &self.config.config.env
    }

    /// Its platform.
    pub fn platform(&self) -> &Platform {
        &self.config.platform
    }

    /// The repository from which its layers can be mounted.
    pub fn repository(&self) -> Option<&Repository> {
        match &self.origin.name {
            BaseName::Registry { reference, .. } => Some(&reference.repository),
            BaseName::Scratch | BaseName::Layout(_) => None,
        }
    }

    /// Its layers, the lowest first.
    pub fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().map(|(layer, _)| layer)
    }

    /// The whole name for `org.opencontainers.image.base.name`; a directory of this machine has none.
    pub fn full_name(&self) -> Option<String> {
        match &self.origin.name {
            BaseName::Registry { reference, .. } => {
                let Reference { repository, tag, digest } = reference;
                match (tag, digest) {
                    (None, Some(_)) => Some(format!("{}/{}", repository.host, repository.path)),
                    _ => Some(canonical(&Reference { digest: None, ..reference.clone() })),
                }
            }
            BaseName::Scratch | BaseName::Layout(_) => None,
        }
    }
}

struct Found {
    descriptor: Descriptor,
    manifest: Manifest,
    config: ImageConfig,
}
