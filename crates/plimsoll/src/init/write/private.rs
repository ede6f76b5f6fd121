//! Files that are for their owner alone: passwords are drawn when they are written, and shown nowhere.

use std::{io, thread};

use super::Change;
use crate::init::env_file::{self, Machine};

/// The text of a private file, with its gaps filled for this machine.
pub(super) fn filled(change: &Change) -> io::Result<String> {
    let machine = Machine {
        owner: owner(change),
        processors: thread::available_parallelism().map_or(1, Into::into),
    };
    let draw = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(io::Error::other);
    env_file::filled(&change.new, machine, draw)
}

/// Who owns the directory of a file.
#[cfg(unix)]
fn owner(change: &Change) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;

    let found = change.target.parent()?.metadata().ok()?;
    Some((found.uid(), found.gid()))
}

#[cfg(not(unix))]
fn owner(_: &Change) -> Option<(u32, u32)> {
    None
}
