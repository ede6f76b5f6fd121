//! Tests of the tree as a whole.

use super::Resolved::{Bool, Float, Int, Null, Str};
use super::*;

fn slices<'t>(text: &'t str, path: &[&str]) -> Option<&'t str> {
    let yaml = parse(text);
    let span = yaml.root()?.at(path)?.span();
    span.slice(text)
}

#[test]
fn every_value_knows_its_place() {
    let text = "# ä first\na: 'é'\nb:\n  - x # y\n  - {c: [1, 2]}\nd: |  # z\n  text # no\n   more\n\ne: >-\n  f\n";
    assert_eq!(slices(text, &["a"]), Some("'é'"));
    assert_eq!(slices(text, &["b"]), Some("- x # y\n  - {c: [1, 2]}"));
    assert_eq!(slices(text, &["d"]), Some("|  # z\n  text # no\n   more"));
    assert_eq!(slices(text, &["e"]), Some(">-\n  f"));
    let yaml = parse(text);
    let comments: Vec<_> = yaml.comments.iter().map(|it| it.span.slice(text).unwrap()).collect();
    assert_eq!(comments, ["# ä first", "# y", "# z"]);
    assert_eq!(yaml.comments.iter().map(|it| it.alone).collect::<Vec<_>>(), [true, false, false]);
    let item = yaml.root().unwrap().get("b").unwrap().items().nth(1).unwrap();
    assert!(item.is_flow() && item.is_mapping());
    assert_eq!(item.get("c").unwrap().span().slice(text), Some("[1, 2]"));
}

#[test]
fn line_endings_and_byte_order_marks_change_no_value() {
    let text = "\u{feff}a:\r\n  b: c\r\n  # d\r\n  e: \"f\"\r\n";
    assert_eq!(parse(text).errors, []);
    assert_eq!(slices(text, &["a", "b"]), Some("c"));
    assert_eq!(slices(text, &["a", "e"]), Some("\"f\""));
    assert_eq!(slices(text, &["a"]), Some("b: c\r\n  # d\r\n  e: \"f\""));
    assert_eq!(parse(text).comments[0].span.slice(text), Some("# d"));
}

#[test]
fn merge_keys_bring_what_is_not_there() {
    let text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 0\nw:\n  <<: *x\n";
    let yaml = parse(text);
    let root = yaml.root().unwrap();
    let z = root.get("z").unwrap();
    let entries: Vec<_> =
        z.entries().iter().map(|it| (it.name(), it.value.as_int(), it.merged)).collect();
    assert_eq!(entries, [("a", Some(0), false), ("b", Some(2), true), ("c", Some(4), true)]);
    assert_eq!(z.get("b").and_then(Value::as_int), Some(2));
    assert_eq!(z.get("c").and_then(Value::as_int), Some(4));
    assert_eq!(root.at(&["w", "a"]).and_then(Value::as_int), Some(1));
}

#[test]
fn equal_keys_are_reported_with_the_first() {
    let text = "a: 1\nb: 2\n'a': 3\n";
    let errors = parse(text).errors;
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].message, "the key `a` is there already");
    assert_eq!(errors[0].span, plimsoll_finding::Span::new(10, 13));
    assert_eq!(errors[0].related, Some((plimsoll_finding::Span::new(0, 1), "it is here")));
}

#[test]
fn aliases_that_stand_for_too_much_are_refused() {
    let lines = (b'b'..=b'j').map(|level| {
        let (this, last) = (char::from(level), char::from(level - 1));
        format!("{this}: &{this} [{}]", vec![format!("*{last}"); 9].join(","))
    });
    let text = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned() + &lines.collect::<Vec<_>>().join("\n");
    let yaml = parse(&text);
    assert_eq!(yaml.errors.len(), 1);
    assert!(yaml.root().is_none());
    assert_eq!(parse("a: &a [*a]").errors.len(), 1);
    assert_eq!(parse("a: *b").errors.len(), 1);
}

#[test]
fn scalars_stand_for_what_they_look_like() {
    let text =
        "[1, 0x1f, 0o17, 010, 1.5, true, yes, ~, '1', abc, 12:30, !!str 1, -3, .5, 1e3, 1.2.3]";
    let yaml = parse(text);
    let values: Vec<_> = yaml.root().unwrap().items().map(|it| it.resolve().unwrap()).collect();
    assert_eq!(
        values,
        [
            Int(1),
            Int(31),
            Int(15),
            Int(8),
            Float(1.5),
            Bool(true),
            Str("yes"),
            Null,
            Str("1"),
            Str("abc"),
            Str("12:30"),
            Str("1"),
            Int(-3),
            Float(0.5),
            Float(1000.0),
            Str("1.2.3"),
        ]
    );
}

#[test]
fn a_text_that_ends_early_leaves_what_came_before() {
    let yaml = parse("a: 1\nb: [2, 3\n");
    assert_eq!(yaml.errors.len(), 1);
    assert_eq!(yaml.root().unwrap().get("a").and_then(Value::as_int), Some(1));
    let deep = "[".repeat(5000);
    assert!(!parse(&deep).errors.is_empty());
    let levels: Vec<_> = (0..1500).map(|it| " ".repeat(it)).collect();
    let deep = levels.join("a:\n");
    assert!(!parse(&deep).errors.is_empty());
    assert!(parse("").root().is_none());
    assert!(parse("# only\n").root().is_none_or(Value::is_null));
}

#[test]
fn anchors_and_tags_are_a_part_of_their_value() {
    let text =
        "a: &x {b: 1, }\nb: &y\n  [c, d]\nc: !t [e, ]\nd: &z # f\n  - *x\ng: &v h\n&w i: j\n";
    let yaml = parse(text);
    assert_eq!(yaml.errors, []);
    let root = yaml.root().unwrap();
    let places = |key: &str| {
        let value = root.get(key).unwrap();
        let slice = |it: plimsoll_finding::Span| it.slice(text).unwrap();
        (slice(value.span()), slice(value.content()), value.is_flow())
    };
    assert_eq!(places("a"), ("&x {b: 1, }", "{b: 1, }", true));
    assert_eq!(places("b"), ("&y\n  [c, d]", "[c, d]", true));
    assert_eq!(places("c"), ("!t [e, ]", "[e, ]", true));
    assert_eq!(places("d"), ("&z # f\n  - *x", "- *x", false));
    assert_eq!(places("g"), ("&v h", "h", false));
    let targets: Vec<_> = yaml.aliased_spans().map(|it| it.slice(text).unwrap()).collect();
    assert_eq!(targets, ["&x {b: 1, }"]);
}

#[test]
fn what_is_missing_in_brackets_has_no_place_of_its_own() {
    let text = "a: {b, c: , d}\n? [e]\n: f\n[g]: h\n";
    let yaml = parse(text);
    assert_eq!(yaml.errors, []);
    let a = yaml.root().unwrap().get("a").unwrap();
    assert_eq!(a.span().slice(text), Some("{b, c: , d}"));
    for entry in a.own_entries() {
        assert!(entry.value.is_null() && entry.value.span().is_empty(), "{entry:?}");
    }
    assert!(!yaml.root().unwrap().is_flow());
    assert!(!parse("[g]: h").root().unwrap().is_flow());
}

#[test]
fn a_list_begins_with_its_first_dash() {
    let text = "a:\n- [b]\n- c\nd:\n- - e\nf:\n-\n- g\nh:\n  -\n    i\n";
    assert_eq!(slices(text, &["a"]), Some("- [b]\n- c"));
    assert_eq!(slices(text, &["d"]), Some("- - e"));
    assert_eq!(slices(text, &["f"]), Some("-\n- g"));
    assert_eq!(slices(text, &["h"]), Some("-\n    i"));
    let yaml = parse(text);
    let inner = yaml.root().unwrap().get("d").unwrap().items().next().unwrap();
    assert_eq!(inner.span().slice(text), Some("- e"));
    assert!(!yaml.root().unwrap().get("a").unwrap().is_flow());
}

#[test]
fn a_quoted_scalar_ends_with_its_quote() {
    let text = "a: 'b''' # c\nd: \"e\\\"#\" # f\n'g' : &h \"i\" # j\n";
    assert_eq!(slices(text, &["a"]), Some("'b'''"));
    assert_eq!(slices(text, &["d"]), Some("\"e\\\"#\""));
    assert_eq!(slices(text, &["g"]), Some("&h \"i\""));
    let yaml = parse(text);
    let comments: Vec<_> = yaml.comments.iter().map(|it| it.span.slice(text).unwrap()).collect();
    assert_eq!(comments, ["# c", "# f", "# j"]);
}
