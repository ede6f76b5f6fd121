//! The tree of every file against BuildKit's own.

use std::path::Path;

use plimsoll_syntax::dockerfile::{self, Command, Instruction, Keyword};
use serde_json::{Map, Value, json};

use super::{Outcome, Result, file};

/// Compares every tree.
pub(super) fn run(directory: &Path, cases: &[Value]) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for case in cases {
        let (name, text) = file(directory, case)?;
        outcome.note(name, difference(case, &tree(name, &text)).or_else(|| lossy(&text)));
    }
    Ok(outcome)
}

/// Our tree in the shape of the expected one.
fn tree(name: &str, text: &str) -> Value {
    let parsed = dockerfile::parse(text);
    let blank = parsed.instructions.iter().filter(|it| !it.blank_lines.is_empty()).count();
    let instructions: Vec<Value> = parsed.instructions.iter().map(instruction).collect();
    json!({
        "file": name,
        "escape": parsed.escape.to_string(),
        "warnings": blank,
        "ins": instructions,
    })
}

fn instruction(it: &Instruction<'_>) -> Value {
    let mut value = Map::new();
    let mut set = |key: &str, it: Value| value.insert(key.to_owned(), it);
    set("cmd", it.keyword.as_str().into());
    set("s", it.first_line.into());
    set("e", it.last_line.into());
    let words: Vec<Value> = match (&it.command, it.kind) {
        (Command::Onbuild(inner), _) => {
            vec![format!("<{}>", inner.keyword.text).into()]
        }
        (_, Keyword::Unknown) => vec!["".into()],
        _ => it.words.iter().map(|it| it.as_str().into()).collect(),
    };
    set("args", words.into());
    if it.json {
        set("json", true.into());
    }
    if !it.flags.is_empty() {
        let flags = it.flags.iter().map(|it| match &it.value {
            Some(value) => format!("--{}={}", it.name, value.text),
            None => format!("--{}", it.name),
        });
        set("flags", flags.collect::<Vec<_>>().into());
    }
    if !it.comments.is_empty() {
        set("comments", it.comments.len().into());
    }
    if !it.heredocs.is_empty() {
        let heredocs = it.heredocs.iter().map(|it| {
            json!({
                "name": it.name,
                "fd": it.descriptor,
                "expand": it.expand,
                "chomp": it.chomp,
                "bytes": it.body.len(),
            })
        });
        set("heredocs", heredocs.collect::<Vec<_>>().into());
    }
    Value::Object(value)
}

/// The first place where two trees differ.
fn difference(expected: &Value, ours: &Value) -> Option<String> {
    for key in ["escape", "warnings"] {
        if expected[key] != ours[key] {
            return Some(format!("{key} is {}, not {}", ours[key], expected[key]));
        }
    }
    let (expected, ours) = (expected["ins"].as_array()?, ours["ins"].as_array()?);
    for (expected, ours) in expected.iter().zip(ours) {
        if expected != ours {
            return Some(format!("{ours} is not {expected}"));
        }
    }
    (expected.len() != ours.len())
        .then(|| format!("{} instructions, not {}", ours.len(), expected.len()))
}

/// Whether the lines of the tree are not the text.
fn lossy(text: &str) -> Option<String> {
    let parsed = dockerfile::parse(text);
    let printed: String = parsed.lines.iter().filter_map(|it| it.span.slice(text)).collect();
    (printed != text).then(|| "the tree does not print as the text".to_owned())
}
