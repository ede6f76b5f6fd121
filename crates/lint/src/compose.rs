//! What rules about Compose files see.

pub(crate) mod comparable;
pub(crate) mod connection_url;
pub(crate) mod connections;
pub(crate) mod databases;
pub(crate) mod development;
pub(crate) mod effective_environment;
pub(crate) mod ends;
pub(crate) mod env_file;
pub(crate) mod expansion;
pub(crate) mod hardening;
pub(crate) mod health_test;
pub(crate) mod images;
pub(crate) mod jobs;
mod partial;
pub(crate) mod probes;
pub(crate) mod purpose;
pub(crate) mod reach;
pub(crate) mod recognition;
mod reporting;
mod service_image;
pub(crate) mod settings;
pub(crate) mod sources;
pub(crate) mod start_order;
pub(crate) mod unused;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use plimsoll_finding::{Severity, Span};
use plimsoll_syntax::compose::{self, Compose, ComposeProblem, ComposeProblemKind, Service};
use plimsoll_syntax::yaml::Yaml;

use crate::context::{Report, Sink};
use crate::{Options, Place, YamlEdits};
use development::Development;
use purpose::Purpose;
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
    /// As `images`.
    problems: OnceCell<Vec<ComposeProblem>>,
    /// As `images`.
    pub(crate) development: OnceCell<Development<'y>>,
    /// As `images`.
    purpose: OnceCell<Purpose>,
}

impl<'y> ComposeFacts<'y> {
    /// Finds out what rules share.
    pub fn new(yaml: &'y Yaml<'y>) -> Self {
        Self {
            yaml,
            edits: YamlEdits::new(yaml),
            compose: Compose::new(yaml),
            images: OnceCell::new(),
            problems: OnceCell::new(),
            development: OnceCell::new(),
            purpose: OnceCell::new(),
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

    /// Whether the file likely only adds to another one.
    fn is_partial(&self) -> bool {
        partial::is_partial(self.sink.path, self.place(), &self.facts.compose)
    }

    /// What Compose itself refuses, and what it takes but can't run.
    pub(crate) fn problems(&self) -> &'c [ComposeProblem] {
        let find = || {
            let is_partial = self.is_partial();
            compose::problems(
                &self.facts.compose,
                &compose::Options { is_partial, ..Default::default() },
            )
        };
        self.facts.problems.get_or_init(find)
    }

    /// Reports those problems that are of one kind or another.
    pub(crate) fn report_problems(&mut self, wanted: impl Fn(ComposeProblemKind) -> bool) {
        // What is no YAML is reported as such.
        // Ports that are published twice have a rule of their own.
        let of_rule = |it: &&ComposeProblem| {
            it.kind != ComposeProblemKind::Yaml && it.code != "equal-host-ports" && wanted(it.kind)
        };
        // A file of services without images is made to be joined with others.
        let bare = self.bare_services();
        let mut is_told = false;
        for problem in self.problems().iter().filter(of_rule) {
            if problem.code == "no-image" {
                // One finding stands for all.
                if !std::mem::replace(&mut is_told, true) {
                    let help =
                        "Name an image or a build for each service, if it is to stand alone.";
                    let report = self.sink.report(problem.span, &*bare);
                    report.severity(Severity::Note).help(help).done();
                }
                continue;
            }
            let mut report = self.sink.report(problem.span, &*problem.message);
            if !bare.is_empty() && problem.code.starts_with("undefined-") {
                report = report.severity(Severity::Note);
            }
            if let Some(help) = &problem.help {
                report = report.help(&**help);
            }
            for (span, label) in &problem.related {
                report = report.related(*span, &**label);
            }
            report.done();
        }
    }

    /// What is said of the services that have no image; nothing, if all have one.
    fn bare_services(&self) -> String {
        let bare: Vec<Span> =
            self.problems().iter().filter(|it| it.code == "no-image").map(|it| it.span).collect();
        let name = |place: usize| {
            let span = bare.get(place)?;
            let is_it = |it: &&Service<'_>| {
                it.value.span().contains(span.start()) || it.key.written() == *span
            };
            let service = self.facts.compose.services.iter().find(is_it)?;
            Some(service.name)
        };
        let Some(first) = name(0) else { return String::new() };
        let who = match (bare.len(), name(1)) {
            (1, _) | (_, None) => format!("`{first}` has"),
            (2, Some(second)) => format!("`{first}` and `{second}` have"),
            (3, Some(second)) => format!("`{first}`, `{second}` and another service have"),
            (all, Some(second)) => {
                format!("`{first}`, `{second}` and {} more services have", all - 2)
            }
        };
        format!("{who} neither `image` nor `build`: the file is made to be joined with another one")
    }

    /// What the file is for. The name of the file and of the directory that it is in have a say.
    pub(crate) fn purpose(&self) -> Purpose {
        let facts = self.facts;
        *facts.purpose.get_or_init(|| Purpose::of(self.sink.path, &facts.compose))
    }

    /// As [`Sink::parted`].
    pub(crate) fn parted<T>(&self, members: Vec<T>, place: impl Fn(&T) -> Span) -> [Vec<T>; 2] {
        self.sink.parted(members, place)
    }

    /// Whether a comment suppresses the rule at a place; then it counts as used.
    pub(crate) fn allows(&self, place: Span) -> bool {
        self.sink.allows(place)
    }

    /// Reports a finding at a place and returns it for more detail. The message is one line without
    /// a period at its end.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        self.sink.report(span, message)
    }
}
