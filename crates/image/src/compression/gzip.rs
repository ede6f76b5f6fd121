//! gzip (RFC 1952) as a row of members, one for each block.
//!
//! RFC 1952 makes a file of several members one stream, and the tools of containers read it so
//! (seekable layers are built the same way). libdeflate is taken as it is more than twice as fast
//! as zlib's code at the same size; it takes a block at a time and cannot go on from the last one.

use std::io;

use libdeflater::{CompressionError, CompressionLvl, Compressor};

use super::blocks::Codec;

/// A member refers to nothing before it, so blocks are large enough for that not to cost much.
pub(super) const BLOCK_SIZE: usize = 1024 * 1024;
/// The level of libdeflate; see BENCHMARKS.md for what others cost and bring.
pub(super) const LEVEL: i32 = 1;

#[derive(Clone, Copy, Debug)]
pub(super) struct Gzip;

impl Codec for Gzip {
    const BLOCK_SIZE: usize = BLOCK_SIZE;
    type State = Compressor;

    fn state(&self) -> io::Result<Compressor> {
        let level = CompressionLvl::new(LEVEL).unwrap_or_default();
        Ok(Compressor::new(level))
    }

    fn bound(&self, state: &mut Compressor, length: usize) -> usize {
        state.gzip_compress_bound(length)
    }

    fn block(&self, state: &mut Compressor, block: &[u8], output: &mut [u8]) -> io::Result<usize> {
        state.gzip_compress(block, output).map_err(|error| match error {
            CompressionError::InsufficientSpace => {
                io::Error::other("gzip: a block outgrew its bound")
            }
        })
    }
}
