//! Bake files: a target from which others inherit tags, labels and annotations.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use plimsoll_project::tags::Metadata;
use serde_json::{Value, json};

use crate::failure::Failure;

/// What a bake file holds.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part that may be there")]
pub(crate) struct Parts {
    tags: bool,
    labels: bool,
    annotations: bool,
    /// The variables by which other targets know tag and version.
    args: bool,
}

impl Parts {
    /// Everything.
    pub(crate) const ALL: Self = Self { tags: true, labels: true, annotations: true, args: true };
}

/// The files that docker/metadata-action writes, by the names of its outputs.
const FILES: [(&str, Parts); 4] = [
    ("bake-file-tags", Parts { labels: false, annotations: false, ..Parts::ALL }),
    ("bake-file-labels", Parts { tags: false, labels: true, annotations: false, args: false }),
    ("bake-file-annotations", Parts { tags: false, labels: false, annotations: true, args: false }),
    ("bake-file", Parts { annotations: false, ..Parts::ALL }),
];

/// The text of a bake file.
pub(crate) fn file(metadata: &Metadata, parts: &Parts) -> Result<String, Failure> {
    let mut target = BTreeMap::new();
    if parts.tags {
        target.insert("tags", json!(metadata.tags));
    }
    if parts.args {
        let version = metadata.version.clone().unwrap_or_default();
        let args = json!({
            "DOCKER_META_IMAGES": metadata.images.join(","),
            "DOCKER_META_VERSION": version,
        });
        target.insert("args", args);
    }
    if parts.labels {
        let pairs = metadata.labels.iter();
        let labels: BTreeMap<_, _> = pairs.map(|(key, value)| (key, escaped(value))).collect();
        target.insert("labels", json!(labels));
    }
    if parts.annotations {
        let annotations = super::annotations(metadata);
        let annotations: Vec<String> = annotations.iter().map(|it| escaped(it)).collect();
        target.insert("annotations", json!(annotations));
    }
    let mut targets = BTreeMap::new();
    targets.insert(metadata.bake_target.clone(), target);
    super::super::json(&BTreeMap::from([("target", targets)]))
}

/// Bake expands `${…}` and `%{…}` in JSON, too.
fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// Writes the files that docker/metadata-action writes; returns their paths by output.
pub(crate) fn write_all(
    metadata: &Metadata,
    directory: &Path,
) -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let mut written = Vec::new();
    for (name, parts) in FILES {
        let path = directory.join(format!("plimsoll-{name}.json"));
        let text = file(metadata, &parts)?;
        plimsoll_image::atomic::write(&path, |file| file.write_all(text.as_bytes()))
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))?;
        written.push((name, path));
    }
    Ok(written)
}

/// A document that other actions read with `fromJSON`.
pub(super) fn document(metadata: &Metadata) -> Value {
    let labels: BTreeMap<_, _> = metadata.labels.iter().cloned().collect();
    json!({
        "tags": metadata.tags,
        "tag-names": metadata.planned.iter().map(|it| &it.name).collect::<Vec<_>>(),
        "labels": labels,
        "annotations": super::annotations(metadata),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bake_file_has_one_target() {
        insta::assert_snapshot!(file(&super::super::example(), &Parts::ALL).unwrap());
    }

    #[test]
    fn the_files_of_the_action_hold_their_part_each() {
        let directory = tempfile::tempdir().unwrap();
        let written = write_all(&super::super::example(), directory.path()).unwrap();
        let keys = |path: &Path| -> Vec<String> {
            let text = std::fs::read_to_string(path).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap();
            value["target"]["meta"].as_object().unwrap().keys().cloned().collect()
        };
        let found: Vec<_> = written.iter().map(|(name, path)| (*name, keys(path))).collect();
        let list = |keys: &[&str]| keys.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found,
            [
                ("bake-file-tags", list(&["args", "tags"])),
                ("bake-file-labels", list(&["labels"])),
                ("bake-file-annotations", list(&["annotations"])),
                ("bake-file", list(&["args", "labels", "tags"])),
            ]
        );
    }
}
