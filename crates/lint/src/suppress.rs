//! Suppressions: comments that ask for a finding not to be reported.
//!
//! Ours are `# plimsoll: allow(rule, …): reason` above or inside an instruction, above a key, item or
//! pattern or at the end of its line (in the head of the file, with a blank line after it: for the
//! file), `allow-file`, `allow-stage`, and `allow-begin` … `allow-end`. They need a reason, and one that
//! suppresses nothing is reported. `# hadolint ignore=…`, `# check=…` of `BuildKit`,
//! `# dclint disable-line …` and `# zizmor: ignore[…]` are honoured through the aliases.

mod collect;
mod comment;
mod dockerignore;
mod parts;
mod peers;
mod reach;
mod yaml;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_finding::{Finding, Span};

use crate::rules::malformed_suppression::MALFORMED_SUPPRESSION;
use crate::rules::suppression_without_reason::SUPPRESSION_WITHOUT_REASON;
use crate::rules::unknown_suppression::UNKNOWN_SUPPRESSION;
use crate::rules::unused_suppression::UNUSED_SUPPRESSION;
use crate::{RULES, Rule, Suppressed, select};
use collect::Problem;
use reach::Reach;

/// The rules about suppressions.
#[cfg(test)]
pub(crate) static ABOUT: &[&Rule] = &[
    &MALFORMED_SUPPRESSION,
    &SUPPRESSION_WITHOUT_REASON,
    &UNKNOWN_SUPPRESSION,
    &UNUSED_SUPPRESSION,
];

/// All suppressions of a file.
#[derive(Debug, Default)]
pub(crate) struct Suppressions<'t> {
    /// The rules that other tools' names may mean.
    rules: &'static [&'static Rule],
    all: Vec<Suppression<'t>>,
    /// For every rule: its words among `all`.
    by_rule: BTreeMap<&'static str, ByRule>,
    problems: Vec<Problem>,
    /// Rules that the file asks for though they are off.
    enabled: BTreeSet<&'static str>,
    /// Whether findings of `BuildKit`'s checks fail the build.
    errors: bool,
}

/// The words that mean one rule.
#[derive(Debug, Default)]
struct ByRule {
    /// Those for the file.
    file: Vec<Word>,
    /// Whether those count as used already: then they need not again.
    file_used: Cell<bool>,
    /// The others, in the order in which they reach their first byte.
    parts: Vec<Word>,
    /// The furthest byte that a word of `parts` reaches, or one before it.
    ends: Vec<usize>,
}

/// The place of a word: of its suppression, and in the list of that.
type Word = (usize, usize);

/// One comment.
#[derive(Debug)]
struct Suppression<'t> {
    /// The comment without its `#`.
    place: Span,
    reach: Reach,
    allowed: Vec<Allowed<'t>>,
    /// Why; `None` in the form of other tools.
    reason: Option<&'t str>,
}

/// One word in the list of a suppression.
#[derive(Debug)]
struct Allowed<'t> {
    name: &'t str,
    place: Span,
    rules: BTreeSet<&'static str>,
    /// Rules ask while they run, and see the suppressions of the file as they are.
    used: Cell<bool>,
}

impl Suppressions<'_> {
    /// Whether the file asks for a rule.
    pub(crate) fn enables(&self, rule: &Rule) -> bool {
        self.enabled.contains(rule.name)
    }

    /// Whether the file wants findings of a rule to be errors.
    pub(crate) fn makes_errors_of(&self, rule: &Rule) -> bool {
        self.errors && rule.aliases.iter().any(|it| select::is_buildkit(it))
    }

    /// Moves the findings of one rule from `first` on that are suppressed.
    pub(crate) fn apply(
        &self,
        rule: &Rule,
        findings: &mut Vec<Finding>,
        first: usize,
        suppressed: &mut Vec<Suppressed>,
    ) {
        let Some(words) = self.by_rule.get(rule.name) else { return };
        let new = findings.split_off(first.min(findings.len()));
        for finding in new {
            match self.suppressing(words, finding.span) {
                Some((place, reason)) => {
                    let reason = reason.map(ToOwned::to_owned);
                    suppressed.push(Suppressed { finding, place, reason });
                }
                None => findings.push(finding),
            }
        }
    }

    /// Whether a comment suppresses a rule at a place; then it counts as used.
    pub(crate) fn allows(&self, rule: &Rule, place: Span) -> bool {
        let words = self.by_rule.get(rule.name);
        words.is_some_and(|it| self.suppressing(it, Some(place)).is_some())
    }

    /// Sorts the words by rule and place, so that a finding is not held against all of them.
    fn index(&mut self) {
        let mut by_rule: BTreeMap<&'static str, ByRule> = BTreeMap::new();
        for (place, suppression) in self.all.iter().enumerate() {
            for (word, allowed) in suppression.allowed.iter().enumerate() {
                for rule in &allowed.rules {
                    let words = by_rule.entry(rule).or_default();
                    match suppression.reach {
                        Reach::File => words.file.push((place, word)),
                        Reach::Bytes(_) => words.parts.push((place, word)),
                    }
                }
            }
        }
        for words in by_rule.values_mut() {
            words.parts.sort_by_key(|(place, _)| self.bytes(*place).start());
            let mut furthest = 0;
            for (place, _) in &words.parts {
                furthest = self.bytes(*place).end().max(furthest);
                words.ends.push(furthest);
            }
        }
        self.by_rule = by_rule;
    }

    /// What a suppression of a part reaches.
    fn bytes(&self, place: usize) -> Span {
        match self.all.get(place).map(|it| it.reach) {
            Some(Reach::Bytes(span)) => span,
            Some(Reach::File) | None => Span::default(),
        }
    }

    /// The first suppression of a finding at a place by the words for its rule. All that fit count
    /// as used.
    fn suppressing(&self, words: &ByRule, place: Option<Span>) -> Option<(Span, Option<&str>)> {
        // Once used, they need not be again; the first one goes on to be the first.
        let file = if words.file_used.replace(true) { 1 } else { words.file.len() };
        let mut fitting: Vec<Word> = words.file.iter().take(file).copied().collect();
        if let Some(at) = place.map(Span::start) {
            let begun = words.parts.partition_point(|(it, _)| self.bytes(*it).start() <= at);
            let reaching = (0..begun).rev().take_while(|it| words.ends.get(*it) >= Some(&at));
            let parts = reaching.filter_map(|it| words.parts.get(it).copied());
            fitting.extend(parts.filter(|(it, _)| self.bytes(*it).end() >= at));
        }
        for (suppression, word) in &fitting {
            let allowed = self.all.get(*suppression).and_then(|it| it.allowed.get(*word));
            if let Some(allowed) = allowed {
                allowed.used.set(true);
            }
        }
        let first = fitting.into_iter().min()?;
        self.all.get(first.0).map(|it| (it.place, it.reason))
    }

    /// What is wrong with the suppressions themselves, as findings of a rule, for all rules about
    /// suppressions but [`Self::unused`].
    pub(crate) fn problems(&self, path: &str) -> Vec<(&'static Rule, Finding)> {
        self.problems.iter().map(|it| it.finding(path)).collect()
    }

    /// A finding for each word that suppressed nothing, though all its rules were run.
    pub(crate) fn unused(&self, path: &str, is_run: impl Fn(&Rule) -> bool) -> Vec<Finding> {
        let own = self.all.iter().filter(|it| it.reason.is_some());
        own.flat_map(|it| &it.allowed)
            .filter(|it| !it.used.get() && is_judged(it, &is_run))
            .map(|it| {
                let message = format!("nothing here is found by `{}`", it.name);
                crate::rule::finding(&UNUSED_SUPPRESSION, path, it.place, message)
                    .help("Remove it from the list, or the comment with it.")
            })
            .collect()
    }
}

/// Whether it is known that a word was needless: of what it names, all that runs by default was run,
/// and something was. A suppression of [`UNUSED_SUPPRESSION`] itself is not judged.
fn is_judged(allowed: &Allowed<'_>, is_run: impl Fn(&Rule) -> bool) -> bool {
    let mut rules = RULES.iter().filter(|it| allowed.rules.contains(it.name)).peekable();
    let mut any = false;
    rules.all(|it| {
        let run = is_run(it);
        any |= run;
        it.name != UNUSED_SUPPRESSION.name && (run || !it.default)
    }) && any
}

#[cfg(test)]
mod grouped_tests;
#[cfg(test)]
mod tests;
