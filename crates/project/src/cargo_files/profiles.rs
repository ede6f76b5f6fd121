//! The profiles of a workspace, and the directories that their results go to.

use std::{collections::BTreeMap, ops::Range};

use super::tree::{self, Table};

/// A profile of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What it inherits; of Cargo's own profiles, `None`.
    pub inherits: Option<String>,
    /// `strip`, `lto`, `panic`, `debug`, `opt-level` and others, as they stand.
    pub settings: BTreeMap<String, (String, Range<usize>)>,
    /// Where its name stands in the root's manifest.
    pub span: Range<usize>,
}

/// The directory below `target` that a profile's results go to.
pub fn profile_directory(profile: &str) -> &str {
    match profile {
        "dev" | "test" => "debug",
        "bench" => "release",
        other => other,
    }
}

pub(super) fn read(root: &Table<'_>, text: &str) -> Vec<Profile> {
    let Some(table) = tree::table_at(root, &["profile"]) else { return Vec::new() };
    let profiles = table.iter().filter_map(|(name, value)| {
        let settings = tree::as_table(value)?;
        let setting = |(key, value): (&toml::Spanned<_>, &tree::Value<'_>)| {
            let raw = text.get(value.span())?.trim_matches(['"', '\'']).to_owned();
            let key: &std::borrow::Cow<'_, str> = key.get_ref();
            Some((key.to_string(), (raw, value.span())))
        };
        Some(Profile {
            name: name.get_ref().to_string(),
            inherits: tree::text(settings, "inherits").map(str::to_owned),
            settings: settings
                .iter()
                .filter(|(_, it)| tree::as_table(it).is_none())
                .filter_map(setting)
                .collect(),
            span: name.span(),
        })
    });
    profiles.collect()
}
