//! Reads a tar stream entry by entry, in constant memory.
//!
//! The crate `tar` reads long names whole, whatever their size, so that only its headers are used here. Formats: ustar,
//! pax (POSIX.1-2001), GNU and old V7, with GNU's and pax's sparse files. Where readers differ this one does as Go's, which the
//! engines use.

use std::io::{self, BufReader, Read};

use tar::{EntryType, Header};

use crate::files::{LayerError, limits::MAX_EXTENSION};

const BLOCK: usize = 512;
const READ_SIZE: usize = 64 * 1024;

/// An entry before it is known where in the image it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// As it stands in the archive.
    pub(super) path: Vec<u8>,
    pub(super) kind: EntryKind,
    pub(super) mode: u32,
    pub(super) uid: u64,
    pub(super) gid: u64,
    pub(super) mtime: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// Its size, and whether its content can be read as it stands, which it can't where it is sparse.
    File {
        size: u64,
        sparse: bool,
    },
    Directory,
    Symlink(Vec<u8>),
    HardLink(Vec<u8>),
    Special,
}

/// Reads entries from a tar stream.
pub(super) struct Archive<R> {
    source: BufReader<R>,
    /// Where in the stream the reader is.
    at: u64,
    /// What is left of the current entry's content.
    content: u64,
    /// Zeros between that content and the next header.
    padding: u64,
}

/// What pax headers and GNU's long names say of the next entry.
#[derive(Default)]
struct Extensions {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    gnu_path: Option<Vec<u8>>,
    gnu_link: Option<Vec<u8>>,
    size: Option<u64>,
    uid: Option<u64>,
    gid: Option<u64>,
    sparse_size: Option<u64>,
    sparse: bool,
    /// How much was read for them.
    read: u64,
}

impl<R: Read> Archive<R> {
    pub(super) fn new(source: R) -> Self {
        let source = BufReader::with_capacity(READ_SIZE, source);
        Self { source, at: 0, content: 0, padding: 0 }
    }

    /// The stream, wherever the reader is.
    pub(super) fn into_inner(self) -> R {
        self.source.into_inner()
    }

    /// The next entry; `None` at the end. What was not read of the last one's content is skipped.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, LayerError> {
        let mut extensions = Extensions::default();
        loop {
            self.skip_content()?;
            let Some(header) = self.header()? else { return Ok(None) };
            let size = header.entry_size().map_err(|_| self.error("a size is no number"))?;
            match header.entry_type() {
                EntryType::XHeader => {
                    let records = self.extension(size, &mut extensions)?;
                    self.pax(&records, &mut extensions)?;
                }
                EntryType::GNULongName => {
                    extensions.gnu_path = Some(until_zero(self.extension(size, &mut extensions)?));
                }
                EntryType::GNULongLink => {
                    extensions.gnu_link = Some(until_zero(self.extension(size, &mut extensions)?));
                }
                // What holds for all entries that follow; nothing of it is of use here.
                EntryType::XGlobalHeader => self.set_content(size)?,
                _ => return self.entry(&header, size, extensions).map(Some),
            }
        }
    }

    fn entry(
        &mut self,
        header: &Header,
        size: u64,
        extensions: Extensions,
    ) -> Result<Entry, LayerError> {
        let path = extensions.gnu_path.or(extensions.path);
        let path = path.unwrap_or_else(|| header.path_bytes().into_owned());
        let link = extensions.gnu_link.or(extensions.link);
        let link = || {
            let own = || header.link_name_bytes().unwrap_or_default().into_owned();
            link.clone().unwrap_or_else(own)
        };
        let stored = extensions.size.unwrap_or(size);
        let mut content = 0;
        let kind = match header.entry_type() {
            EntryType::Directory => EntryKind::Directory,
            EntryType::Symlink => EntryKind::Symlink(link()),
            EntryType::Link => EntryKind::HardLink(link()),
            EntryType::Char | EntryType::Block | EntryType::Fifo => EntryKind::Special,
            EntryType::GNUSparse => {
                let gnu = header.as_gnu();
                let real = gnu.and_then(|it| it.real_size().ok()).unwrap_or(stored);
                let mut extended = gnu.is_some_and(tar::GnuHeader::is_extended);
                // Maps that don't fit the header follow it in blocks of their own; the last byte but seven says of more.
                while extended {
                    let block = self.block()?.ok_or_else(|| self.error("a sparse map is cut"))?;
                    extended = block.get(504).is_some_and(|it| *it == 1);
                }
                content = stored;
                EntryKind::File { size: real, sparse: true }
            }
            // V7 has no type for directories.
            EntryType::Regular if path.ends_with(b"/") => EntryKind::Directory,
            EntryType::Regular | EntryType::Continuous => {
                content = stored;
                let size = extensions.sparse_size.unwrap_or(stored);
                EntryKind::File { size, sparse: extensions.sparse }
            }
            _ => {
                content = stored;
                EntryKind::Special
            }
        };
        self.set_content(content)?;
        Ok(Entry {
            path,
            kind,
            // Some writers leave these fields empty; what can't be read counts as nothing said.
            mode: header.mode().unwrap_or(0) & 0o7777,
            uid: extensions.uid.or_else(|| header.uid().ok()).unwrap_or(0),
            gid: extensions.gid.or_else(|| header.gid().ok()).unwrap_or(0),
            mtime: header.mtime().unwrap_or(0),
        })
    }

    /// The next header; `None` at two blocks of zeros or the end of the stream.
    fn header(&mut self) -> Result<Option<Header>, LayerError> {
        let Some(block) = self.block()? else { return Ok(None) };
        if block.iter().all(|it| *it == 0) {
            return match self.block()? {
                Some(second) if second.iter().any(|it| *it != 0) => {
                    Err(self.error("one block of zeros stands where two would end it"))
                }
                _ => Ok(None),
            };
        }
        let mut header = Header::new_old();
        header.as_mut_bytes().copy_from_slice(&block);
        // Old writers added up the bytes as signed ones.
        let rest = || block.iter().take(148).chain(block.iter().skip(156));
        let unsigned = rest().fold(256_i64, |sum, byte| sum + i64::from(*byte));
        let signed = rest().fold(256_i64, |sum, byte| sum + i64::from(byte.cast_signed()));
        match header.cksum() {
            Ok(sum) if i64::from(sum) == unsigned || i64::from(sum) == signed => Ok(Some(header)),
            _ => Err(self.error("a header has the wrong checksum")),
        }
    }

    /// One block; `None` at the end of the stream.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, LayerError> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while filled < BLOCK {
            let rest = block.get_mut(filled..).unwrap_or_default();
            match self.source.read(rest) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(self.error("it ends within a block")),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(LayerError::unwrapped(error)),
            }
        }
        self.at += BLOCK as u64;
        Ok(Some(block))
    }

    /// The content of an entry that says something of the next one.
    fn extension(&mut self, size: u64, extensions: &mut Extensions) -> Result<Vec<u8>, LayerError> {
        extensions.read = extensions.read.saturating_add(size).saturating_add(BLOCK as u64);
        if extensions.read > MAX_EXTENSION {
            return Err(self.error("an entry says more than 1 MiB of itself"));
        }
        self.set_content(size)?;
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes).map_err(LayerError::unwrapped)?;
        Ok(bytes)
    }

    /// Records as `LENGTH KEY=VALUE\n`, where the length counts all of the record.
    fn pax(&self, mut records: &[u8], to: &mut Extensions) -> Result<(), LayerError> {
        let error = || self.error("a pax record is malformed");
        while !records.is_empty() {
            let space = records.iter().take(20).position(|it| *it == b' ').ok_or_else(error)?;
            let length = records.get(..space).and_then(number).ok_or_else(error)?;
            let length = usize::try_from(length).map_err(|_| error())?;
            let record = records.get(space + 1..length).ok_or_else(error)?;
            let record = record.strip_suffix(b"\n").ok_or_else(error)?;
            let equals = record.iter().position(|it| *it == b'=').ok_or_else(error)?;
            let (key, value) = (record.get(..equals), record.get(equals + 1..));
            to.say(key.unwrap_or_default(), value.unwrap_or_default()).ok_or_else(error)?;
            records = records.get(length..).unwrap_or_default();
        }
        Ok(())
    }

    fn set_content(&mut self, size: u64) -> Result<(), LayerError> {
        let end = self.at.checked_add(size).and_then(|it| it.checked_add(BLOCK as u64));
        if end.is_none() {
            return Err(self.error("a size is beyond all measure"));
        }
        self.content = size;
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
        Ok(())
    }

    fn skip_content(&mut self) -> Result<(), LayerError> {
        let size = self.content + self.padding;
        (self.content, self.padding) = (0, 0);
        let skipped = io::copy(&mut self.source.by_ref().take(size), &mut io::sink())
            .map_err(LayerError::unwrapped)?;
        self.at += skipped;
        if skipped == size { Ok(()) } else { Err(self.error("it ends within a file")) }
    }

    fn error(&self, what: &'static str) -> LayerError {
        LayerError::Tar { what, at: self.at }
    }
}

/// Reads the current entry's content.
impl<R: Read> Read for Archive<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.content).unwrap_or(usize::MAX).min(buffer.len());
        let Some(part) = buffer.get_mut(..most).filter(|it| !it.is_empty()) else { return Ok(0) };
        let count = self.source.read(part)?;
        if count == 0 {
            return Err(self.error("it ends within a file").wrapped());
        }
        self.content -= count as u64;
        self.at += count as u64;
        Ok(count)
    }
}

impl Extensions {
    /// Takes in a record; `None` where its value is not one. An empty value means that nothing is said.
    fn say(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let text = || (!value.is_empty()).then(|| value.to_vec());
        let figure = || if value.is_empty() { Some(None) } else { number(value).map(Some) };
        match key {
            b"path" | b"linkpath" | b"GNU.sparse.name" if value.contains(&0) => return None,
            b"path" if self.sparse && self.path.is_some() => {}
            b"path" => self.path = text(),
            b"linkpath" => self.link = text(),
            b"size" => self.size = figure()?,
            b"uid" => self.uid = figure()?,
            b"gid" => self.gid = figure()?,
            // Its `path` is a makeshift for readers that don't know sparse files.
            b"GNU.sparse.name" => {
                self.sparse = true;
                self.path = text();
            }
            b"GNU.sparse.realsize" | b"GNU.sparse.size" => {
                self.sparse = true;
                self.sparse_size = figure()?;
            }
            _ => {}
        }
        Some(())
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    let text = str::from_utf8(digits).ok()?;
    text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse().ok())?
}

fn until_zero(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.iter().position(|it| *it == 0).unwrap_or(bytes.len());
    bytes.truncate(end);
    bytes
}
