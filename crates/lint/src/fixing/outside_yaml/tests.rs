//! Edits by hand, and random edits that follow the layout of random files.

use plimsoll_finding::apply;
use plimsoll_syntax::yaml::{self, Entry};
use proptest::prelude::*;

use super::*;
use crate::YamlEdits;

fn edited(text: &str, edits: &[Edit]) -> Result {
    let new = apply(text, edits).unwrap();
    let (old, new) = (yaml::parse(text), yaml::parse(&new));
    is_equal(&old, &new, edits)?;
    keeps_comments(&old, &new)
}

/// Puts text in place of the first place that a part of a text has.
fn replace(text: &str, part: &str, with: &str) -> Edit {
    let start = text.find(part).unwrap();
    Edit::replace(Span::new(start, start + part.len()), with)
}

const TEXT: &str = "a: 1\nb:\n  - x # note\n  - y\nc: {d: e, f: g}\nh: |\n  # i\n  j\n";

#[test]
fn parts_may_be_added_changed_and_removed() {
    for (part, with) in [
        ("a: 1\n", ""),
        ("a: 1\n", "z: 0\na: 1\n"),
        ("1", "'2'"),
        ("1", "{z: 0}"),
        ("x #", "x\n  - z #"),
        ("y\n", "y\n  - z\n"),
        ("y\n", "yz\n"),
        ("  - y\n", ""),
        ("  - y", "  - z\n  - y"),
        ("f: g", "z: 0, f: g"),
        ("d: e, ", ""),
        ("{d: e, f: g}", "\n  z: 0"),
        ("d: e", "z: e"),
        ("j", "k\n  l"),
    ] {
        assert_eq!(edited(TEXT, &[replace(TEXT, part, with)]), Ok(()), "{part:?} {with:?}");
    }
}

#[test]
fn several_edits_shift_what_follows() {
    let edits = [
        replace(TEXT, "a: 1\n", ""),
        replace(TEXT, "- y", "- z"),
        replace(TEXT, "d: e, ", "k: l, "),
    ];
    assert_eq!(edited(TEXT, &edits), Ok(()));
}

#[test]
fn what_stands_beside_an_edit_must_not_change() {
    let other = |it: &str| Err(Rejection::ChangesOthers(it.to_owned()));
    for (text, part, with, changed) in [
        // The next entries become a part of the new one.
        ("a: 1\nb: 2\n", "b", "c:\n b", "2"),
        ("a:\n  b: 1\n  c: 2\nd: 3\n", "  c", "c", "c: 2"),
        // The list ends early.
        ("a:\n  - b\n  - c\n", "  - b\n", "  - b\nd:\n", "c"),
        // A value takes in what follows.
        ("a: b\nc: d\n", "\nc:", "\n  c", "b"),
        ("a: |+\n  b\n\nc: d\n", "\nc", "z: 0\nc", "|+"),
        // Another tag.
        ("a: !b {c: d}\n", "!b ", "", "!b {c: d}"),
        // Another target.
        ("a: &x 1\nb: *x\n", "b", "z: &x 2\nb", "*x"),
        ("a: &x {b: 1}\nc: *x\n", "b: 1", "b: 2", "*x"),
        ("a: &x\n  b: 1\nc: *x\n", "c", "  d: 2\nc", "*x"),
    ] {
        assert_eq!(edited(text, &[replace(text, part, with)]), other(changed), "{text:?} {with:?}");
    }
}

#[test]
fn comments_stay_in_their_order() {
    let text = "# a\nb: 1 # c\nd: |\n  # e\n  f\n";
    let lost = |it: &str| Err(Rejection::LosesComment(it.to_owned()));
    assert_eq!(edited(text, &[replace(text, " # c", "")]), lost("# c"));
    assert_eq!(edited(text, &[replace(text, "|\n  # e\n  f", "f")]), lost("# e"));
    let edits = [replace(text, "# a\n", ""), Edit::insert(text.len(), "# a\n")];
    assert_eq!(edited(text, &edits), lost("# c"));
    assert_eq!(edited(text, &[Edit::insert(4, "# z\n")]), Ok(()));
}

/// A part of a random file.
#[derive(Clone, Debug)]
enum Node {
    /// Something on one line.
    Line(&'static str),
    /// A block scalar.
    Script,
    Mapping(Vec<(bool, Self, bool)>),
    List(Vec<Self>),
}

fn node() -> impl Strategy<Value = Node> {
    let line = prop::sample::select(vec![
        "a",
        "1",
        "'b c'",
        "\"d\\n\"",
        "",
        "[e, f]",
        "{g: h, i: [j]}",
        "{}",
        "[]",
        "!t k",
        "*x",
        "é",
        "[a,\n                                        b]",
        "{a: b, }",
    ]);
    let leaf = prop_oneof![6 => line.prop_map(Node::Line), 1 => Just(Node::Script)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let entry = (any::<bool>(), inner.clone(), any::<bool>());
        prop_oneof![
            prop::collection::vec(entry, 1..4).prop_map(Node::Mapping),
            prop::collection::vec(inner, 1..4).prop_map(Node::List),
        ]
    })
}

/// The layout of a file.
#[derive(Clone, Copy, Debug)]
struct Layout {
    step: usize,
    /// Whether dashes stand below the key that they belong to.
    flat: bool,
}

impl Layout {
    /// What follows a key or dash whose content stands at a column.
    fn write(self, node: &Node, column: usize, after_key: bool, text: &mut String) {
        let blanks = " ".repeat(column);
        match node {
            Node::Line(line) => {
                if !line.is_empty() {
                    *text += " ";
                }
                *text += line;
            }
            Node::Script => text.extend([format!(" |\n{blanks}# no\n{blanks}  x: y")]),
            Node::Mapping(entries) => {
                for (at, (comment, value, at_end)) in entries.iter().enumerate() {
                    if after_key || at > 0 {
                        *text += "\n";
                        if *comment {
                            text.extend([format!("{blanks}# over {at}\n")]);
                        }
                        *text += &blanks;
                    } else {
                        *text += " ";
                    }
                    text.extend([format!("k{at}:")]);
                    self.write(value, column + self.step, true, text);
                    if *at_end && !text.ends_with("x: y") {
                        *text += " # beside";
                    }
                }
            }
            Node::List(items) => {
                let column = if after_key && self.flat { column - self.step } else { column };
                for (at, item) in items.iter().enumerate() {
                    if after_key || at > 0 {
                        text.extend([format!("\n{}", " ".repeat(column))]);
                    } else {
                        *text += " ";
                    }
                    *text += "-";
                    self.write(item, column + 2, false, text);
                }
            }
        }
    }
}

/// What every place of a file holds, aliases followed.
fn contents(value: Value<'_>, path: &str, all: &mut Vec<String>) {
    let scalar = value.scalar().map(|it| (it.text.to_owned(), it.style));
    all.push(format!("{path} {:?} {scalar:?} {}", value.tag(), value.is_flow()));
    for entry in value.own_entries() {
        contents(entry.value, &format!("{path}/{}", entry.name()), all);
    }
    for item in value.items() {
        contents(item, &format!("{path}/-"), all);
    }
}

fn all_contents(yaml: &Yaml<'_>) -> Vec<String> {
    let mut all = Vec::new();
    contents(yaml.root().unwrap(), "", &mut all);
    all
}

/// Every list and mapping of a file, not through aliases.
fn containers<'y>(value: Value<'y>, all: &mut Vec<Value<'y>>) {
    if value.is_alias() {
        return;
    }
    if value.scalar().is_none() {
        all.push(value);
    }
    value.own_entries().for_each(|it| containers(it.value, all));
    value.items().for_each(|it| containers(it, all));
}

/// Some edit of a list or mapping, by what the layout allows.
fn some_edit<'y>(edits: &YamlEdits<'y>, place: Value<'y>, which: usize, at: usize) -> Option<Edit> {
    let entries: Vec<Entry<'y>> = place.own_entries().collect();
    let entry = entries.get(at % entries.len().max(1));
    let items: Vec<Value<'y>> = place.items().collect();
    let item = items.get(at % items.len().max(1)).copied();
    let value = item.or(entry.map(|it| it.value));
    match which {
        0 => edits.entry_added(place, "zz: 0").or_else(|| edits.item_added(place, "zz")),
        1 => edits.entry_after(place, entry?, "zz: 0"),
        2 => edits.entry_before(place, entry?, "zz: 0"),
        3 => match item {
            Some(item) => edits.item_removed(place, item),
            None => edits.entry_removed(place, entry?),
        },
        4 => edits.scalar_replaced(value?, "zz: # \"z'"),
        _ if place.is_sequence() => edits.item_added(place, "zz: 0\nzy:\n  - 0"),
        _ => edits.entry_added(place, "zz:\n  zy:\n    - 0\n    - 1"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn edits_by_layout_keep_everything_else(
        values in prop::collection::vec((any::<bool>(), node(), any::<bool>()), 1..4),
        step in 2_usize..5,
        flat in any::<bool>(),
        (returns, last_newline, mark) in any::<(bool, bool, bool)>(),
        (place, which, at) in (any::<prop::sample::Index>(), 0_usize..6, 0_usize..4),
    ) {
        let mut text = "x: &x\n   y: z".to_owned();
        Layout { step, flat }.write(&Node::Mapping(values), 0, true, &mut text);
        if last_newline {
            text += "\n";
        }
        let mut text = if returns { text.replace('\n', "\r\n") } else { text };
        if mark {
            text.insert(0, '\u{feff}');
        }
        let old = yaml::parse(&text);
        prop_assert!(old.errors.is_empty(), "{text}\n{:?}", old.errors);
        let mut all = Vec::new();
        containers(old.root().unwrap(), &mut all);
        let place = *place.get(&all);
        let layout = YamlEdits::new(&old);
        let Some(edit) = some_edit(&layout, place, which, at) else { return Ok(()) };
        let edit = if returns {
            Edit { replacement: edit.replacement.replace('\n', "\r\n"), ..edit }
        } else {
            edit
        };
        let edits = [edit];
        let new_text = apply(&text, &edits).unwrap();
        let new = yaml::parse(&new_text);
        prop_assert!(new.errors.is_empty(), "{text}\n---\n{new_text}\n{:?}", new.errors);
        prop_assert_eq!(is_equal(&old, &new, &edits), Ok(()), "{}\n---\n{}", text, new_text);
        prop_assert_eq!(keeps_comments(&old, &new), Ok(()), "{}\n---\n{}", text, new_text);
        prop_assert_eq!(text.ends_with('\n'), new_text.ends_with('\n'));

        // The same, found out by other means.
        let (before, after) = (all_contents(&old), all_contents(&new));
        let added = after.iter().filter(|it| it.contains("zz") || it.contains("zy")).count();
        prop_assert_eq!(added > 0, which != 3, "{}\n---\n{}", text, new_text);
        match which {
            3 => prop_assert!(after.len() < before.len() && after.iter().all(|it| before.contains(it))),
            4 => prop_assert_eq!((added, after.len()), (1, before.len())),
            _ => {
                let rest: Vec<_> = after
                    .iter()
                    .filter(|it| !it.contains("zz") && !it.contains("zy"))
                    .collect();
                // An item that is a mapping has a line of its own.
                let extra = rest.len() - before.iter().filter(|it| rest.contains(it)).count();
                prop_assert!(rest.len() - before.len() <= 1 && extra <= 1, "{}\n---\n{}", text, new_text);
                prop_assert!(before.iter().all(|it| rest.contains(&it)), "{}\n---\n{}", text, new_text);
            }
        }
    }
}
