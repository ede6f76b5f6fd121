//! The bytes of a blob on their way out.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
};

use plimsoll_image::{Blob, BlobContent, Digest};

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

/// Makes sure that a blob still is what its digest names, after a registry doubted it.
pub(super) fn check(blob: &Blob) -> io::Result<()> {
    let (found, _) = Digest::of_reader(blob.open()?)?;
    if found == blob.digest {
        return Ok(());
    }
    let reason = format!("its bytes have changed: they now have the digest {found}");
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
