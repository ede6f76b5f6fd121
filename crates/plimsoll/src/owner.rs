//! Whom files belong to.

use std::{fs, path::Path};

/// Leaves a file to whom it belongs, where root changes it: a container often runs as root on files
/// of somebody else. Others can't give files away, and own what they write.
#[cfg(unix)]
pub(crate) fn keep(path: &Path, found: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, chown};

    let group = Some(found.gid());
    if chown(path, Some(found.uid()), group).is_err() {
        chown(path, None, group).ok();
    }
}

#[cfg(not(unix))]
pub(crate) fn keep(_: &Path, _: &fs::Metadata) {}
