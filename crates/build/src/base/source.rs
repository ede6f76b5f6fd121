//! Where the parts of a base come from: the store, a registry, or a layout on this machine.

use std::{
    fmt, fs,
    io::{self, Read as _},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use plimsoll_image::{
    Blob, BlobContent, BlobSource, Descriptor, Digest, Reference, Repository, layer::Layer,
    media_type,
};
use plimsoll_registry::{Client, Events, Fetched, RegistryError};

use super::{BaseError, BaseName, store::Store};

/// The largest manifest or index that is read, as registries have it.
const MOST_MANIFEST: u64 = 4 << 20;
/// The largest configuration that is read.
pub(super) const MOST_CONFIG: u64 = 8 << 20;

/// Where bases come from.
#[derive(Clone)]
pub struct Source {
    /// What was downloaded before.
    pub store: Arc<Store>,
    /// The client of registries; none where the network may not be used.
    pub client: Option<Arc<Client>>,
    /// Who hears of downloads.
    pub events: Arc<dyn Events + Send>,
}

/// The source of one base.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The base, as it was named.
    pub(super) name: BaseName,
    pub(super) source: Source,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Origin {
    /// The repository of a registry, if it is of one.
    pub(super) fn repository(&self) -> Option<&Repository> {
        match &self.name {
            BaseName::Registry { reference, .. } => Some(&reference.repository),
            BaseName::Scratch | BaseName::Layout(_) => None,
        }
    }

    /// The manifest or index that a digest names.
    pub(super) fn manifest(&self, digest: &Digest) -> Result<Fetched, BaseError> {
        if let Some(directory) = self.layout() {
            let bytes = self.read_blob(&directory, digest, MOST_MANIFEST)?;
            return self.fetched(bytes);
        }
        if let Some(bytes) = self.source.store.read(digest, MOST_MANIFEST) {
            return self.fetched(bytes);
        }
        let (Some(client), Some(repository)) = (&self.source.client, self.repository()) else {
            return Err(self.offline("the manifest"));
        };
        let reference =
            Reference { repository: repository.clone(), tag: None, digest: Some(*digest) };
        let fetched = client
            .manifest(&reference, &*self.source.events)
            .map_err(|error| self.failed(error))?;
        if Digest::of(&fetched.bytes) != *digest {
            return Err(self.unusable("the registry sent another manifest than was asked for"));
        }
        self.source.store.put(&fetched.bytes)?;
        Ok(fetched)
    }

    /// What a tag names now.
    pub(super) fn look_up(&self, reference: &Reference) -> Result<Fetched, BaseError> {
        let Some(client) = &self.source.client else {
            return Err(BaseError::NotLocked { base: self.name.to_string() });
        };
        let fetched =
            client.manifest(reference, &*self.source.events).map_err(|error| self.failed(error))?;
        self.source.store.put(&fetched.bytes)?;
        Ok(fetched)
    }

    /// The only image of a layout, or all of them as an index.
    pub(super) fn in_layout(&self, directory: &std::path::Path) -> Result<Fetched, BaseError> {
        let wrong = |reason: &str| self.broken_layout(reason);
        let file = fs::File::open(directory.join("index.json"))
            .map_err(|error| wrong(&format!("its index.json can't be read: {error}")))?;
        let mut bytes = Vec::new();
        let read = file.take(MOST_MANIFEST + 1).read_to_end(&mut bytes);
        if !read.is_ok_and(|length| length as u64 <= MOST_MANIFEST) {
            return Err(wrong("its index.json can't be read, or is over 4 MiB"));
        }
        let index: plimsoll_image::Index = serde_json::from_slice(&bytes)
            .map_err(|error| wrong(&format!("its index.json is not valid: {error}")))?;
        match &*index.manifests {
            [] => Err(wrong("it holds no image")),
            [only] => self.manifest(&only.digest),
            _ => {
                let descriptor = Descriptor::of(media_type::INDEX, &bytes);
                Ok(Fetched { descriptor, bytes })
            }
        }
    }

    /// A configuration.
    pub(super) fn config(&self, descriptor: &Descriptor) -> Result<Vec<u8>, BaseError> {
        if let Some(directory) = self.layout() {
            return self.read_blob(&directory, &descriptor.digest, MOST_CONFIG);
        }
        if let Some(bytes) = self.source.store.read(&descriptor.digest, MOST_CONFIG) {
            return Ok(bytes);
        }
        let (Some(client), Some(repository)) = (&self.source.client, self.repository()) else {
            return Err(self.offline("the configuration"));
        };
        let bytes = client
            .small_blob(repository, descriptor, MOST_CONFIG, &*self.source.events)
            .map_err(|error| self.failed(error))?;
        self.source.store.put(&bytes)?;
        Ok(bytes)
    }

    /// The blob of a layer; it is brought when somebody reads it.
    pub(super) fn layer(&self, layer: &Layer) -> Result<Blob, BaseError> {
        let descriptor = &layer.descriptor;
        if let Some(directory) = self.layout() {
            let path = blob_path(&directory, &descriptor.digest);
            let is_whole =
                fs::metadata(&path).is_ok_and(|it| it.is_file() && it.len() == descriptor.size);
            return if is_whole {
                Ok(Blob::in_file(descriptor, path))
            } else {
                let reason = format!("its layer {} is missing or damaged", descriptor.digest);
                Err(self.broken_layout(&reason))
            };
        }
        // One that is in the store is in use from now on, and looked at when somebody reads it.
        self.source.store.find(descriptor);
        let lazy =
            Lazy { origin: self.clone(), blob: descriptor.clone(), checked: Mutex::default() };
        let content = BlobContent::Elsewhere(Arc::new(lazy));
        Ok(Blob { digest: descriptor.digest, size: descriptor.size, content })
    }

    /// The same error for whatever breaks the specification.
    pub(super) fn unusable(&self, reason: impl Into<String>) -> BaseError {
        BaseError::Unusable { base: self.name.to_string(), reason: reason.into() }
    }

    fn layout(&self) -> Option<PathBuf> {
        match &self.name {
            BaseName::Layout(directory) => Some(directory.clone()),
            BaseName::Registry { .. } | BaseName::Scratch => None,
        }
    }

    fn read_blob(
        &self,
        directory: &std::path::Path,
        digest: &Digest,
        limit: u64,
    ) -> Result<Vec<u8>, BaseError> {
        let wrong = |why: &str| self.broken_layout(&format!("its blob {digest} {why}"));
        let mut bytes = Vec::new();
        let read = fs::File::open(blob_path(directory, digest))
            .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
        match read {
            Err(error) => Err(wrong(&format!("can't be read: {error}"))),
            Ok(length) if length as u64 > limit => Err(wrong("is too large")),
            Ok(_) if Digest::of(&bytes) != *digest => Err(wrong("is damaged")),
            Ok(_) => Ok(bytes),
        }
    }

    /// Its media type stands in the bytes, or is told by their shape.
    fn fetched(&self, bytes: Vec<u8>) -> Result<Fetched, BaseError> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape {
            media_type: Option<String>,
            manifests: Option<serde::de::IgnoredAny>,
        }
        let shape: Shape = serde_json::from_slice(&bytes)
            .map_err(|error| self.unusable(format!("its manifest is not valid: {error}")))?;
        let by_shape =
            if shape.manifests.is_some() { media_type::INDEX } else { media_type::MANIFEST };
        let media_type = shape.media_type.unwrap_or_else(|| by_shape.to_owned());
        Ok(Fetched { descriptor: Descriptor::of(&media_type, &bytes), bytes })
    }

    fn offline(&self, what: &str) -> BaseError {
        BaseError::Offline { base: self.name.to_string(), what: what.to_owned() }
    }

    fn broken_layout(&self, reason: &str) -> BaseError {
        let path = self.layout().unwrap_or_default();
        BaseError::Layout { path, reason: reason.to_owned() }
    }

    fn failed(&self, error: RegistryError) -> BaseError {
        BaseError::Registry { base: self.name.to_string(), source: Box::new(error) }
    }
}

/// A layer that is downloaded into the store when somebody reads it. One that is there already is
/// checked first, as its file may have been damaged since.
#[derive(Debug)]
struct Lazy {
    origin: Origin,
    blob: Descriptor,
    /// Where it is, once it was found to be what its digest names.
    checked: Mutex<Option<PathBuf>>,
}

impl BlobSource for Lazy {
    fn fetch(&self) -> io::Result<PathBuf> {
        let source = &self.origin.source;
        // Threads wait for each other here, as the layer is needed once.
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = &*checked {
            return Ok(path.clone());
        }
        if let Some(path) = source.store.find(&self.blob) {
            let (found, _) = Digest::of_reader(fs::File::open(&path)?)?;
            if found == self.blob.digest {
                *checked = Some(path.clone());
                return Ok(path);
            }
            source.store.forget(&self.blob.digest);
        }
        let what = || format!("the layer {}", self.blob.digest);
        let (Some(client), Some(repository)) = (&source.client, self.origin.repository()) else {
            return Err(io::Error::other(self.origin.offline(&what())));
        };
        let path = source.store.path(&self.blob.digest);
        client
            .pull_blob(repository, &self.blob, &path, &*source.events)
            .map_err(|error| io::Error::other(self.origin.failed(error)))?;
        source.store.touch(&self.blob.digest);
        *checked = Some(path.clone());
        Ok(path)
    }
}

fn blob_path(directory: &std::path::Path, digest: &Digest) -> PathBuf {
    directory.join(digest.blob_path())
}

#[cfg(test)]
mod tests {
    use plimsoll_registry::Silent;

    use super::*;

    #[test]
    fn a_layer_that_was_damaged_in_the_store_is_not_used() {
        let directory = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(directory.path(), 1 << 20).unwrap());
        let source = Source { store: Arc::clone(&store), client: None, events: Arc::new(Silent) };
        let reference: Reference = "r.example/a:1".parse().unwrap();
        let name = BaseName::Registry { name: "r.example/a:1".to_owned(), reference };
        let origin = Origin { name, source };
        let blob = Descriptor::of(media_type::LAYER_GZIP, b"layer");
        let lazy =
            || Lazy { origin: origin.clone(), blob: blob.clone(), checked: Mutex::default() };
        let path = store.path(&blob.digest);
        fs::write(&path, "layer").unwrap();
        assert_eq!(lazy().fetch().unwrap(), path);
        fs::write(&path, "lay3r").unwrap();
        // It would be brought again, were there a network.
        assert!(lazy().fetch().is_err());
        assert!(!path.exists());
    }
}
