//! What a workspace is called, and what its manifests say about it.

use plimsoll_project::{cargo_files::CargoWorkspace, files::Files};

use super::Program;

/// What manifests say for people.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) repository: Option<String>,
    pub(super) licence: Option<String>,
    pub(super) description: Option<String>,
}

/// The name of the root's package, else of its directory, as names of images take it.
pub(super) fn name(workspace: &CargoWorkspace) -> String {
    let root = workspace.members.iter().find(|it| it.directory == workspace.directory);
    let directory = || workspace.directory.rsplit('/').next().unwrap_or_default();
    let name = root.map_or_else(|| for_images(directory()), |it| for_images(&it.name));
    let first = || workspace.members.first().map(|it| for_images(&it.name));
    if name.is_empty() { first().unwrap_or_else(|| "app".to_owned()) } else { name }
}

/// Follows the grammar of repository names: small letters and digits, parted by single signs.
pub(super) fn for_images(name: &str) -> String {
    let mut found = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            found.push(character.to_ascii_lowercase());
        } else if !found.is_empty() && !found.ends_with(['-', '_', '.']) {
            found.push(if matches!(character, '_' | '.') { character } else { '-' });
        }
    }
    found.truncate(128);
    found.trim_end_matches(['-', '_', '.']).to_owned()
}

/// What the manifest of the root's package says, else that of the first program's, each with what it
/// inherits.
pub(super) fn of(_files: &dyn Files, workspace: &CargoWorkspace, programs: &[Program]) -> Metadata {
    let root = workspace.members.iter().find(|it| it.directory == workspace.directory);
    let first = programs.first().and_then(|it| workspace.member(&it.package));
    let Some(member) = root.or(first) else { return Metadata::default() };
    let Ok(own) = member.manifest.text.parse::<toml::Table>() else { return Metadata::default() };
    let shared = workspace.manifest.text.parse::<toml::Table>().unwrap_or_default();
    let shared = shared.get("workspace").and_then(|it| it.get("package"));
    let field = |key: &str| {
        let value = own.get("package")?.get(key)?;
        let is_inherited = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
        let value = if is_inherited { shared?.get(key)? } else { value };
        let text = value.as_str()?.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(text).filter(|it| !it.is_empty())
    };
    Metadata {
        repository: field("repository")
            .and_then(|it| plimsoll_project::git::public_url(&it))
            .filter(|it| it.starts_with("https://")),
        licence: field("license"),
        description: field("description"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_images() {
        for (name, expected) in [
            ("app", "app"),
            ("My App", "my-app"),
            ("__init__", "init"),
            ("a__b", "a_b"),
            ("a.-b", "a.b"),
            ("größe", "gr-e"),
            ("…", ""),
        ] {
            assert_eq!(for_images(name), expected);
        }
    }
}
