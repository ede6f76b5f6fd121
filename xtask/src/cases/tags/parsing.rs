//! How entries are read, one by one.

use std::collections::BTreeMap;

use plimsoll_project::tags::{Entry, Flavor, Image, Inputs, Manner, entries, is_raw_pattern};
use serde_json::{Value, json};

use super::Outcome;

/// Runs all kinds of `parse_cases`.
pub(super) fn run(cases: &Value, outcome: &mut Outcome) {
    for (kind, read) in [
        ("tag_parse", tag as fn(&Value) -> Option<Value>),
        ("tag_order", tags),
        ("flavor", flavor),
        ("images", images),
        ("input_lists", inputs),
        ("raw_pattern", raw_pattern),
    ] {
        for case in cases[kind].as_array().into_iter().flatten() {
            let found = read(case);
            let expected = match &case["expect"] {
                Value::Null => None,
                expected => Some(expected),
            };
            let wrong = (found.as_ref() != expected)
                .then(|| format!("{} instead of {}", found.unwrap_or_default(), case["expect"]));
            let input = if kind == "raw_pattern" { &case["pattern"] } else { &case["input"] };
            outcome.note(&format!("{kind} {input}"), wrong);
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn entry(entry: &Entry) -> Value {
    json!({ "type": entry.kind.name(), "attrs": entry.attributes })
}

fn tag(case: &Value) -> Option<Value> {
    Entry::parse(case["input"].as_str()?).ok().map(|it| entry(&it))
}

fn tags(case: &Value) -> Option<Value> {
    let entries = entries(&strings(&case["input"])).ok()?;
    Some(entries.iter().map(entry).collect())
}

fn flavor(case: &Value) -> Option<Value> {
    let flavor = Flavor::parse(&strings(&case["input"]), Manner::Model).ok()?;
    let latest = flavor.latest.map_or_else(|| "auto".to_owned(), |it| it.to_string());
    Some(json!({
        "latest": latest,
        "prefix": flavor.prefix,
        "prefixLatest": flavor.prefix_latest,
        "suffix": flavor.suffix,
        "suffixLatest": flavor.suffix_latest,
    }))
}

fn images(case: &Value) -> Option<Value> {
    let images = Image::parse(&strings(&case["input"])).ok()?;
    let image = |it: &Image| json!({ "name": it.name, "enable": it.is_enabled });
    Some(images.iter().map(image).collect())
}

fn inputs(case: &Value) -> Option<Value> {
    let given: BTreeMap<_, _> =
        case["input"].as_object()?.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let input = |name: &str| given.get(name).and_then(|it| it.as_str()).map(str::to_owned);
    let inputs = Inputs::from_map(input, Manner::Model).ok()?;
    Some(json!({
        "bakeTarget": inputs.bake_target,
        "flavor": inputs.flavor,
        "images": inputs.images,
        "labels": inputs.labels,
        "annotations": inputs.annotations,
        "sepLabels": inputs.sep_labels,
        "sepTags": inputs.sep_tags,
        "sepAnnotations": inputs.sep_annotations,
        "tags": inputs.tags,
    }))
}

fn raw_pattern(case: &Value) -> Option<Value> {
    Some(json!(is_raw_pattern(case["pattern"].as_str()?)))
}
