//! Checks one file: parses it, runs the rules, applies the suppressions.

use plimsoll_finding::{Finding, Severity, Span};
use plimsoll_syntax::dockerfile::{self, Dockerfile};
use plimsoll_syntax::dockerignore::Dockerignore;
use plimsoll_syntax::yaml::{self, Yaml};

use crate::compose::recognition::is_compose;
use crate::context::{LazySurroundings, Sink};
use crate::dockerignore::LazyUsers;

use crate::rule::finding;
use crate::rules::syntax_error::SYNTAX_ERROR;
use crate::rules::unused_suppression::UNUSED_SUPPRESSION;
use crate::suppress::Suppressions;
use crate::{
    Check, ComposeContext, ComposeFacts, Context, DockerignoreContext, Facts, FileType, Options,
    RULES, Rule, RuleSet, WorkflowContext, WorkflowFacts,
};

/// What was found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The findings, in the order of reports.
    pub findings: Vec<Finding>,
    /// Those that comments in the file suppress, in the same order.
    pub suppressed: Vec<Suppressed>,
}

/// A finding that a comment suppresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The comment, without its `#`.
    pub place: Span,
    /// The reason that it gives; `None` in the form of other tools.
    pub reason: Option<String>,
}

/// Checks one Dockerfile; `path` is what its findings say.
///
/// Findings of a run over many files get their fingerprints from [`plimsoll_finding::finish`].
pub fn check(path: &str, text: &str, options: &Options) -> Checked {
    check_file(path, &dockerfile::parse(text), options)
}

/// Checks one file of any type; `path` is what its findings say.
pub fn check_as(kind: FileType, path: &str, text: &str, options: &Options) -> Checked {
    Parsed::new(kind, text).check(path, options)
}

/// A file that was parsed.
#[derive(Debug)]
pub(crate) enum Parsed<'t> {
    Dockerfile(Dockerfile<'t>),
    Compose(Yaml<'t>),
    Workflow(Yaml<'t>),
    Dockerignore(&'t str, Dockerignore),
}

impl<'t> Parsed<'t> {
    pub(crate) fn new(kind: FileType, text: &'t str) -> Self {
        match kind {
            FileType::Dockerfile => Self::Dockerfile(dockerfile::parse(text)),
            FileType::Compose => Self::Compose(yaml::parse(text)),
            FileType::Workflow => Self::Workflow(yaml::parse(text)),
            FileType::Dockerignore => Self::Dockerignore(text, Dockerignore::parse(text)),
        }
    }

    pub(crate) fn check(&self, path: &str, options: &Options) -> Checked {
        match self {
            Self::Dockerfile(file) => check_file(path, file, options),
            Self::Compose(yaml) => check_compose(path, yaml, options),
            Self::Workflow(yaml) => check_workflow(path, yaml, options),
            Self::Dockerignore(text, file) => check_dockerignore(path, text, file, options),
        }
    }
}

/// As [`check`], for a file that was parsed already.
pub fn check_file(path: &str, file: &Dockerfile<'_>, options: &Options) -> Checked {
    let facts = Facts::new(file);
    let suppressions = Suppressions::new(file, &facts.stages);
    let mut run = Run { path, options, suppressions, checked: Checked::default() };
    for error in &file.errors {
        let finding = finding(&SYNTAX_ERROR, path, error.span, &*error.message);
        run.checked.findings.push(finding);
    }
    run.settle(&SYNTAX_ERROR, 0);
    let surroundings = LazySurroundings::new();
    run.each(|check, sink| {
        if let Check::Dockerfile(check) = check {
            check(&mut Context::new(&facts, options, &surroundings, sink));
        }
    });
    run.finish(file.text)
}

fn check_compose(path: &str, yaml: &Yaml<'_>, options: &Options) -> Checked {
    let mut run = Run::over_yaml(path, yaml, options, Suppressions::in_compose(yaml));
    if !is_compose(yaml) {
        return run.finish(yaml.text);
    }
    let facts = ComposeFacts::new(yaml);
    run.each(|check, sink| {
        if let Check::Compose(check) = check {
            check(&mut ComposeContext::new(&facts, options, sink));
        }
    });
    run.finish(yaml.text)
}

fn check_workflow(path: &str, yaml: &Yaml<'_>, options: &Options) -> Checked {
    let mut run = Run::over_yaml(path, yaml, options, Suppressions::in_workflow(yaml));
    let facts = WorkflowFacts::new(yaml);
    run.each(|check, sink| {
        if let Check::Workflow(check) = check {
            check(&mut WorkflowContext::new(&facts, options, sink));
        }
    });
    run.finish(yaml.text)
}

fn check_dockerignore(path: &str, text: &str, file: &Dockerignore, options: &Options) -> Checked {
    let suppressions = Suppressions::in_dockerignore(text, file);
    let mut run = Run { path, options, suppressions, checked: Checked::default() };
    for error in &file.errors {
        let finding = finding(&SYNTAX_ERROR, path, error.span, error.to_string());
        run.checked.findings.push(finding);
    }
    run.settle(&SYNTAX_ERROR, 0);
    let users = LazyUsers::new();
    run.each(|check, sink| {
        if let Check::Dockerignore(check) = check {
            check(&mut DockerignoreContext::new(text, file, options, &users, sink));
        }
    });
    run.finish(text)
}

/// A check on its way.
struct Run<'r, 'd> {
    path: &'r str,
    options: &'r Options,
    suppressions: Suppressions<'d>,
    checked: Checked,
}

impl<'r, 'd> Run<'r, 'd> {
    /// A check of a YAML file, with what is wrong in its syntax.
    fn over_yaml(
        path: &'r str,
        yaml: &'d Yaml<'d>,
        options: &'r Options,
        suppressions: Suppressions<'d>,
    ) -> Self {
        let mut run = Self { path, options, suppressions, checked: Checked::default() };
        for error in &yaml.errors {
            let mut finding = finding(&SYNTAX_ERROR, path, error.span, &*error.message);
            if let Some((span, message)) = error.related {
                finding = finding.related(path, Some(span), message);
            }
            run.checked.findings.push(finding);
        }
        run.settle(&SYNTAX_ERROR, 0);
        run
    }

    /// Runs the rules.
    fn each(&mut self, mut check: impl FnMut(Check, Sink<'_>)) {
        let selected = self.options.rules.unwrap_or_else(|| RuleSet::of(|it| it.default));
        for (place, rule) in RULES.iter().copied().enumerate() {
            if selected.has(place) || self.suppressions.enables(rule) {
                let findings = &mut self.checked.findings;
                let first = findings.len();
                let suppressions = &self.suppressions;
                check(rule.check, Sink { rule, path: self.path, findings, suppressions });
                self.settle(rule, first);
            }
        }
    }

    fn is_run(&self, rule: &Rule) -> bool {
        self.options.selects(rule) || self.suppressions.enables(rule)
    }

    /// Weighs the findings of a rule from `first` on, and takes out those that are suppressed.
    fn settle(&mut self, rule: &Rule, first: usize) {
        let Checked { findings, suppressed } = &mut self.checked;
        if findings.len() == first {
            return;
        }
        let severity = match self.options.severities.get(rule.name) {
            Some(severity) => Some(*severity),
            None if self.suppressions.makes_errors_of(rule) => Some(Severity::Error),
            None => None,
        };
        if let Some(severity) = severity {
            for finding in &mut findings[first..] {
                finding.severity = severity;
            }
        }
        self.suppressions.apply(rule, findings, first, suppressed);
    }

    /// Adds what is wrong with the suppressions, and sorts.
    fn finish(mut self, text: &str) -> Checked {
        for (rule, finding) in self.suppressions.problems(self.path) {
            if self.is_run(rule) {
                let first = self.checked.findings.len();
                self.checked.findings.push(finding);
                self.settle(rule, first);
            }
        }
        if self.is_run(&UNUSED_SUPPRESSION) {
            let is_run = |it: &Rule| it.name == SYNTAX_ERROR.name || self.is_run(it);
            let unused = self.suppressions.unused(self.path, is_run);
            let first = self.checked.findings.len();
            self.checked.findings.extend(unused);
            self.settle(&UNUSED_SUPPRESSION, first);
        }
        let Checked { findings, suppressed } = &mut self.checked;
        follow_line_endings(text, findings);
        findings.sort_by(Finding::report_order);
        suppressed.sort_by(|a, b| a.finding.report_order(&b.finding));
        self.checked
    }
}

/// Gives the lines that fixes write the ending of the line they stand in, so that rules need not.
fn follow_line_endings(text: &str, findings: &mut [Finding]) {
    let fixes = findings.iter_mut().filter_map(|it| it.fix.as_mut());
    for edit in fixes.flat_map(|it| &mut it.edits) {
        if edit.replacement.contains('\n') && ends_with_return(text, edit.span.start()) {
            edit.replacement = edit.replacement.replace("\r\n", "\n").replace('\n', "\r\n");
        }
    }
}

/// Whether the line of a byte ends with `\r\n`; the last line has the ending of the one before it.
fn ends_with_return(text: &str, offset: usize) -> bool {
    let (before, after) = text.split_at_checked(offset).unwrap_or((text, ""));
    match after.split_once('\n') {
        Some(("", _)) => before.ends_with('\r'),
        Some((line, _)) => line.ends_with('\r'),
        None => before.rsplit_once('\n').is_some_and(|(line, _)| line.ends_with('\r')),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use plimsoll_finding::{Clause, Edit, Fix};

    use super::*;

    #[test]
    fn syntax_errors_are_found_whatever_is_selected() {
        let options = Options { rules: Some(RuleSet::default()), ..Options::default() };
        let checked = check("Dockerfile", "FROM scratch\nCOPPY a b\n", &options);
        let rules: Vec<&str> = checked.findings.iter().map(|it| &*it.rule).collect();
        assert_eq!(rules, ["syntax-error"]);
    }

    #[test]
    fn settings_outweigh_the_rule() {
        let severities = BTreeMap::from([("syntax-error", Severity::Note)]);
        let options = Options { rules: Some(RuleSet::default()), severities, ..Options::default() };
        let checked = check("Dockerfile", "FROM scratch\nCOPPY a b\n", &options);
        assert_eq!(checked.findings[0].severity, Severity::Note);
    }

    #[test]
    fn fixes_follow_the_line_endings() {
        let replacement = |text: &str, at: usize| {
            let fix = Fix::safe("Add", [Edit::insert(at, "\nUSER 1\n")]);
            let finding = Finding::new("a", Clause::NonRoot, Severity::Note, "x", "y").fix(fix);
            let mut findings = [finding];
            follow_line_endings(text, &mut findings);
            let [Finding { fix: Some(fix), .. }] = findings else { panic!("the fix is gone") };
            fix.edits[0].replacement.clone()
        };
        for at in [0, 6, 7, 8, 9] {
            assert_eq!(replacement("FROM a\r\nB", at), "\r\nUSER 1\r\n", "{at}");
            assert_eq!(replacement("FROM a\n\nB", at), "\nUSER 1\n", "{at}");
        }
        assert_eq!(replacement("A\r\nFROM a\n", 3), "\nUSER 1\n");
        assert_eq!(replacement("", 9), "\nUSER 1\n");
    }
}
