//! Each edit by hand, in the layouts that people write.

use plimsoll_finding::{Edit, apply};
use plimsoll_syntax::yaml;

use super::*;

/// The text after an edit of the value at a path, if there is one.
fn edited(
    text: &str,
    path: &[&str],
    edit: impl for<'y> Fn(&YamlEdits<'y>, Value<'y>) -> Option<Edit>,
) -> Option<String> {
    let yaml = yaml::parse(text);
    assert_eq!(yaml.errors, []);
    let edit = edit(&YamlEdits::new(&yaml), yaml.root().unwrap().at(path).unwrap())?;
    Some(apply(text, &[edit]).unwrap())
}

fn added(text: &str, entry: &str) -> Option<String> {
    edited(text, &["a"], |edits, it| edits.entry_added(it, entry))
}

fn item_added(text: &str, item: &str) -> Option<String> {
    edited(text, &["a"], |edits, it| edits.item_added(it, item))
}

fn removed(text: &str, key: &str) -> Option<String> {
    edited(text, &["a"], |edits, it| edits.entry_removed(it, &it.entry(key).unwrap()))
}

fn item_removed(text: &str, at: usize) -> Option<String> {
    edited(text, &["a"], |edits, it| edits.item_removed(it, it.items().nth(at).unwrap()))
}

fn replaced(text: &str, with: &str) -> Option<String> {
    edited(text, &["a"], |edits, it| edits.scalar_replaced(it, with))
}

#[test]
fn entries_follow_the_indentation() {
    for (text, expected) in [
        ("a:\n   b: 1 # c\nd: 2\n", "a:\n   b: 1 # c\n   z: 0\nd: 2\n"),
        ("a:\n  b:\n# c\nd: 2\n", "a:\n  b:\n  z: 0\n# c\nd: 2\n"),
        ("a:\n  b: |\n    c\n\nd: 2\n", "a:\n  b: |\n    c\n  z: 0\n\nd: 2\n"),
        ("a:\n  b:\n  - c\n  - d", "a:\n  b:\n  - c\n  - d\n  z: 0"),
        ("a: {b: 1}\n", "a: {b: 1, z: 0}\n"),
        ("a: {}\n", "a: {z: 0}\n"),
        ("a: {\n  b: 1,\n}\n", "a: {\n  b: 1, z: 0,\n}\n"),
    ] {
        assert_eq!(added(text, "z: 0").as_deref(), Some(expected), "{text}");
    }
    let lines = "z:\n  y:\n    - 0";
    let expected = "a:\n    b: 1\n    z:\n        y:\n            - 0\n";
    assert_eq!(added("a:\n    b: 1\n", lines).as_deref(), Some(expected));
    assert_eq!(added("a: {b: 1}\n", lines), None);
}

#[test]
fn entries_are_put_above_the_comments_of_others() {
    let before = |text: &str| {
        edited(text, &["a"], |edits, it| edits.entry_before(it, &it.entry("b").unwrap(), "z: 0"))
    };
    let expected = "a:\n# d\n  z: 0\n  # c\n  b: 1\n";
    assert_eq!(before("a:\n# d\n  # c\n  b: 1\n").as_deref(), Some(expected));
    assert_eq!(before("a: {b: 1}\n").as_deref(), Some("a: {z: 0, b: 1}\n"));
    let first = edited("a:\n  - b: 1\n", &["a"], |edits, it| {
        let item = it.items().next()?;
        edits.entry_before(item, &item.entry("b")?, "z: 0")
    });
    assert_eq!(first.as_deref(), Some("a:\n  - z: 0\n    b: 1\n"));
}

#[test]
fn items_follow_the_dashes() {
    for (text, expected) in [
        ("a:\n  - b # c\nd: 2\n", "a:\n  - b # c\n  - z\nd: 2\n"),
        ("a:\n- b\nd: 2\n", "a:\n- b\n- z\nd: 2\n"),
        ("a:\n- [b]\n", "a:\n- [b]\n- z\n"),
        ("a:\n  -   b: 1\n      c: 2\n", "a:\n  -   b: 1\n      c: 2\n  - z\n"),
        ("a: [b, c]\n", "a: [b, c, z]\n"),
        ("a: [ ]\n", "a: [z]\n"),
        ("a: &x [b]\n", "a: &x [b, z]\n"),
    ] {
        assert_eq!(item_added(text, "z").as_deref(), Some(expected), "{text}");
    }
    let expected = "a:\n  - b\n  - z: 0\n    y: 1\n";
    assert_eq!(item_added("a:\n  - b\n", "z: 0\ny: 1").as_deref(), Some(expected));
}

#[test]
fn parts_go_with_all_their_lines() {
    for (text, expected) in [
        ("a:\n  # c\n  b:\n    - d\n\n  e: 1\n", Some("a:\n  # c\n\n  e: 1\n")),
        ("a:\n  e: 1\n\n  b: 2\n\n  f: 3\n", Some("a:\n  e: 1\n\n  f: 3\n")),
        ("a:\n  e: 1\n  b: 2", Some("a:\n  e: 1")),
        ("a: {b: 1, e: 2}\n", Some("a: {e: 2}\n")),
        ("a: {e: 2, b: 1}\n", Some("a: {e: 2}\n")),
        ("a: {b: 1}\n", Some("a: {}\n")),
        ("a:\n  b: 1\n", None),
        ("a:\n  b: 1 # c\n  e: 2\n", None),
        ("a:\n  b: |\n    # c\n  e: 2\n", None),
        ("a:\n  b: &x 1\n  e: *x\n", None),
    ] {
        assert_eq!(removed(text, "b").as_deref(), expected, "{text}");
    }
    for (text, at, expected) in [
        ("a:\n  - b\n  - c\n", 0, Some("a:\n  - c\n")),
        ("a:\n- b\n-  c: 1\n   d: 2\n", 1, Some("a:\n- b\n")),
        ("a: [b, c]\n", 1, Some("a: [b]\n")),
        ("a:\n  - b\n", 0, None),
        ("a:\n  - - b\n    - c\n  - d\n", 1, Some("a:\n  - - b\n    - c\n")),
    ] {
        assert_eq!(item_removed(text, at).as_deref(), expected, "{text}");
    }
}

#[test]
fn scalars_keep_their_quotes() {
    for (text, with, expected) in [
        ("a: b # c\n", "d", Some("a: d # c\n")),
        ("a: 'b'\n", "d'e", Some("a: 'd''e'\n")),
        ("a: \"b\"\n", "d\"\\", Some("a: \"d\\\"\\\\\"\n")),
        ("a: b\n", "c: d", Some("a: \"c: d\"\n")),
        ("a: b\n", "true", Some("a: \"true\"\n")),
        ("a: b\n", "1.5", Some("a: \"1.5\"\n")),
        ("a: b\n", "no", Some("a: \"no\"\n")),
        ("a: b\n", "12:30", Some("a: \"12:30\"\n")),
        ("a: 1\n", "2", Some("a: 2\n")),
        ("a: 1\n", "b", Some("a: \"b\"\n")),
        ("a: !t b\n", "c", Some("a: !t c\n")),
        ("a: |\n  b\n", "c", None),
        ("a:\n", "c", None),
    ] {
        assert_eq!(replaced(text, with).as_deref(), expected, "{text} {with}");
    }
}

#[test]
fn nothing_is_changed_through_an_alias() {
    let text = "x: &x\n  b: {c: 1}\n  d: [e]\na: *x\ny:\n  <<: *x\n  f: 2\n";
    let yaml = yaml::parse(text);
    let edits = YamlEdits::new(&yaml);
    let root = yaml.root().unwrap();
    for path in [&["x"][..], &["a"], &["x", "b"], &["y", "b"]] {
        let value = root.at(path).unwrap();
        assert_eq!(edits.entry_added(value, "z: 0"), None, "{path:?}");
    }
    let y = root.get("y").unwrap();
    assert_eq!(edits.item_added(y.get("d").unwrap(), "z"), None);
    assert_eq!(edits.entry_removed(y, &y.entry("b").unwrap()), None);
    assert_eq!(edits.scalar_replaced(root.at(&["y", "b", "c"]).unwrap(), "2"), None);
    assert!(edits.entry_added(y, "z: 0").is_some());
    assert!(edits.entry_removed(y, &y.entry("f").unwrap()).is_some());
}
