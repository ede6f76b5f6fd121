//! A file read in small, bounded parts.

use std::{
    cell::RefCell,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

use object::{
    Pod,
    read::{ReadCache, ReadCacheOps, ReadRef as _},
};

use crate::elf::{ElfError, Part};

/// Reads parts of a file, each within a limit, and keeps what it read.
pub(super) struct Input<'a, R: ReadCacheOps> {
    cache: &'a ReadCache<R>,
    failure: &'a RefCell<Option<io::Error>>,
    len: u64,
}

/// Runs `work` over an [`Input`] of the file.
pub(super) fn with_input<F: Read + Seek, T>(
    file: &mut F,
    work: impl FnOnce(&Input<'_, Watched<'_, F>>) -> Result<T, ElfError>,
) -> Result<T, ElfError> {
    let failure = RefCell::new(None);
    let len =
        file.seek(SeekFrom::End(0)).map_err(|source| ElfError::Io { part: Part::File, source })?;
    let cache = ReadCache::new(Watched { file, failure: &failure });
    work(&Input { cache: &cache, failure: &failure, len })
}

impl<'a, R: ReadCacheOps> Input<'a, R> {
    /// The size of the file in bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The first bytes, as many as there are up to `count`.
    pub(super) fn head(&self, count: usize) -> Result<&'a [u8], ElfError> {
        let count = self.len.min(u64::try_from(count).unwrap_or(u64::MAX));
        self.bytes(Part::Header, 0, count, count)
    }

    /// `size` bytes from `offset`.
    pub(super) fn bytes(
        &self,
        part: Part,
        offset: u64,
        size: u64,
        limit: u64,
    ) -> Result<&'a [u8], ElfError> {
        if size > limit {
            return Err(ElfError::OverLimit { part, found: size, limit });
        }
        self.check_end(part, offset, size)?;
        self.cache.read_bytes_at(offset, size).map_err(|()| self.failed(part))
    }

    /// `count` entries of a table from `offset`.
    pub(super) fn table<T: Pod>(
        &self,
        part: Part,
        offset: u64,
        count: u64,
        limit: u64,
    ) -> Result<&'a [T], ElfError> {
        if count > limit {
            return Err(ElfError::OverLimit { part, found: count, limit });
        }
        self.check_end(part, offset, count.saturating_mul(size_of::<T>() as u64))?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.cache.read_slice_at(offset, count).map_err(|()| self.failed(part))
    }

    /// One entry of a table.
    pub(super) fn entry<T: Pod>(&self, part: Part, offset: u64) -> Result<&'a T, ElfError> {
        self.check_end(part, offset, size_of::<T>() as u64)?;
        self.cache.read_at(offset).map_err(|()| self.failed(part))
    }

    /// The string that starts where `range` starts, and ends at a zero byte inside of it, but after
    /// 4095 bytes at most (the limit of the cache).
    pub(super) fn string(&self, part: Part, range: Range<u64>) -> Result<String, ElfError> {
        if range.start >= range.end {
            return Err(ElfError::Malformed { part, why: "a string lies outside of it" });
        }
        self.check_end(part, range.end, 0)?;
        match self.cache.read_bytes_at_until(range, 0) {
            Ok(bytes) => Ok(printable(bytes)),
            Err(()) => Err(self.failure.take().map_or(
                ElfError::Malformed { part, why: "a string in it does not end" },
                |source| ElfError::Io { part, source },
            )),
        }
    }

    /// Whether `size` bytes from `offset` lie within the file.
    pub(super) fn check_end(&self, part: Part, offset: u64, size: u64) -> Result<(), ElfError> {
        let needs = offset.saturating_add(size);
        if needs <= self.len {
            Ok(())
        } else {
            Err(ElfError::Truncated { part, needs, has: self.len })
        }
    }

    /// The error of a read whose range was checked before.
    fn failed(&self, part: Part) -> ElfError {
        let source =
            self.failure.take().unwrap_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof));
        ElfError::Io { part, source }
    }
}

/// Valid UTF-8 without control characters: what a file says may end up in a terminal.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let replace = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    String::from_utf8_lossy(bytes).chars().map(replace).collect()
}

/// A file whose errors are kept, because the cache drops them.
pub(super) struct Watched<'a, F> {
    file: &'a mut F,
    failure: &'a RefCell<Option<io::Error>>,
}

impl<F> Watched<'_, F> {
    fn keep<T>(&self, result: io::Result<T>) -> Result<T, ()> {
        result.map_err(|error| {
            self.failure.replace(Some(error));
        })
    }
}

impl<F: Read + Seek> ReadCacheOps for Watched<'_, F> {
    fn len(&mut self) -> Result<u64, ()> {
        let result = self.file.seek(SeekFrom::End(0));
        self.keep(result)
    }

    fn seek(&mut self, position: u64) -> Result<u64, ()> {
        let result = self.file.seek(SeekFrom::Start(position));
        self.keep(result)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ()> {
        let result = self.file.read(buffer);
        self.keep(result)
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> Result<(), ()> {
        let result = self.file.read_exact(buffer);
        self.keep(result)
    }
}
