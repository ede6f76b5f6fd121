//! The user that an image starts as.

/// The user that an image starts as unless a `USER` says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// The image names none, or root.
    Root,
    /// The image sets another: a name or a number.
    Other(&'static str),
    /// Not known.
    Unknown,
}

impl User {
    pub(super) fn parse(text: &'static str) -> Self {
        match text {
            "root" => Self::Root,
            "?" => Self::Unknown,
            other => Self::Other(other),
        }
    }
}
