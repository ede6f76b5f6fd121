//! Files that only add to another Compose file.

use plimsoll_project::files;

use crate::Place;

/// The names that Compose looks for by itself.
const BASES: &[&str] =
    &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// Whether a file is likely used together with another one, so that what it leaves out may be there:
/// it is called an override, or there is a file of one of Compose's own names beside it.
pub(super) fn is_partial(place: &Place) -> bool {
    let name = place.path.rsplit('/').next().unwrap_or_default();
    if BASES.contains(&name) {
        return false;
    }
    let has = |base: &&str| place.files().is_file(&files::join(place.directory(), base));
    name.contains("override") || BASES.iter().any(has)
}
