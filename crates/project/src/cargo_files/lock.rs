//! `Cargo.lock`, read line by line.
//!
//! Cargo writes the file itself, always in one form, so that a reader of lines is right and takes a
//! fraction of the time that a parser of TOML would.

mod reach;

use std::ops::Range;

use super::place::SourceText;
use crate::files::{Files, join};

/// A lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockFile {
    /// The file.
    pub source: SourceText,
    /// The version of its format; 1 and 2 have none written.
    pub version: Option<(u32, Range<usize>)>,
    /// Its packages, in the order in which they stand: by name.
    pub packages: Vec<LockedPackage>,
    /// The packages' indices, sorted by name.
    by_name: Vec<usize>,
}

/// A package of a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it comes from.
    pub source: LockedSource,
    /// What it depends on, by index: for the build of any target, with any features of the members.
    pub dependencies: Vec<usize>,
    /// The line of its name.
    pub span: Range<usize>,
}

/// Where a locked package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockedSource {
    /// A directory: a member, or a path dependency.
    Path,
    /// A registry, by its address.
    Registry(String),
    /// A git repository, by its address, with branch and commit.
    Git(String),
}

impl LockedSource {
    /// Whether it is the public registry.
    pub fn is_crates_io(&self) -> bool {
        matches!(self, Self::Registry(it) if it == "https://github.com/rust-lang/crates.io-index"
            || it == "https://index.crates.io/" || it == "sparse+https://index.crates.io/")
    }
}

impl LockFile {
    /// Reads `Cargo.lock` of a directory.
    pub fn in_directory(files: &dyn Files, directory: &str) -> Option<Self> {
        Some(Self::new(SourceText::read(files, join(directory, "Cargo.lock"))?))
    }

    fn new(source: SourceText) -> Self {
        let text = source.text.clone();
        let mut version = None;
        let mut packages: Vec<LockedPackage> = Vec::new();
        let mut wanted: Vec<Vec<&str>> = Vec::new();
        let (mut in_package, mut in_list, mut is_head) = (false, false, true);
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let line = line.trim();
            if in_list {
                if line == "]" {
                    in_list = false;
                } else if let Some(last) = wanted.last_mut() {
                    last.push(line.trim_matches(|it| matches!(it, ' ' | ',' | '"')));
                }
            } else if line.starts_with('[') {
                in_package = line == "[[package]]";
                is_head = false;
                if in_package {
                    packages.push(LockedPackage {
                        name: String::new(),
                        version: String::new(),
                        source: LockedSource::Path,
                        dependencies: Vec::new(),
                        span: start..start,
                    });
                    wanted.push(Vec::new());
                }
            } else if let Some((key, value)) = line.split_once('=') {
                let (key, value) = (key.trim(), value.trim());
                let text = value.trim_matches('"');
                match (in_package, packages.last_mut(), wanted.last_mut()) {
                    (true, Some(package), Some(wanted)) => match key {
                        "name" => {
                            text.clone_into(&mut package.name);
                            package.span = start..start + line.len();
                        }
                        "version" => text.clone_into(&mut package.version),
                        "source" => package.source = locked_source(text),
                        "dependencies" => in_list = !one_line(value, wanted),
                        _ => {}
                    },
                    _ if key == "version" && is_head => {
                        version = text.parse().ok().map(|it| (it, start..start + line.len()));
                    }
                    _ => {}
                }
            }
        }
        let mut by_name: Vec<usize> = (0..packages.len()).collect();
        by_name.sort_by(|a, b| packages[*a].name.cmp(&packages[*b].name));
        for (index, wanted) in wanted.iter().enumerate() {
            let edges = wanted.iter().filter_map(|it| resolve(&packages, &by_name, it)).collect();
            packages[index].dependencies = edges;
        }
        Self { source, version, packages, by_name }
    }

    /// The packages of a name, in the order in which they stand.
    pub fn locked(&self, name: &str) -> impl Iterator<Item = &LockedPackage> {
        self.indices(name).iter().filter_map(|it| self.packages.get(*it))
    }

    /// Whether there is a package of a name.
    pub fn has(&self, name: &str) -> bool {
        !self.indices(name).is_empty()
    }

    /// Whether a package depends on one of a name.
    pub fn depends(&self, package: &LockedPackage, on: &str) -> bool {
        let names = package.dependencies.iter().filter_map(|it| self.packages.get(*it));
        names.into_iter().any(|it| it.name == on)
    }

    fn indices(&self, name: &str) -> &[usize] {
        named(&self.packages, &self.by_name, name)
    }
}

/// `dependencies = ["a"]` on one line, as people write it in tests. Whether the list ends there.
fn one_line<'t>(value: &'t str, wanted: &mut Vec<&'t str>) -> bool {
    let Some(inner) = value.strip_prefix('[').and_then(|it| it.strip_suffix(']')) else {
        return !value.starts_with('[');
    };
    let names = inner.split(',').map(|it| it.trim().trim_matches('"'));
    wanted.extend(names.filter(|it| !it.is_empty()));
    true
}

fn locked_source(text: &str) -> LockedSource {
    if let Some(address) = text.strip_prefix("git+") {
        return LockedSource::Git(address.to_owned());
    }
    let address = text.strip_prefix("registry+").unwrap_or(text);
    LockedSource::Registry(address.to_owned())
}

/// The indices of the packages of a name.
fn named<'i>(packages: &[LockedPackage], by_name: &'i [usize], name: &str) -> &'i [usize] {
    let name_of = |it: &usize| packages.get(*it).map_or("", |it| &*it.name);
    let start = by_name.partition_point(|it| name_of(it) < name);
    let rest = by_name.get(start..).unwrap_or_default();
    let length = rest.iter().take_while(|it| name_of(it) == name).count();
    &rest[..length]
}

/// The package that `name`, `name version` or `name version (source)` means.
fn resolve(packages: &[LockedPackage], by_name: &[usize], wanted: &str) -> Option<usize> {
    let mut words = wanted.split(' ');
    let candidates = named(packages, by_name, words.next()?);
    if let [only] = candidates {
        return Some(*only);
    }
    let (version, source) = (words.next(), words.next());
    let source = source.map(|it| locked_source(it.trim_matches(['(', ')'])));
    let fits = |it: &&usize| {
        packages.get(**it).is_some_and(|it| {
            version.is_none_or(|version| it.version == version)
                && source.as_ref().is_none_or(|source| it.source == *source)
        })
    };
    candidates.iter().find(fits).or_else(|| candidates.first()).copied()
}

#[cfg(test)]
mod tests;
