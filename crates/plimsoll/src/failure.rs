//! Why a command could not do its work, and what to do about it.

use std::{error::Error, fmt};

/// The exit code of a command that could not do its work.
pub(crate) const COULD_NOT_WORK: u8 = 2;

/// An error on its way to the user.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What went wrong; its sources say why.
    pub(crate) error: Box<dyn Error + Send + Sync>,
    /// What it happened in: source with its place, for people.
    pub(crate) excerpt: Option<String>,
    /// What to do next, a sentence or several lines each.
    pub(crate) hints: Vec<String>,
}

impl Failure {
    /// A failure that the program itself found.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self { error: message.to_string().into(), excerpt: None, hints: Vec::new() }
    }

    /// Says which file it is about.
    pub(crate) fn in_file(self, name: &str) -> Self {
        Self { error: format!("{name}: {}", self.error).into(), ..self }
    }

    /// Adds what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let hints = crate::hints::hints(&error);
        Self { error: error.into(), excerpt: None, hints }
    }
}
