//! What the token of a job may do.

use super::Field;
use crate::yaml::{Entry, Value};

/// The permissions of a workflow or job.
#[derive(Clone, Copy, Debug)]
pub struct Permissions<'y> {
    /// The value.
    pub value: Value<'y>,
}

/// What a scope allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Nothing.
    None,
    /// Reading.
    Read,
    /// Reading and writing.
    Write,
}

impl<'y> Permissions<'y> {
    pub(super) fn new(value: Value<'y>) -> Self {
        Self { value }
    }

    /// What all scopes allow: `read-all` or `write-all`.
    pub fn all(self) -> Option<Access> {
        match self.value.as_str()? {
            "read-all" => Some(Access::Read),
            "write-all" => Some(Access::Write),
            _ => None,
        }
    }

    /// What a scope such as `packages` allows. Those that aren't named allow nothing.
    pub fn of(self, scope: &str) -> Access {
        if let Some(all) = self.all() {
            return all;
        }
        match self.value.get(scope).and_then(Value::as_str) {
            Some("write") => Access::Write,
            Some("read") => Access::Read,
            _ => Access::None,
        }
    }

    /// The scopes that are named, with what they allow.
    pub fn scopes(self) -> Vec<(Entry<'y>, Access)> {
        let entries = self.value.entries().into_iter();
        entries.map(|it| (it, self.of(it.name()))).collect()
    }

    /// Whether it can be read: a mapping, or a word without expressions.
    pub fn is_known(self) -> bool {
        self.value.is_mapping() || self.value.is_null() || Field::new(self.value).is_some()
    }
}
