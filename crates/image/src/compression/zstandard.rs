//! zstd (RFC 8878) as a row of frames, one for each block.

use std::io;

use zstd::bulk;

use super::blocks::Codec;

/// A frame refers to nothing before it, so blocks are large enough for that not to cost much.
pub(super) const BLOCK_SIZE: usize = 1024 * 1024;
/// zstd's own default.
pub(super) const LEVEL: i32 = 3;

#[derive(Clone, Copy, Debug)]
pub(super) struct Zstandard;

impl Codec for Zstandard {
    const BLOCK_SIZE: usize = BLOCK_SIZE;
    type State = bulk::Compressor<'static>;

    fn state(&self) -> io::Result<Self::State> {
        let mut compressor = bulk::Compressor::new(LEVEL)?;
        // Each frame carries a checksum of its content.
        compressor.include_checksum(true)?;
        Ok(compressor)
    }

    fn bound(&self, _: &mut Self::State, length: usize) -> usize {
        zstd::zstd_safe::compress_bound(length)
    }

    fn block(&self, state: &mut Self::State, block: &[u8], output: &mut [u8]) -> io::Result<usize> {
        state.compress_to_buffer(block, output)
    }
}
