//! Which binaries get an image, and with which features.

use std::collections::BTreeSet;

use plimsoll_project::{
    cargo_files::{CargoWorkspace, Choice, Member, Target},
    files::{Files, below},
};

use super::{SurveyError, Wanted};

/// Directories whose packages help to develop, and are delivered to nobody.
const ASIDE: [&str; 10] = [
    "examples",
    "example",
    "benches",
    "benchmarks",
    "bench",
    "fuzz",
    "tests",
    "test",
    "xtask",
    "xtasks",
];

/// The binaries, in the order of the manifests: those that are asked for, else all but those of
/// packages that help to develop.
pub(super) fn programs<'w>(
    files: &dyn Files,
    workspace: &'w CargoWorkspace,
    wanted: &Wanted,
    notes: &mut Vec<String>,
) -> Result<Vec<(&'w Member, &'w Target)>, SurveyError> {
    let name = files.name(&workspace.directory);
    let unknown = |what, wanted: &String, known: BTreeSet<&String>| SurveyError::Unknown {
        what,
        name: wanted.clone(),
        workspace: name.clone(),
        known: known.into_iter().cloned().collect(),
    };
    for package in &wanted.packages {
        if workspace.member(package).is_none() {
            let known = workspace.members.iter().map(|it| &it.name).collect();
            return Err(unknown("package", package, known));
        }
    }
    let all: Vec<_> = workspace.binaries().filter(|(_, it)| it.exists).collect();
    let in_packages: Vec<_> = all
        .iter()
        .copied()
        .filter(|(member, _)| wanted.packages.is_empty() || wanted.packages.contains(&member.name))
        .collect();
    for binary in &wanted.binaries {
        if !in_packages.iter().any(|(_, it)| it.name == *binary) {
            let known = in_packages.iter().map(|(_, it)| &it.name).collect();
            return Err(unknown("binary", binary, known));
        }
    }
    let is_named = !wanted.packages.is_empty() || !wanted.binaries.is_empty();
    let mut found: Vec<_> = in_packages
        .into_iter()
        .filter(|(_, it)| wanted.binaries.is_empty() || wanted.binaries.contains(&it.name))
        .collect();
    if !is_named {
        let (aside, rest): (Vec<(&Member, &Target)>, Vec<_>) =
            found.iter().copied().partition(|(member, _)| is_aside(workspace, member));
        if !rest.is_empty() {
            let packages: BTreeSet<&str> = aside.iter().map(|it| &*it.0.name).collect();
            notes.extend(packages.into_iter().map(|it| {
                format!(
                    "package `{it}` helps to develop and gets no image; --package {it} asks for one"
                )
            }));
            found = rest;
        }
    }
    if found.is_empty() {
        return Err(SurveyError::NoProgram(name));
    }
    // Two packages may each have a binary of one name, which no two targets can have.
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    found.retain(|(member, it)| {
        let is_new = seen.insert(&it.name);
        if !is_new {
            notes.push(format!(
                "another package has a binary `{}`, so that of `{}` gets no image; --package chooses",
                it.name, member.name
            ));
        }
        is_new
    });
    Ok(found)
}

/// Whether a package is delivered to nobody.
fn is_aside(workspace: &CargoWorkspace, member: &Member) -> bool {
    let path = below(&workspace.directory, &member.directory).unwrap_or_default();
    let is_helper =
        |it: &str| matches!(it, "xtask" | "xtasks" | "fuzz") || it.starts_with("xtask-");
    path.split('/').any(|it| ASIDE.contains(&it)) || is_helper(&member.name)
}

/// The features that a binary requires and that are not on by default, sorted.
pub(super) fn features(
    workspace: &CargoWorkspace,
    member: &Member,
    target: &Target,
) -> Vec<String> {
    let choice = Choice { packages: vec![member.name.clone()], ..Choice::default() };
    let on = workspace.features_on(member, &choice);
    let mut found = target.required_features.clone();
    found.retain(|it| !on.contains(it));
    found.sort();
    found.dedup();
    found
}
