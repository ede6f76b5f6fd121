//! A package of a workspace.

use std::{collections::BTreeMap, ops::Range};

use super::{
    dependencies::{self, Dependency, DependencyKind},
    place::{SourceText, Stated},
    targets::{self, Target, TargetKind},
    tree::{self, Table, parse},
};
use crate::files::{Files, join, parent};

/// A package of a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The package's name.
    pub name: String,
    /// Its directory, absolute.
    pub directory: String,
    /// Its manifest.
    pub manifest: SourceText,
    /// Where its name stands there.
    pub name_span: Range<usize>,
    /// Where the root's manifest lists it; `None` for the root's own package and for members that
    /// are such for being path dependencies.
    pub listed: Option<Range<usize>>,
    /// The edition; without one, Cargo takes 2015.
    pub edition: Option<Stated<String>>,
    /// The oldest Rust that it compiles with.
    pub rust_version: Option<Stated<String>>,
    /// The program that is run when nothing else is said.
    pub default_run: Option<String>,
    /// The library, binaries, examples, tests and benches.
    pub targets: Vec<Target>,
    /// Features, with what each turns on.
    pub features: BTreeMap<String, Vec<String>>,
    /// The build script, absolute, where there is one or the manifest names one.
    pub build_script: Option<String>,
    /// The native library that it is the only one to link.
    pub links: Option<String>,
    /// All dependencies.
    pub dependencies: Vec<Dependency>,
    /// Whether the manifest was read without errors.
    pub complete: bool,
}

impl Member {
    /// Its binaries.
    pub fn binaries(&self) -> impl Iterator<Item = &Target> {
        self.targets_of(TargetKind::Binary)
    }

    /// Its targets of a kind.
    pub fn targets_of(&self, kind: TargetKind) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(move |it| it.kind == kind)
    }

    /// Whether it has a library.
    pub fn has_library(&self) -> bool {
        self.targets_of(TargetKind::Library).next().is_some()
    }

    /// Dependencies of a package by the package's name.
    pub fn depends_on<'m>(&'m self, package: &'m str) -> impl Iterator<Item = &'m Dependency> {
        self.dependencies.iter().filter(move |it| it.package == package)
    }

    /// Path dependencies that a build needs: all but those for tests, which Cargo wants to find
    /// too, but only their manifests.
    pub fn path_dependencies(&self) -> impl Iterator<Item = (&Dependency, &str)> {
        let all = self.dependencies.iter().filter_map(|it| Some((it, it.path()?)));
        all.filter(|(it, _)| it.kind != DependencyKind::Dev)
    }
}

/// The root's manifest, for what members inherit.
#[derive(Clone, Copy)]
pub(super) struct Root<'a, 't> {
    pub(super) source: &'a SourceText,
    pub(super) table: &'a Table<'t>,
}

/// Reads a package; `None` where the manifest has none.
pub(super) fn read(
    files: &dyn Files,
    manifest: SourceText,
    listed: Option<Range<usize>>,
    workspace: Root<'_, '_>,
) -> Option<Member> {
    let text = manifest.text.clone();
    let (root, complete) = parse(&text);
    let package =
        tree::table_at(&root, &["package"]).or_else(|| tree::table_at(&root, &["project"]))?;
    let name = package.get("name")?;
    let directory = parent(&manifest.path).unwrap_or("/").to_owned();
    let inherit = |key: &str| inherited(&manifest, package, key, workspace);
    let edition = inherit("edition");
    let name_text = tree::as_text(name)?.to_owned();
    let edition_text = edition.as_ref().map_or("2015", |it| &it.value);
    let targets = targets::read(files, &directory, &root, &name_text, edition_text);
    Some(Member {
        name_span: name.span(),
        listed,
        rust_version: inherit("rust-version"),
        default_run: tree::text(package, "default-run").map(str::to_owned),
        targets,
        features: features(&root),
        build_script: build_script(files, &directory, package),
        links: tree::text(package, "links").map(str::to_owned),
        dependencies: dependencies::read(
            &manifest,
            &root,
            Some((workspace.source, workspace.table)),
        ),
        complete,
        edition,
        directory,
        manifest,
        name: name_text,
    })
}

/// A field of `[package]`, or of `[workspace.package]` where it says so.
fn inherited(
    manifest: &SourceText,
    package: &Table<'_>,
    key: &str,
    workspace: Root<'_, '_>,
) -> Option<Stated<String>> {
    let own = package.get(key)?;
    let (source, value) = match tree::as_table(own) {
        Some(table) if tree::flag(table, "workspace") == Some(true) => {
            let shared = tree::table_at(workspace.table, &["workspace", "package"])?;
            (workspace.source, shared.get(key)?)
        }
        _ => (manifest, own),
    };
    Some(Stated { value: tree::as_text(value)?.to_owned(), place: source.place(value.span()) })
}

fn features(root: &Table<'_>) -> BTreeMap<String, Vec<String>> {
    let Some(table) = tree::table_at(root, &["features"]) else { return BTreeMap::new() };
    let names = table.keys().map(|it| it.get_ref().to_string());
    names.map(|it| (it.clone(), tree::texts(table, &it))).collect()
}

fn build_script(files: &dyn Files, directory: &str, package: &Table<'_>) -> Option<String> {
    match package.get("build") {
        Some(value) => match tree::as_text(value) {
            Some(path) => Some(join(directory, path)),
            None => tree::as_flag(value).unwrap_or(true).then(|| join(directory, "build.rs")),
        },
        None => Some(join(directory, "build.rs")).filter(|it| files.is_file(it)),
    }
}
