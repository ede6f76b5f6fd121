//! The archives of `docker save`: `manifest.json` with a configuration and layers for each image.
//!
//! Their layers are plain tar streams, which registries take but nobody would want to send. They are
//! compressed as our own layers are, into the scratch directory, where a record by the digest of the
//! tar stream finds them the next time.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    OpenError, Opened, OpenedImage, Options,
    choose::{Candidate, choose, is_same_platform},
    document, error,
    oci::{self, parse},
    packed::compression_of,
    store::Store as _,
    table::Archive,
};
use crate::{
    Blob, BlobContent, BlobSet, Compression, Descriptor, Digest, Index, Manifest, atomic,
    bundle::WRITER,
    compression::{Compressor, decompress},
    digest::DigestWriter,
    media_type,
};

/// An image in `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Option<Vec<String>>,
}

/// A configuration, as far as its layers are concerned.
#[derive(Deserialize)]
struct Config {
    rootfs: RootFs,
}

#[derive(Deserialize)]
struct RootFs {
    diff_ids: Option<Vec<Digest>>,
}

/// A layer that was compressed before.
#[derive(Serialize, Deserialize)]
struct Record {
    digest: Digest,
    size: u64,
}

/// Whether the archive's image is better made of `manifest.json` than taken as the OCI image that it
/// also is: Docker wrote it, and its layers are not compressed. What we wrote is as it was asked for.
pub(super) fn is_better(archive: &Archive, opened: &Opened) -> bool {
    let is_ours = archive
        .named("index.json")
        .ok()
        .and_then(|it| serde_json::from_slice::<Index>(&it).ok())
        .is_some_and(|it| it.annotations.contains_key(WRITER));
    let manifest = opened.blobs.get(&opened.root.digest).and_then(|blob| match &blob.content {
        BlobContent::Bytes(bytes) => serde_json::from_slice::<Manifest>(bytes).ok(),
        _ => None,
    });
    let is_plain = |it: &Descriptor| media_type::oci(&it.media_type) == media_type::LAYER;
    !is_ours && manifest.is_some_and(|it| it.layers.iter().any(is_plain))
}

/// Makes an OCI image of the one that is meant.
pub(super) fn open(
    archive: &Archive,
    path: &Path,
    options: &Options<'_>,
) -> Result<Opened, OpenError> {
    let entries: Vec<Entry> = parse(path, "manifest.json", &archive.named("manifest.json")?)?;
    let candidates = entries
        .into_iter()
        .map(|it| Candidate { names: it.repo_tags.clone().unwrap_or_default(), value: it })
        .collect();
    let entry = choose(path, candidates, options.choice, |one, other| {
        one.config == other.config && one.layers == other.layers
    })?;
    let config = config(archive, path, &entry.config)?;
    let diff_ids =
        parse::<Config>(path, &entry.config, &config)?.rootfs.diff_ids.unwrap_or_default();
    let names = entry.layers.unwrap_or_default();
    if names.len() != diff_ids.len() {
        return Err(OpenError::Invalid {
            path: path.to_owned(),
            what: entry.config,
            reason: format!("it names {} layers, and there are {}", diff_ids.len(), names.len()),
        });
    }
    let mut blobs = BlobSet::default();
    let mut layers = Vec::new();
    for (name, diff_id) in names.iter().zip(&diff_ids) {
        let (layer, blob) = layer(archive, path, name, diff_id, options)?;
        layers.push(layer);
        blobs.add(blob);
    }
    let config = Blob::of(config);
    let descriptor = Descriptor::new(media_type::CONFIG, config.digest, config.size);
    let manifest = Manifest::new(descriptor, layers, BTreeMap::new());
    let manifest = serde_json::to_vec(&manifest).map_err(|error| OpenError::Invalid {
        path: path.to_owned(),
        what: "manifest.json".to_owned(),
        reason: error.to_string(),
    })?;
    let root = Descriptor::of(media_type::MANIFEST, &manifest);
    let images: Vec<OpenedImage> = match &config.content {
        BlobContent::Bytes(bytes) => oci::image(&root, &config.digest, bytes).into_iter().collect(),
        _ => Vec::new(),
    };
    if let Some(wanted) = options.platform
        && !images.iter().any(|it| is_same_platform(&it.platform, wanted))
    {
        return Err(OpenError::NoPlatform {
            path: path.to_owned(),
            platform: wanted.to_string(),
            available: images.iter().map(|it| it.platform.to_string()).collect(),
        });
    }
    blobs.add(config);
    blobs.add(Blob::of(manifest));
    Ok(Opened { root, blobs, images })
}

/// Reads the configuration, whose name is its digest.
fn config(archive: &Archive, path: &Path, name: &str) -> Result<Vec<u8>, OpenError> {
    let (content, size) = archive.meant(name)?;
    let blob = Blob { digest: Digest::of(b""), size, content };
    let bytes = document(archive.open(&blob)?, size, || name.to_owned(), path)?;
    let file = name.rsplit('/').next().unwrap_or(name);
    let hex = file.strip_suffix(".json").unwrap_or(file);
    let found = Digest::of(&bytes);
    // Other programs than Docker may call it what they like.
    match format!("sha256:{hex}").parse() {
        Ok(expected) if expected != found => Err(OpenError::Corrupt {
            path: path.to_owned(),
            what: name.to_owned(),
            expected,
            found,
        }),
        _ => Ok(bytes),
    }
}

/// Makes a layer of a registry of one in the archive.
fn layer(
    archive: &Archive,
    path: &Path,
    name: &str,
    diff_id: &Digest,
    options: &Options<'_>,
) -> Result<(Descriptor, Blob), OpenError> {
    let (content, size) = archive.meant(name)?;
    let blob = Blob { digest: *diff_id, size, content };
    let mut head = Vec::new();
    let read = archive.open(&blob)?.take(16).read_to_end(&mut head);
    read.map_err(error::io("read", path))?;
    match compression_of(&head) {
        Some(Compression::None) => compressed(path, name, &blob, options),
        Some(compression) => as_it_is(archive, path, name, blob, compression),
        None => Err(OpenError::Invalid {
            path: path.to_owned(),
            what: name.to_owned(),
            reason: "it is compressed with bzip2 or xz, which registries don't know".to_owned(),
        }),
    }
}

/// Takes a layer that is compressed already.
fn as_it_is(
    archive: &Archive,
    path: &Path,
    name: &str,
    mut blob: Blob,
    compression: Compression,
) -> Result<(Descriptor, Blob), OpenError> {
    let failed = error::io("read", path);
    let expected = blob.digest;
    let (digest, _) = Digest::of_reader(archive.open(&blob)?).map_err(failed)?;
    let content = decompress(archive.open(&blob)?, compression).map_err(failed)?;
    let (found, _) = Digest::of_reader(content).map_err(failed)?;
    is_right(path, name, expected, found)?;
    blob.digest = digest;
    Ok((Descriptor::new(compression.layer_media_type(), digest, blob.size), blob))
}

/// Compresses a layer into the scratch directory, or finds it there.
fn compressed(
    path: &Path,
    name: &str,
    blob: &Blob,
    options: &Options<'_>,
) -> Result<(Descriptor, Blob), OpenError> {
    let file = format!("{}.{}", blob.digest.hex(), Compression::Gzip.recipe());
    let place = options.scratch.join(&file);
    let record_place = options.scratch.join(file + ".json");
    let known = match record(&record_place, &place) {
        Some(record) => record,
        None => compress(path, name, blob, &place, &record_place, options.threads)?,
    };
    let descriptor = Descriptor::new(media_type::LAYER_GZIP, known.digest, known.size);
    let blob = Blob::in_file(&descriptor, place);
    Ok((descriptor, blob))
}

/// Compresses a layer, and checks the tar stream on the way.
fn compress(
    path: &Path,
    name: &str,
    blob: &Blob,
    place: &Path,
    record_place: &Path,
    threads: usize,
) -> Result<Record, OpenError> {
    let mut wrong = None;
    let written = atomic::write(place, |file| {
        let sink = DigestWriter::new(file);
        let mut tar = DigestWriter::new(Compressor::new(sink, Compression::Gzip, threads));
        io::copy(&mut blob.open()?, &mut tar)?;
        let (compressor, found, _) = tar.finish();
        if found != blob.digest {
            wrong = Some(found);
            return Err(io::ErrorKind::InvalidData.into());
        }
        let (_, digest, size) = compressor.finish()?.finish();
        Ok(Record { digest, size })
    });
    if let Some(found) = wrong {
        is_right(path, name, blob.digest, found)?;
    }
    let record = written.map_err(error::io("write", place))?;
    let text = serde_json::to_vec(&record).unwrap_or_default();
    // Without it the layer is compressed again the next time, and that is all.
    atomic::write(record_place, |file| file.write_all(&text)).ok();
    Ok(record)
}

/// What is known of a layer that was compressed before and is there still.
fn record(record: &Path, layer: &Path) -> Option<Record> {
    let record: Record = serde_json::from_slice(&fs::read(record).ok()?).ok()?;
    (fs::metadata(layer).ok()?.len() == record.size).then_some(record)
}

fn is_right(path: &Path, name: &str, expected: Digest, found: Digest) -> Result<(), OpenError> {
    if expected == found {
        return Ok(());
    }
    Err(OpenError::Corrupt { path: path.to_owned(), what: name.to_owned(), expected, found })
}
