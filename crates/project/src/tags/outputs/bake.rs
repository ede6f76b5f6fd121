//! Bake files: targets that others inherit from.

use serde_json::{Map, Value, json};

use super::Metadata;

impl Metadata {
    /// The output `bake-file`: tags, labels and arguments.
    pub fn bake_file(&self) -> Value {
        self.target(json!({
            "tags": self.tags,
            "labels": self.label_map(),
            "args": self.arguments(),
        }))
    }

    /// The output `bake-file-tags`.
    pub fn bake_file_tags(&self) -> Value {
        self.target(json!({ "tags": self.tags, "args": self.arguments() }))
    }

    /// The output `bake-file-labels`.
    pub fn bake_file_labels(&self) -> Value {
        self.target(json!({ "labels": self.label_map() }))
    }

    /// The output `bake-file-annotations`.
    pub fn bake_file_annotations(&self) -> Value {
        self.target(json!({ "annotations": self.leveled_annotations() }))
    }

    fn target(&self, target: Value) -> Value {
        let targets = Map::from_iter([(self.bake_target.clone(), target)]);
        json!({ "target": targets })
    }

    fn arguments(&self) -> Value {
        let mut arguments = Map::new();
        arguments.insert("DOCKER_META_IMAGES".to_owned(), self.images.join(",").into());
        if let Some(version) = &self.version {
            arguments.insert("DOCKER_META_VERSION".to_owned(), version.clone().into());
        }
        Value::Object(arguments)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Metadata;

    #[test]
    fn bake_files_name_the_target() {
        let metadata = Metadata {
            version: Some("dev".to_owned()),
            images: vec!["a/b".to_owned(), "c".to_owned()],
            tags: vec!["a/b:dev".to_owned()],
            labels: vec![("k".to_owned(), "v=w".to_owned())],
            annotations: vec![("k".to_owned(), "v".to_owned())],
            annotations_levels: vec!["index".to_owned(), "manifest".to_owned()],
            bake_target: "meta".to_owned(),
            ..Metadata::default()
        };
        let arguments = json!({ "DOCKER_META_IMAGES": "a/b,c", "DOCKER_META_VERSION": "dev" });
        let meta = |target| json!({ "target": { "meta": target } });
        assert_eq!(
            metadata.bake_file(),
            meta(json!({ "tags": ["a/b:dev"], "labels": { "k": "v=w" }, "args": arguments }))
        );
        assert_eq!(
            metadata.bake_file_annotations(),
            meta(json!({ "annotations": ["index:k=v", "manifest:k=v"] }))
        );
        let nothing = Metadata { version: None, images: Vec::new(), ..metadata };
        assert_eq!(
            nothing.bake_file_tags(),
            meta(json!({ "tags": ["a/b:dev"], "args": { "DOCKER_META_IMAGES": "" } }))
        );
    }
}
