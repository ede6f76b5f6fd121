//! Generated files held against those that are there, and written.
//!
//! [`compare`] says of each file what becomes of it, and why; nothing is changed by it. [`commit`] writes
//! what it decided. What is the user's is told from what `init` wrote by [`marker`]: a line with a
//! checksum of all that stands above it.

mod commit;
mod compare;
mod lines;
mod marker;
mod place;
mod private;
mod rivals;

use std::path::PathBuf;

pub(crate) use self::{
    commit::{NotWritten, commit},
    compare::{compare, ours},
};
use crate::{args::init::FileKind, diff, init::env_file};

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Which it is; none for plimsoll.lock.
    pub(crate) kind: Option<FileKind>,
    /// Its path below the root, as the user knows it.
    pub(crate) path: String,
    /// What becomes of it.
    pub(crate) action: Action,
    /// Why: a sentence without its full stop; empty where the action says all.
    pub(crate) reason: String,
    /// What it holds, where it is there and can be read.
    pub(crate) old: Option<String>,
    /// What it would hold.
    pub(crate) new: String,
    /// Whether it is for its owner's eyes alone, and has gaps that are filled when it is written.
    is_private: bool,
    /// The file itself, links followed.
    target: PathBuf,
}

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Action {
    /// It is not there, and is written.
    Create,
    /// It is there, and is replaced or added to.
    Update,
    /// It holds what it should.
    Unchanged,
    /// It is the user's, and stays as it is.
    Kept,
    /// It should hold something else, and is left alone: `init` did not write it, or can't.
    Conflict,
}

impl Change {
    /// Whether the file is written.
    pub(crate) fn is_written(&self) -> bool {
        matches!(self.action, Action::Create | Action::Update)
    }

    /// What would change, as a unified diff that `git apply` takes; empty where nothing would. Of a
    /// conflict, what `--force` would change. The prefix is what stands before the path.
    pub(crate) fn diff(&self, prefix: &str) -> String {
        let name = format!("{prefix}{}", self.path);
        match (self.action, &self.old) {
            (Action::Create, _) => diff::created(&name, &self.new),
            (Action::Update | Action::Conflict, Some(old)) if self.is_private => {
                let shown = |text| env_file::without_values(text, old);
                diff::unified(&name, &shown(old), &shown(&self.new))
            }
            (Action::Update | Action::Conflict, Some(old)) => diff::unified(&name, old, &self.new),
            _ => String::new(),
        }
    }
}
