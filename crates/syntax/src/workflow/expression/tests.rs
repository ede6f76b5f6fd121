//! Tests of expressions.

use super::*;
use crate::workflow::Situation;

fn on_pull_request(text: &str) -> Truth {
    let other = |it: &Context<'_>| match it.name(0) {
        Some("yes") => Known::Bool(true),
        _ => Known::Unknown,
    };
    Expression::parse(text).unwrap().truth(&Situation::pull_request().with(&other))
}

#[test]
fn what_is_known_of_pull_requests_decides() {
    for text in [
        "github.event_name == 'pull_request'",
        "GitHub.Event_Name == 'Pull_Request' && true",
        "github['event_name'] != 'push'",
        "!(github.ref == 'refs/heads/main')",
        "startsWith(github.ref, 'refs/pull/')",
        "unknown || always()",
        "contains(fromJSON('[\"pull_request\", \"push\"]'), github.event_name)",
        "github.event.pull_request.head.repo.fork",
        "yes && github.head_ref",
        "github.event_name == 'push' && 'a' || 'b'",
        "1 < 2",
        "format('{0}-{{{1}}}-{0}', github.event_name, 2) == 'pull_request-{2}-pull_request'",
        "format('{0}', true) == 'true'",
        "'' == 0",
    ] {
        assert_eq!(on_pull_request(text), Truth::Yes, "{text}");
    }
    for text in [
        "github.event_name != 'pull_request'",
        "github.ref == 'refs/heads/main' || startsWith(github.ref, 'refs/tags/v')",
        "unknown && github.event_name == 'push'",
        "github.ref_type == 'tag'",
        "secrets.TOKEN != ''",
        "github.event.release.tag_name",
        "github.ref == format('refs/heads/{0}', x) && false",
        "fromJSON('false')",
    ] {
        assert_eq!(on_pull_request(text), Truth::No, "{text}");
    }
    for text in [
        "unknown",
        "inputs.push",
        "github.ref == format('refs/heads/{0}', x)",
        "format('{1}', 'a') == 'a'",
        "format('{0', 'a') == 'a'",
        "format('}', 'a') == '}'",
        "format()",
        "needs.a.outputs.b == 'true'",
        "fromJSON(needs.a.outputs.b).c[0]",
        "hashFiles('**/Dockerfile') != ''",
        "github.event.pull_request.head.repo.full_name == github.repository",
        "unknown || 'x' == 'y'",
    ] {
        assert_eq!(on_pull_request(text), Truth::Maybe, "{text}");
    }
}

#[test]
fn contexts_know_their_names_and_places() {
    let text = "steps.build['outputs'].digest == matrix[secrets.X].a && f(github.event.*.id, -1.5)";
    let expression = Expression::parse(text).unwrap();
    let contexts = expression.contexts();
    let names: Vec<_> = contexts
        .iter()
        .map(|it| (it.path.join("/"), it.complete, &text[it.range.clone()]))
        .collect();
    assert_eq!(
        names,
        [
            ("steps/build/outputs/digest".to_owned(), true, "steps.build['outputs'].digest"),
            ("matrix".to_owned(), false, "matrix[secrets.X].a"),
            ("secrets/X".to_owned(), true, "secrets.X"),
            ("github/event/*/id".to_owned(), true, "github.event.*.id"),
        ]
    );
}

#[test]
fn what_is_no_expression_is_none() {
    for text in ["", "a ==", "a b", "'x", "f(", "a.", "a[", "a..b", "$x", "(a", "\"x\""] {
        assert_eq!(Expression::parse(text), None, "{text}");
    }
    assert_eq!(Expression::parse(&"(".repeat(10_000)), None);
    assert_eq!(Expression::parse(&"!".repeat(10_000)), None);
    assert!(Expression::parse(&vec!["a"; 5000].join("||")).is_some());
}

#[test]
fn texts_are_split_at_braces_outside_of_quotes() {
    use crate::workflow::{Part, parts};
    let text = "a-${{ 'x}}' }}-${{ y }} ${{";
    let all: Vec<_> = parts(text)
        .map(|it| match it {
            Part::Text { text: part, range } | Part::Expression { text: part, range } => {
                assert_eq!(&text[range], part);
                part
            }
        })
        .collect();
    assert_eq!(all, ["a-", " 'x}}' ", "-", " y ", " ", "${{"]);
}
