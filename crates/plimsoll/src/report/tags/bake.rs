//! Bake files: a target from which others inherit tags, labels and annotations.

use std::path::{Path, PathBuf};

use plimsoll_project::tags::Metadata;
use serde_json::{Value, json};

use crate::failure::Failure;

/// One bake file with everything.
///
/// # Errors
/// Bake takes no target of that name.
pub(crate) fn file(metadata: &Metadata) -> Result<String, Failure> {
    let name = &metadata.bake_target;
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
    if name.is_empty() || !name.bytes().all(is_allowed) {
        return Err(Failure::new(format!("{name:?} can't be the name of a target in a bake file"))
            .hint(
                "letters, digits, `-` and `_` are allowed: --bake-target docker-metadata-action",
            ));
    }
    let mut file = metadata.bake_file();
    if let Some(target) = file["target"].get_mut(&metadata.bake_target) {
        target["annotations"] = json!(metadata.leveled_annotations());
    }
    text(file)
}

/// Writes the files that docker/metadata-action writes; returns their paths by the action's outputs.
pub(crate) fn write_all(
    metadata: &Metadata,
    directory: &Path,
) -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let mut written = Vec::new();
    for (name, file) in [
        ("bake-file-tags", metadata.bake_file_tags()),
        ("bake-file-labels", metadata.bake_file_labels()),
        ("bake-file-annotations", metadata.bake_file_annotations()),
        ("bake-file", metadata.bake_file()),
    ] {
        let path = directory.join(format!("plimsoll-{name}.json"));
        let text = text(file)?;
        plimsoll_image::atomic::write(&path, |file| file.write_all(text.as_bytes()))
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
        written.push((name, path));
    }
    Ok(written)
}

fn text(mut file: Value) -> Result<String, Failure> {
    escape(&mut file);
    super::super::json(&file)
}

/// Bake expands `${…}` and `%{…}` in the texts of JSON, too. What is in a label is meant as it is.
fn escape(value: &mut Value) {
    match value {
        Value::String(text) if text.contains("${") || text.contains("%{") => {
            *text = escaped(text);
        }
        Value::Array(values) => values.iter_mut().for_each(escape),
        Value::Object(values) => {
            // Keys of labels are expanded as well.
            let pairs = std::mem::take(values).into_iter().map(|(mut key, mut value)| {
                escape(&mut value);
                if value.is_string() {
                    key = escaped(&key);
                }
                (key, value)
            });
            *values = pairs.collect();
        }
        _ => {}
    }
}

fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bake_file_has_one_target_and_nothing_to_expand() {
        insta::assert_snapshot!(file(&super::super::example()).unwrap());
    }

    #[test]
    fn keys_of_labels_are_meant_as_they_are() {
        let mut metadata = super::super::example();
        metadata.labels = vec![("a${b}".to_owned(), "c".to_owned())];
        assert!(file(&metadata).unwrap().contains(r#""a$${b}": "c""#));
    }

    #[test]
    fn a_name_that_bake_does_not_take_is_refused() {
        for name in ["", "a.b", "a b", "x\"y\nz", "a${b}"] {
            let metadata = Metadata { bake_target: name.to_owned(), ..super::super::example() };
            let error = file(&metadata).unwrap_err();
            assert!(error.error.to_string().contains(&format!("{name:?}")), "{name}");
        }
    }

    #[test]
    fn the_files_of_the_action_hold_their_part_each() {
        let directory = tempfile::tempdir().unwrap();
        let written = write_all(&super::super::example(), directory.path()).unwrap();
        let keys = |path: &Path| -> String {
            let text = std::fs::read_to_string(path).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap();
            let target = value["target"]["meta"].as_object().unwrap();
            target.keys().cloned().collect::<Vec<_>>().join(" ")
        };
        let found: Vec<_> = written.iter().map(|(name, path)| (*name, keys(path))).collect();
        let expected = [
            ("bake-file-tags", "args tags"),
            ("bake-file-labels", "labels"),
            ("bake-file-annotations", "annotations"),
            ("bake-file", "args labels tags"),
        ];
        assert_eq!(found, expected.map(|(name, keys)| (name, keys.to_owned())));
    }
}
