//! `[registry]` and `[push]`, as they are written.

use serde::Deserialize;

/// `[registry]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct RegistrySettings {
    /// As `--insecure`.
    #[serde(default)]
    pub(crate) insecure: Vec<String>,
}

/// `[push]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct PushSettings {
    /// Tags that never move, whatever they look like; `*` is any text.
    #[serde(default)]
    pub(crate) immutable_tags: Vec<String>,
    /// Tags that move, whatever they look like.
    #[serde(default)]
    pub(crate) moving_tags: Vec<String>,
}
