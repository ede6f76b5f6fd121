//! Sizes in an OCI layout.

use std::{fs, path::Path};

use plimsoll_image::{Index, Manifest};

use super::super::Outcome;

/// Sizes in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    /// The uppermost layer, which has the program.
    pub(super) program_layer: u64,
    /// All blobs, the manifests too.
    pub(super) blobs: u64,
}

/// Reads the sizes of a layout with one image.
pub(super) fn sizes(layout: &Path) -> Outcome<Sizes> {
    let index: Index = serde_json::from_slice(&read(&layout.join("index.json"))?)?;
    let [manifest] = &*index.manifests else {
        return Err(format!("{} has not just one image", layout.display()).into());
    };
    let manifest = read(&layout.join(manifest.digest.blob_path()))?;
    let manifest: Manifest = serde_json::from_slice(&manifest)?;
    let program_layer = manifest.layers.last().ok_or("the image has no layer")?.size;
    let mut blobs = 0;
    for entry in fs::read_dir(layout.join("blobs/sha256"))? {
        blobs += entry?.metadata()?.len();
    }
    Ok(Sizes { program_layer, blobs })
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    Ok(fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?)
}
