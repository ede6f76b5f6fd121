//! What a rule sees, and where it reports.

use plimsoll_finding::{Finding, Fix, Severity, Span};

use crate::{Facts, Options, Rule, Scope};

/// What a rule sees, and where it reports.
#[derive(Debug)]
pub struct Context<'c, 'd> {
    /// What is known about the file.
    pub facts: &'c Facts<'d>,
    /// What the check was told.
    pub options: &'c Options,
    rule: &'static Rule,
    path: &'c str,
    findings: &'c mut Vec<Finding>,
}

impl<'c, 'd> Context<'c, 'd> {
    pub(crate) fn new(
        rule: &'static Rule,
        path: &'c str,
        facts: &'c Facts<'d>,
        options: &'c Options,
        findings: &'c mut Vec<Finding>,
    ) -> Self {
        Self { facts, options, rule, path, findings }
    }

    /// Reports a finding at a place and returns it for more detail.
    ///
    /// The message is one line without a period at its end. In a stage that isn't shipped a rule
    /// about the image weighs one step less.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        let severity = self.severity_at(span);
        let finding =
            Finding::new(self.rule.name, self.rule.clause, severity, self.path, message).at(span);
        self.findings.push(finding);
        Report { finding: self.findings.last_mut(), path: self.path }
    }

    fn severity_at(&self, span: Span) -> Severity {
        let shipped = self.facts.stages.at(span.start()).is_none_or(|it| it.shipped);
        match (self.rule.scope, shipped, self.rule.severity) {
            (Scope::Image, false, Severity::Error) => Severity::Warning,
            (Scope::Image, false, _) => Severity::Note,
            (_, _, severity) => severity,
        }
    }
}

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
