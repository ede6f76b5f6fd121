//! What somebody asks for.

/// The inputs of the action, lists already taken apart: one entry each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Names of images, `ghcr.io/user/app` or `name=…,enable=…`. None means tags without a name.
    pub images: Vec<String>,
    /// `type=semver,pattern={{version}}` and its like. None means the action's own defaults.
    pub tags: Vec<String>,
    /// `latest=auto`, `prefix=…,onlatest=true`, `suffix=…`.
    pub flavor: Vec<String>,
    /// `key=value`, in addition to the default labels.
    pub labels: Vec<String>,
    /// `key=value`, in addition to the default annotations.
    pub annotations: Vec<String>,
    /// What stands between tags in the output.
    pub sep_tags: String,
    /// What stands between labels in the output.
    pub sep_labels: String,
    /// What stands between annotations in the output.
    pub sep_annotations: String,
    /// The target in bake files.
    pub bake_target: String,
}

impl Default for Inputs {
    fn default() -> Self {
        Self {
            images: Vec::new(),
            tags: Vec::new(),
            flavor: Vec::new(),
            labels: Vec::new(),
            annotations: Vec::new(),
            sep_tags: "\n".to_owned(),
            sep_labels: "\n".to_owned(),
            sep_annotations: "\n".to_owned(),
            bake_target: "docker-metadata-action".to_owned(),
        }
    }
}
