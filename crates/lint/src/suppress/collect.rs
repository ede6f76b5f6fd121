//! Collects the suppressions of a file from its comments and directives.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_finding::{Finding, Span};
use plimsoll_syntax::dockerfile::{Dockerfile, LineKind, Stages};

use super::comment::{self, Malformed, Verb, Written};
use super::peers::{self, Check, Names};
use super::reach::{Around, Reach, Surroundings};
use super::{Allowed, Suppression, Suppressions};
use super::{MALFORMED_SUPPRESSION, SUPPRESSION_WITHOUT_REASON, UNKNOWN_SUPPRESSION};
use crate::rule::finding;
use crate::{RULES, Rule, select};

/// The checks that `BuildKit` runs only where a file asks for them.
const EXPERIMENTAL: &[&str] = &["InvalidDefinitionDescription"];

/// How many problems of a file are told with what may have been meant.
const MOST_COMPARED: usize = 100;

/// Something wrong with a suppression.
#[derive(Debug)]
pub(super) struct Problem {
    rule: &'static Rule,
    place: Span,
    message: String,
    help: String,
}

impl Problem {
    pub(super) fn finding(&self, path: &str) -> (&'static Rule, Finding) {
        let finding = finding(self.rule, path, self.place, &*self.message).help(&*self.help);
        (self.rule, finding)
    }
}

impl<'t> Suppressions<'t> {
    /// Reads every comment and directive.
    pub(crate) fn new(file: &'t Dockerfile<'t>, stages: &Stages<'t>) -> Self {
        Self::among(RULES, file, stages)
    }

    /// As [`Self::new`]; aliases in the form of other tools mean some rules alone.
    pub(super) fn among(
        rules: &'static [&'static Rule],
        file: &'t Dockerfile<'t>,
        stages: &Stages<'t>,
    ) -> Self {
        let mut collected = Self { rules, ..Self::default() };
        let around = Surroundings::new(file, stages);
        let mut open = Blocks::new();
        for (line, it) in file.lines.iter().enumerate() {
            if !matches!(it.kind, LineKind::Comment | LineKind::InnerComment) {
                continue;
            }
            let Some((text, place)) = comment::comment_of(file.text, it.span) else { continue };
            let is_own = collected.read(text, place, line, &around, &mut open);
            if !is_own && it.kind == LineKind::Comment {
                collected.hadolint(text, place, line, around);
            }
        }
        collected.buildkit(file);
        collected.finish(&open);
        collected
    }

    /// Reads a comment in our form, and says whether it is in that.
    pub(super) fn read(
        &mut self,
        text: &'t str,
        place: Span,
        line: usize,
        around: &dyn Around,
        open: &mut Blocks<'t>,
    ) -> bool {
        match comment::read(text, place.start()) {
            None => return false,
            Some(Ok(written)) => self.own(written, place, line, around, open),
            Some(Err(malformed)) => self.malformed(place, malformed),
        }
        true
    }

    /// Ends the reading of a file.
    pub(super) fn finish(&mut self, open: &Blocks<'t>) {
        for block in open.values().flatten() {
            self.unclosed(block);
        }
        self.index();
    }

    fn own(
        &mut self,
        written: Written<'t>,
        place: Span,
        line: usize,
        around: &dyn Around,
        open: &mut Blocks<'t>,
    ) {
        if written.verb == Verb::End {
            return self.close(&written, place, around.start_of(line), open);
        }
        let allowed = self.known(&written.names);
        let reach = match written.verb {
            Verb::Instruction if around.is_head(line) => Some(Reach::File),
            Verb::Instruction => around.part(line),
            Verb::File => Some(Reach::File),
            Verb::Stage => match around.stage(line) {
                Some(stage) => stage,
                None => return self.malformed(place, comment::without_stages()),
            },
            Verb::Begin | Verb::End => {
                let start = around.start_of(line);
                let reason = written.reason;
                let block = Block { names: written.names, place, start, allowed, reason };
                open.entry(block.key()).or_default().push(block);
                return;
            }
        };
        // Without an instruction or stage it reaches nothing, and is reported as unused.
        let reach = reach.unwrap_or(Reach::Bytes(place));
        self.add(&written.names, place, reach, allowed, written.reason);
    }

    fn add(
        &mut self,
        names: &[(&str, Span)],
        place: Span,
        reach: Reach,
        allowed: Vec<Allowed<'t>>,
        reason: Option<&'t str>,
    ) {
        if reason.is_some() {
            self.all.push(Suppression { place, reach, allowed, reason });
            return;
        }
        let message = format!("the suppression of {} gives no reason", quoted(names));
        let help = "Say after a colon why it is needed: `allow(rule): reason`.";
        self.problem(&SUPPRESSION_WITHOUT_REASON, place, message, help);
    }

    /// The words that name rules; for the others a problem.
    fn known(&mut self, names: &[(&'t str, Span)]) -> Vec<Allowed<'t>> {
        let mut allowed = Vec::new();
        for (name, place) in names.iter().copied() {
            if let Some(rules) = select::rules_of(name) {
                let rules = rules.iter().map(|it| it.name).collect();
                allowed.push(Allowed { name, place, rules, used: Cell::new(false) });
                continue;
            }
            // Comparing takes long, and a file with so many has other problems.
            let is_compared = self.problems.len() < MOST_COMPARED;
            let candidates = if is_compared { select::candidates(name) } else { Vec::new() };
            let meant: Vec<String> = candidates.iter().map(|it| format!("`{it}`")).collect();
            let help = if meant.is_empty() {
                "`plimsoll explain` lists all rules.".to_owned()
            } else {
                format!("Did you mean {}?", meant.join(" or "))
            };
            let message = format!("`{name}` is no rule, clause or alias");
            self.problem(&UNKNOWN_SUPPRESSION, place, message, help);
        }
        allowed
    }

    /// Ends the innermost open block of the same names.
    fn close(&mut self, end: &Written<'t>, place: Span, at: usize, open: &mut Blocks<'t>) {
        if let Some(block) = open.get_mut(&key(&end.names)).and_then(Vec::pop) {
            let reach = Reach::Bytes(Span::new(block.start, at));
            self.add(&block.names, block.place, reach, block.allowed, block.reason);
        } else {
            let message = format!("no block for {} is open here", quoted(&end.names));
            let help = "`allow-end` names the same rules as its `allow-begin`.";
            self.problem(&MALFORMED_SUPPRESSION, place, message, help);
        }
    }

    fn unclosed(&mut self, block: &Block<'_>) {
        let message = format!("the block for {} has no `allow-end`", quoted(&block.names));
        let help = "End it with `allow-end` and the same rules, or use `allow-file`.";
        self.problem(&MALFORMED_SUPPRESSION, block.place, message, help);
    }

    fn malformed(&mut self, place: Span, malformed: Malformed) {
        self.problem(&MALFORMED_SUPPRESSION, place, malformed.message, malformed.help);
    }

    fn problem(
        &mut self,
        rule: &'static Rule,
        place: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.problems.push(Problem { rule, place, message: message.into(), help: help.into() });
    }

    fn hadolint(&mut self, text: &str, place: Span, line: usize, around: Surroundings<'_, '_>) {
        let Some(read) = peers::hadolint(text) else { return };
        let reach = match read.global {
            true if around.is_before_all(line) => Some(Reach::File),
            true => None,
            false => around.instruction(line),
        };
        let Some(reach) = reach else { return };
        let ignored = |alias: &str| read.codes.iter().any(|it| alias.eq_ignore_ascii_case(it));
        let rules = self.with_alias(ignored);
        self.foreign(place, reach, rules);
    }

    /// The directive `check`, and comments of its form above instructions. Of several above one
    /// instruction the first counts, as in the builder.
    fn buildkit(&mut self, file: &Dockerfile<'_>) {
        for directive in file.directives.iter().filter(|it| it.name == "check") {
            let Some(check) = peers::check(directive.value.as_str()) else { continue };
            self.foreign(directive.span, Reach::File, self.skipped(&check.skip));
            self.enabled.extend(self.experimental(&check));
            self.errors |= check.error;
        }
        for instruction in &file.instructions {
            let mut read = instruction
                .comments
                .iter()
                .filter_map(|it| Some((peers::check_comment(it.as_str())?, it.span)));
            if let Some((check, place)) = read.next() {
                let before = file.text.get(..place.start()).unwrap_or_default();
                let line = before.rfind('\n').map_or(0, |it| it + 1);
                let reach = Reach::Bytes(instruction.span.union(Span::empty(line)));
                self.foreign(place, reach, self.skipped(&check.skip));
            }
        }
    }

    /// A suppression in the form of another tool: it needs no reason and may be unused.
    pub(super) fn foreign(&mut self, place: Span, reach: Reach, rules: BTreeSet<&'static str>) {
        if !rules.is_empty() {
            let allowed = vec![Allowed { name: "", place, rules, used: Cell::new(false) }];
            self.all.push(Suppression { place, reach, allowed, reason: None });
        }
    }

    /// The rules that `skip` means; it does not touch experimental checks.
    fn skipped(&self, names: &Names<'_>) -> BTreeSet<&'static str> {
        self.checks(names, |alias| !EXPERIMENTAL.contains(&alias))
    }

    fn experimental(&self, check: &Check<'_>) -> BTreeSet<&'static str> {
        self.checks(&check.experimental, |alias| EXPERIMENTAL.contains(&alias))
    }

    /// The rules for some of `BuildKit`'s checks, whose names are exact.
    fn checks(&self, names: &Names<'_>, of: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
        self.with_alias(|alias| {
            let named = match names {
                Names::None => false,
                Names::All => true,
                Names::These(names) => names.contains(&alias),
            };
            named && select::is_buildkit(alias) && of(alias)
        })
    }

    /// The rules with an alias that fits.
    pub(super) fn with_alias(&self, fits: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
        let rules = self.rules.iter().filter(|it| it.aliases.iter().any(|it| fits(it)));
        rules.map(|it| it.name).collect()
    }
}

/// The blocks that wait for their ends, by the names in them; the innermost is the last.
pub(super) type Blocks<'t> = BTreeMap<Vec<&'t str>, Vec<Block<'t>>>;

fn key<'t>(names: &[(&'t str, Span)]) -> Vec<&'t str> {
    names.iter().map(|(name, _)| *name).collect()
}

/// An `allow-begin` that waits for its end.
#[derive(Debug)]
pub(super) struct Block<'t> {
    names: Vec<(&'t str, Span)>,
    place: Span,
    start: usize,
    allowed: Vec<Allowed<'t>>,
    reason: Option<&'t str>,
}

impl<'t> Block<'t> {
    fn key(&self) -> Vec<&'t str> {
        key(&self.names)
    }
}

fn quoted(names: &[(&str, Span)]) -> String {
    names.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
