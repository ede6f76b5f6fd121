//! What a check is told beside the text.

use std::collections::BTreeSet;

use crate::Rule;

/// What a check is told beside the text.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The rules to run, by name; `None` runs those that are on by default.
    pub rules: Option<BTreeSet<&'static str>>,
    /// The names of the files beside the Dockerfile's context that rules ask for; `None` where the
    /// context is not known (standard input, Markdown).
    pub has_dockerignore: Option<bool>,
    /// The registries that base images may come from; empty allows all.
    pub allowed_registries: Vec<String>,
    /// Labels that the final image must have, with the form of their values.
    pub label_schema: Vec<(String, String)>,
    /// Whether labels outside of the schema are findings.
    pub strict_labels: bool,
}

impl Options {
    /// Whether a rule is run.
    pub fn selects(&self, rule: &Rule) -> bool {
        self.rules.as_ref().map_or(rule.default, |it| it.contains(rule.name))
    }
}
