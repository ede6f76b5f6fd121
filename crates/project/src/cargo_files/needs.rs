//! Whether a build surely compiles a package of the lock file.
//!
//! A lock file is made for every member with all of its features, for all targets, with what tests
//! and build scripts need. That a package stands there does not mean that a given build compiles it.

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

/// Why a package is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Names from the member to the package, both included.
    pub chain: Vec<String>,
    /// The dependency of the member that the chain begins with.
    pub dependency: Dependency,
    /// Whether the build surely compiles it. Otherwise a feature may decide that no one asks for.
    pub certain: bool,
    /// Whether it is needed to build alone: by a build script or tests.
    pub build_only: bool,
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

    /// Why a build compiles a package of the lock file; `None` where it doesn't, as far as the lock
    /// file tells. `build_tools` are packages that are there for building alone, whatever reaches
    /// them.
    pub fn reached(
        &self,
        choice: &Choice,
        package: &str,
        build_tools: &dyn Fn(&str) -> bool,
    ) -> Option<Reached> {
        let lock = self.lock.as_ref().filter(|it| it.has(package))?;
        let leading: BTreeSet<String> = lock.leading_to(package).into_iter().collect();
        let built = self.built_members(choice);
        let mut best: Option<Reached> = None;
        for member in &built {
            let on = self.features_on(member, choice);
            for it in &member.dependencies {
                let is_used = is_on(it, &on) && (it.kind != DependencyKind::Dev || choice.tests);
                if !is_used || !leading.contains(&it.package) || !for_linux(it) {
                    continue;
                }
                let is_member = it
                    .path()
                    .is_some_and(|path| self.members.iter().any(|it| it.directory == path));
                if is_member {
                    continue;
                }
                let linked = lock.chain(&[&it.package], package, &|name| !build_tools(name));
                let build_only = it.kind != DependencyKind::Normal || linked.is_none();
                let chain = linked.or_else(|| lock.chain(&[&it.package], package, &|_| true));
                let Some(mut chain) = chain else { continue };
                chain.insert(0, member.name.clone());
                let found = Reached { chain, dependency: it.clone(), certain: false, build_only };
                let is_better = best.as_ref().is_none_or(|best| {
                    (found.build_only, found.chain.len()) < (best.build_only, best.chain.len())
                });
                if is_better {
                    best = Some(found);
                }
            }
        }
        let mut best = best?;
        best.certain = self.is_certain(choice, &built, &leading, &best, package);
        Some(best)
    }

    /// Whether nothing else than what is built can be why the package is in the lock file.
    fn is_certain(
        &self,
        choice: &Choice,
        built: &[&Member],
        leading: &BTreeSet<String>,
        found: &Reached,
        package: &str,
    ) -> bool {
        if found.dependency.package == package {
            return true;
        }
        let leads = |it: &&Dependency| leading.contains(&it.package) && !is_member(self, it);
        // Other members may turn on features that this build does without.
        for member in &self.members {
            let is_built = built.iter().any(|it| it.directory == member.directory);
            let on = self.features_on(member, choice);
            for it in member.dependencies.iter().filter(leads) {
                let counts =
                    is_built && is_on(it, &on) && (it.kind != DependencyKind::Dev || choice.tests);
                if !counts {
                    return false;
                }
            }
            // A feature that is off may turn on one of a dependency.
            let off = member.features.iter().filter(|(name, _)| !is_built || !on.contains(*name));
            for turned_on in off.flat_map(|it| it.1) {
                let Some((name, _)) = turned_on.split_once('/') else { continue };
                let name = name.trim_end_matches('?');
                let mut of = member.dependencies.iter().filter(|it| it.name == name);
                if of.any(|it| leads(&it)) {
                    return false;
                }
            }
        }
        // Path dependencies outside of the workspace are not looked into.
        self.outside.is_empty()
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

fn is_member(workspace: &CargoWorkspace, dependency: &Dependency) -> bool {
    dependency.path().is_some_and(|path| workspace.members.iter().any(|it| it.directory == path))
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
