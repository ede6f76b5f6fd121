//! From Cargo's graph to the list that is put into the program.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write as _},
};

use auditable_serde::{DependencyKind, VersionInfo};
use flate2::{Compression, write::ZlibEncoder};
use semver::Version;

/// What cargo-auditable calls format 1: procedural macros don't count as part of the program.
const FORMAT: u32 = 1;

/// The packages of a build and how they depend on each other.
///
/// Packages are named by Cargo's package ids, which nobody but the caller reads.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The package of the program.
    pub root: String,
    /// All packages by id; more than the program holds are fine.
    pub packages: BTreeMap<String, Package>,
    /// The ids of the packages that Cargo compiled for the target in this build.
    ///
    /// Not those that it compiled for the host, to run build scripts and procedural macros.
    pub compiled: BTreeSet<String>,
}

/// A package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// The name in its Cargo.toml.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Where it comes from.
    pub source: Source,
    /// The ids of its normal dependencies: not those for building or testing it.
    pub dependencies: BTreeSet<String>,
}

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The default registry.
    CratesIo,
    /// A git repository.
    Git,
    /// A directory.
    Local,
    /// Another registry.
    Registry,
    /// What else Cargo may come to know, by its scheme. Only letters, digits and `+-._` are kept:
    /// readers of the format take no others.
    Other(String),
}

/// Why there is no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The graph names a package that it does not hold.
    #[error("the dependency graph holds no package `{id}`, which `{by}` names")]
    UnknownPackage {
        /// The missing package.
        id: String,
        /// The package that depends on it, or the root.
        by: String,
    },
    /// Packages need each other, which readers of the list refuse.
    #[error("the package `{name}` depends on itself through others")]
    Cycle {
        /// One of them.
        name: String,
    },
}

/// Lists the packages that are in the program: those that the root reaches through normal
/// dependencies and that were compiled for the target. The root itself always counts.
///
/// The order is that of name, version, source and id; indices refer to it.
///
/// # Errors
/// Where the graph is not whole, or has a cycle.
pub fn list(graph: &Graph) -> Result<VersionInfo, AuditError> {
    let mut reached: Vec<(&str, &Package)> = reach(graph)?.into_iter().collect();
    reached.sort_by(|(a_id, a), (b_id, b)| {
        let key = |it: &Package| (it.name.clone(), it.version.clone(), it.source.clone());
        key(a).cmp(&key(b)).then_with(|| a_id.cmp(b_id))
    });
    let index: BTreeMap<&str, usize> =
        reached.iter().enumerate().map(|(index, (id, _))| (*id, index)).collect();
    let packages: Vec<_> = reached
        .iter()
        .map(|(id, package)| {
            let mut dependencies: Vec<usize> = package
                .dependencies
                .iter()
                .filter_map(|it| index.get(it.as_str()).copied())
                .collect();
            dependencies.sort_unstable();
            auditable_serde::Package {
                name: package.name.clone(),
                version: package.version.clone(),
                source: package.source.to_auditable(),
                kind: DependencyKind::Runtime,
                dependencies,
                root: *id == graph.root,
            }
        })
        .collect();
    if let Some(package) = in_cycle(&packages) {
        return Err(AuditError::Cycle { name: package.name.clone() });
    }
    Ok(VersionInfo { packages, format: FORMAT })
}

/// The contents of the section [`crate::audit::SECTION`]: JSON, compressed with zlib.
///
/// # Errors
/// None is known; those of the writers are passed on.
pub fn encode(list: &VersionInfo) -> io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&serde_json::to_vec(list)?)?;
    encoder.finish()
}

fn reach(graph: &Graph) -> Result<BTreeMap<&str, &Package>, AuditError> {
    let mut reached = BTreeMap::new();
    let mut open = vec![(graph.root.as_str(), graph.root.as_str())];
    while let Some((id, by)) = open.pop() {
        if reached.contains_key(id) || (id != graph.root && !graph.compiled.contains(id)) {
            continue;
        }
        let Some(package) = graph.packages.get(id) else {
            return Err(AuditError::UnknownPackage { id: id.to_owned(), by: by.to_owned() });
        };
        reached.insert(id, package);
        open.extend(package.dependencies.iter().map(|it| (it.as_str(), id)));
    }
    Ok(reached)
}

/// Takes away what depends on nothing that is left, until nothing changes; what stays is in a cycle
/// or leads to one.
fn in_cycle(packages: &[auditable_serde::Package]) -> Option<&auditable_serde::Package> {
    let mut open: Vec<usize> = packages.iter().map(|it| it.dependencies.len()).collect();
    let mut users = vec![Vec::new(); packages.len()];
    for (user, package) in packages.iter().enumerate() {
        for dependency in &package.dependencies {
            if let Some(users) = users.get_mut(*dependency) {
                users.push(user);
            }
        }
    }
    let mut done: Vec<usize> =
        open.iter().enumerate().filter(|(_, count)| **count == 0).map(|(it, _)| it).collect();
    while let Some(index) = done.pop() {
        for user in users.get(index).into_iter().flatten() {
            if let Some(count) = open.get_mut(*user) {
                *count -= 1;
                if *count == 0 {
                    done.push(*user);
                }
            }
        }
    }
    let index = open.iter().position(|count| *count > 0)?;
    packages.get(index)
}

impl Source {
    fn to_auditable(&self) -> auditable_serde::Source {
        match self {
            Self::CratesIo => auditable_serde::Source::CratesIo,
            Self::Git => auditable_serde::Source::Git,
            Self::Local => auditable_serde::Source::Local,
            Self::Registry => auditable_serde::Source::Registry,
            Self::Other(scheme) => {
                let plain = |c: &char| c.is_ascii_alphanumeric() || "+-._".contains(*c);
                auditable_serde::Source::Other(scheme.chars().filter(plain).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    fn package(name: &str, version: &str, source: Source, dependencies: &[&str]) -> Package {
        Package {
            name: name.to_owned(),
            version: version.parse().unwrap(),
            source,
            dependencies: dependencies.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    /// Everything compiled but what `left_out` names; ids are what the test chooses.
    fn graph(root: &str, packages: Vec<(&str, Package)>, left_out: &[&str]) -> Graph {
        let packages: BTreeMap<String, Package> =
            packages.into_iter().map(|(id, it)| (id.to_owned(), it)).collect();
        let compiled =
            packages.keys().filter(|it| !left_out.contains(&it.as_str())).cloned().collect();
        Graph { root: root.to_owned(), packages, compiled }
    }

    fn json(graph: &Graph) -> String {
        serde_json::to_string(&list(graph).unwrap()).unwrap()
    }

    #[test]
    fn only_what_is_reached_and_compiled_is_listed() {
        let graph = graph(
            "app",
            vec![
                ("app", package("app", "0.1.0", Source::Local, &["b", "a", "windows"])),
                ("a", package("a", "1.0.0", Source::CratesIo, &[])),
                ("b", package("b", "2.0.0", Source::Git, &["a"])),
                ("windows", package("windows", "0.5.0", Source::CratesIo, &["only-windows"])),
                ("only-windows", package("only-windows", "1.0.0", Source::CratesIo, &[])),
                ("unreached", package("unreached", "1.0.0", Source::CratesIo, &["a"])),
            ],
            &["windows"],
        );
        assert_eq!(
            json(&graph),
            concat!(
                r#"{"packages":[{"name":"a","version":"1.0.0","source":"crates.io"},"#,
                r#"{"name":"app","version":"0.1.0","source":"local","dependencies":[0,2],"root":true},"#,
                r#"{"name":"b","version":"2.0.0","source":"git","dependencies":[0]}],"format":1}"#,
            )
        );
    }

    #[test]
    fn versions_are_ordered_as_versions() {
        let graph = graph(
            "app",
            vec![
                ("app", package("app", "0.1.0", Source::Local, &["x", "y", "z"])),
                ("x", package("dep", "0.10.0", Source::CratesIo, &[])),
                ("y", package("dep", "0.9.0", Source::CratesIo, &[])),
                ("z", package("dep", "0.9.0", Source::Registry, &[])),
            ],
            &[],
        );
        let list = list(&graph).unwrap();
        let names: Vec<String> =
            list.packages.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
        assert_eq!(names, ["app 0.1.0", "dep 0.9.0", "dep 0.9.0", "dep 0.10.0"]);
        assert_eq!(list.packages[0].dependencies, [1, 2, 3]);
        assert_eq!(list.packages[2].source, auditable_serde::Source::Registry);
    }

    #[test]
    fn packages_that_look_alike_stay_apart() {
        let twin = |dependencies: &[&str]| package("twin", "1.0.0", Source::Git, dependencies);
        let graph = graph(
            "app",
            vec![
                ("app", package("app", "0.1.0", Source::Local, &["git#2", "git#1"])),
                ("git#1", twin(&[])),
                ("git#2", twin(&["git#1"])),
            ],
            &[],
        );
        let list = list(&graph).unwrap();
        let dependencies: Vec<_> = list.packages.iter().map(|it| it.dependencies.clone()).collect();
        assert_eq!(dependencies, [vec![1, 2], vec![], vec![1]]);
        let text = serde_json::to_string(&list).unwrap();
        assert_eq!(VersionInfo::from_str(&text).unwrap(), list);
    }

    #[test]
    fn an_odd_source_does_not_break_readers() {
        let odd = Source::Other("so\"me\\\n+thing".to_owned());
        let graph = graph("app", vec![("app", package("app", "0.1.0", odd, &[]))], &[]);
        let list = list(&graph).unwrap();
        let text = serde_json::to_string(&list).unwrap();
        assert!(text.contains(r#""source":"some+thing""#), "{text}");
        assert_eq!(VersionInfo::from_str(&text).unwrap(), list);
    }

    #[test]
    fn a_graph_that_is_not_whole_is_an_error() {
        let mut graph =
            graph("app", vec![("app", package("app", "0.1.0", Source::Local, &["lost"]))], &[]);
        assert!(list(&graph).is_ok(), "what was not compiled need not be known");
        graph.compiled.insert("lost".to_owned());
        let error = AuditError::UnknownPackage { id: "lost".to_owned(), by: "app".to_owned() };
        assert_eq!(list(&graph), Err(error));
        graph.root = "gone".to_owned();
        let error = AuditError::UnknownPackage { id: "gone".to_owned(), by: "gone".to_owned() };
        assert_eq!(list(&graph), Err(error));
    }

    #[test]
    fn a_cycle_is_an_error() {
        let graph = graph(
            "app",
            vec![
                ("app", package("app", "0.1.0", Source::Local, &["a"])),
                ("a", package("a", "1.0.0", Source::Local, &["b"])),
                ("b", package("b", "1.0.0", Source::Local, &["a"])),
            ],
            &[],
        );
        assert_eq!(list(&graph), Err(AuditError::Cycle { name: "a".to_owned() }));
    }

    #[test]
    fn the_section_is_small_and_the_same_every_time() {
        let mut packages = vec![];
        let ids: Vec<String> = (0..300).map(|it| format!("registry#{it:03}")).collect();
        let dependencies: Vec<&str> = ids.iter().map(String::as_str).collect();
        packages.push(("app", package("app", "0.1.0", Source::Local, &dependencies)));
        for id in &ids {
            packages.push((id, package(id, "1.2.3", Source::CratesIo, &[])));
        }
        let graph = graph("app", packages, &[]);
        let bytes = encode(&list(&graph).unwrap()).unwrap();
        assert_eq!(bytes, encode(&list(&graph).unwrap()).unwrap());
        assert!(bytes.len() < 4096, "{} bytes for 300 packages", bytes.len());
    }
}
