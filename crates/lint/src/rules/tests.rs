//! Tests that hold for every rule, and the helpers of each rule's own tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plimsoll_finding::{Applicability, Clause, Finding, LineIndex};
use plimsoll_project::files::{self, Files, MemoryFiles};

use super::RULES;
use crate::suppress;
use crate::{
    Check, Checked, FileType, FixAvailability, Options, Place, Project, Rule, RuleSet, select,
};

/// Aliases that several rules share on purpose: the peer's rule finds what we keep apart.
const SHARED_ALIASES: &[&str] = &["DL4006"];

const HEADINGS: &[&str] = &["What it does", "Why it matters", "Bad", "Good"];

/// Checks `text` with one rule alone and compares the findings, one a line: `12:3 error: message`.
#[track_caller]
pub(crate) fn check(rule: &str, text: &str, expected: &str) {
    let lines = lines(text, &checked(rule_named(rule), text).findings);
    assert_eq!(lines.join("\n"), expected);
}

/// As [`check`], with options of the test's own; they need not select the rule.
#[track_caller]
pub(crate) fn check_with(rule: &str, options: Options, text: &str, expected: &str) {
    let named = selection(rule_named(rule));
    let kind = file_type(rule_named(rule));
    let options = Options { rules: Some(named), named, ..options };
    let findings = crate::check_as(kind, file_name(kind), text, &options).findings;
    assert_eq!(lines(text, &findings).join("\n"), expected);
}

/// Makes every fix of one rule, the unsafe ones too, through the gate, and compares the text.
#[track_caller]
pub(crate) fn check_fixed(rule: &str, text: &str, expected: &str) {
    let options = options(rule_named(rule));
    let kind = file_type(rule_named(rule));
    let fixed = crate::fix_as(kind, file_name(kind), text, &options, Applicability::Unsafe);
    assert_eq!(fixed.dropped, [], "fixes that did not pass the gate");
    assert_eq!(fixed.text, expected);
}

fn lines(text: &str, findings: &[Finding]) -> Vec<String> {
    let index = LineIndex::new(text);
    findings
        .iter()
        .map(|it| match it.span {
            Some(span) => {
                let at = index.position(span.start());
                format!("{}:{} {}: {}", at.line, at.column, it.severity, it.message)
            }
            None => format!("{}: {}", it.severity, it.message),
        })
        .collect()
}

#[track_caller]
fn rule_named(name: &str) -> &'static Rule {
    RULES.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no rule `{name}`"))
}

fn options(rule: &Rule) -> Options {
    let named = selection(rule);
    Options { rules: Some(named), named, ..Options::for_examples() }
}

/// A rule alone. Those about suppressions have nothing to say while no other rule runs, and syntax
/// errors are always found.
fn selection(rule: &Rule) -> RuleSet {
    RuleSet::named([rule.name])
}

fn checked(rule: &Rule, text: &str) -> Checked {
    let kind = file_type(rule);
    crate::check_as(kind, file_name(kind), text, &options(rule))
}

/// The type of files that a rule is about; for those of the engine Dockerfiles stand for all.
fn file_type(rule: &Rule) -> FileType {
    match rule.check {
        Check::Engine | Check::Dockerfile(_) => FileType::Dockerfile,
        Check::Compose(_) => FileType::Compose,
        Check::Workflow(_) => FileType::Workflow,
        Check::Dockerignore(_) => FileType::Dockerignore,
    }
}

/// The usual name of a file of a type.
fn file_name(kind: FileType) -> &'static str {
    match kind {
        FileType::Dockerfile => "Dockerfile",
        FileType::Compose => "compose.yaml",
        FileType::Workflow => ".github/workflows/container.yml",
        FileType::Dockerignore => ".dockerignore",
    }
}

/// Some files, the one to check first.
#[derive(Clone, Debug, Default)]
struct Example {
    files: Vec<(String, String)>,
}

impl Example {
    /// Puts the file of the rule's type first.
    fn for_rule(mut self, rule: &Rule) -> Self {
        let kind = file_type(rule);
        let main = self.files.iter().position(|(path, _)| FileType::of(path) == Some(kind));
        let Some(main) = main else { panic!("{}: no {kind:?} in its example", rule.name) };
        self.files.swap(0, main);
        self
    }

    fn path(&self) -> &str {
        &self.files[0].0
    }

    fn text(&self) -> &str {
        &self.files[0].1
    }

    /// The options of a check that knows the other files, if there are any.
    fn options(&self, options: Options) -> Options {
        if self.files.len() == 1 {
            return options;
        }
        let files = self.files.iter().map(|(path, text)| (path, text.as_str()));
        let files: Arc<dyn Files> = Arc::new(MemoryFiles::below("/project", files));
        let paths: Vec<_> =
            self.files.iter().map(|(path, _)| files::join("/project", path)).collect();
        let project = Project::read(files, paths.iter().map(String::as_str));
        let place = Place { path: (*paths[0]).into(), project: Arc::new(project) };
        Options { place: Some(place), ..options }
    }

    fn checked(&self, rule: &Rule) -> Checked {
        let options = self.options(options(rule));
        crate::check_as(file_type(rule), self.path(), self.text(), &options)
    }
}

/// As [`check`], for the first of several files that lie together.
#[track_caller]
pub(crate) fn check_project(rule: &str, files: &[(&str, &str)], expected: &str) {
    let rule = rule_named(rule);
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let example = Example { files: files.collect() };
    let found = example.checked(rule).findings;
    assert_eq!(lines(example.text(), &found).join("\n"), expected);
}

/// How often a rule is reported.
fn count(rule: &Rule, findings: &[Finding]) -> usize {
    findings.iter().filter(|it| it.rule == rule.name).count()
}

#[test]
fn bad_examples_are_reported_and_good_ones_are_not() {
    for rule in RULES {
        let (bad, good) = (examples(rule, "Bad"), examples(rule, "Good"));
        assert!(!bad.is_empty() && !good.is_empty(), "{}: needs Bad and Good", rule.name);
        for example in bad {
            let (name, text) = (rule.name, example.text());
            let findings = example.checked(rule).findings;
            assert!(count(rule, &findings) > 0, "{name}: bad is not reported:\n{text}");
        }
        for example in good {
            let text = example.text();
            let findings = example.checked(rule).findings;
            let found = lines(text, &findings).join("\n");
            assert!(findings.is_empty(), "{}: good is reported:\n{text}\n{found}", rule.name);
        }
    }
}

#[test]
fn bad_examples_have_no_other_syntax_error() {
    for rule in RULES.iter().filter(|it| it.name != "syntax-error") {
        for example in examples(rule, "Bad") {
            let text = example.text();
            let findings = example.checked(rule).findings;
            let broken = findings.iter().find(|it| it.rule == "syntax-error");
            assert!(broken.is_none(), "{}: {broken:?} in\n{text}", rule.name);
        }
    }
}

#[test]
fn fixes_turn_bad_examples_into_clean_ones() {
    for rule in RULES {
        let name = rule.name;
        let mut offered = 0;
        for example in examples(rule, "Bad") {
            let text = example.text();
            let findings = example.checked(rule).findings;
            let all = count(rule, &findings);
            let fixable = findings.iter().filter(|it| it.rule == name && it.fix.is_some()).count();
            offered += fixable;
            match rule.fix {
                FixAvailability::None => {
                    assert_eq!(fixable, 0, "{name}: declares no fix but offers one:\n{text}");
                }
                FixAvailability::Always => {
                    assert_eq!(fixable, all, "{name}: promises a fix for every finding:\n{text}");
                }
                FixAvailability::Sometimes => {}
            }
            let (kind, options) = (file_type(rule), example.options(options(rule)));
            let fixed = crate::fix_as(kind, example.path(), text, &options, Applicability::Unsafe);
            assert_eq!(fixed.dropped, [], "{name}: a fix did not pass the gate:\n{text}");
            let left = count(rule, &fixed.remaining);
            let expected = all - fixable;
            assert!(left <= expected, "{name}: still reported after the fix:\n{}", fixed.text);
        }
        let declared = rule.fix != FixAvailability::None;
        assert_eq!(declared, offered > 0, "{name}: no bad example shows the declared fix");
    }
}

#[test]
fn documentation_has_the_headings_in_order() {
    for rule in RULES {
        let headings: Vec<&str> =
            rule.doc.lines().filter_map(|it| it.strip_prefix(" ## ")).collect();
        let mut expected = HEADINGS.to_vec();
        if rule.fix != FixAvailability::None {
            expected.push("Fix safety");
        }
        assert_eq!(headings, expected, "{}", rule.name);
    }
}

#[test]
fn names_are_kebab_case_unique_and_say_the_problem() {
    let mut seen = BTreeSet::new();
    for name in RULES.iter().map(|it| it.name) {
        assert!(seen.insert(name), "{name} is taken");
        let letters = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
        let words = name.split('-').all(|it| !it.is_empty() && it.bytes().all(letters));
        assert!(words, "{name}: kebab-case");
        for prefix in ["no-", "avoid-", "use-", "prefer-", "disallow-", "require-"] {
            assert!(!name.starts_with(prefix), "{name}: name the problem");
        }
        // One word must not mean two things to a selector.
        assert!(name.parse::<Clause>().is_err(), "{name} is a clause");
    }
}

#[test]
fn rules_are_sorted_by_name() {
    let names: Vec<&str> = RULES.iter().map(|it| it.name).collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn summaries_are_one_line_without_a_period() {
    for rule in RULES {
        let summary = rule.summary;
        assert!(!summary.is_empty() && !summary.contains('\n'), "{}", rule.name);
        assert!(!summary.ends_with('.') && !summary.contains('|'), "{}", rule.name);
    }
}

#[test]
fn aliases_mean_one_rule() {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for rule in RULES {
        for alias in rule.aliases {
            let known = select::is_buildkit(alias)
                || alias.contains('/')
                || alias.ends_with(|it: char| it.is_ascii_digit());
            assert!(known, "{}: `{alias}` has the form of no peer's rule", rule.name);
            let other = owners.insert(alias.to_ascii_lowercase(), rule.name);
            let shared = SHARED_ALIASES.contains(alias);
            assert!(other.is_none() || shared, "{alias}: {} and {other:?}", rule.name);
        }
    }
}

#[test]
fn every_rule_file_is_registered_under_its_name() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules");
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let file = entry.file_name().into_string().unwrap();
            files.insert(file.trim_end_matches(".rs").replace('_', "-"));
        }
    }
    files.remove("tests");
    let names: BTreeSet<String> = RULES.iter().map(|it| it.name.to_owned()).collect();
    assert_eq!(files, names);
}

#[test]
fn the_engine_reports_only_rules_that_are_registered() {
    for rule in suppress::ABOUT {
        assert_eq!(rule_named(rule.name).name, rule.name);
    }
}

#[test]
fn the_helpers_take_options_and_fix_nothing_that_is_right() {
    check_with("syntax-error", Options::default(), "FROM scratch\n", "");
    check_fixed("syntax-error", "FROM scratch\n", "FROM scratch\n");
    let files = [("Dockerfile", "FROM scratch\n"), ("Cargo.toml", "")];
    check_project("syntax-error", &files, "");
}

/// The fenced blocks under a heading of a rule's documentation. Those whose first line names a file
/// (as in three backticks, `toml Cargo.toml`) lie together, until a name comes again.
fn examples(rule: &Rule, heading: &str) -> Vec<Example> {
    let mut all: Vec<Example> = Vec::new();
    let (mut under, mut open) = (false, false);
    for line in rule.doc.lines().map(|it| it.strip_prefix(' ').unwrap_or(it)) {
        if let Some(info) = line.strip_prefix("```") {
            open = !open;
            if open && under {
                // Rustdoc takes no word that begins with a dot.
                let path = match info {
                    "dockerignore" => Some(".dockerignore".to_owned()),
                    "gitconfig" => Some(".git/config".to_owned()),
                    _ => info.split_once(' ').map(|(_, path)| path.to_owned()),
                };
                let is_new = all.last().is_none_or(|it| {
                    path.is_none() || it.files.iter().any(|(known, _)| Some(known) == path.as_ref())
                });
                if is_new {
                    all.push(Example::default());
                }
                let path = path.unwrap_or_else(|| file_name(file_type(rule)).to_owned());
                all.last_mut().unwrap().files.push((path, String::new()));
            }
        } else if open && under {
            let (_, text) = all.last_mut().and_then(|it| it.files.last_mut()).unwrap();
            *text += line;
            *text += "\n";
        } else if let Some(title) = line.strip_prefix("## ").filter(|_| !open) {
            under = title == heading;
        }
    }
    all.into_iter().map(|it| it.for_rule(rule)).collect()
}
