//! What a check is told beside the text.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_finding::Severity;

use crate::{Place, Rule, RuleSet};

/// What a check is told beside the text.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The rules to run, by name (see [`crate::select()`]); `None` runs those that are on by default.
    pub rules: Option<RuleSet>,
    /// Those of them that somebody asked for by their own names or clauses (see
    /// [`crate::named_by`]): some rules then say more than what goes without saying.
    pub named: RuleSet,
    /// What all findings of a rule weigh, by the rule's name, whatever the rule or the stage says.
    pub severities: BTreeMap<&'static str, Severity>,
    /// Whether there is a `.dockerignore` for the file's context; `None` where the context is not
    /// known (standard input, Markdown).
    pub has_dockerignore: Option<bool>,
    /// The text of the `.dockerignore` for the file's context, if there is one and it is known.
    pub dockerignore: Option<Arc<str>>,
    /// Where the file lies, if that is known: rules then look at what is around it.
    pub place: Option<Place>,
    /// How many bytes of a build context may be taken before that is a finding; `None` stands for
    /// 100 MB.
    pub context_limit: Option<u64>,
    /// Whether to know nothing of base images: rules then take them for images of Linux that set
    /// no variable but `PATH`, as `BuildKit`'s checks do when they can't ask a registry.
    pub unknown_bases: bool,
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

    /// What the examples in the rules' documentation are checked with: the context is known and
    /// has no `.dockerignore`, and rules that need a setting have one.
    #[cfg(test)]
    pub(crate) fn for_examples() -> Self {
        Self {
            has_dockerignore: Some(false),
            dockerignore: Some("target\n.git\n".into()),
            allowed_registries: vec!["docker.io".to_owned(), "gcr.io".to_owned()],
            label_schema: [
                ("org.opencontainers.image.source", "url"),
                ("org.opencontainers.image.licenses", "spdx"),
                ("org.opencontainers.image.created", "rfc3339"),
                ("org.opencontainers.image.revision", "hash"),
                ("org.opencontainers.image.version", "semver"),
                ("org.opencontainers.image.authors", "email"),
                ("org.opencontainers.image.title", "text"),
            ]
            .map(|(name, form)| (name.to_owned(), form.to_owned()))
            .into(),
            strict_labels: true,
            context_limit: Some(100),
            ..Self::default()
        }
    }
}
