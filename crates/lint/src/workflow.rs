//! What rules about GitHub workflows see.

pub(crate) mod acts;
pub(crate) mod builds;
pub(crate) mod commands;
pub(crate) mod containers;
pub(crate) mod files;
pub(crate) mod images;
pub(crate) mod matrix;
pub(crate) mod metadata;
pub(crate) mod pins;
pub(crate) mod pull_request;
pub(crate) mod runners;
pub(crate) mod scans;
pub(crate) mod variables;

use std::cell::OnceCell;

use plimsoll_finding::Span;
use plimsoll_syntax::workflow::Workflow;
use plimsoll_syntax::yaml::Yaml;

use crate::context::{Report, Sink};
use crate::{Options, Place, YamlEdits};

use containers::Containers;

/// What is known about a workflow.
#[derive(Debug)]
pub struct WorkflowFacts<'y> {
    /// The tree.
    pub yaml: &'y Yaml<'y>,
    /// Edits that follow the layout of the file.
    pub edits: YamlEdits<'y>,
    /// The workflow that it is.
    pub workflow: Workflow<'y>,
    /// Found out when a rule first asks.
    containers: OnceCell<Option<Containers<'y>>>,
}

impl<'y> WorkflowFacts<'y> {
    /// Finds out what rules share.
    pub fn new(yaml: &'y Yaml<'y>) -> Self {
        Self {
            yaml,
            edits: YamlEdits::new(yaml),
            workflow: Workflow::new(yaml),
            containers: OnceCell::new(),
        }
    }

    /// What the workflow does with containers; `None` where it does nothing of the kind.
    pub(crate) fn containers(&self) -> Option<&Containers<'y>> {
        self.containers.get_or_init(|| Containers::of(self.yaml, self.workflow)).as_ref()
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

    /// As [`Sink::parted`].
    pub(crate) fn parted<T>(&self, members: Vec<T>, place: impl Fn(&T) -> Span) -> [Vec<T>; 2] {
        self.sink.parted(members, place)
    }

    /// Reports a finding at a place and returns it for more detail. The message is one line without
    /// a period at its end.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        self.sink.report(span, message)
    }
}
