//! Why a document was not converted.

use std::time::Duration;

/// The limit that a document exceeds; see [`Limits`](crate::Limits) for what each one protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source is longer than the limit, both in bytes.
    #[error("the document has {actual} bytes; at most {limit} are converted")]
    InputTooLarge {
        /// The source's length in bytes.
        actual: usize,
        /// [`Limits::input_bytes`](crate::Limits::input_bytes).
        limit: usize,
    },
    /// Elements are nested deeper than the limit.
    #[error("the document nests its elements deeper than {limit} levels")]
    TooDeep {
        /// [`Limits::depth`](crate::Limits::depth).
        limit: usize,
    },
    /// The tree has more nodes, attributes included, than the limit.
    #[error("the document has more than {limit} elements, attributes and texts")]
    TooManyNodes {
        /// [`Limits::nodes`](crate::Limits::nodes).
        limit: usize,
    },
    /// Indentation and padding would make the Markdown longer than the limit.
    #[error("the Markdown would be longer than {limit} bytes")]
    OutputTooLarge {
        /// [`Limits::output_bytes`](crate::Limits::output_bytes).
        limit: usize,
    },
    /// Parsing took longer than the limit.
    #[error("parsing the document took longer than {} ms", limit.as_millis())]
    TooSlow {
        /// [`Limits::parse_time`](crate::Limits::parse_time).
        limit: Duration,
    },
}
