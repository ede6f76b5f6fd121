//! What an image from a Dockerfile is called, and what is known of its project without Cargo.

use std::collections::BTreeMap;

use plimsoll_build::labels;
use plimsoll_project::{
    PackageFacts,
    git::Commit,
    manifest::{self, ManifestError},
};

use super::{Context, Dockerfile};
use crate::{
    commands::build::{deliver::Called, output},
    failure::Failure,
};

/// The project.
#[derive(Debug)]
pub(super) struct Project {
    /// What the image is called.
    pub(super) called: Called,
    package: Option<PackageFacts>,
}

/// Looks at the project, whatever it is: a Dockerfile needs no Cargo.toml beside it.
pub(super) fn project(context: &Context<'_>, target: Option<&str>) -> Result<Project, Failure> {
    // A stage is most often called as the program that it is for.
    let by_stage = target.map(|it| manifest::find_package(&context.directory, Some(it)));
    let found = match by_stage {
        Some(Ok(found)) => Ok(found),
        _ => manifest::find_package(&context.directory, None),
    };
    let package = match found {
        Ok(found) => Some(found),
        Err(ManifestError::Read { path, source }) => {
            return Err(ManifestError::Read { path, source }.into());
        }
        Err(_) => None,
    };
    let program = package.as_ref().and_then(|it| match &*it.binaries {
        [only] => Some(only.clone()),
        several => several.iter().find(|it| Some(it.as_str()) == target).cloned(),
    });
    let directory = || context.directory.file_name().and_then(|it| it.to_str());
    let title = target
        .map(str::to_owned)
        .or(program)
        .or_else(|| package.as_ref().map(|it| it.facts.name.clone()))
        .or_else(|| directory().map(str::to_owned))
        .unwrap_or_else(|| "app".to_owned());
    let package = package.map(|it| it.facts);
    let version = package.as_ref().map(|it| output::tag_of(&it.version.to_string()));
    let called = Called {
        title: output::repository_of(&title),
        tag: version.unwrap_or_else(|| "latest".to_owned()),
        target_directory: super::super::from_binary::target_directory(context),
    };
    Ok(Project { called, package })
}

impl Project {
    /// The version of its package.
    pub(super) fn version(&self) -> Option<String> {
        self.package.as_ref().map(|it| it.version.to_string())
    }

    /// The labels that say which commit and version an image is of, as far as the Dockerfile does not.
    pub(super) fn labels(
        &self,
        dockerfile: &Dockerfile,
        commit: Option<&Commit>,
        time: u64,
    ) -> BTreeMap<String, String> {
        let all = labels::labels(&self.called.title, self.package.as_ref(), commit, time);
        let known = ["revision", "version", "source", "created"];
        let known = known.map(|it| format!("org.opencontainers.image.{it}"));
        // A project without a commit has no time either.
        let fits = |key: &str| {
            known.iter().any(|it| it == key) && (commit.is_some() || !key.ends_with("created"))
        };
        all.into_iter().filter(|(key, _)| fits(key) && !dockerfile.sets(key)).collect()
    }
}
