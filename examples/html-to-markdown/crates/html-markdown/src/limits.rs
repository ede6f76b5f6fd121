//! How much a single document may ask for.

use std::time::Duration;

/// The bounds of one conversion. The defaults take every ordinary page, and keep a conversion below 25 MB of
/// memory and within the 2 MiB stack of an ordinary thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the source in bytes.
    pub input_bytes: usize,
    /// Levels of nested elements. The walk over the tree recurses, so this bounds its stack.
    pub depth: usize,
    /// Elements, attributes, texts and comments. A node takes some 160 bytes, so this bounds the tree.
    pub nodes: usize,
    /// Length of the Markdown in bytes, estimated from above before any of it is written.
    pub output_bytes: usize,
    /// How long parsing may take. Looked at between pieces of the source, as a parser cannot be interrupted.
    pub parse_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input_bytes: 1024 * 1024,
            depth: 256,
            nodes: 64 * 1024,
            output_bytes: 4 * 1024 * 1024,
            parse_time: Duration::from_secs(2),
        }
    }
}
