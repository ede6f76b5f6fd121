//! `[check]`, as it is written.

use std::{collections::BTreeMap, str::FromStr};

use plimsoll_finding::Severity;
use serde::Deserialize;

use super::values::{self, Bytes};
use crate::args::check::{FailOn, Form};

/// `[check]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CheckSettings {
    /// As `--select`.
    #[serde(default)]
    pub(crate) select: Vec<String>,
    /// As `--extend-select`.
    #[serde(default)]
    pub(crate) extend_select: Vec<String>,
    /// As `--ignore`.
    #[serde(default)]
    pub(crate) ignore: Vec<String>,
    /// What findings of a rule weigh.
    #[serde(default)]
    pub(crate) severity: BTreeMap<String, Weight>,
    /// As `--fail-on`.
    #[serde(default, deserialize_with = "values::parsed")]
    pub(crate) fail_on: Option<FailOn>,
    /// As `--format`.
    #[serde(default, deserialize_with = "values::parsed")]
    pub(crate) format: Option<Form>,
    /// What is left out of directories, as in a `.gitignore`.
    #[serde(default)]
    pub(crate) exclude: Vec<String>,
    /// Other rules for some files.
    #[serde(default)]
    pub(crate) per_path: Vec<PerPath>,
    /// The registries that base images may come from.
    #[serde(default)]
    pub(crate) allowed_registries: Vec<String>,
    /// Labels that images must have, with the form of their values.
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, LabelForm>,
    /// Whether other labels are findings.
    #[serde(default)]
    pub(crate) strict_labels: bool,
    /// How much of a build context may be taken.
    #[serde(default, deserialize_with = "values::parsed")]
    pub(crate) context_limit: Option<Bytes>,
    /// Whether scripts go through `ShellCheck`.
    #[serde(default)]
    pub(crate) shellcheck: bool,
}

/// An entry of `per-path`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct PerPath {
    /// The files, as in a `.gitignore`.
    pub(crate) path: String,
    /// As `--select`.
    #[serde(default)]
    pub(crate) select: Vec<String>,
    /// As `--extend-select`.
    #[serde(default)]
    pub(crate) extend_select: Vec<String>,
    /// As `--ignore`.
    #[serde(default)]
    pub(crate) ignore: Vec<String>,
}

/// What findings of a rule weigh; `None` turns the rule off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Weight(pub(crate) Option<Severity>);

impl TryFrom<String> for Weight {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Weight {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self(None));
        }
        let severity = text.parse();
        severity.map(Some).map(Self).map_err(|_| {
            format!("`{text}` is no severity: it is \"error\", \"warning\", \"note\" or \"off\"")
        })
    }
}

/// The form of a label's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LabelForm {
    /// Any text but none.
    Text,
    /// A URL.
    Url,
    /// A licence by SPDX.
    Spdx,
    /// A time by RFC 3339.
    Rfc3339,
    /// A commit.
    Hash,
    /// A version.
    Semver,
    /// An address for mail.
    Email,
}

impl LabelForm {
    /// As it is written in settings, and known to the rules.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Url => "url",
            Self::Spdx => "spdx",
            Self::Rfc3339 => "rfc3339",
            Self::Hash => "hash",
            Self::Semver => "semver",
            Self::Email => "email",
        }
    }
}
