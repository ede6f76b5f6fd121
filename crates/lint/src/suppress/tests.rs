//! What suppressions silence. The rule that is silenced is `syntax-error`, which is always run.

use plimsoll_finding::{Clause, Finding, Severity, Span};
use plimsoll_syntax::dockerfile::{self, Stages};

use super::Suppressions;
use crate::rule::finding;
use crate::{FixAvailability, Options, Rule, RuleSet, Scope, check};

/// Rules that go by names of `BuildKit`'s checks.
static CHECKS: &[&Rule] = &[
    &named("shell-form-command", &["DL3025", "JSONArgsRecommended"]),
    &named("unlike-definition", &["InvalidDefinitionDescription"]),
];

const fn named(name: &'static str, aliases: &'static [&'static str]) -> Rule {
    Rule {
        name,
        clause: Clause::Signals,
        summary: "",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases,
        default: true,
        scope: Scope::Build,
        doc: "",
        check: crate::Check::Engine,
    }
}

/// The lines on which a text suppresses the first of [`CHECKS`].
fn skipped(text: &str) -> Vec<usize> {
    let file = dockerfile::parse(text);
    let suppressions = Suppressions::among(CHECKS, &file, &Stages::new(&file));
    let at = |it: &Span| finding(CHECKS[0], "Dockerfile", *it, "x");
    let mut findings: Vec<Finding> = file.lines.iter().map(|it| at(&it.span)).collect();
    let mut suppressed = Vec::new();
    suppressions.apply(CHECKS[0], &mut findings, 0, &mut suppressed);
    assert_eq!(findings.len() + suppressed.len(), file.lines.len());
    let line = |it: Span| text[..it.start()].matches('\n').count() + 1;
    suppressed.iter().filter_map(|it| it.finding.span.map(line)).collect()
}

/// The lines of the findings that are left, and of those that are suppressed.
fn lines(text: &str) -> (Vec<usize>, Vec<usize>) {
    let rules = ["malformed-suppression", "unknown-suppression", "suppression-without-reason"];
    let options = Options { rules: Some(RuleSet::named(rules)), ..Options::default() };
    let checked = check("Dockerfile", text, &options);
    let line = |it: &Finding| text[..it.span.unwrap().start()].matches('\n').count() + 1;
    let suppressed = checked.suppressed.iter().map(|it| line(&it.finding)).collect();
    (checked.findings.iter().map(line).collect(), suppressed)
}

#[test]
fn above_an_instruction_it_silences_all_its_lines() {
    let text = "FROM a\n# plimsoll: allow(syntax-error): why\n# note\nNO \\\n b\nNO c\n";
    assert_eq!(lines(text), (vec![6], vec![4]));
}

#[test]
fn clauses_and_aliases_are_names_too() {
    for name in ["portable", "DL1000", "dl1000", "DL1", "root-user, syntax-error"] {
        let text = format!("FROM a\n# plimsoll: allow({name}): why\nNO b\nNO c\n");
        assert_eq!(lines(&text), (vec![4], vec![3]), "{name}");
    }
}

#[test]
fn inside_an_instruction_it_silences_that_one() {
    let text = "FROM a\nNO b \\\n# plimsoll: allow(syntax-error): why\n c\nNO d\n";
    assert_eq!(lines(text), (vec![5], vec![2]));
}

#[test]
fn in_the_head_it_silences_the_file() {
    let text =
        "# syntax=docker/dockerfile:1\n# plimsoll: allow(syntax-error): why\n\nFROM a\nNO b\n";
    assert_eq!(lines(text), (vec![], vec![5]));
    let text = "# plimsoll: allow(syntax-error): why\nFROM a\nNO b\n";
    assert_eq!(lines(text), (vec![3], vec![]));
    let text = "FROM a\nNO b\n# plimsoll: allow-file(syntax-error): why\n";
    assert_eq!(lines(text), (vec![], vec![2]));
}

#[test]
fn a_stage_is_silenced_from_above_and_from_within() {
    let text = "FROM a\nNO b\n# plimsoll: allow-stage(syntax-error): why\nFROM c\nNO d\n";
    assert_eq!(lines(text), (vec![2], vec![5]));
    let text = "FROM a\nNO b\n# plimsoll: allow-stage(syntax-error): why\nRUN c\nFROM d\nNO e\n";
    assert_eq!(lines(text), (vec![6], vec![2]));
}

#[test]
fn a_block_is_silenced_from_begin_to_end() {
    let text = "FROM a\nNO b\n# plimsoll: allow-begin(syntax-error): why\nNO c\n\nNO d\n\
                # plimsoll: allow-end(syntax-error)\nNO e\n";
    assert_eq!(lines(text), (vec![2, 8], vec![4, 6]));
}

#[test]
fn what_is_wrong_silences_nothing() {
    for (text, line) in [
        ("FROM a\n# plimsoll: allow(syntax-error)\nNO b\n", 3),
        ("FROM a\n# plimsoll: allow(syntax-eror): why\nNO b\n", 3),
        ("FROM a\n# plimsoll: allow-begin(syntax-error): why\nNO b\n", 3),
    ] {
        assert_eq!(lines(text), (vec![2, line], vec![]), "{text}");
    }
}

#[test]
fn hadolint_comments_silence_the_next_instruction_or_the_file() {
    let text = "FROM a\n# hadolint ignore=DL1000\nNO b\nNO c\n";
    assert_eq!(lines(text), (vec![4], vec![3]));
    let text = "# hadolint global ignore=DL1000\nFROM a\nNO b\n";
    assert_eq!(lines(text), (vec![], vec![3]));
    let text = "FROM a\n# hadolint global ignore=DL1000\nNO b\n";
    assert_eq!(lines(text), (vec![3], vec![]));
}

#[test]
fn the_reason_is_kept() {
    let text = "FROM a\n# plimsoll: allow(syntax-error): a front end of our own\nNO b\n";
    let checked = check("Dockerfile", text, &Options::default());
    let [suppressed] = &*checked.suppressed else { panic!("{checked:?}") };
    assert_eq!(suppressed.reason.as_deref(), Some("a front end of our own"));
    assert!(suppressed.place.slice(text).unwrap().starts_with("plimsoll:"));
}

#[test]
fn the_directive_skips_checks_in_the_file() {
    for value in ["skip=JSONArgsRecommended", "skip=UndefinedVar,JSONArgsRecommended", "skip=all"] {
        assert_eq!(skipped(&format!("# check={value}\nFROM a\nCMD b\n")), [1, 2, 3], "{value}");
    }
    for value in ["skip=DL3025", "skip=jsonargsrecommended", "error=true", "skip=All;x"] {
        assert_eq!(skipped(&format!("# check={value}\nFROM a\nCMD b\n")), [0; 0], "{value}");
    }
}

#[test]
fn a_comment_of_its_form_skips_checks_in_the_instruction() {
    let text = "FROM a\n# check=skip=all # why\n# note\nCMD b \\\n c\nCMD d\n";
    assert_eq!(skipped(text), [2, 3, 4, 5]);
    // Only the first counts, and nothing reaches past an empty comment.
    assert_eq!(skipped("FROM a\n# check=error=true\n# check=skip=all\nCMD b\n"), [0; 0]);
    assert_eq!(skipped("FROM a\n# check=skip=all\n#\nCMD b\n"), [0; 0]);
}

#[test]
fn the_directive_makes_errors_and_asks_for_experimental_checks() {
    let asked = |directive: &str| {
        let text = format!("# check={directive}\nFROM a\n");
        let file = dockerfile::parse(&text);
        let suppressions = Suppressions::among(CHECKS, &file, &Stages::new(&file));
        (suppressions.makes_errors_of(CHECKS[0]), [0, 1].map(|it| suppressions.enables(CHECKS[it])))
    };
    assert_eq!(asked("error=true"), (true, [false, false]));
    assert_eq!(asked("experimental=all"), (false, [false, true]));
    assert_eq!(asked("experimental=InvalidDefinitionDescription;error=1"), (true, [false, true]));
    assert_eq!(asked("experimental=JSONArgsRecommended"), (false, [false, false]));
}
