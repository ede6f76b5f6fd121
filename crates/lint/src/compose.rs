//! What rules about Compose files see.

mod service_image;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use plimsoll_finding::Span;
use plimsoll_syntax::compose::Compose;
use plimsoll_syntax::yaml::Yaml;

use crate::context::{Report, Sink};
use crate::{Options, Place, YamlEdits};
pub use service_image::ServiceImage;

/// What is known about a Compose file.
#[derive(Debug)]
pub struct ComposeFacts<'y> {
    /// The tree.
    pub yaml: &'y Yaml<'y>,
    /// Edits that follow the layout of the file.
    pub edits: YamlEdits<'y>,
    /// What the tree says of services and what they use.
    pub compose: Compose<'y>,
    /// The images that services build, by the services' names. Found out when a rule first asks.
    images: OnceCell<BTreeMap<&'y str, Option<ServiceImage>>>,
}

impl<'y> ComposeFacts<'y> {
    /// Finds out what rules share.
    pub fn new(yaml: &'y Yaml<'y>) -> Self {
        Self {
            yaml,
            edits: YamlEdits::new(yaml),
            compose: Compose::new(yaml),
            images: OnceCell::new(),
        }
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
