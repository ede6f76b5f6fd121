//! The Dockerfiles that a `.dockerignore` holds for.

use std::sync::Arc;

use plimsoll_project::files::{self, FileKind};
use plimsoll_syntax::dockerfile;

use crate::facts::taken::{Taken, taken};
use crate::{Facts, FileType, Place, Surroundings};

/// Directories in which Dockerfiles of the whole context lie.
const USUAL: &[&str] = &[".", ".devcontainer", "build", "ci", "deploy", "docker", "dockerfiles"];
/// More Dockerfiles than this are not looked at.
const MOST: usize = 50;

/// A Dockerfile that a `.dockerignore` holds for.
#[derive(Debug)]
pub(crate) struct User {
    /// What findings call it.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// What it takes of the context.
    pub(crate) taken: Vec<Taken>,
    /// Whether it runs git, and so may need the repository.
    pub(crate) runs_git: bool,
    /// Whether it runs cargo, and so makes `target` itself.
    pub(crate) runs_cargo: bool,
}

/// The root of the context and the Dockerfiles that are built from it with this `.dockerignore`.
#[derive(Debug, Default)]
pub(crate) struct Users {
    /// The root; empty where there is no Dockerfile.
    pub(crate) root: String,
    /// The Dockerfiles, by path.
    pub(crate) dockerfiles: Vec<User>,
}

impl Users {
    /// Finds them: those that somebody builds from the directory, and those that lie in it or where
    /// people put them.
    pub(crate) fn of(place: &Place) -> Self {
        let mut users = Self::default();
        for path in candidates(place) {
            let Some(text) = place.files().text(&path) else { continue };
            let file = dockerfile::parse(&text);
            let facts = Facts::new(&file);
            let at = Place { path: path.as_str().into(), project: Arc::clone(&place.project) };
            let context = Surroundings::of(&at, &facts).context;
            if context.ignore.is_none_or(|it| it.path != *place.path) {
                continue;
            }
            let runs = |name: &str| facts.run_commands().any(|it| it.command.name() == Some(name));
            users.dockerfiles.push(User {
                name: place.files().name(&path),
                taken: taken(&facts),
                runs_git: runs("git"),
                runs_cargo: runs("cargo"),
                text: Arc::clone(&text),
            });
            users.root = context.root;
        }
        users
    }
}

/// Dockerfiles that may use it, sorted.
fn candidates(place: &Place) -> Vec<String> {
    if let Some(own) = place.path.strip_suffix(".dockerignore").filter(|it| !it.ends_with('/')) {
        return vec![own.to_owned()];
    }
    let directory = place.directory();
    let builds = place.project.builds.iter();
    let builds = builds.filter(|it| it.context.as_deref() == Some(directory));
    let mut found: Vec<String> = builds.filter_map(|it| it.dockerfile.clone()).collect();
    for usual in USUAL {
        let directory = files::join(directory, usual);
        if !place.files().is_directory(&directory) {
            continue;
        }
        let entries = place.files().list(&directory);
        let entries = entries.iter().filter(|it| it.kind == FileKind::File);
        let entries = entries.filter(|it| FileType::of(&it.name) == Some(FileType::Dockerfile));
        found.extend(entries.map(|it| files::join(&directory, &it.name)));
    }
    found.sort();
    found.dedup();
    found.truncate(MOST);
    found
}
