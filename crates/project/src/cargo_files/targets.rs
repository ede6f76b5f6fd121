//! What a package compiles, by Cargo's rules of "Target auto-discovery".

use std::{collections::BTreeSet, ops::Range};

use super::tree::{self, Table};
use crate::files::{FileKind, Files, join};

/// Something that a package compiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What it is.
    pub kind: TargetKind,
    /// Its name: of a binary, that of the file.
    pub name: String,
    /// The absolute path of its source. Where the manifest names a target and no file is there, the
    /// place where Cargo would look first.
    pub path: String,
    /// Whether the source is there.
    pub exists: bool,
    /// Features without which Cargo passes it over.
    pub required_features: Vec<String>,
    /// Where the manifest names it; `None` where Cargo finds it by its place. Cargo refuses the
    /// manifest if it names a target, but no path, and the source is missing.
    pub span: Option<Range<usize>>,
    /// Whether the manifest says where the source is. If it does, Cargo looks for the source only
    /// when it compiles the target.
    pub has_path: bool,
}

/// The kinds of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetKind {
    /// The library.
    Library,
    /// A program.
    Binary,
    /// A program of `examples`.
    Example,
    /// A program of `tests`.
    Test,
    /// A program of `benches`.
    Bench,
}

const SEVERAL: [(TargetKind, &str, &str, &str); 4] = [
    (TargetKind::Binary, "bin", "src/bin", "autobins"),
    (TargetKind::Example, "example", "examples", "autoexamples"),
    (TargetKind::Test, "test", "tests", "autotests"),
    (TargetKind::Bench, "bench", "benches", "autobenches"),
];

/// Finds all targets of a package: the library, then binaries, examples, tests and benches.
pub(super) fn read(
    files: &dyn Files,
    directory: &str,
    root: &Table<'_>,
    package: &str,
    edition: &str,
) -> Vec<Target> {
    let mut found: Vec<Target> = library(files, directory, root, package).into_iter().collect();
    for (kind, key, place, auto) in SEVERAL {
        let mut named: Vec<Target> = tree::list(root, key)
            .filter_map(tree::as_table)
            .filter_map(|it| declared(files, directory, it, kind, place, package))
            .collect();
        let auto = tree::table_at(root, &["package"]).and_then(|it| tree::flag(it, auto));
        // The edition of 2015 finds nothing beside what is declared.
        if auto.unwrap_or(edition != "2015" || named.is_empty()) {
            let names: BTreeSet<_> = named.iter().map(|it| it.name.clone()).collect();
            let paths: BTreeSet<_> = named.iter().map(|it| it.path.clone()).collect();
            let discovered = discover(files, directory, kind, place, package).into_iter();
            named.extend(
                discovered.filter(|it| !names.contains(&it.name) && !paths.contains(&it.path)),
            );
        }
        found.extend(named);
    }
    found
}

fn library(files: &dyn Files, directory: &str, root: &Table<'_>, package: &str) -> Option<Target> {
    let named = root.get("lib").and_then(|it| Some((it.span(), tree::as_table(it)?)));
    let path = named.as_ref().and_then(|(_, it)| tree::text(it, "path")).unwrap_or("src/lib.rs");
    let path = join(directory, path);
    let exists = files.is_file(&path);
    let name = named.as_ref().and_then(|(_, it)| tree::text(it, "name")).map(str::to_owned);
    (exists || named.is_some()).then(|| Target {
        kind: TargetKind::Library,
        name: name.unwrap_or_else(|| package.replace('-', "_")),
        exists,
        path,
        required_features: Vec::new(),
        has_path: named.as_ref().is_some_and(|(_, it)| it.contains_key("path")),
        span: named.map(|it| it.0),
    })
}

fn declared(
    files: &dyn Files,
    directory: &str,
    table: &Table<'_>,
    kind: TargetKind,
    place: &str,
    package: &str,
) -> Option<Target> {
    let name = table.get("name")?;
    let span = name.span();
    let name = tree::as_text(name)?;
    let mut candidates = match tree::text(table, "path") {
        Some(path) => vec![join(directory, path)],
        None => vec![
            join(directory, &format!("{place}/{name}.rs")),
            join(directory, &format!("{place}/{name}/main.rs")),
        ],
    };
    if kind == TargetKind::Binary && name == package && candidates.len() > 1 {
        candidates.push(join(directory, "src/main.rs"));
    }
    let there = candidates.iter().position(|it| files.is_file(it));
    Some(Target {
        kind,
        name: name.to_owned(),
        path: candidates.swap_remove(there.unwrap_or(0)),
        exists: there.is_some(),
        required_features: tree::texts(table, "required-features"),
        span: Some(span),
        has_path: table.contains_key("path"),
    })
}

/// The targets that are where Cargo looks for them.
fn discover(
    files: &dyn Files,
    directory: &str,
    kind: TargetKind,
    place: &str,
    package: &str,
) -> Vec<Target> {
    let target = |name: &str, path: String| Target {
        kind,
        name: name.to_owned(),
        path,
        exists: true,
        required_features: Vec::new(),
        span: None,
        has_path: false,
    };
    let mut found = Vec::new();
    let main = join(directory, "src/main.rs");
    if kind == TargetKind::Binary && files.is_file(&main) {
        found.push(target(package, main));
    }
    let place = join(directory, place);
    for entry in files.list(&place).iter().filter(|it| !it.name.starts_with('.')) {
        let path = join(&place, &entry.name);
        match (entry.kind, entry.name.strip_suffix(".rs")) {
            (FileKind::File, Some(name)) => found.push(target(name, path)),
            (FileKind::Directory, _) => {
                let main = join(&path, "main.rs");
                if files.is_file(&main) {
                    found.push(target(&entry.name, main));
                }
            }
            _ => {}
        }
    }
    found
}
