//! What a command builds: members, their features, and the dependencies that those turn on.
//!
//! A lock file is made for every member with all of its features, for all targets, with what tests
//! and build scripts need, and with optional dependencies that only weak features (`a?/b`) name. That
//! a package stands there does not mean that a given build compiles it; manifests tell more.

use std::collections::BTreeSet;

use super::{CargoWorkspace, Dependency, DependencyKind, Member};

/// What a command builds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The names of the packages; those of the workspace's default where there are none.
    pub packages: Vec<String>,
    /// Features that are named.
    pub features: Vec<String>,
    /// Whether all features are on.
    pub all_features: bool,
    /// Whether default features are off.
    pub no_default_features: bool,
    /// Whether tests are built, too.
    pub tests: bool,
}

impl CargoWorkspace {
    /// The members that a command builds, with those that they depend on.
    pub fn built_members(&self, choice: &Choice) -> Vec<&Member> {
        let mut open: Vec<&Member> = if choice.packages.is_empty() {
            self.default_members.iter().filter_map(|it| self.members.get(*it)).collect()
        } else {
            choice.packages.iter().filter_map(|it| self.member(it)).collect()
        };
        let mut found: Vec<&Member> = Vec::new();
        while let Some(member) = open.pop() {
            if found.iter().any(|it| it.directory == member.directory) {
                continue;
            }
            found.push(member);
            let on = self.features_on(member, choice);
            let paths = member.dependencies.iter().filter(|it| is_on(it, &on));
            let paths = paths.filter(|it| it.kind != DependencyKind::Dev || choice.tests);
            open.extend(paths.filter_map(|it| {
                let path = it.path()?;
                self.members.iter().find(|it| it.directory == path)
            }));
        }
        found.sort_by(|a, b| a.directory.cmp(&b.directory));
        found
    }

    /// The dependencies of a member that a build for Linux compiles, each with its features.
    pub fn active<'m>(
        &self,
        member: &'m Member,
        choice: &Choice,
    ) -> Vec<(&'m Dependency, Vec<String>)> {
        let on = self.features_on(member, choice);
        let is_used = |it: &&Dependency| {
            is_on(it, &on) && for_linux(it) && (it.kind != DependencyKind::Dev || choice.tests)
        };
        let used = member.dependencies.iter().filter(is_used);
        let with_features = used.map(|dependency| {
            let mut features = dependency.features.clone();
            // A feature of the member may turn on one of the dependency.
            for turned_on in on.iter().filter_map(|it| member.features.get(it)).flatten() {
                if let Some((name, feature)) = turned_on.split_once('/')
                    && name.trim_end_matches('?') == dependency.name
                {
                    features.push(feature.to_owned());
                }
            }
            (dependency, features)
        });
        with_features.collect()
    }

    /// The features of a member that are on, and the names of dependencies that they turn on.
    pub fn features_on(&self, member: &Member, choice: &Choice) -> BTreeSet<String> {
        let mut open: Vec<String> = Vec::new();
        if choice.all_features {
            open.extend(member.features.keys().cloned());
            open.extend(member.dependencies.iter().map(|it| it.name.clone()));
        }
        let is_chosen = choice.packages.is_empty()
            && self
                .default_members
                .iter()
                .any(|it| self.members.get(*it).is_some_and(|it| it.directory == member.directory))
            || choice.packages.contains(&member.name);
        if !(is_chosen && choice.no_default_features) {
            open.push("default".to_owned());
        }
        for feature in &choice.features {
            match feature.split_once('/') {
                None => open.push(feature.clone()),
                Some((name, feature)) if name == member.name => open.push(feature.to_owned()),
                Some(_) => {}
            }
        }
        // What the other members ask of this one.
        for other in &self.members {
            for it in other.dependencies.iter().filter(|it| it.path() == Some(&member.directory)) {
                open.extend(it.features.iter().cloned());
            }
        }
        let mut on = BTreeSet::new();
        while let Some(feature) = open.pop() {
            let name = feature.strip_prefix("dep:").unwrap_or(&feature);
            // `a/b` turns on the dependency `a`; `a?/b` does not.
            let name = match name.split_once('/') {
                Some((name, _)) if name.ends_with('?') => continue,
                Some((name, _)) => name,
                None => name,
            };
            if on.insert(name.to_owned()) {
                open.extend(member.features.get(name).into_iter().flatten().cloned());
            }
        }
        on
    }
}

fn is_on(dependency: &Dependency, on: &BTreeSet<String>) -> bool {
    !dependency.optional || on.contains(&dependency.name)
}

/// Whether a dependency can be one of a build for Linux.
fn for_linux(dependency: &Dependency) -> bool {
    let Some(target) = &dependency.target else { return true };
    if !target.starts_with("cfg(") {
        return target.contains("linux");
    }
    let target: String = target.split_whitespace().collect();
    match &*target {
        "cfg(windows)" | "cfg(not(unix))" => false,
        it if it.starts_with("cfg(target_os=") => it.contains("\"linux\""),
        it if it.starts_with("cfg(not(target_os=") => !it.contains("\"linux\""),
        it => !it.contains("wasm"),
    }
}
