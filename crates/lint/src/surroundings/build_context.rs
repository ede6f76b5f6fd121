//! The directory that a build may read, and what of it.

use std::sync::Arc;

use plimsoll_project::files::{self, FileEntry, FileKind, Files};
use plimsoll_syntax::dockerfile::Command;
use plimsoll_syntax::dockerignore::Dockerignore;

use super::levels::Level;
use crate::facts::sources::{is_remote, paths};
use crate::{Facts, ImageBuild, Place};

/// More than this is not looked through to answer one question.
const MOST_FILES: usize = 2000;

/// Directories in which Dockerfiles of the whole project lie.
const USUAL: &[&str] = &[
    ".devcontainer",
    ".docker",
    "build",
    "ci",
    "container",
    "containers",
    "contrib",
    "deploy",
    "deployment",
    "docker",
    "dockerfiles",
    "images",
    "infra",
    "ops",
    "packaging",
    "release",
];

/// The directory that a build may read, and what of it.
#[derive(Clone, Debug)]
pub struct BuildContext {
    /// The directory.
    pub root: String,
    /// Whether some file says that it is this one, rather than that the sources of `COPY` lie there.
    pub told: bool,
    /// Whether it is certain enough to report that a file is not there: some file says so, or every
    /// source of `COPY` was found.
    pub certain: bool,
    /// Whether there is a reason to take it for the context: some file says so, something that is
    /// copied lies there, it has a `.dockerignore`, or the Dockerfile lies in it or in a directory for
    /// Dockerfiles. Otherwise it is but the
    /// nearest workspace or repository.
    pub likely: bool,
    /// What is kept out of it.
    pub ignore: Option<IgnoreFile>,
    files: Arc<dyn Files>,
}

/// A `.dockerignore`.
#[derive(Clone, Debug)]
pub struct IgnoreFile {
    /// Where it is.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
    /// Its patterns.
    pub patterns: Arc<Dockerignore>,
}

impl BuildContext {
    /// Finds the context of a Dockerfile: the one that its builds name; or else the nearest
    /// directory, from its own upwards to the root of the repository, that has what it copies.
    pub(crate) fn of(place: &Place, builds: &[ImageBuild], facts: &Facts<'_>) -> Self {
        let told = builds.iter().find_map(|it| it.context.clone());
        let files = &place.project.files;
        let is_told = told.is_some();
        let (root, certain, has_some) = if let Some(root) = told {
            let same = builds.iter().all(|it| it.context.as_ref() == Some(&root));
            (root, same, true)
        } else {
            let sources = literal_sources(facts);
            let levels = place.project.levels(place.directory());
            match likeliest(&**files, &levels, &sources) {
                Some((level, count)) => (level.path.clone(), count == sources.len(), true),
                None => (nearest(place, &levels).to_owned(), false, false),
            }
        };
        let ignore = ignore_file(&**files, &place.path, &root);
        let likely = has_some || ignore.is_some() || is_usual(&root, place.directory());
        Self { root, told: is_told, certain, likely, ignore, files: Arc::clone(files) }
    }

    /// As [`Self::of`], for a Dockerfile that nobody has read yet.
    pub fn find(place: &Place, text: &str) -> Self {
        let file = plimsoll_syntax::dockerfile::parse(text);
        crate::Surroundings::of(place, &Facts::new(&file)).context
    }

    /// What a path of the context is, relative to its root, as the build sees it: `None` where there
    /// is nothing, or where it is kept out. A directory of which all is kept out is still there.
    pub fn kind(&self, path: &str) -> Option<FileKind> {
        if self.ignores(path) && !self.may_hold_exceptions(path) {
            return None;
        }
        self.files.kind(&files::join(&self.root, path))
    }

    /// Whether a path is kept out by the `.dockerignore`.
    pub fn ignores(&self, path: &str) -> bool {
        self.ignore.as_ref().is_some_and(|it| it.patterns.ignores(path))
    }

    /// Whether something below an ignored directory may be taken back.
    fn may_hold_exceptions(&self, path: &str) -> bool {
        self.ignore.as_ref().is_some_and(|it| it.patterns.may_take_back_below(path))
            && self.files.is_directory(&files::join(&self.root, path))
    }

    /// The text of a file of the context, if the build sees it.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        if self.ignores(path) {
            return None;
        }
        self.files.text(&files::join(&self.root, path))
    }

    /// What is in a directory of the context, as the build sees it, by name.
    pub fn list(&self, path: &str) -> Vec<FileEntry> {
        let entries = self.files.list(&files::join(&self.root, path));
        let is_seen = |it: &&FileEntry| {
            let path =
                if path.is_empty() { it.name.clone() } else { format!("{path}/{}", it.name) };
            self.kind(&path).is_some()
        };
        entries.iter().filter(is_seen).cloned().collect()
    }

    /// What a path of the context is on the disk, kept out or not.
    pub fn kind_on_disk(&self, path: &str) -> Option<FileKind> {
        self.files.kind(&self.absolute(path))
    }

    /// The paths of the context that a pattern of `COPY` matches (`*`, `?`, `[a-z]`, none of which
    /// go beyond a slash), kept out or not; `None` where those are too many.
    pub fn matches(&self, pattern: &str) -> Option<Vec<String>> {
        let mut found = vec![String::new()];
        for part in pattern.split('/') {
            let mut next = Vec::new();
            if part.contains(['*', '?', '[', '\\']) {
                let patterns = Dockerignore::parse(&format!("./{part}"));
                for directory in &found {
                    for entry in self.files.list(&self.absolute(directory)).iter() {
                        if patterns.ignores(&entry.name) {
                            next.push(below(directory, &entry.name));
                        }
                    }
                }
            } else {
                let paths = found.iter().map(|it| below(it, part));
                next.extend(paths.filter(|it| self.kind_on_disk(it).is_some()));
            }
            if next.len() > MOST_FILES {
                return None;
            }
            found = next;
        }
        Some(found)
    }

    /// Whether nothing below a directory of the context gets past the `.dockerignore`; `None` where
    /// there is too much to tell.
    pub fn is_empty_below(&self, directory: &str) -> Option<bool> {
        let mut left = vec![directory.to_owned()];
        let mut count = 0;
        while let Some(directory) = left.pop() {
            for entry in self.files.list(&self.absolute(&directory)).iter() {
                count += 1;
                if count > MOST_FILES {
                    return None;
                }
                let path = below(&directory, &entry.name);
                if entry.kind == FileKind::Directory && !entry.is_link {
                    left.push(path);
                } else if !self.ignores(&path) {
                    return Some(false);
                }
            }
        }
        Some(true)
    }

    /// The absolute path of a path of the context.
    pub fn absolute(&self, path: &str) -> String {
        files::join(&self.root, path)
    }

    /// A path below the context, relative to its root.
    pub fn relative<'p>(&self, absolute: &'p str) -> Option<&'p str> {
        files::below(&self.root, absolute)
    }
}

/// A name in a directory of the context, which is empty for the context itself.
fn below(directory: &str, name: &str) -> String {
    if directory.is_empty() || directory == "." {
        name.to_owned()
    } else {
        format!("{directory}/{name}")
    }
}

/// The `.dockerignore` of a Dockerfile: its own (`NAME.dockerignore`), or that of the context. Podman
/// has another name for it.
fn ignore_file(files: &dyn Files, dockerfile: &str, root: &str) -> Option<IgnoreFile> {
    let own = format!("{dockerfile}.dockerignore");
    let general = [".dockerignore", ".containerignore"].map(|it| files::join(root, it));
    std::iter::once(own).chain(general).find_map(|path| {
        // One that can't be read keeps nothing out, and is there all the same.
        let text = files.is_file(&path).then(|| files.text(&path).unwrap_or_default())?;
        let patterns = Arc::new(Dockerignore::parse(&text));
        Some(IgnoreFile { path, text, patterns })
    })
}

/// The nearest directory that has the most of what is copied, and how much that is; `None` where none
/// has any.
fn likeliest<'l>(
    files: &dyn Files,
    levels: &'l [Level],
    sources: &[&str],
) -> Option<(&'l Level, usize)> {
    let mut best: Option<(&Level, usize)> = None;
    for level in levels.iter().filter(|_| !sources.is_empty()) {
        let count = sources.iter().filter(|it| level.leads_to(files, it)).count();
        if count > best.map_or(0, |(_, count)| count) {
            best = Some((level, count));
        }
        if count == sources.len() {
            break;
        }
    }
    best
}

/// The nearest directory that looks like a context; else the Dockerfile's own. A `.dockerignore` is
/// written for a context, and a lock file lies where a workspace is built.
fn nearest<'l>(place: &'l Place, levels: &'l [Level]) -> &'l str {
    let marks = [".dockerignore", "Cargo.lock", "Cargo.toml", ".git"];
    let level = marks.into_iter().find_map(|mark| levels.iter().find(|it| it.has(mark)));
    level.map_or(place.directory(), |it| &it.path)
}

/// Whether people put the Dockerfiles of a context into a directory.
fn is_usual(root: &str, directory: &str) -> bool {
    let parts = files::below(root, directory).unwrap_or_default();
    parts.split('/').all(|it| it.is_empty() || USUAL.contains(&it))
}

/// Whether a directory that may be the context has a `.dockerignore`.
pub(super) fn has_ignore_file_near(place: &Place) -> bool {
    let names = [".dockerignore", ".containerignore"];
    let levels = place.project.levels(place.directory());
    levels.iter().any(|level| names.iter().any(|it| level.has_file(it)))
}

/// The sources of `COPY` and `ADD` that lie in the context and are written without variables.
fn literal_sources<'d>(facts: &Facts<'d>) -> Vec<&'d str> {
    let mut sources = Vec::new();
    for instruction in &facts.file.instructions {
        let (Command::Copy(copy) | Command::Add(copy)) = &instruction.command else { continue };
        if copy.from.is_some() {
            continue;
        }
        for word in paths(copy) {
            let text = word.as_str();
            let is_plain =
                !text.contains(['$', '*', '?', '[', '\\', '"', '\'']) && !is_remote(text);
            if is_plain && !matches!(text.trim_matches('/'), "" | ".") {
                sources.push(text);
            }
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use plimsoll_project::files::MemoryFiles;

    use super::*;
    use crate::Project;

    /// The context of a Dockerfile among files, and the text of its `.dockerignore`.
    fn context(files: &[(&str, &str)], dockerfile: &str) -> (String, bool, Option<String>) {
        let lying = Arc::new(MemoryFiles::new(files.iter().copied()));
        let paths = files.iter().map(|(path, _)| *path);
        let project = Arc::new(Project::read(lying, paths));
        let place = Place { path: dockerfile.into(), project };
        let text = files.iter().find(|(path, _)| *path == dockerfile).unwrap().1;
        let file = plimsoll_syntax::dockerfile::parse(text);
        let found = crate::Surroundings::of(&place, &Facts::new(&file)).context;
        (found.root, found.certain, found.ignore.map(|it| it.text.to_string()))
    }

    #[test]
    fn a_dockerignore_is_looked_for_up_to_the_root_of_the_repository() {
        let all = "FROM a\nCOPY . .\n";
        let mut files = vec![("/r/a/b/Dockerfile", all), ("/r/.dockerignore", "target\n")];
        let ignore = Some("target\n".to_owned());
        assert_eq!(context(&files, "/r/a/b/Dockerfile"), ("/r".to_owned(), false, ignore));
        files.push(("/r/a/.git/HEAD", ""));
        assert_eq!(context(&files, "/r/a/b/Dockerfile"), ("/r/a".to_owned(), false, None));
        files.push(("/r/a/Dockerfile.x", all));
        files.push(("/r/a/Dockerfile.x.dockerignore", ""));
        let own = ("/r/a".to_owned(), false, Some(String::new()));
        assert_eq!(context(&files, "/r/a/Dockerfile.x"), own);
    }

    #[test]
    fn what_is_copied_tells_where_the_context_is() {
        let text = "FROM a\nCOPY docker/start.sh Cargo.toml /\nCOPY target/release/app /\n";
        let mut files = vec![
            ("/r/docker/Dockerfile", text),
            ("/r/docker/start.sh", ""),
            ("/r/docker/.dockerignore", ""),
            ("/r/Cargo.toml", ""),
        ];
        assert_eq!(context(&files, "/r/docker/Dockerfile"), ("/r".to_owned(), false, None));
        files.push(("/r/target/release/app", ""));
        assert_eq!(context(&files, "/r/docker/Dockerfile"), ("/r".to_owned(), true, None));
    }

    #[test]
    fn whoever_builds_it_says_what_the_context_is() {
        let files = [
            ("/r/api/Dockerfile", "FROM a\nCOPY Cargo.toml /\n"),
            ("/r/api/Cargo.toml", ""),
            ("/r/.dockerignore", "b\n"),
            (
                "/r/compose.yaml",
                "services:\n  a:\n    build: {context: ., dockerfile: api/Dockerfile}\n",
            ),
        ];
        let found = context(&files, "/r/api/Dockerfile");
        assert_eq!(found, ("/r".to_owned(), true, Some("b\n".to_owned())));
    }
}
