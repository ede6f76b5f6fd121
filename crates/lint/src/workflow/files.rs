//! The Dockerfiles that a workflow builds.

use std::sync::Arc;

use plimsoll_project::files;
use plimsoll_syntax::workflow::Field;

use super::acts::{Act, ActKind};
use super::builds::{Build, Builder};
use super::containers::{JobActs, mentions};
use super::images::Text;
use super::matrix::expand;
use crate::Place;

/// A Dockerfile that a build uses.
#[derive(Clone, Debug)]
pub(crate) struct BuiltFile {
    /// The path as people know it, from the root of the repository.
    pub(crate) shown: String,
    /// What findings call it.
    pub(crate) name: String,
    /// Its text; `None` where there is no such file.
    pub(crate) text: Option<Arc<str>>,
}

/// The root of the repository that a workflow lies in.
pub(crate) fn root(path: &str) -> Option<&str> {
    let (above, _) = path.rsplit_once("/.")?;
    Some(if above.is_empty() { "/" } else { above })
}

/// The Dockerfiles of a build, one for each value of a matrix; nothing where one can't be known.
pub(crate) fn built(
    place: &Place,
    job: &JobActs<'_>,
    act: &Act<'_>,
    build: &Build<'_>,
) -> Vec<BuiltFile> {
    let Some(root) = root(&place.path) else { return Vec::new() };
    let Some(directory) = sources(root, job, act, build) else { return Vec::new() };
    let context = match &build.context {
        Some(context) => context.clone(),
        None if build.by == Builder::Docker || build.by == Builder::Buildx => return Vec::new(),
        None => Text { text: ".".to_owned(), span: act.span },
    };
    let (context, in_git) = match context.text.strip_prefix("{{defaultContext}}") {
        Some(rest) => {
            let rest = rest.strip_prefix(':').unwrap_or(".").to_owned();
            (Text { text: rest, span: context.span }, true)
        }
        None => (context, false),
    };
    let written = match &build.file {
        Some(file) if in_git => {
            Text { text: format!("{}/{}", context.text, file.text), span: file.span }
        }
        Some(file) => file.clone(),
        None => Text { text: format!("{}/Dockerfile", context.text), span: act.span },
    };
    let mut found = Vec::new();
    for path in expand(job.job, &written) {
        if path.contains(['$', '{', '`', '*'])
            || path.contains("://")
            || path.starts_with(['/', '~', '-'])
        {
            return Vec::new();
        }
        let absolute = files::join(&directory, &path);
        let Some(shown) = files::below(root, &absolute) else { return Vec::new() };
        found.push(BuiltFile {
            shown: shown.to_owned(),
            name: place.files().name(&absolute),
            text: place.files().text(&absolute),
        });
    }
    found
}

/// The directory that paths of a build are relative to, if the repository is what lies there.
fn sources(root: &str, job: &JobActs<'_>, act: &Act<'_>, build: &Build<'_>) -> Option<String> {
    if !matches!(build.by, Builder::Action | Builder::Remote | Builder::Docker | Builder::Buildx) {
        return None;
    }
    let named = build.context.as_ref();
    let from_git =
        build.is_action() && named.is_none_or(|it| it.text.starts_with("{{defaultContext}}"));
    let mut checked_out = false;
    for before in job.before(act) {
        match &before.kind {
            ActKind::Checkout { plain } => checked_out = *plain,
            // Whoever knows what else it does to the files.
            ActKind::Other if before.step.uses().is_some_and(|it| it.action().is_none()) => {
                return None;
            }
            _ => {}
        }
    }
    if !checked_out && !from_git {
        return None;
    }
    if matches!(build.by, Builder::Action | Builder::Remote) {
        return Some(root.to_owned());
    }
    let directory = act.step.working_directory().or_else(|| job.job.default_directory());
    let directory = match directory.map(Field::literal) {
        None => root.to_owned(),
        Some(literal) => files::join(root, literal?),
    };
    // A `cd` before it leads elsewhere.
    (!mentions(act.step, &["cd ", "pushd ", "git clone"])).then_some(directory)
}
