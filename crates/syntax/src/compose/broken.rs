//! Files that are loaded, yet fail or do something else when they are run.

use super::Compose;
use super::parts::Parts;
use super::problem::ComposeProblem;

/// Finds what breaks later.
pub(super) fn check(
    _parts: &Parts<'_, '_>,
    _compose: &Compose<'_>,
    _problems: &mut Vec<ComposeProblem>,
) {
}
