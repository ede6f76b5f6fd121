//! The gate that every fix passes before it is made.

use std::collections::BTreeMap;

use plimsoll_finding::{Applicability, Edit, Finding, Fix, Severity, apply};
use plimsoll_syntax::dockerfile::{Command, Dockerfile, Form, LineKind};
use plimsoll_syntax::yaml::Yaml;

use super::{Rejection, outside_dockerfile, outside_dockerignore, outside_yaml, shell_script};
use crate::check::Parsed;
use crate::rules::unused_suppression::UNUSED_SUPPRESSION;
use crate::{FileType, FixAvailability, Options, RuleSet, rule};

/// A finding whose fix may be made.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'f> {
    pub(super) finding: &'f Finding,
    pub(super) fix: &'f Fix,
}

/// A text before fixes, and what must still hold after them.
pub(super) struct Gate<'g> {
    kind: FileType,
    path: &'g str,
    text: &'g str,
    file: Parsed<'g>,
    /// What the caller selected, and everything that is on by default: a fix may not cause what
    /// merely was not asked for. What was named stays so: that is what findings are made by.
    options: Options,
    selected: &'g Options,
    findings: Vec<Finding>,
}

impl<'g> Gate<'g> {
    pub(super) fn new(kind: FileType, path: &'g str, text: &'g str, selected: &'g Options) -> Self {
        let mut options = selected.clone();
        if let Some(rules) = &mut options.rules {
            *rules = rules.with(RuleSet::of(|it| it.default));
        }
        let file = Parsed::new(kind, text);
        let findings = file.check(path, &options).findings;
        Self { kind, path, text, file, options, selected, findings }
    }

    /// Gives the findings of a rule a fix made for their places.
    #[cfg(test)]
    pub(super) fn offer(&mut self, rule: &str, fix: impl Fn(plimsoll_finding::Span) -> Fix) {
        for finding in self.findings.iter_mut().filter(|it| it.rule == rule) {
            finding.fix = finding.span.map(&fix);
        }
    }

    /// The fixes that may be made, in the order of reports.
    pub(super) fn candidates(
        &self,
        applicability: Applicability,
    ) -> impl Iterator<Item = Candidate<'_>> {
        self.findings.iter().filter_map(move |finding| {
            let fix = finding.fix.as_ref()?;
            let rule = rule(&finding.rule)?;
            let asked = self.selected.selects(rule) && fix.applicability <= applicability;
            asked.then_some(Candidate { finding, fix })
        })
    }

    /// Makes fixes on the text as it was and returns the result if it passes.
    pub(super) fn try_out(&self, fixes: &[Candidate<'_>]) -> Result<String, Rejection> {
        let edits: Vec<Edit> = fixes.iter().flat_map(|it| &it.fix.edits).cloned().collect();
        let text = apply(self.text, &edits).map_err(Rejection::Edits)?;
        keeps_endings(self.text, &text)?;
        let file = Parsed::new(self.kind, &text);
        self.is_whole(&file, &text, &edits)?;
        self.finds_less(&file, fixes)?;
        Ok(text)
    }

    /// The result is read as well as before, is equal outside of the edits, and has all comments.
    fn is_whole(&self, new: &Parsed<'_>, text: &str, edits: &[Edit]) -> Result<(), Rejection> {
        match (&self.file, new) {
            (Parsed::Dockerfile(old), Parsed::Dockerfile(new)) => {
                if new.errors.len() > old.errors.len() {
                    return Err(Rejection::SyntaxError);
                }
                outside_dockerfile::is_equal(old, new, edits)?;
                keeps_comments(old, new)?;
                if script_problems(new) > script_problems(old) {
                    return Err(Rejection::BreaksScript);
                }
                Ok(())
            }
            (
                Parsed::Compose(old) | Parsed::Workflow(old),
                Parsed::Compose(new) | Parsed::Workflow(new),
            ) => {
                let known = messages(old);
                let new_ones = messages(new).into_iter();
                for (message, count) in new_ones {
                    if count > known.get(message).copied().unwrap_or_default() {
                        return Err(Rejection::SyntaxError);
                    }
                }
                outside_yaml::is_equal(old, new, edits)?;
                outside_yaml::keeps_comments(old, new)
            }
            (Parsed::Dockerignore(_, old), Parsed::Dockerignore(_, new)) => {
                if new.errors.len() > old.errors.len() {
                    return Err(Rejection::SyntaxError);
                }
                outside_dockerignore::is_equal(self.text, text, edits)
            }
            // One type of file does not become another.
            _ => Err(Rejection::SyntaxError),
        }
    }

    /// The findings that were fixed are gone, one for each fix, and nothing new is found: neither
    /// what weighs, nor what another fix would change back.
    fn finds_less(&self, file: &Parsed<'_>, fixes: &[Candidate<'_>]) -> Result<(), Rejection> {
        let after = file.check(self.path, &self.options).findings;
        let mut allowed = weighty(&self.findings);
        for fixed in fixes.iter().map(|it| &*it.finding.rule) {
            let count = allowed.entry(fixed).or_default();
            *count = count.saturating_sub(1);
        }
        for (rule, count) in weighty(&after) {
            if count > allowed.get(rule).copied().unwrap_or_default() {
                let fixed = fixes.iter().any(|it| it.finding.rule == rule);
                let why = if fixed { Rejection::StillFound } else { Rejection::NewFinding };
                return Err(why(rule.to_owned()));
            }
        }
        Ok(())
    }
}

/// How often each rule is found that a fix must not cause.
fn weighty(findings: &[Finding]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        let fixable = rule(&finding.rule).is_some_and(|it| it.fix != FixAvailability::None);
        // A suppression that a fix leaves without work is good news.
        let weighs =
            finding.severity >= Severity::Warning && finding.rule != UNUSED_SUPPRESSION.name;
        if fixable || weighs {
            *counts.entry(&*finding.rule).or_default() += 1;
        }
    }
    counts
}

fn keeps_endings(old: &str, new: &str) -> Result<(), Rejection> {
    let mark = old.starts_with('\u{feff}') == new.starts_with('\u{feff}');
    let end = old.is_empty() || old.ends_with('\n') == new.ends_with('\n');
    // In a file of both kinds either may be added.
    let returns = count(new, "\r\n") == 0 || count(old, "\r\n") > 0;
    let lines = |text: &str| count(text, "\n") - count(text, "\r\n");
    let plain = lines(new) == 0 || lines(old) > 0 || !old.contains('\n');
    if mark && end && returns && plain { Ok(()) } else { Err(Rejection::Endings) }
}

fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

/// Every comment is still there, as often as before, wherever it stands now.
fn keeps_comments(old: &Dockerfile<'_>, new: &Dockerfile<'_>) -> Result<(), Rejection> {
    let kept = comments(new);
    for (comment, count) in comments(old) {
        if kept.get(comment).copied().unwrap_or_default() < count {
            return Err(Rejection::LosesComment(comment.to_owned()));
        }
    }
    Ok(())
}

/// The comments of a file, those in heredocs too, and how often each stands in it.
fn comments<'t>(file: &Dockerfile<'t>) -> BTreeMap<&'t str, usize> {
    let mut counts = BTreeMap::new();
    for line in &file.lines {
        let holds =
            matches!(line.kind, LineKind::Comment | LineKind::InnerComment | LineKind::HeredocBody);
        let text = line.span.slice(file.text).unwrap_or_default();
        let text = text.trim_start_matches('\u{feff}').trim();
        if holds && text.starts_with('#') {
            *counts.entry(text).or_default() += 1;
        }
    }
    counts
}

/// How often each thing is wrong with a YAML file.
fn messages<'y>(yaml: &'y Yaml<'_>) -> BTreeMap<&'y str, usize> {
    let mut counts = BTreeMap::new();
    for error in &yaml.errors {
        *counts.entry(&*error.message).or_default() += 1;
    }
    counts
}

fn script_problems(file: &Dockerfile<'_>) -> usize {
    let scripts = file.instructions.iter().filter_map(|it| match &it.command {
        Command::Run(run) if run.line.form == Form::Shell => Some(run.line.script.text()),
        _ => None,
    });
    scripts.map(shell_script::problems).sum()
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    #[test]
    fn line_endings_and_the_last_newline_stay() {
        for (old, new) in [
            ("a\n", "a\nb\n"),
            ("a", "a\nb"),
            ("a\r\nb", "a\r\nc\r\nb"),
            ("\u{feff}a\n", "\u{feff}b\n"),
            ("a\r\nb\n", "a\nb\r\n"),
        ] {
            assert_eq!(keeps_endings(old, new), Ok(()), "{old:?} {new:?}");
        }
        for (old, new) in [
            ("a\n", "a"),
            ("a", "a\n"),
            ("a\r\nb", "a\nb"),
            ("a\nb\n", "a\nb\r\nc\n"),
            ("\u{feff}a\n", "a\n"),
            ("a\n", "\u{feff}a\n"),
        ] {
            assert_eq!(keeps_endings(old, new), Err(Rejection::Endings), "{old:?} {new:?}");
        }
    }

    #[test]
    fn comments_may_move_but_not_go() {
        let old = dockerfile::parse("# a\nFROM b\n# a\nRUN c \\\n  # d\n  e\n");
        let moved = dockerfile::parse("FROM b\n# d\n# a\n# a\nRUN c e\n");
        assert_eq!(keeps_comments(&old, &moved), Ok(()));
        let lost = dockerfile::parse("# a\nFROM b\nRUN c \\\n  # d\n  e\n");
        assert_eq!(keeps_comments(&old, &lost), Err(Rejection::LosesComment("# a".to_owned())));
    }
}
