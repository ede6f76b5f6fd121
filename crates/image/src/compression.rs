//! Compression of layers, in parallel blocks of a fixed size.
//!
//! The bytes depend on the content, the method and its level alone: not on how many threads worked,
//! nor on how the content was cut into writes.

use std::{
    fmt,
    io::{self, Write},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::media_type;

mod blocks;
mod gzip;
mod zstandard;

use blocks::BlockWriter;

/// How a layer is compressed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// gzip, which every engine and registry takes.
    #[default]
    Gzip,
    /// zstd: smaller and faster, for containerd and for Docker 23 and later.
    Zstd,
    /// None: the largest and the quickest to write.
    None,
}

impl Compression {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gzip, Self::Zstd, Self::None];

    /// The name on the command line and in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::None => "none",
        }
    }

    /// The media type of a layer that is compressed so.
    pub fn layer_media_type(self) -> &'static str {
        match self {
            Self::Gzip => media_type::LAYER_GZIP,
            Self::Zstd => media_type::LAYER_ZSTD,
            Self::None => media_type::LAYER,
        }
    }

    /// Names the bytes that this code makes: it changes when the same content would give others.
    pub fn recipe(self) -> String {
        match self {
            Self::Gzip => format!("gzip-{}-{}", gzip::LEVEL, gzip::BLOCK_SIZE),
            Self::Zstd => format!("zstd-{}-{}", zstandard::LEVEL, zstandard::BLOCK_SIZE),
            Self::None => "none".to_owned(),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text names no compression.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a compression: expected gzip, zstd or none")]
pub struct ParseCompressionError(String);

impl FromStr for Compression {
    type Err = ParseCompressionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|it| it.name() == text)
            .ok_or_else(|| ParseCompressionError(text.to_owned()))
    }
}

/// Compresses what is written to it. [`Compressor::finish`] must be called, or the end is missing.
#[derive(Debug)]
pub struct Compressor<W: Write>(Kind<W>);

#[derive(Debug)]
enum Kind<W: Write> {
    Gzip(BlockWriter<W, gzip::Gzip>),
    Zstd(BlockWriter<W, zstandard::Zstandard>),
    None(W),
}

impl<W: Write> Compressor<W> {
    /// Compresses into `sink` with so many threads (at least one).
    pub fn new(sink: W, compression: Compression, threads: usize) -> Self {
        Self(match compression {
            Compression::Gzip => Kind::Gzip(BlockWriter::new(sink, gzip::Gzip, threads)),
            Compression::Zstd => Kind::Zstd(BlockWriter::new(sink, zstandard::Zstandard, threads)),
            Compression::None => Kind::None(sink),
        })
    }

    /// Writes the end and gives the sink back.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Kind::Gzip(writer) => writer.finish(),
            Kind::Zstd(writer) => writer.finish(),
            Kind::None(mut sink) => sink.flush().map(|()| sink),
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Kind::Gzip(writer) => writer.write(buffer),
            Kind::Zstd(writer) => writer.write(buffer),
            Kind::None(sink) => sink.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Decompresses a layer as a stream.
pub fn decompress<'a>(
    source: impl io::Read + 'a,
    compression: Compression,
) -> io::Result<Box<dyn io::Read + 'a>> {
    Ok(match compression {
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(source)),
        Compression::Zstd => Box::new(zstd::Decoder::new(source)?),
        Compression::None => Box::new(source),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;

    fn compress(content: &[u8], compression: Compression, threads: usize, step: usize) -> Vec<u8> {
        let mut writer = Compressor::new(Vec::new(), compression, threads);
        content.chunks(step).for_each(|chunk| writer.write_all(chunk).unwrap());
        writer.finish().unwrap()
    }

    /// Bytes that compress, without a pattern as short as a block.
    fn sample(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 28).to_le_bytes()[0]
            })
            .collect()
    }

    fn decompressed(bytes: &[u8], compression: Compression) -> Vec<u8> {
        let mut content = Vec::new();
        decompress(bytes, compression).unwrap().read_to_end(&mut content).unwrap();
        content
    }

    #[test]
    fn bytes_do_not_depend_on_threads_or_on_the_size_of_writes() {
        let content = sample(3 * 1024 * 1024 + 17);
        for compression in Compression::ALL {
            let one = compress(&content, compression, 1, content.len());
            for (threads, step) in [(2, 1 << 20), (7, 4096), (3, 99_999)] {
                assert!(compress(&content, compression, threads, step) == one, "{compression}");
            }
            assert!(decompressed(&one, compression) == content, "{compression}");
        }
    }

    #[test]
    fn gzip_says_nothing_of_time_name_or_system() {
        let bytes = compress(&sample(100), Compression::Gzip, 1, 100);
        assert_eq!(bytes[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
        assert_eq!(bytes[9], 0xff);
    }

    #[test]
    fn content_that_ends_on_a_block_and_no_content_are_complete() {
        for length in [0, 1, gzip::BLOCK_SIZE, 2 * gzip::BLOCK_SIZE, zstandard::BLOCK_SIZE] {
            let content = sample(length);
            for compression in Compression::ALL {
                let bytes = compress(&content, compression, 2, 8192);
                assert!(decompressed(&bytes, compression) == content, "{compression} {length}");
            }
        }
    }

    #[test]
    fn an_error_of_the_sink_is_passed_on() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for compression in [Compression::Gzip, Compression::Zstd] {
            let mut writer = Compressor::new(Full, compression, 2);
            let result =
                writer.write_all(&sample(8 << 20)).and_then(|()| writer.finish().map(drop));
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::StorageFull, "{compression}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_content_comes_back(content in proptest::collection::vec(0_u8..4, 0..600_000), threads in 1_usize..4) {
            for compression in Compression::ALL {
                let bytes = compress(&content, compression, threads, 100_000);
                prop_assert!(decompressed(&bytes, compression) == content);
            }
        }
    }
}
