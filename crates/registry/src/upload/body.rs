//! The bytes of a blob on their way out.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
    sync::{Mutex, PoisonError},
};

use plimsoll_image::{Blob, BlobContent, Digest};

use crate::{Event, Events};

/// A part of a blob that is sent, perhaps more than once.
pub(super) struct Source<'a> {
    blob: &'a Blob,
    from: u64,
    length: u64,
    events: &'a dyn Events,
    failure: Mutex<Option<io::Error>>,
}

/// Reads a part of a blob, exactly as long as announced.
struct Part<'a> {
    inner: Box<dyn Read + Send + 'a>,
    left: u64,
    source: &'a Source<'a>,
}

impl<'a> Source<'a> {
    pub(super) fn new(blob: &'a Blob, from: u64, length: u64, events: &'a dyn Events) -> Self {
        Self { blob, from, length, events, failure: Mutex::new(None) }
    }

    /// Opens the part. What goes wrong on this machine is remembered for [`Self::check`].
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        let (digest, size) = (&self.blob.digest, self.blob.size);
        self.events.event(&Event::Begin { digest, size, done: self.from });
        match open_at(self.blob, self.from) {
            Ok(inner) => Ok(Box::new(Part { inner, left: self.length, source: self })),
            Err(error) => Err(self.fail(error)),
        }
    }

    /// What went wrong on this machine.
    pub(super) fn check(&self) -> io::Result<()> {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.take().map_or(Ok(()), Err)
    }

    fn fail(&self, error: io::Error) -> io::Error {
        let same = io::Error::new(error.kind(), error.to_string());
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        same
    }
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..most).filter(|it| !it.is_empty()) else { return Ok(0) };
        match self.inner.read(buffer) {
            Ok(0) => {
                let reason = "it is shorter than it was";
                Err(self.source.fail(io::Error::new(io::ErrorKind::UnexpectedEof, reason)))
            }
            Ok(count) => {
                self.left -= count as u64;
                let digest = &self.source.blob.digest;
                self.source.events.event(&Event::Bytes { digest, count: count as u64 });
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(self.source.fail(error)),
        }
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
        BlobContent::Part { path, offset } => seek(File::open(path)?, offset + from),
        BlobContent::Elsewhere(source) => seek(File::open(source.fetch()?)?, from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Silent;

    #[test]
    fn a_part_is_as_long_as_announced_or_an_error_of_this_machine() {
        let blob = Blob::of(*b"0123456789");
        let source = Source::new(&blob, 3, 4, &Silent);
        let mut text = String::new();
        source.open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "3456");
        source.check().unwrap();
        let source = Source::new(&blob, 8, 4, &Silent);
        source.open().unwrap().read_to_string(&mut text).unwrap_err();
        assert_eq!(source.check().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_part_of_an_archive_begins_where_it_lies() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tar");
        std::fs::write(&path, "header0123456789trailer").unwrap();
        let mut blob = Blob::of(*b"0123456789");
        blob.content = BlobContent::Part { path, offset: 6 };
        let mut text = String::new();
        Source::new(&blob, 7, 3, &Silent).open().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "789");
        check(&blob).unwrap();
    }
}
