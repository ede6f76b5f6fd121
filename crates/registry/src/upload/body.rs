//! The bytes of a blob on their way out.
//!
//! What goes in one piece is hashed on the way: where it is not what its digest names, its end is never
//! sent, so that no registry, however careless, keeps a damaged file of this machine under that name.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
};

use plimsoll_image::{Blob, BlobContent, Digest, digest::DigestWriter};

use crate::{Event, Events};

/// Opens `length` bytes of a blob from byte `from`, and tells of each that is read.
pub(super) fn open<'a>(
    blob: &'a Blob,
    from: u64,
    length: u64,
    events: &'a dyn Events,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    let (digest, size) = (&blob.digest, blob.size);
    events.event(&Event::Begin { digest, size, done: from });
    Ok(Box::new(Told { inner: open_at(blob, from)?.take(length), digest, events }))
}

/// Opens a whole blob, whose last bytes are withheld if they are not what the digest names.
pub(super) fn open_whole<'a>(
    blob: &'a Blob,
    events: &'a dyn Events,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    let inner = open(blob, 0, blob.size, events)?;
    Ok(Box::new(Checked { inner, blob, left: blob.size, hasher: DigestWriter::new(io::sink()) }))
}

/// Fails where the end of a blob is not what its beginning promised.
struct Checked<'a> {
    inner: Box<dyn Read + Send + 'a>,
    blob: &'a Blob,
    left: u64,
    hasher: DigestWriter<io::Sink>,
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        io::copy(&mut buffer.get(..count).unwrap_or_default(), &mut self.hasher)?;
        let before = self.left;
        self.left = before.saturating_sub(count as u64);
        if before > 0 && self.left == 0 {
            let hasher = std::mem::replace(&mut self.hasher, DigestWriter::new(io::sink()));
            let (_, found, _) = hasher.finish();
            is_right(self.blob, found)?;
        }
        Ok(count)
    }
}

/// Tells how many bytes were read.
struct Told<'a> {
    inner: io::Take<Box<dyn Read + Send + 'a>>,
    digest: &'a Digest,
    events: &'a dyn Events,
}

impl Read for Told<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.events.event(&Event::Bytes { digest: self.digest, count: count as u64 });
        Ok(count)
    }
}

/// Makes sure that a blob still is what its digest names.
pub(super) fn check(blob: &Blob) -> io::Result<()> {
    let (found, _) = Digest::of_reader(blob.open()?)?;
    is_right(blob, found)
}

fn is_right(blob: &Blob, found: Digest) -> io::Result<()> {
    if found == blob.digest {
        return Ok(());
    }
    let place = match &blob.content {
        BlobContent::File(path) | BlobContent::Part { path, .. } => {
            format!(" in {}", path.display())
        }
        BlobContent::Bytes(_) | BlobContent::Elsewhere(_) => String::new(),
    };
    let reason = format!(
        "the bytes{place} are damaged or have changed: they should have the digest {}, and have {found}",
        blob.digest
    );
    Err(io::Error::new(io::ErrorKind::InvalidData, reason))
}

fn open_at(blob: &Blob, from: u64) -> io::Result<Box<dyn Read + Send + '_>> {
    let seek = |mut file: File, to: u64| -> io::Result<Box<dyn Read + Send>> {
        if to > 0 {
            file.seek(SeekFrom::Start(to))?;
        }
        Ok(Box::new(file))
    };
    match &blob.content {
        BlobContent::Bytes(bytes) => {
            let start = usize::try_from(from).unwrap_or(usize::MAX);
            Ok(Box::new(bytes.get(start..).unwrap_or_default()))
        }
        BlobContent::File(path) => seek(File::open(path)?, from),
        BlobContent::Part { path, offset } => seek(File::open(path)?, offset.saturating_add(from)),
        BlobContent::Elsewhere(source) => seek(File::open(source.fetch()?)?, from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Silent;

    #[test]
    fn a_part_is_as_long_as_asked_for() {
        let blob = Blob::of(*b"0123456789");
        let mut text = String::new();
        open(&blob, 3, 4, &Silent).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "3456");
    }

    #[test]
    fn the_end_of_a_damaged_blob_is_never_sent() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("layer");
        let mut blob = Blob::of(*b"0123456789");
        blob.content = BlobContent::File(path.clone());
        std::fs::write(&path, "0123456789").unwrap();
        let mut sent = Vec::new();
        open_whole(&blob, &Silent).unwrap().read_to_end(&mut sent).unwrap();
        assert_eq!(sent, b"0123456789");
        std::fs::write(&path, "x123456789").unwrap();
        let mut reader = open_whole(&blob, &Silent).unwrap();
        let mut sent = [0; 9];
        reader.read_exact(&mut sent).unwrap();
        let error = reader.read(&mut [0; 9]).unwrap_err().to_string();
        assert!(error.contains("damaged") && error.contains("layer"), "{error}");
    }

    #[test]
    fn a_part_of_an_archive_begins_where_it_lies() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tar");
        std::fs::write(&path, "header0123456789trailer").unwrap();
        let mut blob = Blob::of(*b"0123456789");
        blob.content = BlobContent::Part { path, offset: 6 };
        let mut text = String::new();
        open(&blob, 7, 3, &Silent).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "789");
        check(&blob).unwrap();
    }
}
