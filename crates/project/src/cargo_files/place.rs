//! Where something stands, in whichever file that is.

use std::{ops::Range, sync::Arc};

use crate::files::Files;

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// Its absolute path.
    pub path: String,
    /// What it holds; spans are bytes of this.
    pub text: Arc<str>,
}

impl SourceText {
    pub(super) fn read(files: &dyn Files, path: String) -> Option<Self> {
        Some(Self { text: files.text(&path)?, path })
    }

    pub(super) fn place(&self, span: Range<usize>) -> Place {
        Place { path: self.path.clone(), span }
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's absolute path.
    pub path: String,
    /// Bytes of its text.
    pub span: Range<usize>,
}

/// A value and where it stands: for what a package inherits, that is the workspace's manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}
