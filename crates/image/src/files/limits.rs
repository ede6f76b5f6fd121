//! How much of an image is read at most.

/// What an image may cost; beyond it, reading ends in an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries of all layers together, with the directories that they imply.
    pub entries: u64,
    /// Unpacked bytes of all layers together.
    pub unpacked: u64,
    /// A layer may unpack to so many bytes whatever its own size.
    pub unsuspicious: u64,
    /// Beyond [`Limits::unsuspicious`], it may unpack to so many times its own size.
    pub ratio: u64,
}

impl Default for Limits {
    /// Two million entries, 32 GiB; beyond 1 GiB a layer may grow 200-fold. Real layers grow two- to tenfold.
    fn default() -> Self {
        Self { entries: 2_000_000, unpacked: 32 << 30, unsuspicious: 1 << 30, ratio: 200 }
    }
}

/// The longest path, as in Linux (`PATH_MAX`).
pub(super) const MAX_PATH: usize = 4096;
/// The most names in a path. Real images stay below 40.
pub(super) const MAX_DEPTH: usize = 256;
/// What one entry may say of itself beyond its header, in bytes; Go's reader, which engines use, has the same limit.
pub(super) const MAX_EXTENSION: u64 = 1 << 20;
/// The most symbolic links on the way to a file, as in Linux.
pub(super) const MAX_LINKS: usize = 40;
/// The most names that are walked on the way to a file, those in the targets of links included.
pub(super) const MAX_STEPS: usize = 1024;
