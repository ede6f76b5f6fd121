//! The bytes of a layer on their way from storage to the tar reader: counted, hashed, unpacked, limited.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};

use flate2::bufread::MultiGzDecoder;

use crate::{
    Digest,
    digest::DigestWriter,
    files::{LayerError, LayerInput, Limits},
};

const READ_SIZE: usize = 256 * 1024;

/// Counts what is read through it, and hashes it where a digest is wanted.
#[derive(Debug)]
struct Hashed<R> {
    inner: R,
    hash: Option<DigestWriter<io::Sink>>,
    count: u64,
    /// More than so many bytes are an error.
    size: u64,
}

impl<R: Read> Hashed<R> {
    fn new(inner: R, hashed: bool, size: u64) -> Self {
        let hash = hashed.then(|| DigestWriter::new(io::sink()));
        Self { inner, hash, count: 0, size }
    }

    fn digest(&mut self) -> Option<Digest> {
        self.hash.take().map(|it| it.finish().1)
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        if self.count > self.size {
            return Err(LayerError::Size { wanted: self.size, found: self.count }.wrapped());
        }
        if let Some(hash) = &mut self.hash {
            hash.write_all(buffer.get(..count).unwrap_or_default())?;
        }
        Ok(count)
    }
}

type Stored<'a> = BufReader<Hashed<Box<dyn Read + Send + 'a>>>;

/// How the stored bytes become the tar stream; told by their first bytes, as engines do, for media types are often wrong.
enum Unpacker<'a> {
    Gzip(Box<MultiGzDecoder<Stored<'a>>>),
    Zstd(Box<zstd::Decoder<'static, Stored<'a>>>),
    Plain(Stored<'a>),
}

impl<'a> Unpacker<'a> {
    fn new(mut stored: Stored<'a>) -> Result<Self, LayerError> {
        let head = stored.fill_buf().map_err(LayerError::unwrapped)?;
        Ok(match head {
            [0x1f, 0x8b, ..] => Self::Gzip(Box::new(MultiGzDecoder::new(stored))),
            // A frame, or one of those that may be skipped, with which some writers begin.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
                let decoder = zstd::Decoder::with_buffer(stored).map_err(LayerError::Io)?;
                Self::Zstd(Box::new(decoder))
            }
            [b'B', b'Z', b'h', ..] => return Err(LayerError::Compression("bzip2")),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => return Err(LayerError::Compression("xz")),
            _ => Self::Plain(stored),
        })
    }

    fn stored(&mut self) -> &mut Stored<'a> {
        match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zstd(decoder) => decoder.get_mut(),
            Self::Plain(stored) => stored,
        }
    }
}

impl Read for Unpacker<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
            Self::Plain(stored) => stored.read(buffer),
        }
    }
}

/// The tar stream of a layer.
pub(super) struct Unpacked<'a> {
    unpacker: Unpacker<'a>,
    hash: Option<DigestWriter<io::Sink>>,
    count: u64,
    /// What the layers before left of [`Limits::unpacked`].
    left: u64,
    limits: Limits,
    digest: Option<Digest>,
    size: Option<u64>,
    diff_id: Option<Digest>,
}

impl<'a> Unpacked<'a> {
    pub(super) fn new(
        input: LayerInput<'a>,
        limits: Limits,
        before: u64,
    ) -> Result<Self, LayerError> {
        let LayerInput { content, digest, size, diff_id } = input;
        let stored = Hashed::new(content, digest.is_some(), size.unwrap_or(u64::MAX));
        Ok(Self {
            unpacker: Unpacker::new(BufReader::with_capacity(READ_SIZE, stored))?,
            hash: diff_id.map(|_| DigestWriter::new(io::sink())),
            count: 0,
            left: limits.unpacked.saturating_sub(before),
            limits,
            digest,
            size,
            diff_id,
        })
    }

    /// Reads what is left, compares sizes and digests, and tells how many bytes were unpacked.
    pub(super) fn finish(mut self) -> Result<u64, LayerError> {
        io::copy(&mut self, &mut io::sink()).map_err(LayerError::unwrapped)?;
        // What stands behind the compressed stream is part of the blob all the same.
        let stored = self.unpacker.stored();
        io::copy(stored, &mut io::sink()).map_err(LayerError::unwrapped)?;
        let stored = stored.get_mut();
        if let Some(wanted) = self.size.filter(|wanted| stored.count != *wanted) {
            return Err(LayerError::Size { wanted, found: stored.count });
        }
        if let (Some(wanted), Some(found)) = (self.digest, stored.digest())
            && wanted != found
        {
            return Err(LayerError::Digest { wanted, found });
        }
        if let (Some(wanted), Some(hash)) = (self.diff_id, self.hash) {
            let (_, found, _) = hash.finish();
            if wanted != found {
                return Err(LayerError::DiffId { wanted, found });
            }
        }
        Ok(self.count)
    }

    fn check(&mut self) -> Result<(), LayerError> {
        if self.count > self.left {
            return Err(LayerError::TooLarge(self.limits.unpacked));
        }
        if self.count > self.limits.unsuspicious {
            let stored = self.unpacker.stored().get_mut().count.max(1);
            let ratio = self.count / stored;
            if ratio >= self.limits.ratio {
                return Err(LayerError::Bomb { unpacked: self.count, ratio });
            }
        }
        Ok(())
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.unpacker.read(buffer)?;
        self.count += count as u64;
        self.check().map_err(LayerError::wrapped)?;
        if let Some(hash) = &mut self.hash {
            hash.write_all(buffer.get(..count).unwrap_or_default())?;
        }
        Ok(count)
    }
}
