//! Why there is no answer.

use thiserror::Error;

/// What the language doesn't allow, or no registry would take.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TagsError {
    /// Nothing works yet.
    #[error("tags can't be computed yet")]
    NotYet,
}
