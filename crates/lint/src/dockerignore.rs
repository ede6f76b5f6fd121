//! What rules about `.dockerignore` files see.

pub(crate) mod users;

use std::cell::OnceCell;

use plimsoll_finding::{Edit, Span};
use plimsoll_syntax::dockerignore::Dockerignore;

use crate::context::{Report, Sink};
use crate::dockerignore::users::Users;
use crate::{Options, Place};

/// What a rule about `.dockerignore` files sees, and where it reports.
#[derive(Debug)]
pub struct DockerignoreContext<'c> {
    /// The text.
    pub text: &'c str,
    /// Its patterns.
    pub file: &'c Dockerignore,
    /// What the check was told.
    pub options: &'c Options,
    users: &'c LazyUsers,
    sink: Sink<'c>,
}

/// The Dockerfiles of a `.dockerignore`, found out when a rule first asks.
pub(crate) type LazyUsers = OnceCell<Users>;

impl<'c> DockerignoreContext<'c> {
    pub(crate) fn new(
        text: &'c str,
        file: &'c Dockerignore,
        options: &'c Options,
        users: &'c LazyUsers,
        sink: Sink<'c>,
    ) -> Self {
        Self { text, file, options, users, sink }
    }

    /// The Dockerfiles that the file holds for; `None` where nobody knows where it lies.
    pub(crate) fn users(&self) -> Option<&'c Users> {
        let place = self.place()?;
        Some(self.users.get_or_init(|| Users::of(place)))
    }

    /// Adds a pattern at the end; `None` for an empty file.
    pub(crate) fn append(&self, pattern: &str) -> Option<Edit> {
        let end = self.text.len();
        match self.text.chars().next_back()? {
            '\n' => Some(Edit::insert(end, format!("{pattern}\n"))),
            _ => Some(Edit::insert(end, format!("\n{pattern}"))),
        }
    }

    /// Where the file lies, if that is known.
    pub fn place(&self) -> Option<&'c Place> {
        self.options.place.as_ref()
    }

    /// Reports a finding at a place and returns it for more detail. The message is one line without
    /// a period at its end.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        self.sink.report(span, message)
    }

    /// Reports a finding about the file as a whole.
    pub fn report_file(&mut self, message: impl Into<String>) -> Report<'_> {
        self.sink.report_file(message)
    }
}
