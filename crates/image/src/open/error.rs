//! Why an image can't be opened.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::Digest;

/// Why an image can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The system says no.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is something else.
    #[error("{} is no image: it is {found}", path.display())]
    NoImage {
        /// Where.
        path: PathBuf,
        /// What it is, as in "it is a tar file".
        found: &'static str,
    },
    /// There is no image in it, or none of that name.
    #[error("{} holds no image{}", path.display(), called(name.as_deref()))]
    NothingChosen {
        /// Where.
        path: PathBuf,
        /// What was asked for.
        name: Option<String>,
        /// The names that there are.
        names: Vec<String>,
    },
    /// There are several, and none or several were chosen.
    #[error("{} holds several images: {}", path.display(), names.join(", "))]
    Several {
        /// Where.
        path: PathBuf,
        /// What they are called.
        names: Vec<String>,
    },
    /// No image for the platform.
    #[error("{} holds no image for {platform}; it has {}", path.display(), list(available))]
    NoPlatform {
        /// Where.
        path: PathBuf,
        /// What was asked for.
        platform: String,
        /// What there is.
        available: Vec<String>,
    },
    /// A file that has to be there is not.
    #[error("{} lacks {what}", path.display())]
    Missing {
        /// Where.
        path: PathBuf,
        /// Which file or blob.
        what: String,
    },
    /// Blobs of an image are not there, though the image names them.
    #[error("{} lacks {what} of the image for {platform}", path.display())]
    Incomplete {
        /// Where.
        path: PathBuf,
        /// The first that is missing.
        what: String,
        /// What the image is for.
        platform: String,
        /// Platforms of which nothing is missing.
        complete: Vec<String>,
    },
    /// A document can't be understood.
    #[error("{what} in {} can't be understood: {reason}", path.display())]
    Invalid {
        /// Where.
        path: PathBuf,
        /// Which.
        what: String,
        /// Why.
        reason: String,
    },
    /// Something is not what its digest names.
    #[error("{what} in {} is damaged: it should be {expected}, and is {found}", path.display())]
    Corrupt {
        /// Where.
        path: PathBuf,
        /// Which file.
        what: String,
        /// What its digest should be.
        expected: Digest,
        /// What it is.
        found: Digest,
    },
    /// Something has another size than it should.
    #[error("{what} in {} is damaged: it should have {expected} bytes, and has {found}", path.display())]
    WrongSize {
        /// Where.
        path: PathBuf,
        /// Which file.
        what: String,
        /// What its size should be.
        expected: u64,
        /// What it is.
        found: u64,
    },
    /// A link, or a name, leads out.
    #[error("{what} in {} leads out of it", path.display())]
    LeadsOut {
        /// Where.
        path: PathBuf,
        /// Which.
        what: String,
    },
    /// Larger, deeper or more than anything real.
    #[error("{what} in {} is over the limit of {limit}", path.display())]
    Limit {
        /// Where.
        path: PathBuf,
        /// What.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
}

/// Makes an error of an action on a path.
pub(super) fn io<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl Fn(io::Error) -> OpenError + Copy + 'a {
    move |source| OpenError::Io { action, path: path.to_owned(), source }
}

fn called(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" called `{name}`"))
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
