//! What rules about GitHub workflows see.

use plimsoll_finding::Span;
use plimsoll_syntax::yaml::Yaml;

use crate::context::{Report, Sink};
use crate::{Options, Place, YamlEdits};

/// What is known about a workflow.
#[derive(Debug)]
pub struct WorkflowFacts<'y> {
    /// The tree.
    pub yaml: &'y Yaml<'y>,
    /// Edits that follow the layout of the file.
    pub edits: YamlEdits<'y>,
}

impl<'y> WorkflowFacts<'y> {
    /// Finds out what rules share.
    pub fn new(yaml: &'y Yaml<'y>) -> Self {
        Self { yaml, edits: YamlEdits::new(yaml) }
    }
}

/// What a rule about workflows sees, and where it reports.
#[derive(Debug)]
pub struct WorkflowContext<'c, 'y> {
    /// What is known about the file.
    pub facts: &'c WorkflowFacts<'y>,
    /// What the check was told.
    pub options: &'c Options,
    sink: Sink<'c>,
}

impl<'c, 'y> WorkflowContext<'c, 'y> {
    pub(crate) fn new(facts: &'c WorkflowFacts<'y>, options: &'c Options, sink: Sink<'c>) -> Self {
        Self { facts, options, sink }
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
}
