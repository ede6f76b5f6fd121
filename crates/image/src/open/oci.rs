//! Opens an OCI layout, wherever it lies.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::Deserialize;

use super::{
    MOST_MANIFESTS, MOST_NESTING, OpenError, Opened, OpenedImage, Options,
    choose::{Candidate, choose, is_same_platform, names},
    store::Store,
};
use crate::{Blob, BlobSet, Descriptor, Digest, Index, Manifest, Platform, media_type};

/// A configuration, as far as it says what the image is.
#[derive(Deserialize)]
struct Config {
    #[serde(flatten)]
    platform: Platform,
    config: Option<Run>,
}

#[derive(Deserialize)]
struct Run {
    #[serde(rename = "Labels")]
    labels: Option<BTreeMap<String, String>>,
}

/// Opens the image that is meant in a layout.
pub(super) fn open(
    store: &impl Store,
    path: &Path,
    options: &Options<'_>,
) -> Result<Opened, OpenError> {
    let index: Index = parse(path, "index.json", &store.named("index.json")?)?;
    let fits = |descriptor: &&Descriptor| match (options.platform, &descriptor.platform) {
        (Some(wanted), Some(platform)) => is_same_platform(wanted, platform),
        _ => true,
    };
    let candidate = |descriptor: &Descriptor| Candidate {
        names: names(descriptor).into_iter().chain([descriptor.digest.to_string()]).collect(),
        value: descriptor.clone(),
    };
    let candidates = index.manifests.iter().filter(fits).map(candidate).collect();
    let root = choose(path, candidates, options.choice, |one, other| one.digest == other.digest)?;
    let mut walk = Walk { store, path, blobs: BlobSet::default(), images: Vec::new(), seen: 0 };
    let root = match options.platform {
        Some(platform) => walk.of_platform(&root, platform)?,
        None => root,
    };
    // Notes and the platform belong to the index that it stood in.
    let root = Descriptor::new(&root.media_type, root.digest, root.size);
    if let Some(what) = walk.visit(&root, 0)? {
        return Err(OpenError::Missing { path: path.to_owned(), what });
    }
    Ok(Opened { root, blobs: walk.blobs, images: walk.images })
}

/// The images at and below a root.
pub(super) fn images(store: &impl Store, root: &Descriptor) -> Result<Vec<OpenedImage>, OpenError> {
    let path = store.path();
    let mut walk = Walk { store, path, blobs: BlobSet::default(), images: Vec::new(), seen: 0 };
    match walk.visit(root, 0)? {
        Some(what) => Err(OpenError::Missing { path: path.to_owned(), what }),
        None => Ok(walk.images),
    }
}

/// Gathers the digests of what stands below an index.
pub(super) fn manifests(
    store: &impl Store,
    descriptor: &Descriptor,
    depth: usize,
    found: &mut BTreeSet<Digest>,
) {
    if depth == 0 || !media_type::is_index(&descriptor.media_type) {
        return;
    }
    // What can't be read has nothing to add.
    let bytes = store.small(descriptor).ok().flatten().unwrap_or_default();
    for child in serde_json::from_slice::<Index>(&bytes).map(|it| it.manifests).unwrap_or_default()
    {
        found.insert(child.digest);
        manifests(store, &child, depth - 1, found);
    }
}

/// Gathers what an image consists of.
struct Walk<'a, S> {
    store: &'a S,
    path: &'a Path,
    blobs: BlobSet,
    images: Vec<OpenedImage>,
    seen: usize,
}

impl<S: Store> Walk<'_, S> {
    /// Takes a manifest or an index and all below it; gives the first that is missing.
    fn visit(
        &mut self,
        descriptor: &Descriptor,
        depth: usize,
    ) -> Result<Option<String>, OpenError> {
        let Some(bytes) = self.document(descriptor)? else {
            return Ok(Some(descriptor.digest.to_string()));
        };
        if !media_type::is_index(&descriptor.media_type) {
            return self.manifest(descriptor, &bytes);
        }
        if depth >= MOST_NESTING {
            return Err(self.limit("the nesting of indexes", MOST_NESTING));
        }
        let index: Index = parse(self.path, &descriptor.digest.to_string(), &bytes)?;
        let (mut complete, mut incomplete) = (BTreeSet::new(), None);
        for child in &index.manifests {
            let platform =
                child.platform.as_ref().map_or("no platform".to_owned(), Platform::to_string);
            match self.visit(child, depth + 1)? {
                None => drop(complete.insert(platform)),
                Some(what) => drop(incomplete.get_or_insert((what, platform))),
            }
        }
        if let Some((what, platform)) = incomplete {
            return Err(OpenError::Incomplete {
                path: self.path.to_owned(),
                what,
                platform,
                complete: complete.into_iter().collect(),
            });
        }
        Ok(None)
    }

    /// Takes a manifest's configuration and layers; gives the first that is missing.
    fn manifest(
        &mut self,
        descriptor: &Descriptor,
        bytes: &[u8],
    ) -> Result<Option<String>, OpenError> {
        let manifest: Manifest = parse(self.path, &descriptor.digest.to_string(), bytes)?;
        let is_config = media_type::oci(&manifest.config.media_type) == media_type::CONFIG;
        if is_config {
            let Some(config) = self.store.small(&manifest.config)? else {
                return Ok(Some(manifest.config.digest.to_string()));
            };
            self.images.extend(image(descriptor, &manifest.config.digest, &config));
            self.blobs.add(Blob::of(config));
        }
        for blob in manifest.layers.iter().chain((!is_config).then_some(&manifest.config)) {
            match self.store.blob(blob)? {
                Some(blob) => self.blobs.add(blob),
                // Such layers may not be passed on: whoever runs the image brings them from their maker.
                None if blob.other.contains_key("urls") => {}
                None => return Ok(Some(blob.digest.to_string())),
            }
        }
        Ok(None)
    }

    /// The manifest for a platform at or below a descriptor.
    fn of_platform(
        &mut self,
        root: &Descriptor,
        platform: &Platform,
    ) -> Result<Descriptor, OpenError> {
        let mut available = Vec::new();
        let found = self.search(root, platform, 0, &mut available)?;
        found.ok_or_else(|| OpenError::NoPlatform {
            path: self.path.to_owned(),
            platform: platform.to_string(),
            available,
        })
    }

    fn search(
        &mut self,
        descriptor: &Descriptor,
        wanted: &Platform,
        depth: usize,
        available: &mut Vec<String>,
    ) -> Result<Option<Descriptor>, OpenError> {
        let Some(bytes) = self.document(descriptor)? else {
            return Ok(None);
        };
        if media_type::is_index(&descriptor.media_type) {
            if depth >= MOST_NESTING {
                return Err(self.limit("the nesting of indexes", MOST_NESTING));
            }
            let index: Index = parse(self.path, &descriptor.digest.to_string(), &bytes)?;
            for child in &index.manifests {
                match &child.platform {
                    // What is for another platform need not even be there.
                    Some(platform) if !is_same_platform(platform, wanted) => {
                        available.push(platform.to_string());
                    }
                    _ => {
                        if let Some(found) = self.search(child, wanted, depth + 1, available)? {
                            return Ok(Some(found));
                        }
                    }
                }
            }
            return Ok(None);
        }
        let manifest: Manifest = parse(self.path, &descriptor.digest.to_string(), &bytes)?;
        let config = self.store.small(&manifest.config)?.unwrap_or_default();
        match image(descriptor, &manifest.config.digest, &config) {
            Some(image) if is_same_platform(&image.platform, wanted) => {
                Ok(Some(descriptor.clone()))
            }
            Some(image) => {
                available.push(image.platform.to_string());
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// Reads a manifest or an index, once.
    fn document(&mut self, descriptor: &Descriptor) -> Result<Option<Vec<u8>>, OpenError> {
        let kind = &*descriptor.media_type;
        if !media_type::is_index(kind) && !media_type::is_manifest(kind) {
            return Err(OpenError::Invalid {
                path: self.path.to_owned(),
                what: descriptor.digest.to_string(),
                // It may come from a hostile file, so it is cut.
                reason: format!("it is of type `{}`", kind.chars().take(100).collect::<String>()),
            });
        }
        self.seen += 1;
        if self.seen > MOST_MANIFESTS {
            return Err(self.limit("the number of manifests", MOST_MANIFESTS));
        }
        let bytes = self.store.small(descriptor)?;
        if let Some(bytes) = &bytes {
            self.blobs.add(Blob::of(bytes.clone()));
        }
        Ok(bytes)
    }

    fn limit(&self, what: &str, limit: usize) -> OpenError {
        let (what, limit) = (what.to_owned(), limit.to_string());
        OpenError::Limit { path: self.path.to_owned(), what, limit }
    }
}

/// What a configuration says, as far as it is an image's.
pub(super) fn image(manifest: &Descriptor, config: &Digest, bytes: &[u8]) -> Option<OpenedImage> {
    let parsed: Config = serde_json::from_slice(bytes).ok()?;
    let labels = parsed.config.and_then(|it| it.labels).unwrap_or_default();
    let label = |key: &str| labels.get(&format!("org.opencontainers.image.{key}")).cloned();
    // Attestations stand in an index as images of no platform.
    (parsed.platform.os != "unknown").then(|| OpenedImage {
        platform: parsed.platform,
        manifest: manifest.digest,
        config: *config,
        version: label("version"),
        revision: label("revision"),
    })
}

/// Reads a document of JSON.
pub(super) fn parse<'a, T: Deserialize<'a>>(
    path: &Path,
    what: &str,
    bytes: &'a [u8],
) -> Result<T, OpenError> {
    serde_json::from_slice(bytes).map_err(|error| OpenError::Invalid {
        path: path.to_owned(),
        what: what.to_owned(),
        reason: error.to_string(),
    })
}
