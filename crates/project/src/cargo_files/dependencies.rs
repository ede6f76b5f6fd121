//! What a manifest says its package depends on.

use std::ops::Range;

use toml::Spanned;

use super::{
    place::{Place, SourceText},
    tree::{self, Table, Value},
};
use crate::files::{join, parent};

/// A dependency as a manifest states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The key: what the code calls it, with `-` where it has `_`.
    pub name: String,
    /// The package: `name`, unless `package = "…"` says otherwise.
    pub package: String,
    /// When it is needed.
    pub kind: DependencyKind,
    /// Whether a feature turns it on.
    pub optional: bool,
    /// `cfg(…)` or a triple, where it is for some targets only.
    pub target: Option<String>,
    /// What is turned on in it, with what the workspace turns on.
    pub features: Vec<String>,
    /// Whether its default features are on.
    pub default_features: bool,
    /// Where it comes from.
    pub source: DependencySource,
    /// Where the key stands.
    pub place: Place,
    /// Where its source stands; of an inherited one, in the workspace's manifest.
    pub source_place: Place,
}

/// When a dependency is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DependencyKind {
    /// By the library and the binaries.
    Normal,
    /// By the build script.
    Build,
    /// By tests, examples and benches.
    Dev,
}

/// Where a dependency comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DependencySource {
    /// A registry: the one that is named, else crates.io.
    Registry(Option<String>),
    /// A directory, absolute.
    Path(String),
    /// A git repository, by its address.
    Git(String),
}

impl Dependency {
    /// The directory of a path dependency.
    pub fn path(&self) -> Option<&str> {
        match &self.source {
            DependencySource::Path(path) => Some(path),
            _ => None,
        }
    }
}

const TABLES: [(DependencyKind, &str, &str); 3] = [
    (DependencyKind::Normal, "dependencies", "dependencies"),
    (DependencyKind::Build, "build-dependencies", "build_dependencies"),
    (DependencyKind::Dev, "dev-dependencies", "dev_dependencies"),
];

/// Reads all dependencies of a package, in the order in which they stand. `workspace` is the root's
/// manifest, from which some are inherited.
pub(super) fn read(
    source: &SourceText,
    root: &Table<'_>,
    workspace: Option<(&SourceText, &Table<'_>)>,
) -> Vec<Dependency> {
    let mut found = Vec::new();
    let targets = tree::table_at(root, &["target"]).into_iter().flatten();
    let targets =
        targets.filter_map(|(name, it)| Some((Some(name.get_ref()), tree::as_table(it)?)));
    for (target, table) in std::iter::once((None, root)).chain(targets) {
        for (kind, name, older) in TABLES {
            for name in if name == older { vec![name] } else { vec![name, older] } {
                for (key, value) in tree::table_at(table, &[name]).into_iter().flatten() {
                    let target = target.map(ToString::to_string);
                    found.extend(one(source, workspace, kind, target, key, value));
                }
            }
        }
    }
    found.sort_by_key(|it| it.place.span.start);
    found
}

/// Reads the entries of a table that are no dependencies of a package: those of `[patch.…]`,
/// `[replace]` or `[workspace.dependencies]`.
pub(super) fn table(source: &SourceText, table: &Table<'_>) -> Vec<Dependency> {
    let entries = table.iter();
    let read = |(key, value)| one(source, None, DependencyKind::Normal, None, key, value);
    entries.filter_map(read).collect()
}

fn one(
    source: &SourceText,
    workspace: Option<(&SourceText, &Table<'_>)>,
    kind: DependencyKind,
    target: Option<String>,
    key: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Value<'_>,
) -> Option<Dependency> {
    let name = key.get_ref().to_string();
    let mut found = Dependency {
        package: name.clone(),
        kind,
        optional: false,
        target,
        features: Vec::new(),
        default_features: true,
        source: DependencySource::Registry(None),
        place: source.place(key.span()),
        source_place: source.place(key.span()),
        name,
    };
    let Some(table) = tree::as_table(value) else {
        return tree::as_text(value).map(|_| found);
    };
    if tree::flag(table, "workspace") == Some(true) {
        let (workspace, root) = workspace?;
        let inherited = tree::table_at(root, &["workspace", "dependencies"])?;
        let (at, value) = inherited.get_key_value(key.get_ref().as_ref())?;
        found.source_place = workspace.place(at.span());
        if let Some(table) = tree::as_table(value) {
            fill(&mut found, workspace, table);
        }
        // A member can only add to what the workspace says.
        let default = found.default_features;
        add(&mut found, table);
        found.default_features |= default;
    } else {
        fill(&mut found, source, table);
        add(&mut found, table);
    }
    Some(found)
}

/// What the entry says of where the package comes from.
fn fill(found: &mut Dependency, source: &SourceText, table: &Table<'_>) {
    if let Some(package) = tree::text(table, "package") {
        package.clone_into(&mut found.package);
    }
    let at = |key: &str| Some((tree::text(table, key)?, table.get(key)?.span()));
    let place = |span: Range<usize>| source.place(span);
    if let Some((path, span)) = at("path") {
        let directory = parent(&source.path).unwrap_or("/");
        found.source = DependencySource::Path(join(directory, path));
        found.source_place = place(span);
    } else if let Some((address, span)) = at("git") {
        found.source = DependencySource::Git(address.to_owned());
        found.source_place = place(span);
    } else if let Some((name, span)) = at("registry").or_else(|| at("registry-index")) {
        found.source = DependencySource::Registry(Some(name.to_owned()));
        found.source_place = place(span);
    }
    found.features = tree::texts(table, "features");
    found.default_features = default_features(table).unwrap_or(true);
}

/// What a member may say of an inherited dependency, too.
fn add(found: &mut Dependency, table: &Table<'_>) {
    found.optional = tree::flag(table, "optional").unwrap_or(false);
    for feature in tree::texts(table, "features") {
        if !found.features.contains(&feature) {
            found.features.push(feature);
        }
    }
    if let Some(flag) = default_features(table) {
        found.default_features = flag;
    }
}

fn default_features(table: &Table<'_>) -> Option<bool> {
    tree::flag(table, "default-features").or_else(|| tree::flag(table, "default_features"))
}
