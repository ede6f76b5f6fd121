//! Where a value stands.

use std::{fmt, ops::Range, path::PathBuf};

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// An environment variable, by its name.
    Variable(String),
    /// A place in a TOML file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The bytes of the value in the file, quotes and all.
        span: ByteSpan,
    },
}

/// A range of bytes, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSpan {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Origin {
    pub(super) fn in_file(path: PathBuf, text: &str, span: Range<usize>) -> Self {
        let before = text.as_bytes().get(..span.start).unwrap_or_default();
        let line = before.split(|&it| it == b'\n').count();
        Self::File { path, line, span: ByteSpan { start: span.start, end: span.end } }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::File { path, line, .. } => write!(f, "{}:{line}", path.display()),
        }
    }
}
