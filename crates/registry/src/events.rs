//! What a client tells while it works, from whatever thread.

use plimsoll_image::{Digest, Repository};

/// Something that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The transfer of a blob begins, or begins again from `done` bytes.
    Begin {
        /// Which blob.
        digest: &'a Digest,
        /// Its size in bytes.
        size: u64,
        /// How much is there already.
        done: u64,
    },
    /// So many more bytes of a blob went over the line.
    Bytes {
        /// Which blob.
        digest: &'a Digest,
        /// How many.
        count: u64,
    },
    /// A blob arrived, whole and checked.
    Done {
        /// Which blob.
        digest: &'a Digest,
    },
    /// A blob is there already.
    Exists {
        /// Which blob.
        digest: &'a Digest,
    },
    /// A blob was taken over from another repository of the registry.
    Mounted {
        /// Which blob.
        digest: &'a Digest,
        /// Where it was.
        from: &'a Repository,
    },
    /// Something failed and is tried again.
    Retry {
        /// What was tried, and why it failed, as a sentence without a period.
        reason: &'a str,
        /// The pause before the next try, in milliseconds.
        pause_ms: u64,
    },
    /// A manifest or index was written.
    Manifest {
        /// Its digest.
        digest: &'a Digest,
        /// The tag, or nothing where it was written by digest.
        tag: Option<&'a str>,
    },
}

/// Hears of events.
pub trait Events: Sync {
    /// Something happened.
    fn event(&self, event: &Event<'_>);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Events for Silent {
    fn event(&self, _: &Event<'_>) {}
}
