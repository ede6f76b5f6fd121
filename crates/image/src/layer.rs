//! Writes a layer: a tar stream with nothing in it that differs from machine to machine.
//!
//! Every entry has the same time, numeric owners without names, and no extended attributes. Entries
//! stand in the order in which they are given.

use std::io::{self, BufReader, Read, Write};

use tar::{EntryType, Header};

use crate::{Compression, Descriptor, Digest, compression::Compressor, digest::DigestWriter};

/// Reads of this size keep system calls rare without filling the cache of a core.
const READ_SIZE: usize = 256 * 1024;

/// A finished layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The layer as it is stored.
    pub descriptor: Descriptor,
    /// The digest of the tar stream.
    pub diff_id: Digest,
    /// The length of the tar stream in bytes, where it is known: a layer of a base may not have been read.
    pub unpacked_size: Option<u64>,
    /// How the stored bytes become the tar stream.
    pub compression: Compression,
}

/// What an entry is, and who may do what with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attributes {
    /// Permission bits, such as `0o555`.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
}

impl Attributes {
    /// Owned by root.
    pub fn root(mode: u32) -> Self {
        Self { mode, uid: 0, gid: 0 }
    }
}

/// Writes one layer into a sink.
pub struct LayerWriter<W: Write> {
    tar: tar::Builder<DigestWriter<Compressor<DigestWriter<W>>>>,
    compression: Compression,
    time: u64,
}

impl<W: Write> LayerWriter<W> {
    /// A layer whose entries all have the time `time`, in seconds since 1970.
    pub fn new(sink: W, compression: Compression, threads: usize, time: u64) -> Self {
        let compressor = Compressor::new(DigestWriter::new(sink), compression, threads);
        let mut tar = tar::Builder::new(DigestWriter::new(compressor));
        // Sparse files would be written in a form that only some readers know.
        tar.sparse(false);
        Self { tar, compression, time }
    }

    /// Adds a directory. Paths are relative to the root, with `/` between names.
    pub fn directory(&mut self, path: &str, attributes: Attributes) -> io::Result<()> {
        let mut header = self.header(EntryType::Directory, attributes, 0);
        self.tar.append_data(&mut header, format!("{path}/"), io::empty())
    }

    /// Adds a symbolic link.
    pub fn symlink(&mut self, path: &str, target: &str) -> io::Result<()> {
        let mut header = self.header(EntryType::Symlink, Attributes::root(0o777), 0);
        self.tar.append_link(&mut header, path, target)
    }

    /// Adds a second name of a file that was added before.
    pub fn hard_link(&mut self, path: &str, target: &str) -> io::Result<()> {
        let mut header = self.header(EntryType::Link, Attributes::root(0o644), 0);
        self.tar.append_link(&mut header, path, target)
    }

    /// Adds a file of exactly `size` bytes.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] when `content` has more or fewer bytes.
    pub fn file(
        &mut self,
        path: &str,
        attributes: Attributes,
        size: u64,
        content: impl Read,
    ) -> io::Result<()> {
        let mut header = self.header(EntryType::Regular, attributes, size);
        let mut content = Counted { inner: content, count: 0 };
        let buffered = BufReader::with_capacity(READ_SIZE, content.by_ref().take(size));
        self.tar.append_data(&mut header, path, buffered)?;
        if content.count != size || content.read(&mut [0])? != 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the file's size changed while it was read",
            ));
        }
        Ok(())
    }

    /// Ends the layer.
    pub fn finish(self) -> io::Result<(W, Layer)> {
        let (compressor, diff_id, unpacked_size) = self.tar.into_inner()?.finish();
        let (sink, digest, size) = compressor.finish()?.finish();
        let descriptor = Descriptor::new(self.compression.layer_media_type(), digest, size);
        let compression = self.compression;
        Ok((sink, Layer { descriptor, diff_id, unpacked_size: Some(unpacked_size), compression }))
    }

    /// Writes a layer whose tar stream exists already.
    pub fn copy_tar(sink: W, compression: Compression, tar: &[u8]) -> io::Result<Layer> {
        let mut compressor = Compressor::new(DigestWriter::new(sink), compression, 1);
        compressor.write_all(tar)?;
        let (_, digest, size) = compressor.finish()?.finish();
        Ok(Layer {
            descriptor: Descriptor::new(compression.layer_media_type(), digest, size),
            diff_id: Digest::of(tar),
            unpacked_size: Some(tar.len() as u64),
            compression,
        })
    }

    fn header(&self, kind: EntryType, attributes: Attributes, size: u64) -> Header {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(attributes.mode);
        header.set_uid(attributes.uid);
        header.set_gid(attributes.gid);
        header.set_mtime(self.time);
        header.set_size(size);
        header
    }
}

impl<W: Write> std::fmt::Debug for LayerWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LayerWriter")
            .field("compression", &self.compression)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}

struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compression::decompress;

    fn layer(compression: Compression) -> (Vec<u8>, Layer) {
        let mut writer = LayerWriter::new(Vec::new(), compression, 2, 42);
        writer.directory("etc", Attributes::root(0o755)).unwrap();
        writer.file("etc/a", Attributes { mode: 0o444, uid: 1, gid: 2 }, 3, &b"abc"[..]).unwrap();
        writer.symlink("etc/b", "a").unwrap();
        let long = format!("{}/x", "d".repeat(150));
        writer.file(&long, Attributes::root(0o555), 0, io::empty()).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn digests_and_sizes_are_those_of_the_bytes() {
        for compression in Compression::ALL {
            let (bytes, layer) = layer(compression);
            assert_eq!(layer.descriptor.digest, Digest::of(&bytes));
            assert_eq!(layer.descriptor.size, bytes.len() as u64);
            let tar = decompress(&*bytes, compression).unwrap();
            let (digest, size) = Digest::of_reader(tar).unwrap();
            assert_eq!((layer.diff_id, layer.unpacked_size), (digest, Some(size)));
        }
    }

    #[test]
    fn entries_come_back_with_their_attributes_and_one_time() {
        let (bytes, _) = layer(Compression::None);
        let mut archive = tar::Archive::new(&*bytes);
        let entries: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                assert_eq!(header.mtime().unwrap(), 42);
                assert_eq!(header.username_bytes(), Some(&b""[..]));
                let path = entry.path().unwrap().to_string_lossy().into_owned();
                (path.len(), header.mode().unwrap(), header.uid().unwrap(), header.gid().unwrap())
            })
            .collect();
        assert_eq!(
            entries,
            [(4, 0o755, 0, 0), (5, 0o444, 1, 2), (5, 0o777, 0, 0), (152, 0o555, 0, 0)]
        );
    }

    #[test]
    fn a_file_that_shrinks_or_grows_is_an_error() {
        for content in [&b"ab"[..], &b"abcd"[..]] {
            let mut writer = LayerWriter::new(io::sink(), Compression::None, 1, 0);
            let error = writer.file("a", Attributes::root(0o444), 3, content).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }
}
