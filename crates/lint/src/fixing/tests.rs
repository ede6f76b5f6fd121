//! Passes over findings whose fixes are made up for the test.

use plimsoll_finding::{Applicability, Edit, Fix, Span};

use super::gate::Gate;
use super::{Rejection, fix, pass};
use crate::{FileType, Options, RuleSet};

fn options() -> Options {
    Options { rules: Some(RuleSet::named(["syntax-error"])), ..Options::default() }
}

/// The text after one pass in which every syntax error at a word has the fix made for that word,
/// and why fixes were dropped.
fn passed(text: &str, fix_of: impl Fn(Span) -> Fix) -> (String, Vec<Rejection>) {
    let options = options();
    let mut gate = Gate::new(FileType::Dockerfile, "Dockerfile", text, &options);
    gate.offer("syntax-error", fix_of);
    let outcome = pass::run(&gate, Applicability::Unsafe);
    let dropped = outcome.dropped.into_iter().map(|it| it.why).collect();
    (outcome.text.unwrap_or_else(|| text.to_owned()), dropped)
}

/// Puts a word in place of another.
fn rename(span: Span, word: &str) -> Fix {
    Fix::safe("Rename", [Edit::replace(span, word)])
}

#[test]
fn fixes_are_made_together() {
    let (text, dropped) = passed("FROM a\nURSE b\nURSE c\n", |it| rename(it, "USER"));
    assert_eq!((&*text, dropped), ("FROM a\nUSER b\nUSER c\n", vec![]));
}

#[test]
fn one_bad_fix_is_dropped_and_the_others_made() {
    let text = "FROM a\nURSE b\nURSE c\nURSE d\n";
    let bad = text.find("URSE c").unwrap();
    let (fixed, dropped) =
        passed(text, |it| rename(it, if it.start() == bad { "NOPE" } else { "USER" }));
    assert_eq!(fixed, "FROM a\nUSER b\nURSE c\nUSER d\n");
    assert_eq!(dropped, [Rejection::StillFound("syntax-error".to_owned())]);
}

#[test]
fn a_fix_that_breaks_its_neighbour_is_dropped() {
    let text = "FROM a\nURSE b\nUSER c\n";
    let swallow = |it: Span| {
        let edits = [Edit::replace(it, "USER"), Edit::insert(it.end() + 2, " \\")];
        Fix::safe("Swallow", edits)
    };
    let (fixed, dropped) = passed(text, swallow);
    assert_eq!(fixed, text);
    assert!(matches!(&*dropped, [Rejection::ChangesOthers(it)] if it == "USER c"), "{dropped:?}");
}

#[test]
fn a_fix_that_loses_a_comment_is_dropped() {
    let text = "FROM a\n# note\nURSE b\n";
    let (fixed, dropped) =
        passed(text, |it| Fix::safe("Cut", [Edit::delete(Span::new(7, it.end() + 3))]));
    assert_eq!(fixed, text);
    assert_eq!(dropped, [Rejection::LosesComment("# note".to_owned())]);
}

#[test]
fn a_fix_that_breaks_a_script_is_dropped() {
    let text = "FROM a\nNURR b && c\n";
    let (fixed, dropped) = passed(text, |it| Fix::safe("Cut", [Edit::replace(it, "RUN &&")]));
    assert_eq!(fixed, text);
    assert_eq!(dropped, [Rejection::BreaksScript]);
}

#[test]
fn edits_that_do_not_fit_are_dropped() {
    let text = "FROM a\nURSE b\n";
    let (fixed, dropped) = passed(text, |_| Fix::safe("Far", [Edit::insert(999, "x")]));
    assert_eq!(fixed, text);
    assert!(matches!(&*dropped, [Rejection::Edits(_)]), "{dropped:?}");
}

#[test]
fn suppressed_findings_are_not_fixed() {
    let text = "FROM a\n# plimsoll: allow(syntax-error): why\nURSE b\n";
    let (fixed, dropped) = passed(text, |it| rename(it, "USER"));
    assert_eq!((&*fixed, dropped), (text, vec![]));
}

#[test]
fn unsafe_fixes_are_made_only_when_allowed() {
    let options = options();
    let mut gate = Gate::new(FileType::Dockerfile, "Dockerfile", "FROM a\nURSE b\n", &options);
    gate.offer("syntax-error", |it| Fix {
        applicability: Applicability::Unsafe,
        ..rename(it, "USER")
    });
    assert!(pass::run(&gate, Applicability::Safe).text.is_none());
    assert!(pass::run(&gate, Applicability::Unsafe).text.is_some());
}

#[test]
fn a_text_without_fixes_stays_as_it_is() {
    for text in ["", "\u{feff}FROM a\r\nUSER b", "FROM a\nNOPE\n"] {
        let fixed = fix("Dockerfile", text, &options(), Applicability::Unsafe);
        assert_eq!(fixed.text, text);
        assert_eq!((fixed.applied, fixed.dropped), (vec![], vec![]));
    }
}
