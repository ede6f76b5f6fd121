//! The files of a plan, each rendered by its module.

use super::{
    bake, compose, dockerfile, dockerignore, env_file, github, gitlab, plan::Plan, production,
    settings_file, template::TemplateError,
};
use crate::args::init::{CiSystem, FileKind};

/// A file, as `init` would write it where nothing is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Generated {
    /// Which it is.
    pub(crate) kind: FileKind,
    /// Its path below the root of the workspace.
    pub(crate) path: String,
    /// What it holds, without the marker: `write` puts that below it, with a checksum.
    pub(crate) text: String,
    /// What becomes of one that is there.
    pub(crate) ownership: Ownership,
}

/// What becomes of a file that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ownership {
    /// `init` wrote it down to the marker; what follows is the user's.
    AboveMarker,
    /// It is the user's as soon as it is there: `.env`, settings.
    Once,
    /// It is the user's, and secret: variables that it lacks are added. It is written as
    /// [`env_file::filled`] makes it, for the owner alone (mode 0600); the text itself holds no secret.
    Private,
    /// Lines that must be in it, wherever they stand: `.gitignore`.
    Lines,
}

/// Renders every file that is wanted.
pub(crate) fn all(plan: &Plan, wanted: &[FileKind]) -> Result<Vec<Generated>, TemplateError> {
    let mut files = Vec::new();
    for kind in wanted {
        match kind {
            FileKind::Dockerfile => files.extend(dockerfile::files(plan)?),
            FileKind::Dockerignore => files.extend(dockerignore::files(plan)?),
            FileKind::Settings => files.extend(settings_file::files(plan)?),
            FileKind::Compose => {
                files.extend(compose::files(plan)?);
                files.extend(env_file::files(plan)?);
            }
            FileKind::Production => files.extend(production::files(plan)?),
            FileKind::Ci => match plan.ci {
                CiSystem::Github => files.extend(github::files(plan)?),
                CiSystem::Gitlab => files.extend(gitlab::files(plan)?),
                CiSystem::None => {}
            },
            FileKind::Bake => files.extend(bake::files(plan)?),
        }
    }
    Ok(files)
}
