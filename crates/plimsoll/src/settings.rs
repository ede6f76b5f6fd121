//! The settings file: `plimsoll.toml` beside the workspace's Cargo.toml, or
//! `[workspace.metadata.plimsoll]` in it (`[package.metadata.plimsoll]` without a workspace).

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use plimsoll_image::{Compression, Platform};
use serde::Deserialize;

use crate::args::engine::EngineName;

mod check;
mod convert;
mod image;
mod init;
mod push;
mod suggest;
mod tags;
mod values;

pub(crate) use check::{CheckSettings, PerPath, Weight};
pub(crate) use image::ImageSettings;
pub(crate) use init::InitSettings;
pub(crate) use push::{PushSettings, RegistrySettings};
pub(crate) use suggest::nearest;
pub(crate) use tags::TagsSettings;
pub(crate) use values::Bytes;

/// Settings, and the directory to which paths in them are relative.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// What was read.
    pub(crate) file: File,
    /// The file, if there is one.
    pub(crate) path: Option<PathBuf>,
}

/// What a settings file may hold.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct File {
    /// How programs are built.
    #[serde(default)]
    pub(crate) build: BuildSettings,
    /// What images are.
    #[serde(default)]
    pub(crate) image: ImageSettings,
    /// What is checked, and how.
    #[serde(default)]
    pub(crate) check: CheckSettings,
    /// How registries are spoken to.
    #[serde(default)]
    pub(crate) registry: RegistrySettings,
    /// How images are pushed.
    #[serde(default)]
    pub(crate) push: PushSettings,
    /// What images are called.
    #[serde(default)]
    pub(crate) tags: TagsSettings,
    /// What `plimsoll init` writes.
    #[serde(default)]
    pub(crate) init: InitSettings,
}

/// `[build]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct BuildSettings {
    /// As `--package`.
    pub(crate) package: Option<String>,
    /// As `--bin`.
    #[serde(default)]
    pub(crate) bin: Vec<String>,
    /// As `--platform`.
    #[serde(default, deserialize_with = "values::parsed_list")]
    pub(crate) platforms: Vec<Platform>,
    /// As `--profile`.
    pub(crate) profile: Option<String>,
    /// As `--features`.
    #[serde(default)]
    pub(crate) features: Vec<String>,
    /// As `--no-default-features`, the other way round.
    pub(crate) default_features: Option<bool>,
    /// As `--compression`.
    #[serde(default, deserialize_with = "values::parsed")]
    pub(crate) compression: Option<Compression>,
    /// As `--engine`.
    #[serde(default, deserialize_with = "values::parsed")]
    pub(crate) engine: Option<EngineName>,
    /// As `--file`, relative to the settings.
    pub(crate) dockerfile: Option<PathBuf>,
    /// As `--target`.
    pub(crate) target: Option<String>,
    /// As `--build-arg`.
    #[serde(default)]
    pub(crate) build_args: BTreeMap<String, String>,
    /// As `--cache`.
    #[serde(default)]
    pub(crate) cache: Vec<String>,
    /// As `--secret`.
    #[serde(default)]
    pub(crate) secrets: Vec<String>,
    /// As `--ssh`.
    #[serde(default)]
    pub(crate) ssh: Vec<String>,
    /// As `--builder`.
    pub(crate) builder: Option<String>,
}

/// Why settings can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} is not valid:\n{message}", path.display())]
    Invalid { path: PathBuf, message: String, suggestion: Option<String> },
    #[error("there are settings both in {} and in {}", first.display(), second.display())]
    Twice { first: PathBuf, second: PathBuf },
}

/// A manifest, as far as settings are concerned.
#[derive(Debug, Default, Deserialize)]
struct Manifest {
    workspace: Option<Table>,
    package: Option<Table>,
}

#[derive(Debug, Default, Deserialize)]
struct Table {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    plimsoll: Option<File>,
}

/// Finds and reads the settings for a project directory: upwards to the root of its workspace.
pub(crate) fn load(directory: &Path) -> Result<Settings, SettingsError> {
    let start = crate::paths::absolute(directory)
        .map_err(|source| SettingsError::Read { path: directory.to_owned(), source })?;
    for (depth, place) in start.ancestors().enumerate() {
        let manifest_path = place.join("Cargo.toml");
        let manifest = read(&manifest_path)?;
        // Beside no manifest, a settings file counts only where it was pointed at, or at the root
        // of a repository, which need not be one of Rust.
        let own = place.join("plimsoll.toml");
        let is_repository = place.join(".git").exists();
        let counts = manifest.is_some() || depth == 0 || is_repository;
        let text = if counts { read(&own)? } else { None };
        let parsed = manifest.as_deref().map(|text| parse_manifest(&manifest_path, text));
        let (in_manifest, is_root) = match parsed.transpose()? {
            Some((settings, is_root)) => (settings, is_root),
            None => (None, false),
        };
        match (text, in_manifest) {
            (Some(_), Some(_)) => {
                return Err(SettingsError::Twice { first: own, second: manifest_path });
            }
            (Some(text), None) => {
                let file = parse(&own, &text)?;
                return Ok(Settings { file, path: Some(own) });
            }
            (None, Some(file)) => return Ok(Settings { file, path: Some(manifest_path) }),
            (None, None) if is_root || is_repository => break,
            (None, None) => {}
        }
    }
    Ok(Settings::default())
}

fn read(path: &Path) -> Result<Option<String>, SettingsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        // A file where a directory is looked for is no settings file either.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
        Err(source) => Err(SettingsError::Read { path: path.to_owned(), source }),
    }
}

/// Parses the text of a settings file.
pub(crate) fn parse(path: &Path, text: &str) -> Result<File, SettingsError> {
    toml::from_str(text).map_err(|error| invalid(path, text, &error))
}

/// The settings in a manifest, and whether it is the root of a workspace.
fn parse_manifest(path: &Path, text: &str) -> Result<(Option<File>, bool), SettingsError> {
    // A manifest that is broken otherwise is Cargo's to complain about.
    if !text.contains("plimsoll") {
        let is_root = toml::from_str::<BTreeMap<String, toml::Value>>(text)
            .is_ok_and(|it| it.contains_key("workspace"));
        return Ok((None, is_root));
    }
    let manifest: Manifest = toml::from_str(text).map_err(|error| invalid(path, text, &error))?;
    let is_root = manifest.workspace.is_some();
    let settings = [manifest.workspace, manifest.package]
        .into_iter()
        .flatten()
        .find_map(|table| table.metadata.plimsoll);
    Ok((settings, is_root))
}

fn invalid(path: &Path, text: &str, error: &toml::de::Error) -> SettingsError {
    SettingsError::Invalid {
        path: path.to_owned(),
        message: error.to_string().trim_end().to_owned(),
        suggestion: suggest::suggestion(text, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    fn user(settings: &Settings) -> Option<&str> {
        settings.file.image.user.as_deref()
    }

    const OWN: &str = "[image]\nuser = \"own\"\n";

    #[test]
    fn a_member_takes_the_settings_of_its_workspace() {
        let root = tempfile::tempdir().unwrap();
        let files = [
            ("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"),
            ("plimsoll.toml", OWN),
            ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ];
        write(root.path(), &files);
        let settings = load(&root.path().join("a")).unwrap();
        assert_eq!(user(&settings), Some("own"));
        assert_eq!(settings.path.unwrap(), root.path().join("plimsoll.toml"));
    }

    #[test]
    fn settings_may_stand_in_the_manifest_but_not_in_two_places() {
        let root = tempfile::tempdir().unwrap();
        let manifest = "[workspace]\n[workspace.metadata.plimsoll.image]\nuser = \"meta\"\n";
        write(root.path(), &[("Cargo.toml", manifest)]);
        assert_eq!(user(&load(root.path()).unwrap()), Some("meta"));
        write(root.path(), &[("plimsoll.toml", OWN)]);
        assert!(matches!(load(root.path()), Err(SettingsError::Twice { .. })));
    }

    #[test]
    fn nothing_above_the_workspace_counts() {
        let root = tempfile::tempdir().unwrap();
        let files = [
            ("Cargo.toml", "[workspace]\n"),
            ("plimsoll.toml", OWN),
            ("inner/Cargo.toml", "[workspace]\n"),
        ];
        write(root.path(), &files);
        assert_eq!(user(&load(&root.path().join("inner")).unwrap()), None);
    }

    #[test]
    fn an_unknown_key_is_an_error_with_the_nearest_known_one() {
        let error = parse(Path::new("p"), "[image]\nentrypiont = [\"a\"]\n").unwrap_err();
        let SettingsError::Invalid { message, suggestion, .. } = error else { panic!() };
        assert!(message.contains("line 2"), "{message}");
        assert_eq!(suggestion.as_deref(), Some("entrypoint"));
        let error = parse(Path::new("p"), "[imgae]\n").unwrap_err();
        let SettingsError::Invalid { suggestion, .. } = error else { panic!() };
        assert_eq!(suggestion.as_deref(), Some("image"));
    }
}
