//! Images as one tar file: OCI archives and what `docker load` takes.
//!
//! `index.json` stands first, so that the head of a file tells which image it holds.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write},
    path::Path,
};

use serde::Serialize;
use tar::{EntryType, Header};

use crate::{
    Blob, Bundle, Compression, Image, compression::decompress, layer::Layer, layout::OCI_LAYOUT,
};

const BLOCK: u64 = 512;

/// Which kind of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An OCI layout in a tar file.
    Oci,
    /// What `docker save` writes since Docker 25 and `docker load` takes since Docker 1.10: an
    /// OCI layout that has `manifest.json` beside its index. It holds one platform. Layers that
    /// are compressed with zstd are stored plain, as engines before Docker 23 cannot read them;
    /// there is no index then, for it would name the compressed ones.
    Docker,
}

/// An archive that can be written as often as needed.
#[derive(Debug)]
pub struct Archive<'a> {
    entries: Vec<(String, Content<'a>)>,
}

#[derive(Debug)]
enum Content<'a> {
    Bytes(Vec<u8>),
    Blob(&'a Blob),
    /// A layer that is stored plain, with the length of its tar stream.
    Unpacked(&'a Blob, &'a Layer, u64),
}

impl Content<'_> {
    fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Blob(blob) => blob.size,
            Self::Unpacked(_, _, size) => *size,
        }
    }
}

/// Why there can be no such archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A docker archive holds one platform.
    #[error("a docker archive holds one platform, and this image has {0}")]
    SeveralPlatforms(usize),
    /// A blob is not where it was.
    #[error("the image names the blob {0}, which is missing")]
    MissingBlob(crate::Digest),
    /// A layer of a base can't be read.
    #[error("cannot read the layer {0}")]
    Read(crate::Digest, #[source] io::Error),
    /// The metadata can't be encoded.
    #[error("cannot encode the image's metadata")]
    Encode(#[from] serde_json::Error),
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DockerManifest {
    config: String,
    repo_tags: Vec<String>,
    layers: Vec<String>,
}

impl<'a> Archive<'a> {
    /// An archive with `bundle` under the name `repository:tag`.
    pub fn new(
        kind: Kind,
        bundle: &'a Bundle,
        repository: &str,
        tag: &str,
    ) -> Result<Self, ArchiveError> {
        let index = serde_json::to_vec(&bundle.layout_index(repository, tag))?;
        let layout = ("oci-layout".to_owned(), Content::Bytes(OCI_LAYOUT.into()));
        let mut entries = Vec::new();
        let image = match (kind, bundle.images()) {
            (Kind::Oci, _) => None,
            (Kind::Docker, [image]) => Some(image),
            (Kind::Docker, several) => return Err(ArchiveError::SeveralPlatforms(several.len())),
        };
        let plain = |layer: &Layer| image.is_some() && layer.compression == Compression::Zstd;
        let any_plain = image.is_some_and(|image| image.layers.iter().any(plain));
        if !any_plain {
            entries.push(("index.json".to_owned(), Content::Bytes(index)));
        }
        if let Some(image) = image {
            let manifest = docker_manifest(image, &plain, format!("{repository}:{tag}"));
            let manifest = serde_json::to_vec(&[manifest])?;
            entries.push(("manifest.json".to_owned(), Content::Bytes(manifest)));
        }
        if !any_plain {
            entries.push(layout);
        }
        for blob in bundle.blobs().iter() {
            let layer = image
                .and_then(|it| it.layers.iter().find(|it| it.descriptor.digest == blob.digest))
                .filter(|layer| plain(layer));
            entries.push(match layer {
                Some(layer) => {
                    let size = unpacked_size(blob, layer)
                        .map_err(|error| ArchiveError::Read(blob.digest, error))?;
                    (layer.diff_id.blob_path(), Content::Unpacked(blob, layer, size))
                }
                None => (blob.digest.blob_path(), Content::Blob(blob)),
            });
        }
        Ok(Self { entries })
    }

    /// The length of the archive in bytes.
    pub fn size(&self) -> u64 {
        let entries: u64 = self
            .entries
            .iter()
            .map(|(_, content)| BLOCK + content.size().next_multiple_of(BLOCK))
            .sum();
        entries + 2 * BLOCK
    }

    /// Writes the archive.
    pub fn write(&self, sink: &mut dyn Write) -> io::Result<()> {
        let mut tar = tar::Builder::new(sink);
        for (path, content) in &self.entries {
            let mut header = header(content.size());
            match content {
                Content::Bytes(bytes) => tar.append_data(&mut header, path, &**bytes)?,
                Content::Blob(blob) => {
                    let mut reader = Exact { inner: blob.open()?, left: blob.size };
                    tar.append_data(&mut header, path, &mut reader)?;
                    reader.end()?;
                }
                Content::Unpacked(blob, layer, size) => {
                    let inner = decompress(blob.open()?, layer.compression)?;
                    let mut reader = Exact { inner, left: *size };
                    tar.append_data(&mut header, path, &mut reader)?;
                    reader.end()?;
                }
            }
        }
        tar.finish()
    }

    /// Whether the file at `path` is this archive: by its size and by what stands first in it.
    pub fn is_at(&self, path: &Path) -> bool {
        let Some((_, Content::Bytes(first))) = self.entries.first() else { return false };
        let read = || {
            // Opening a pipe would wait for somebody to write into it.
            let metadata = fs::metadata(path)?;
            if !metadata.is_file() || metadata.len() != self.size() {
                return Ok(false);
            }
            let mut file = File::open(path)?;
            let mut head = vec![0; first.len() + 512];
            file.read_exact(&mut head)?;
            io::Result::Ok(head[512..] == **first)
        };
        read().unwrap_or(false)
    }
}

/// Says whether the file at `path` may be replaced by an archive: there is none, it is empty, or
/// it is an archive of an image. A link counts as what it leads to. Directories, pipes, sockets and
/// devices are not replaced, nor opened.
pub fn may_replace(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
        Ok(metadata) if !metadata.is_file() => return Ok(false),
        Ok(_) => {}
    }
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    (&mut file).take(BLOCK).read_to_end(&mut head)?;
    let name = head.split(|byte| *byte == 0).next().unwrap_or_default();
    let ours = [&b"index.json"[..], b"manifest.json", b"oci-layout", b"blobs/"];
    let is_tar = head.get(257..262) == Some(b"ustar");
    Ok(head.is_empty() || (is_tar && ours.iter().any(|it| name.starts_with(it))))
}

/// How long the tar stream of a layer is; where nobody knows, it is read for that alone.
fn unpacked_size(blob: &Blob, layer: &Layer) -> io::Result<u64> {
    match layer.unpacked_size {
        Some(size) => Ok(size),
        None => io::copy(&mut decompress(blob.open()?, layer.compression)?, &mut io::sink()),
    }
}

fn docker_manifest(image: &Image, plain: &impl Fn(&Layer) -> bool, name: String) -> DockerManifest {
    let path = |layer: &Layer| {
        if plain(layer) { layer.diff_id.blob_path() } else { layer.descriptor.digest.blob_path() }
    };
    DockerManifest {
        config: image.config.digest.blob_path(),
        repo_tags: vec![name],
        layers: image.layers.iter().map(path).collect(),
    }
}

fn header(size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    // An archive is a parcel; times belong to what is in it.
    header.set_mtime(0);
    header.set_size(size);
    header
}

/// Yields exactly as many bytes as were announced, or an error.
struct Exact<R> {
    inner: R,
    left: u64,
}

impl<R: io::Read> Exact<R> {
    fn end(self) -> io::Result<()> {
        if self.left == 0 { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

impl<R: io::Read> io::Read for Exact<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = self.inner.read(&mut buffer[..most])?;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::bundle::tests::bundle;

    fn written(archive: &Archive<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        archive.write(&mut bytes).unwrap();
        assert_eq!(bytes.len() as u64, archive.size());
        bytes
    }

    fn files(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
        let mut archive = tar::Archive::new(bytes);
        archive
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut content = Vec::new();
                entry.read_to_end(&mut content).unwrap();
                (entry.path().unwrap().to_string_lossy().into_owned(), content)
            })
            .collect()
    }

    #[test]
    fn an_oci_archive_is_a_layout_in_a_tar_file() {
        let bundle = bundle(&["linux/amd64", "linux/arm64"], "x");
        let files = files(&written(&Archive::new(Kind::Oci, &bundle, "x", "1").unwrap()));
        assert_eq!(files.len(), 2 + 7);
        for blob in bundle.blobs().iter() {
            assert_eq!(crate::Digest::of(&files[&blob.digest.blob_path()]), blob.digest);
        }
    }

    #[test]
    fn a_docker_archive_names_files_that_are_in_it() {
        let bundle = bundle(&["linux/amd64"], "x");
        let files = files(&written(&Archive::new(Kind::Docker, &bundle, "x", "1").unwrap()));
        let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        assert_eq!(manifest[0]["RepoTags"][0], "x:1");
        for path in [&manifest[0]["Config"], &manifest[0]["Layers"][0]] {
            assert!(files.contains_key(path.as_str().unwrap()), "{path}");
        }
    }

    #[test]
    fn a_docker_archive_of_two_platforms_is_refused() {
        let bundle = bundle(&["linux/amd64", "linux/arm64"], "x");
        let error = Archive::new(Kind::Docker, &bundle, "x", "1").unwrap_err();
        assert!(matches!(error, ArchiveError::SeveralPlatforms(2)));
    }

    #[test]
    fn an_archive_knows_itself_again_and_no_other_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.tar");
        let (one, two) = (bundle(&["linux/amd64"], "one"), bundle(&["linux/amd64"], "two"));
        let one = Archive::new(Kind::Docker, &one, "x", "1").unwrap();
        let two = Archive::new(Kind::Docker, &two, "x", "1").unwrap();
        assert!(!one.is_at(&path));
        fs::write(&path, written(&one)).unwrap();
        assert!(one.is_at(&path));
        assert!(!two.is_at(&path));
        assert!(may_replace(&path).unwrap());
        fs::write(&path, "[package]").unwrap();
        assert!(!may_replace(&path).unwrap());
        assert!(!may_replace(directory.path()).unwrap());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_replaced_nor_opened() {
        use std::os::unix::{fs::symlink, net::UnixListener};

        let directory = tempfile::tempdir().unwrap();
        let (link, pipe) = (directory.path().join("link"), directory.path().join("pipe"));
        let _listener = UnixListener::bind(directory.path().join("socket")).unwrap();
        assert!(!may_replace(&directory.path().join("socket")).unwrap());
        assert!(!may_replace(Path::new("/dev/null")).unwrap());
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        // Either of these would wait for ever if it opened the pipe.
        assert!(!may_replace(&pipe).unwrap());
        let bundle = bundle(&["linux/amd64"], "x");
        assert!(!Archive::new(Kind::Oci, &bundle, "x", "1").unwrap().is_at(&pipe));
        symlink(&pipe, &link).unwrap();
        assert!(!may_replace(&link).unwrap());
        fs::remove_file(&pipe).unwrap();
        assert!(may_replace(&link).unwrap(), "the link leads to nothing now");
    }
}
