//! The dependency directions of ARCHITECTURE.md, as a test over the manifests.
//!
//! Dependencies of every kind count, those of single targets and of tests too: a test that needs
//! what lies above its crate belongs above it.

#![expect(clippy::unwrap_used, reason = "here a panic is a failed test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

/// Which of our crates each of our libraries may depend on. Those of the design that do not exist
/// yet have their place too. The binary and the tools of the house may depend on all of them, and
/// nobody on those two.
const LAYERS: &[(&str, &[&str])] = &[
    ("finding", &[]),
    ("project", &[]),
    ("image", &[]),
    ("syntax", &["finding"]),
    ("registry", &["image"]),
    ("engine", &["image"]),
    ("build", &["project", "image", "registry"]),
    ("inventory", &["project", "image"]),
    ("scan", &["finding", "inventory"]),
    ("lint", &["finding", "syntax", "project", "image"]),
    ("verify", &["finding", "image", "engine"]),
    ("replay", &["syntax", "project"]),
];

/// Crates of others that only one of ours may use.
const CONFINED: &[(&str, &str)] = &[
    // Everything else is synchronous.
    ("bollard", "engine"),
    ("futures-util", "engine"),
    ("tokio", "engine"),
    // Who speaks to registries decides where credentials go.
    ("rustls", "registry"),
    ("ureq", "registry"),
    // Libraries neither parse command lines nor print.
    ("annotate-snippets", "plimsoll"),
    ("anstream", "plimsoll"),
    ("clap", "plimsoll"),
    ("ignore", "plimsoll"),
    ("indicatif", "plimsoll"),
    ("minijinja", "plimsoll"),
];

/// Crates without I/O, clock and environment: `clippy.toml` lists what they may not call.
const PURE: &[&str] = &["finding", "syntax", "lint"];

/// A package of the workspace.
struct Package {
    /// Its directory below `crates/`, or `xtask`.
    place: String,
    /// The names of the packages that it depends on, whatever it calls them.
    dependencies: BTreeSet<String>,
}

#[test]
fn dependencies_point_down_only() {
    assert_eq!(wrong_arrows(&packages()), [""; 0]);
}

#[test]
fn crates_of_others_stay_where_they_belong() {
    assert_eq!(escaped(&packages()), [""; 0]);
}

#[test]
fn pure_crates_turn_on_the_ban_of_io() {
    for name in PURE {
        let crate_root = root().join("crates").join(name).join("src/lib.rs");
        let Ok(text) = fs::read_to_string(&crate_root) else { continue };
        let ban = ["#![warn(clippy::disallowed_methods)]", "#![deny(clippy::disallowed_methods)]"];
        assert!(
            text.lines().any(|line| ban.contains(&line.trim())),
            "`{name}` is pure: {} needs `{}`",
            crate_root.display(),
            ban[0]
        );
    }
}

#[test]
fn dependencies_of_every_kind_are_seen_by_the_names_of_their_packages() {
    let workspace: Table = r#"
        [workspace.dependencies]
        renamed-above = { package = "c", path = "c" }
    "#
    .parse()
    .unwrap();
    let manifest: Table = r#"
        [dependencies]
        a = "1"
        b.workspace = true
        renamed-above.workspace = true
        renamed-here = { package = "d", version = "1" }
        [dev-dependencies]
        e.path = "../e"
        [build-dependencies]
        f = { version = "1" }
        [target.'cfg(unix)'.dependencies]
        g = "1"
        [target.x86_64-unknown-linux-musl.dev-dependencies]
        h = "1"
    "#
    .parse()
    .unwrap();
    let found: Vec<_> = dependencies(&manifest, &workspace).into_iter().collect();
    assert_eq!(found, ["a", "b", "c", "d", "e", "f", "g", "h"]);
}

#[test]
fn wrong_arrows_are_named() {
    let package = |place: &str, dependencies: &[&str]| Package {
        place: place.to_owned(),
        dependencies: dependencies.iter().map(|it| (*it).to_owned()).collect(),
    };
    let packages = [
        package("image", &["plimsoll-project", "serde", "tokio"]),
        package("project", &[]),
        package("engine", &["plimsoll-image", "tokio", "clap"]),
        package("build", &["plimsoll"]),
        package("novelty", &[]),
        package("plimsoll", &["plimsoll-build", "plimsoll-novelty", "xtask", "clap"]),
        package("xtask", &["plimsoll-build", "clap"]),
    ];
    assert_eq!(
        wrong_arrows(&packages),
        [
            "`image` must not depend on `plimsoll-project`",
            "`build` must not depend on `plimsoll`",
            "`novelty` has no layer: give it one here and in ARCHITECTURE.md",
            "`plimsoll` must not depend on `plimsoll-novelty`",
            "`plimsoll` must not depend on `xtask`",
        ]
    );
    assert_eq!(
        escaped(&packages),
        [
            "`image` must not use `tokio`: it stays in `engine`",
            "`engine` must not use `clap`: it stays in `plimsoll`",
        ]
    );
}

/// Every dependency between our packages that points up or sideways.
fn wrong_arrows(packages: &[Package]) -> Vec<String> {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let libraries: Vec<&str> = layers.keys().copied().collect();
    let ours: BTreeSet<String> = packages.iter().map(|it| package_name(&it.place)).collect();
    let mut problems = Vec::new();
    for Package { place, dependencies } in packages {
        let allowed = match &**place {
            "plimsoll" | "xtask" => &*libraries,
            library => {
                let Some(allowed) = layers.get(library) else {
                    problems.push(format!(
                        "`{library}` has no layer: give it one here and in ARCHITECTURE.md"
                    ));
                    continue;
                };
                allowed
            }
        };
        let allowed: BTreeSet<String> = allowed.iter().map(|it| package_name(it)).collect();
        for dependency in dependencies.intersection(&ours).filter(|it| !allowed.contains(*it)) {
            problems.push(format!("`{place}` must not depend on `{dependency}`"));
        }
    }
    problems
}

/// Every use of a confined crate outside of its place. The tools of the house are free.
fn escaped(packages: &[Package]) -> Vec<String> {
    let mut problems = Vec::new();
    for Package { place, dependencies } in packages.iter().filter(|it| it.place != "xtask") {
        for (confined, home) in CONFINED.iter().filter(|(_, home)| home != place) {
            if dependencies.contains(*confined) {
                problems.push(format!("`{place}` must not use `{confined}`: it stays in `{home}`"));
            }
        }
    }
    problems
}

/// What the package in a directory is called, which [`packages`] holds against the manifest.
fn package_name(place: &str) -> String {
    match place {
        "plimsoll" | "xtask" => place.to_owned(),
        library => format!("plimsoll-{library}"),
    }
}

/// All packages of the workspace, as their manifests have them.
fn packages() -> Vec<Package> {
    let workspace = read(&root().join("Cargo.toml"));
    let mut directories: Vec<PathBuf> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        // What is left of a crate that another branch has is none.
        .filter(|path| path.join("Cargo.toml").exists())
        .collect();
    directories.push(root().join("xtask"));
    directories.sort();
    directories
        .iter()
        .map(|directory| {
            let place = directory.file_name().unwrap().to_str().unwrap().to_owned();
            let manifest = read(&directory.join("Cargo.toml"));
            let name = manifest["package"]["name"].as_str().unwrap();
            assert_eq!(name, package_name(&place), "the package in {}", directory.display());
            Package { place, dependencies: dependencies(&manifest, &workspace) }
        })
        .collect()
}

/// The names of the packages that a manifest depends on.
fn dependencies(manifest: &Table, workspace: &Table) -> BTreeSet<String> {
    let inherited = |key: &str| workspace.get("workspace")?.get("dependencies")?.get(key);
    let name = |(key, value): (&String, &Value)| {
        let from_workspace = value.get("workspace").and_then(Value::as_bool) == Some(true);
        let value = if from_workspace { inherited(key) } else { Some(value) };
        let package = value.and_then(|it| it.get("package")).and_then(Value::as_str);
        package.unwrap_or(key).to_owned()
    };
    let targets = manifest.get("target").and_then(Value::as_table);
    let for_targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    std::iter::once(manifest)
        .chain(for_targets)
        .flat_map(|table| {
            ["dependencies", "dev-dependencies", "build-dependencies"]
                .into_iter()
                .filter_map(|kind| table.get(kind)?.as_table())
        })
        .flatten()
        .map(name)
        .collect()
}

fn read(path: &Path) -> Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
