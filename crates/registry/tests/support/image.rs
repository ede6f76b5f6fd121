//! Images of random bytes: what a client sees of an image is digests.

use std::{collections::BTreeMap, io::Read as _};

use plimsoll_image::{Blob, BlobSet, Descriptor, Digest, media_type};
use serde_json::{Value, json};

use crate::random::Random;

/// An image or index, with everything that it leads to.
#[derive(Clone, Debug)]
pub(crate) struct TestImage {
    pub(crate) root: Descriptor,
    pub(crate) blobs: BlobSet,
}

/// One image with layers of these sizes in bytes.
pub(crate) fn image(random: &mut Random, sizes: &[usize]) -> TestImage {
    let mut blobs = BlobSet::default();
    let root = manifest(random, sizes, false, "amd64", &mut blobs);
    TestImage { root, blobs }
}

/// An image as chance has it: one or several platforms, OCI's or Docker's types, some layers, some
/// shared, perhaps an empty one.
pub(crate) fn any_image(random: &mut Random) -> TestImage {
    let is_docker = random.percent(25);
    let layer = |random: &mut Random| match random.below(10) {
        0 => 0,
        1..6 => random.below(3_000),
        6..9 => random.below(60_000),
        _ => 150_000 + random.below(100_000),
    };
    let layers = |random: &mut Random| -> Vec<usize> {
        (0..=random.below(4)).map(|_| layer(random)).collect()
    };
    let mut blobs = BlobSet::default();
    if random.percent(65) {
        let sizes = layers(random);
        let root = manifest(random, &sizes, is_docker, "amd64", &mut blobs);
        return TestImage { root, blobs };
    }
    let mut manifests = Vec::new();
    for architecture in ["amd64", "arm64"] {
        let sizes = layers(random);
        let found = manifest(random, &sizes, is_docker, architecture, &mut blobs);
        manifests.push(json!({
            "mediaType": found.media_type, "digest": found.digest, "size": found.size,
            "platform": { "os": "linux", "architecture": architecture },
        }));
    }
    let kind = if is_docker { media_type::DOCKER_INDEX } else { media_type::INDEX };
    let text = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": manifests });
    let root = added(&mut blobs, kind, text.to_string().into_bytes());
    TestImage { root, blobs }
}

fn manifest(
    random: &mut Random,
    sizes: &[usize],
    is_docker: bool,
    architecture: &str,
    blobs: &mut BlobSet,
) -> Descriptor {
    let [manifest, config, layer] = if is_docker {
        [media_type::DOCKER_MANIFEST, media_type::DOCKER_CONFIG, media_type::DOCKER_LAYER_GZIP]
    } else {
        [media_type::MANIFEST, media_type::CONFIG, media_type::LAYER_GZIP]
    };
    let mut layers: Vec<Descriptor> =
        sizes.iter().map(|size| added(blobs, layer, random.bytes(*size))).collect();
    // The same layer twice is one blob.
    if let Some(first) = layers.first().filter(|_| random.percent(15)).cloned() {
        layers.push(first);
    }
    let diff_ids: Vec<Digest> = layers.iter().map(|it| it.digest).collect();
    let text = json!({
        "architecture": architecture, "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
        "history": [{ "comment": random.next().to_string() }],
    });
    let config = added(blobs, config, text.to_string().into_bytes());
    let text = json!({
        "schemaVersion": 2, "mediaType": manifest, "config": config, "layers": layers,
    });
    added(blobs, manifest, text.to_string().into_bytes())
}

fn added(blobs: &mut BlobSet, kind: &str, bytes: Vec<u8>) -> Descriptor {
    let descriptor = Descriptor::of(kind, &bytes);
    blobs.add(Blob::of(bytes));
    descriptor
}

/// The manifests and indexes of an image, with their media types.
pub(crate) fn manifests(root: &Descriptor, blobs: &BlobSet) -> BTreeMap<Digest, String> {
    let mut found = BTreeMap::from([(root.digest, root.media_type.clone())]);
    let Some(blob) = blobs.get(&root.digest) else { return found };
    let value: Value = serde_json::from_slice(&bytes_of(blob)).unwrap_or_default();
    for child in value["manifests"].as_array().map(Vec::as_slice).unwrap_or_default() {
        if let Ok(child) = serde_json::from_value::<Descriptor>(child.clone()) {
            found.extend(manifests(&child, blobs));
        }
    }
    found
}

pub(crate) fn bytes_of(blob: &Blob) -> Vec<u8> {
    let mut bytes = Vec::new();
    blob.open().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}
