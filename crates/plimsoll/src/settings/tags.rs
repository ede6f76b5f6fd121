//! `[tags]`, as it is written: the words of docker/metadata-action, with lists for its lines.

use serde::Deserialize;

/// `[tags]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct TagsSettings {
    /// As `--image`.
    #[serde(default)]
    pub(crate) images: Vec<String>,
    /// As `--tag`.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// As `--flavor`.
    #[serde(default)]
    pub(crate) flavor: Vec<String>,
    /// As `--label`.
    #[serde(default)]
    pub(crate) labels: Vec<String>,
    /// As `--annotation`.
    #[serde(default)]
    pub(crate) annotations: Vec<String>,
    /// As `--bake-target`.
    pub(crate) bake_target: Option<String>,
}
