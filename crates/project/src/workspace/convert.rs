//! Puts Cargo's answer into our model.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use cargo_metadata::{DependencyKind as MetadataKind, Metadata, TargetKind};

use super::{
    Binary, Dependency, DependencyKind, Member, Node, Package, PackageId, Source, Workspace,
};
use crate::PackageFacts;

pub(super) fn workspace(directory: PathBuf, metadata: Metadata) -> Workspace {
    let mut default_members = BTreeSet::new();
    if metadata.workspace_default_members.is_available() {
        default_members.extend(metadata.workspace_default_members.iter().map(id));
    }
    let mut members: Vec<Member> = metadata
        .packages
        .iter()
        .filter(|it| metadata.workspace_members.contains(&it.id))
        .map(member)
        .collect();
    members.sort_by(|a, b| (&a.facts.name, &a.id).cmp(&(&b.facts.name, &b.id)));

    let resolve: BTreeMap<PackageId, Node> =
        metadata.resolve.iter().flat_map(|it| &it.nodes).map(|it| (id(&it.id), node(it))).collect();
    let names: BTreeMap<PackageId, &str> =
        metadata.packages.iter().map(|it| (id(&it.id), it.name.as_str())).collect();
    let packages = metadata
        .packages
        .iter()
        .map(|it| (id(&it.id), package(it, resolve.get(&id(&it.id)), &names)))
        .collect();

    Workspace {
        directory,
        root: metadata.workspace_root.into(),
        target_directory: metadata.target_directory.into(),
        build_directory: metadata.build_directory.map(Into::into),
        members,
        default_members,
        packages,
        resolve,
    }
}

fn id(id: &cargo_metadata::PackageId) -> PackageId {
    PackageId(id.repr.clone())
}

fn member(package: &cargo_metadata::Package) -> Member {
    let mut binaries: Vec<Binary> = package
        .targets
        .iter()
        .filter(|it| it.is_kind(TargetKind::Bin))
        .map(|it| Binary {
            name: it.name.clone(),
            required_features: it.required_features.clone(),
            src_path: it.src_path.clone().into(),
        })
        .collect();
    binaries.sort();
    Member {
        id: id(&package.id),
        facts: PackageFacts {
            name: package.name.to_string(),
            version: package.version.clone(),
            description: package.description.clone(),
            license: package.license.clone(),
            repository: package.repository.clone(),
            homepage: package.homepage.clone(),
            documentation: package.documentation.clone(),
            authors: package.authors.clone(),
        },
        manifest_path: package.manifest_path.clone().into(),
        default_run: package.default_run.clone(),
        binaries,
    }
}

fn node(node: &cargo_metadata::Node) -> Node {
    let mut dependencies: Vec<Dependency> = node
        .deps
        .iter()
        .map(|it| Dependency {
            package: id(&it.pkg),
            name: it.name.clone(),
            kinds: it.dep_kinds.iter().filter_map(|it| kind(it.kind)).collect(),
        })
        .collect();
    dependencies.sort();
    let mut features: Vec<String> = node.features.iter().map(ToString::to_string).collect();
    features.sort();
    Node { dependencies, features }
}

fn kind(kind: MetadataKind) -> Option<DependencyKind> {
    match kind {
        MetadataKind::Normal => Some(DependencyKind::Normal),
        MetadataKind::Build => Some(DependencyKind::Build),
        MetadataKind::Development => Some(DependencyKind::Development),
        MetadataKind::Unknown => None,
    }
}

fn package(
    package: &cargo_metadata::Package,
    node: Option<&Node>,
    names: &BTreeMap<PackageId, &str>,
) -> Package {
    let has = |kind: TargetKind| package.targets.iter().any(|it| it.is_kind(kind.clone()));
    Package {
        id: id(&package.id),
        name: package.name.to_string(),
        version: package.version.clone(),
        source: package.source.as_ref().map_or(Source::Local, source),
        manifest_path: package.manifest_path.clone().into(),
        links: package.links.clone(),
        build_script: has(TargetKind::CustomBuild),
        proc_macro: has(TargetKind::ProcMacro),
        build_dependencies: node
            .into_iter()
            .flat_map(|it| &it.dependencies)
            .filter(|it| it.kinds.contains(&DependencyKind::Build))
            .filter_map(|it| names.get(&it.package).map(|&name| name.to_owned()))
            .collect(),
    }
}

/// Reads the `source` of Cargo's package ids: a kind, `+`, and a URL.
fn source(source: &cargo_metadata::Source) -> Source {
    // Cargo gives this source one name, whatever protocol it is read by.
    if source.is_crates_io() {
        return Source::CratesIo;
    }
    match source.repr.split_once('+') {
        Some(("registry" | "sparse", url)) => Source::Registry(url.to_owned()),
        Some(("git", url)) => Source::Git(url.to_owned()),
        Some(("path", _)) => Source::Local,
        _ => Source::Registry(source.repr.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart() {
        for (repr, expected) in [
            ("registry+https://github.com/rust-lang/crates.io-index", Source::CratesIo),
            (
                "registry+https://example.com/index",
                Source::Registry("https://example.com/index".into()),
            ),
            ("sparse+https://example.com/i/", Source::Registry("https://example.com/i/".into())),
            (
                "git+https://example.com/r?rev=1#1f",
                Source::Git("https://example.com/r?rev=1#1f".into()),
            ),
        ] {
            let repr = repr.to_owned();
            assert_eq!(source(&cargo_metadata::Source { repr }), expected);
        }
    }
}
