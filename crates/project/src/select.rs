//! Which binaries of a workspace are meant.

mod error;

pub use error::{Candidate, SelectError};
use error::{candidates, closest};

use crate::workspace::{Binary, Member, PackageId, Workspace};

/// A binary that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The member that it belongs to.
    pub package: PackageId,
    /// The binary's name.
    pub binary: String,
    /// The features that it needs.
    pub required_features: Vec<String>,
}

/// Chooses binaries as Cargo's users expect it.
///
/// `package` is `-p` (a name or `name@version`), `bins` is `--bin`, as often as it was given. What is
/// not named is looked for in three rings, the first that answers wins: the member whose directory
/// we stand in, the workspace's default members, all members. Without `bins`, a ring answers with
/// its only `default-run`, else with its only binary.
///
/// The choices come in the order of `bins`, each once.
pub fn select(
    workspace: &Workspace,
    package: Option<&str>,
    bins: &[String],
) -> Result<Vec<Choice>, SelectError> {
    let rings = match package {
        Some(spec) => vec![vec![named(workspace, spec)?]],
        None => rings(workspace),
    };
    if bins.is_empty() {
        return Ok(vec![implied(workspace, package, &rings)?]);
    }
    let mut choices: Vec<Choice> = Vec::new();
    for bin in bins {
        let choice = explicit(workspace, package, &rings, bin)?;
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    Ok(choices)
}

fn rings(workspace: &Workspace) -> Vec<Vec<&Member>> {
    vec![
        workspace.current_member().into_iter().collect(),
        workspace.members.iter().filter(|it| workspace.default_members.contains(&it.id)).collect(),
        workspace.members.iter().collect(),
    ]
}

fn named<'a>(workspace: &'a Workspace, spec: &str) -> Result<&'a Member, SelectError> {
    let fits = |it: &&Member| {
        let facts = &it.facts;
        match spec.split_once('@') {
            Some((name, version)) => facts.name == name && facts.version.to_string() == version,
            None => facts.name == spec,
        }
    };
    let mut found = workspace.members.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(member), None) => Ok(member),
        (Some(_), Some(_)) => Err(SelectError::AmbiguousPackage {
            package: spec.to_owned(),
            candidates: workspace
                .members
                .iter()
                .filter(fits)
                .map(|it| format!("{}@{}", it.facts.name, it.facts.version))
                .collect(),
        }),
        (None, _) => {
            let name = spec.split_once('@').map_or(spec, |(name, _)| name);
            let names = || workspace.members.iter().map(|it| it.facts.name.as_str());
            Err(SelectError::UnknownPackage {
                package: spec.to_owned(),
                // A right name with a wrong version is told by the version that there is.
                suggestion: workspace
                    .members
                    .iter()
                    .find(|it| it.facts.name == name)
                    .map(|it| format!("{name}@{}", it.facts.version))
                    .or_else(|| closest(name, names())),
                packages: names().map(str::to_owned).collect(),
            })
        }
    }
}

fn explicit(
    workspace: &Workspace,
    package: Option<&str>,
    rings: &[Vec<&Member>],
    bin: &str,
) -> Result<Choice, SelectError> {
    for ring in rings {
        let found: Vec<_> = binaries(ring).filter(|(_, it)| it.name == bin).collect();
        match found.as_slice() {
            [] => {}
            [(member, binary)] => return Ok(choice(member, binary)),
            _ => {
                return Err(SelectError::AmbiguousBinary {
                    binary: Some(bin.to_owned()),
                    candidates: candidates(workspace, found),
                });
            }
        }
    }
    let all: Vec<_> = binaries(rings.last().map_or(&[], Vec::as_slice)).collect();
    if all.is_empty() {
        return Err(no_binary(workspace, package));
    }
    Err(SelectError::UnknownBinary {
        binary: bin.to_owned(),
        package: package.map(str::to_owned),
        suggestion: closest(bin, all.iter().map(|(_, it)| it.name.as_str())),
        candidates: candidates(workspace, all),
    })
}

fn implied(
    workspace: &Workspace,
    package: Option<&str>,
    rings: &[Vec<&Member>],
) -> Result<Choice, SelectError> {
    for ring in rings {
        let all: Vec<_> = binaries(ring).collect();
        let mut defaults =
            all.iter().filter(|(member, binary)| member.default_run.as_ref() == Some(&binary.name));
        if let (Some((member, binary)), None) = (defaults.next(), defaults.next()) {
            return Ok(choice(member, binary));
        }
        match all.as_slice() {
            [] => {}
            [(member, binary)] => return Ok(choice(member, binary)),
            _ => {
                return Err(SelectError::AmbiguousBinary {
                    binary: None,
                    candidates: candidates(workspace, all),
                });
            }
        }
    }
    Err(no_binary(workspace, package))
}

fn no_binary(workspace: &Workspace, package: Option<&str>) -> SelectError {
    SelectError::NoBinary { package: package.map(str::to_owned), root: workspace.root.clone() }
}

fn binaries<'a>(ring: &[&'a Member]) -> impl Iterator<Item = (&'a Member, &'a Binary)> {
    ring.iter().flat_map(|&member| member.binaries.iter().map(move |binary| (member, binary)))
}

fn choice(member: &Member, binary: &Binary) -> Choice {
    Choice {
        package: member.id.clone(),
        binary: binary.name.clone(),
        required_features: binary.required_features.clone(),
    }
}

#[cfg(test)]
mod tests;
