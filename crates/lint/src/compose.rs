//! What rules about Compose files see.

pub(crate) mod connection_url;
pub(crate) mod connections;
pub(crate) mod databases;
pub(crate) mod development;
pub(crate) mod effective_environment;
pub(crate) mod env_file;
pub(crate) mod expansion;
pub(crate) mod health_test;
pub(crate) mod reach;
mod reporting;
pub(crate) mod start_order;

use std::cell::OnceCell;

use plimsoll_finding::Span;
use plimsoll_syntax::compose::Compose;
use plimsoll_syntax::yaml::Yaml;

use crate::context::{Report, Sink};
use crate::{Options, Place};
use development::Development;

/// What is known about a Compose file.
#[derive(Debug)]
pub struct ComposeFacts<'y> {
    /// The tree.
    pub yaml: &'y Yaml<'y>,
    /// What the tree says of services and what they use.
    pub compose: Compose<'y>,
    pub(crate) development: OnceCell<Development<'y>>,
}

impl<'y> ComposeFacts<'y> {
    /// Finds out what rules share.
    pub fn new(yaml: &'y Yaml<'y>) -> Self {
        Self { yaml, compose: Compose::new(yaml), development: OnceCell::new() }
    }
}

/// What a rule about Compose files sees, and where it reports.
#[derive(Debug)]
pub struct ComposeContext<'c, 'y> {
    /// What is known about the file.
    pub facts: &'c ComposeFacts<'y>,
    /// What the check was told.
    pub options: &'c Options,
    sink: Sink<'c>,
}

impl<'c, 'y> ComposeContext<'c, 'y> {
    pub(crate) fn new(facts: &'c ComposeFacts<'y>, options: &'c Options, sink: Sink<'c>) -> Self {
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
