//! Generated files held against those that are there, and written.

/// The line of a generated file below which everything is the user's, without the comment's sign.
pub(crate) const MARKER: &str =
    "plimsoll: your own lines go below this one; `plimsoll init` keeps them.";
