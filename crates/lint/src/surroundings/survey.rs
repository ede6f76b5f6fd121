//! What is in a build context, once its `.dockerignore` has kept out the rest.

use std::collections::{BTreeMap, VecDeque};

use plimsoll_project::files::{self, FileKind, Files};
use plimsoll_syntax::dockerignore::Dockerignore;

use super::BuildContext;
use crate::facts::taken::Taken;
use crate::secrets::secret_file;

/// How deep directories are entered.
const MOST_DEPTH: usize = 16;
/// More files with secrets than anybody wants to be told.
const MOST_SECRETS: usize = 100;

/// How thoroughly a context is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Some thousand names, without what programs make: rules of their own are about that.
    Quick,
    /// All of it, but for what is beyond measure.
    Full,
}

impl Depth {
    /// So many names are looked at.
    const fn names(self) -> usize {
        match self {
            Self::Quick => 5000,
            Self::Full => 200_000,
        }
    }
}

/// Whether a directory is one that programs fill.
fn is_made(name: &str) -> bool {
    matches!(name, ".git" | ".venv" | "node_modules" | "target")
}

/// What is in a build context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The root of the context.
    pub root: String,
    /// The `.dockerignore`, if there is one.
    pub ignore: Option<String>,
    /// How large all files are together, in bytes.
    pub bytes: u64,
    /// How many files there are.
    pub files: usize,
    /// Whether everything was looked at; otherwise there is more than this.
    pub complete: bool,
    /// Every directory with what all files below it have in bytes, by path from the root.
    pub directories: BTreeMap<String, u64>,
    /// Files whose names say that they hold secrets, with what those are; the nearest to the root
    /// first.
    pub secrets: Vec<(String, &'static str)>,
}

impl Survey {
    /// Looks at a context.
    pub(crate) fn of(files: &dyn Files, context: &BuildContext, depth: Depth) -> Self {
        Self::up_to(files, context, depth, depth.names())
    }

    fn up_to(files: &dyn Files, context: &BuildContext, thorough: Depth, most: usize) -> Self {
        let ignore = context.ignore.as_ref();
        let mut survey = Self {
            root: context.root.clone(),
            ignore: ignore.map(|it| it.path.clone()),
            complete: true,
            ..Self::default()
        };
        let patterns = ignore.map(|it| &*it.patterns);
        let mut left = VecDeque::from([(String::new(), 0)]);
        let mut seen = 0;
        while let Some((directory, depth)) = left.pop_front() {
            for entry in files.list(&files::join(&survey.root, &directory)).iter() {
                seen += 1;
                if seen > most {
                    survey.complete = false;
                    return survey;
                }
                let path = match &*directory {
                    "" => entry.name.clone(),
                    above => format!("{above}/{}", entry.name),
                };
                let is_out = patterns.is_some_and(|it| it.ignores(&path));
                let may_return = || patterns.is_some_and(|it| it.may_take_back_below(&path));
                match entry.kind {
                    // A context has the link alone, whatever is where it leads.
                    _ if entry.is_link && is_out => {}
                    _ if entry.is_link => survey.add(&path, 0),
                    FileKind::Directory if thorough == Depth::Quick && is_made(&entry.name) => {
                        survey.complete &= is_out;
                    }
                    FileKind::Directory if depth < MOST_DEPTH && (!is_out || may_return()) => {
                        left.push_back((path, depth + 1));
                    }
                    FileKind::File if !is_out => {
                        survey.add(&path, files.size(&files::join(&survey.root, &path)));
                    }
                    _ => {}
                }
            }
        }
        survey
    }

    /// The directories in the root with the most in them, the largest first.
    pub fn largest(&self, count: usize) -> Vec<(&str, u64)> {
        let top = self.directories.iter().filter(|(path, _)| !path.contains('/'));
        let mut top: Vec<_> = top.map(|(path, bytes)| (path.as_str(), *bytes)).collect();
        top.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        top.truncate(count);
        top
    }

    /// How many bytes what is taken has; of patterns, directories alone are counted.
    pub(crate) fn size_of(&self, taken: &Taken) -> u64 {
        if taken.is_all() {
            return self.bytes;
        }
        if !taken.path.contains(['*', '?', '[']) {
            return self.directories.get(&taken.path).copied().unwrap_or_default();
        }
        let depth = taken.path.matches('/').count();
        let pattern = Dockerignore::parse(&format!("./{}", taken.path));
        let matching = self
            .directories
            .iter()
            .filter(|(path, _)| path.matches('/').count() == depth && pattern.ignores(path));
        matching.map(|(_, bytes)| bytes).sum()
    }

    fn add(&mut self, path: &str, bytes: u64) {
        self.bytes += bytes;
        self.files += 1;
        for (at, _) in path.match_indices('/') {
            let directory = path.get(..at).unwrap_or_default();
            match self.directories.get_mut(directory) {
                Some(sum) => *sum += bytes,
                None => {
                    self.directories.insert(directory.to_owned(), bytes);
                }
            }
        }
        if let Some(kind) = secret_file(path)
            && self.secrets.len() < MOST_SECRETS
            && bytes > 0
        {
            self.secrets.push((path.to_owned(), kind));
        }
    }
}

/// A size for people, in decimal units.
pub(crate) fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) if bytes < 10 * unit => {
            format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit)
        }
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use plimsoll_project::files::{FileEntry, MemoryFiles};

    use super::*;
    use crate::{Facts, Place, Project, Surroundings};

    #[test]
    fn what_is_kept_out_is_not_counted() {
        let files = MemoryFiles::new([
            ("/p/Dockerfile", "FROM a\n"),
            ("/p/.dockerignore", "target\n!target/app\nb/c\n"),
            ("/p/target/app", "12345"),
            ("/p/target/deps/x", "123"),
            ("/p/b/c/d", "1"),
            ("/p/b/e/f", "12"),
            ("/p/b/.env", "1234567"),
        ]);
        let project = Arc::new(Project::new(Arc::new(files)));
        let place = Place { path: "/p/Dockerfile".into(), project: Arc::clone(&project) };
        let file = plimsoll_syntax::dockerfile::parse("FROM a\n");
        let context = Surroundings::of(&place, &Facts::new(&file)).context;
        let survey = project.survey(&context, Depth::Full);
        assert_eq!((survey.files, survey.complete), (5, true));
        assert_eq!(survey.largest(5), [("b", 9), ("target", 5)]);
        assert_eq!(survey.secrets, [("b/.env".to_owned(), "environment file")]);
        let few = Survey::up_to(&*project.files, &context, Depth::Full, 3);
        assert!(!few.complete && few.files < 5);
    }

    /// Files in which `loop` leads back to its directory, and `.env` to a large file elsewhere.
    #[derive(Debug)]
    struct Linked(MemoryFiles);

    impl Files for Linked {
        fn text(&self, path: &str) -> Option<Arc<str>> {
            self.0.text(&path.replace("/loop", ""))
        }

        fn kind(&self, path: &str) -> Option<FileKind> {
            if path.ends_with("/.env") {
                return Some(FileKind::File);
            }
            self.0.kind(&path.replace("/loop", ""))
        }

        fn list(&self, directory: &str) -> Arc<[FileEntry]> {
            let mut found = self.0.list(&directory.replace("/loop", "")).to_vec();
            for (name, kind) in [(".env", FileKind::File), ("loop", FileKind::Directory)] {
                found.push(FileEntry { name: name.to_owned(), kind, is_link: true });
            }
            found.into()
        }

        fn size(&self, path: &str) -> u64 {
            if path.ends_with("/.env") { 1 << 30 } else { self.0.size(path) }
        }

        fn name(&self, path: &str) -> String {
            path.to_owned()
        }
    }

    #[test]
    fn links_are_taken_as_links_wherever_they_lead() {
        let files = [
            ("/p/Dockerfile", "FROM a\n"),
            ("/p/key/id_rsa", "12"),
            ("/p/Cargo.toml", "[package]\n"),
        ];
        let project = Arc::new(Project::new(Arc::new(Linked(MemoryFiles::new(files)))));
        let place = Place { path: "/p/Dockerfile".into(), project: Arc::clone(&project) };
        let file = plimsoll_syntax::dockerfile::parse("FROM a\n");
        let context = Surroundings::of(&place, &Facts::new(&file)).context;
        let survey = project.survey(&context, Depth::Full);
        // Three files, and two links in each of the two directories.
        assert_eq!((survey.files, survey.bytes, survey.complete), (7, 19, true));
        assert_eq!(survey.secrets.len(), 1, "{:?}", survey.secrets);
        assert_eq!(context.is_empty_below("key"), Some(false));
    }

    #[test]
    fn sizes_have_two_digits_or_three() {
        for (bytes, expected) in [
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (12_345, "12 kB"),
            (104_999_999, "104 MB"),
            (1_250_000_000, "1.2 GB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
