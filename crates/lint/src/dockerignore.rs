//! What rules about `.dockerignore` files see.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerignore::Dockerignore;

use crate::context::{Report, Sink};
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
    sink: Sink<'c>,
}

impl<'c> DockerignoreContext<'c> {
    pub(crate) fn new(
        text: &'c str,
        file: &'c Dockerignore,
        options: &'c Options,
        sink: Sink<'c>,
    ) -> Self {
        Self { text, file, options, sink }
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
