//! The build contexts of Dockerfiles, and what is in them.

use std::{collections::BTreeMap, sync::Arc};

use plimsoll_lint::{BuildContext, Depth, FileType, Place, Project};

use super::{examine::Source, kind::Kind, parallel};
use crate::report::check::{ContextSize, DirectorySize};

/// So many directories are told.
const MOST_DIRECTORIES: usize = 5;

/// Every context once, by root and `.dockerignore`.
pub(super) fn sizes(sources: &[Source], project: &Arc<Project>) -> Vec<ContextSize> {
    let name = |path: &str| project.files.name(path);
    let mut contexts: BTreeMap<(String, Option<String>), (BuildContext, Vec<String>)> =
        BTreeMap::new();
    for source in sources.iter().filter(|it| it.kind == Kind::File(FileType::Dockerfile)) {
        let Some(path) = &source.place else { continue };
        let place = Place { path: Arc::clone(path), project: Arc::clone(project) };
        let context = BuildContext::find(&place, &source.text);
        let key = (context.root.clone(), context.ignore.as_ref().map(|it| it.path.clone()));
        contexts.entry(key).or_insert_with(|| (context, Vec::new())).1.push(source.name.clone());
    }
    let contexts: Vec<_> = contexts.into_iter().collect();
    parallel::map(&contexts, |((root, ignore), (context, dockerfiles))| {
        let survey = project.survey(context, Depth::Full);
        let largest = survey.largest(MOST_DIRECTORIES).into_iter();
        ContextSize {
            path: name(root),
            dockerignore: ignore.as_deref().map(name),
            dockerfiles: dockerfiles.clone(),
            bytes: survey.bytes,
            files: survey.files,
            complete: survey.complete,
            directories: largest
                .map(|(path, bytes)| DirectorySize { path: path.to_owned(), bytes })
                .collect(),
        }
    })
}
