//! Tags, labels and annotations against what docker/metadata-action gives for the same inputs.
//!
//! A file holds the clock, a repository, `cases` (a context, inputs, and what came of them) and
//! `parse_cases` (entries and how they are read). A case is held against `Manner::Model`; one with a
//! `known_defect` is judged by [`defects`], since it must not be copied.

mod case;
mod defects;
mod parsing;

use plimsoll_project::tags::{Manner, Metadata, TagsError, metadata};
use serde_json::{Value, json};

use super::{Outcome, Result};
use case::Case;

/// Runs all cases of a file.
pub(super) fn run(file: &Value) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for value in file["cases"].as_array().into_iter().flatten() {
        let name = value["id"].as_str().ok_or("a case without `id`")?;
        let case = Case::read(file, value).map_err(|error| format!("{name}: {error}"))?;
        let wrong = match value["known_defect"].as_str() {
            Some(_) => defects::judge(&case, value),
            None => judge(&case, value),
        };
        outcome.note(name, wrong);
    }
    parsing::run(&file["parse_cases"], &mut outcome);
    Ok(outcome)
}

/// What is wrong with a case, if anything.
fn judge(case: &Case, value: &Value) -> Option<String> {
    let expected = &value["expect"];
    let found = metadata(&case.inputs, &case.context, Manner::Model);
    let found = match (found, expected["error"].as_str()) {
        (Err(error), Some(expected)) => return wrong_error(&error, expected),
        (Err(error), None) => return Some(format!("is an error, {error}")),
        (Ok(_), Some(expected)) => return Some(format!("is no error, but should be {expected}")),
        (Ok(found), None) => found,
    };
    // Rows that come from the action's own tests say nothing of warnings.
    let no_warnings = json!([]);
    let tells_warnings = value["origin"] != "test";
    let warnings = match &expected["warnings"] {
        Value::Null if tells_warnings && expected["tags"].is_array() => Some(&no_warnings),
        Value::Null => None,
        warnings => Some(warnings),
    };
    let fields = expected.as_object()?.iter().map(|(key, expected)| (key.as_str(), expected));
    let fields = fields.filter(|it| it.0 != "warnings").chain(warnings.map(|it| ("warnings", it)));
    let differing = fields.filter_map(|(key, expected)| {
        let found = field(&found, case, key);
        (found.as_ref() != Some(expected))
            .then(|| format!("{key}: {} instead of {expected}", found.unwrap_or_default()))
    });
    let differing: Vec<_> = differing.collect();
    (!differing.is_empty()).then(|| differing.join("; "))
}

/// A field of what is expected, as we have it.
fn field(found: &Metadata, case: &Case, key: &str) -> Option<Value> {
    Some(match key {
        "version" => json!({
            "main": found.version,
            "partial": found.partial,
            "latest": found.latest,
        }),
        "tags" => json!(found.tags),
        "tags_joined" => json!(found.tags.join(&case.inputs.sep_tags)),
        "labels" => json!(found.label_lines()),
        "annotations" => json!(found.annotation_lines()),
        "warnings" => {
            let warnings = found.warnings.iter().filter(|it| it.is_of_model());
            json!(warnings.map(ToString::to_string).collect::<Vec<_>>())
        }
        "json" => found.json(),
        "bake_file" => found.bake_file(),
        "bake_file_tags" => found.bake_file_tags(),
        "bake_file_labels" => found.bake_file_labels(),
        "bake_file_annotations" => found.bake_file_annotations(),
        _ => return None,
    })
}

/// Errors of the action itself have its words; those of the libraries beneath it have ours.
fn wrong_error(error: &TagsError, expected: &str) -> Option<String> {
    let is_of_library = matches!(
        error,
        TagsError::Quoting { .. }
            | TagsError::Template { .. }
            | TagsError::Pattern { .. }
            | TagsError::NoGroup(_)
    );
    (!is_of_library && error.to_string() != expected)
        .then(|| format!("says {error} instead of {expected}"))
}
