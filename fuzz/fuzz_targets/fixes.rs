//! Whatever the file, a fixed one parses no worse, keeps its comments, and stays as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_finding::{Applicability, Finding};
use plimsoll_lint::{Options, RuleSet, fix};
use plimsoll_syntax::dockerfile::{self, LineKind};

fuzz_target!(|text: &str| {
    let rules = Some(RuleSet::of(|_| true));
    let options = Options { rules, has_dockerignore: Some(false), ..Options::default() };
    for finding in plimsoll_lint::check("Dockerfile", text, &options).findings {
        check(&finding, text);
    }
    for applicability in [Applicability::Safe, Applicability::Unsafe] {
        let fixed = fix("Dockerfile", text, &options, applicability).text;
        if fixed == text {
            continue;
        }
        let again = fix("Dockerfile", &fixed, &options, applicability).text;
        assert_eq!(again, fixed, "a second pass changes nothing");
        let (old, new) = (dockerfile::parse(text), dockerfile::parse(&fixed));
        assert!(new.errors.len() <= old.errors.len(), "no new errors");
        let (before, mut after) = (comments(&old), comments(&new));
        for comment in before {
            let at = after.iter().position(|it| *it == comment).expect("comments are kept");
            after.swap_remove(at);
        }
    }
});

fn check(finding: &Finding, text: &str) {
    let spans = finding.span.into_iter().chain(finding.related.iter().filter_map(|it| it.span));
    for span in spans {
        assert!(span.slice(text).is_some(), "{}: {span:?} is not in the text", finding.rule);
    }
    assert!(!finding.message.contains('\n'), "{}: a message is one line", finding.rule);
}

fn comments<'t>(file: &dockerfile::Dockerfile<'t>) -> Vec<&'t str> {
    let comment = |kind| matches!(kind, LineKind::Comment | LineKind::InnerComment);
    let lines = file.lines.iter().filter(|it| comment(it.kind));
    lines.filter_map(|it| it.span.slice(file.text).map(str::trim)).collect()
}
