//! What a rule sees, and where it reports.

use plimsoll_finding::{Finding, Fix, Severity, Span};

use crate::suppress::Suppressions;
use crate::{Facts, Options, Rule, Scope, Surroundings};

/// What a rule about Dockerfiles sees, and where it reports.
#[derive(Debug)]
pub struct Context<'c, 'd> {
    /// What is known about the file.
    pub facts: &'c Facts<'d>,
    /// What the check was told.
    pub options: &'c Options,
    sink: Sink<'c>,
    surroundings: &'c LazySurroundings,
}

/// With more stages than this nothing is looked at around a file: what each stage holds is worked out
/// from all those that it stands on.
const MOST_STAGES: usize = 200;

/// What lies around a Dockerfile, found out when a rule first asks.
pub(crate) type LazySurroundings = std::cell::OnceCell<Option<Surroundings>>;

impl<'c, 'd> Context<'c, 'd> {
    pub(crate) fn new(
        facts: &'c Facts<'d>,
        options: &'c Options,
        surroundings: &'c LazySurroundings,
        sink: Sink<'c>,
    ) -> Self {
        Self { facts, options, sink, surroundings }
    }

    /// What lies around the file: who builds it, from which context and which Cargo workspace;
    /// `None` where nobody knows where the file lies.
    pub fn surroundings(&self) -> Option<&'c Surroundings> {
        let place = self.options.place.as_ref()?;
        if self.facts.stages.all.len() > MOST_STAGES {
            return None;
        }
        self.surroundings.get_or_init(|| Some(Surroundings::of(place, self.facts))).as_ref()
    }

    /// Reports a finding at a place and returns it for more detail.
    ///
    /// The message is one line without a period at its end. In a stage that isn't shipped a rule
    /// about the image weighs one step less.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        let severity = self.severity_at(span);
        self.sink.report(span, message).severity(severity)
    }

    /// As [`Sink::parted`].
    pub(crate) fn parted<T>(&self, members: Vec<T>, place: impl Fn(&T) -> Span) -> [Vec<T>; 2] {
        self.sink.parted(members, place)
    }

    /// Whether a comment suppresses the rule at a place; then it counts as used.
    pub(crate) fn allows(&self, place: Span) -> bool {
        self.sink.allows(place)
    }

    fn severity_at(&self, span: Span) -> Severity {
        let rule = self.sink.rule;
        let shipped = self.facts.stages.at(span.start()).is_none_or(|it| it.shipped);
        match (rule.scope, shipped, rule.severity) {
            (Scope::Image, false, Severity::Error) => Severity::Warning,
            (Scope::Image, false, _) => Severity::Note,
            (_, _, severity) => severity,
        }
    }
}

/// Where a rule reports.
#[derive(Debug)]
pub(crate) struct Sink<'c> {
    pub(crate) rule: &'static Rule,
    pub(crate) path: &'c str,
    pub(crate) findings: &'c mut Vec<Finding>,
    pub(crate) suppressions: &'c Suppressions<'c>,
}

impl Sink<'_> {
    /// Whether a comment suppresses the rule at a place; then it counts as used.
    pub(crate) fn allows(&self, place: Span) -> bool {
        self.suppressions.allows(self.rule, place)
    }

    /// Parts the places that one finding would stand for into those where no comment suppresses the
    /// rule, and the others. A rule reports either part if it is not empty: so a comment hides
    /// its own place alone, and what it hides is still listed among what is suppressed.
    pub(crate) fn parted<T>(&self, members: Vec<T>, place: impl Fn(&T) -> Span) -> [Vec<T>; 2] {
        let (hidden, open) = members.into_iter().partition(|it| self.allows(place(it)));
        [open, hidden]
    }

    /// Reports a finding at a place.
    pub(crate) fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        let Rule { name, clause, severity, .. } = *self.rule;
        self.findings.push(Finding::new(name, clause, severity, self.path, message).at(span));
        Report { finding: self.findings.last_mut(), path: self.path }
    }

    /// Reports a finding about the file as a whole.
    pub(crate) fn report_file(&mut self, message: impl Into<String>) -> Report<'_> {
        let Rule { name, clause, severity, .. } = *self.rule;
        self.findings.push(Finding::new(name, clause, severity, self.path, message));
        Report { finding: self.findings.last_mut(), path: self.path }
    }
}

/// So many further places are shown of a finding that stands for many.
const MOST_MEMBERS: usize = 20;

/// A finding that was just reported.
#[derive(Debug)]
pub struct Report<'r> {
    finding: Option<&'r mut Finding>,
    path: &'r str,
}

impl Report<'_> {
    /// Says what to do about it, as a sentence or a few.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        self.change(|it| it.help = Some(help.into()))
    }

    /// Adds a place in the same file that explains it.
    #[must_use]
    pub fn related(self, span: Span, message: impl Into<String>) -> Self {
        let (path, message) = (self.path.to_owned(), message.into());
        self.change(|it| {
            it.related.push(plimsoll_finding::Related { path, span: Some(span), message });
        })
    }

    /// Adds the further places that the finding stands for, as far as anybody would read them.
    #[must_use]
    pub(crate) fn members(self, spans: impl IntoIterator<Item = Span>, message: &str) -> Self {
        let spans = spans.into_iter().take(MOST_MEMBERS);
        spans.fold(self, |report, span| report.related(span, message))
    }

    /// Adds a place in another file that explains it; `None` for all of that file.
    #[must_use]
    pub fn related_in(
        self,
        path: impl Into<String>,
        span: Option<Span>,
        message: impl Into<String>,
    ) -> Self {
        let related =
            plimsoll_finding::Related { path: path.into(), span, message: message.into() };
        self.change(|it| it.related.push(related))
    }

    /// Weighs this one finding otherwise than its rule.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        self.change(|it| it.severity = severity)
    }

    /// Attaches a fix.
    #[must_use]
    pub fn fix(self, fix: Fix) -> Self {
        self.change(|it| it.fix = Some(fix))
    }

    /// Ends the report.
    pub fn done(self) {}

    fn change(mut self, change: impl FnOnce(&mut Finding)) -> Self {
        if let Some(finding) = &mut self.finding {
            change(finding);
        }
        self
    }
}
