//! Reads back what was built.

use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use plimsoll_image::{Compression, compression::decompress};
use serde_json::Value;

/// An image in a layout.
pub(crate) struct Layout(PathBuf);

/// An entry of a layer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) mode: u32,
    pub(crate) owner: (u64, u64),
    pub(crate) content: Vec<u8>,
}

impl Layout {
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(crate) fn index(&self) -> Value {
        json(&self.0.join("index.json"))
    }

    /// The digest of the image.
    pub(crate) fn digest(&self) -> String {
        self.index()["manifests"][0]["digest"].as_str().unwrap().to_owned()
    }

    pub(crate) fn blob(&self, descriptor: &Value) -> Vec<u8> {
        let digest = descriptor["digest"].as_str().unwrap();
        fs::read(self.0.join("blobs").join(digest.replace(':', "/"))).unwrap()
    }

    pub(crate) fn manifest(&self) -> Value {
        serde_json::from_slice(&self.blob(&self.index()["manifests"][0])).unwrap()
    }

    pub(crate) fn config(&self) -> Value {
        serde_json::from_slice(&self.blob(&self.manifest()["config"])).unwrap()
    }

    /// The entries of a layer, by path.
    pub(crate) fn layer(&self, number: usize) -> BTreeMap<String, Entry> {
        let descriptor = &self.manifest()["layers"][number];
        let media_type = descriptor["mediaType"].as_str().unwrap();
        let compression =
            Compression::ALL.into_iter().find(|it| it.layer_media_type() == media_type).unwrap();
        let bytes = self.blob(descriptor);
        let mut archive = tar::Archive::new(decompress(&*bytes, compression).unwrap());
        archive
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let path = entry.path().unwrap().to_string_lossy().into_owned();
                let mut content = Vec::new();
                entry.read_to_end(&mut content).unwrap();
                let header = entry.header();
                let owner = (header.uid().unwrap(), header.gid().unwrap());
                (path, Entry { mode: header.mode().unwrap(), owner, content })
            })
            .collect()
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}
