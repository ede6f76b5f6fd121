//! Which crates a build for Linux compiles, as manifests and lock file tell it.
//!
//! A lock file holds more than a build compiles: what is for other systems, what tests need, and what
//! features turn on that are off. What the members ask for is known; what crates of others ask for is
//! what the lock file has. An edge that only a member which isn't built, or a feature that is off,
//! explains is not followed.

use std::collections::BTreeSet;

use plimsoll_project::cargo_files::{
    CargoWorkspace, Choice, Dependency, DependencyKind, LockFile, LockedPackage, Member,
};

use super::native::leads;

/// Names of crates that only other systems compile, and what names go on from.
const OTHER_SYSTEMS: [&str; 27] = [
    "android",
    "apple-",
    "cocoa",
    "core-foundation",
    "core-graphics",
    "coreaudio",
    "errno-dragonfly",
    "hermit",
    "iana-time-zone-haiku",
    "jni",
    "js-sys",
    "mach",
    "metal",
    "ndk",
    "ntapi",
    "objc",
    "redox_",
    "rustls-platform-verifier-android",
    "schannel",
    "security-framework",
    "system-configuration",
    "wasi",
    "wasm-bindgen",
    "web-sys",
    "winapi",
    "windows",
    "winreg",
];

/// What a member asks of a crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'w> {
    /// The member.
    pub member: &'w Member,
    /// Its dependency.
    pub dependency: &'w Dependency,
    /// The features, `default` included where they are on.
    pub features: BTreeSet<String>,
}

/// The crates of a build.
#[derive(Debug)]
pub struct Compiled<'w> {
    /// The members that are built, sorted by directory.
    pub members: Vec<&'w Member>,
    /// What they ask for, path dependencies included.
    pub asked: Vec<Asked<'w>>,
    /// The packages of the lock file, by index; empty where there is no lock file.
    reached: BTreeSet<usize>,
    /// Names that are known without a lock file.
    names: BTreeSet<String>,
    lock: Option<&'w LockFile>,
    /// What only members ask for that are not built, or features that are off.
    unasked: BTreeSet<&'static str>,
}

impl<'w> Compiled<'w> {
    /// What a build of some packages with some features compiles.
    pub fn of(workspace: &'w CargoWorkspace, choice: &Choice) -> Self {
        let members = workspace.built_members(choice);
        let asked: Vec<Asked<'w>> = members
            .iter()
            .flat_map(|member| {
                workspace.active(member, choice).into_iter().map(|(dependency, features)| {
                    let default = dependency.default_features.then(|| "default".to_owned());
                    let features = features.into_iter().chain(default).collect();
                    Asked { member, dependency, features }
                })
            })
            .collect();
        let mut found = Self {
            members,
            unasked: unasked(workspace, &asked),
            asked,
            reached: BTreeSet::new(),
            names: BTreeSet::new(),
            lock: workspace.lock.as_ref(),
        };
        match found.lock {
            Some(lock) => found.walk(lock),
            None => found.follow_leads(),
        }
        found
    }

    /// Whether a crate is compiled.
    pub fn has(&self, name: &str) -> bool {
        match self.lock {
            Some(_) => self.packages().any(|it| it.name == name),
            None => self.names.contains(name),
        }
    }

    /// The packages that are compiled, in the order of the lock file, without the members; none where
    /// there is no lock file.
    pub fn packages(&self) -> impl Iterator<Item = &'w LockedPackage> {
        let lock = self.lock;
        self.reached.iter().filter_map(move |it| lock?.packages.get(*it))
    }

    /// The names of the crates that are compiled, sorted.
    pub fn names(&self) -> BTreeSet<&str> {
        let locked = self.packages().map(|it| &*it.name);
        locked.chain(self.names.iter().map(String::as_str)).collect()
    }

    /// Whether a package is compiled with another below it.
    pub fn depends(&self, package: &LockedPackage, on: &str) -> bool {
        let Some(lock) = self.lock else { return false };
        let mut below = package.dependencies.iter().filter_map(|it| lock.packages.get(*it));
        below.any(|it| it.name == on && self.is_followed(package, it))
    }

    /// What the built members ask of a crate.
    pub fn asks<'a>(&'a self, package: &'a str) -> impl Iterator<Item = &'a Asked<'w>> {
        self.asked.iter().filter(move |it| it.dependency.package == package)
    }

    fn walk(&mut self, lock: &'w LockFile) {
        let mut open: Vec<usize> = Vec::new();
        for asked in &self.asked {
            let is_wanted = |it: &&usize| {
                lock.packages.get(**it).is_some_and(|it| it.name == asked.dependency.package)
            };
            let own = lock.locked(&asked.member.name).next();
            let below = own.map_or(&[] as &[usize], |it| &it.dependencies);
            open.extend(below.iter().filter(is_wanted));
        }
        // Of members, what is active was asked for above.
        let members: BTreeSet<&str> = self.members.iter().map(|it| &*it.name).collect();
        while let Some(index) = open.pop() {
            let Some(package) = lock.packages.get(index) else { continue };
            let is_member = package.source == plimsoll_project::cargo_files::LockedSource::Path
                && members.contains(&*package.name);
            if is_member || !self.reached.insert(index) {
                continue;
            }
            let below = package.dependencies.iter().copied();
            let followed = below.filter(|it| {
                lock.packages.get(*it).is_some_and(|it| self.is_followed(package, it))
            });
            open.extend(followed);
        }
    }

    fn is_followed(&self, from: &LockedPackage, to: &LockedPackage) -> bool {
        if is_of_another_system(&to.name) {
            return false;
        }
        let gated = leads(&from.name).filter(|it| !it.is_always() && self.unasked.contains(it.to));
        let mut gated = gated.map(|it| it.to);
        !gated.any(|it| to.name == it || always_leads(&to.name, it))
    }

    /// What is known without a lock file: what the members name, and what that surely leads to.
    fn follow_leads(&mut self) {
        let mut open: Vec<String> = Vec::new();
        for asked in &self.asked {
            let package = &asked.dependency.package;
            let with = leads(package).filter(|lead| {
                lead.is_always() || asked.features.iter().any(|it| lead.is_with(it, ""))
            });
            open.extend(with.map(|it| it.to.to_owned()));
            if asked.dependency.path().is_none() {
                self.names.insert(package.clone());
            }
        }
        while let Some(name) = open.pop() {
            open.extend(leads(&name).filter(|it| it.is_always()).map(|it| it.to.to_owned()));
            self.names.insert(name);
        }
    }
}

/// `windows`, `windows-sys`, `mach2`, but not `machine`.
fn is_of_another_system(name: &str) -> bool {
    OTHER_SYSTEMS.iter().any(|it| {
        let rest = name.strip_prefix(it).and_then(|it| it.bytes().next());
        name == *it
            || rest.is_some_and(|next| {
                it.ends_with(['-', '_']) || matches!(next, b'-' | b'_' | b'0'..=b'9')
            })
    })
}

/// Whether a crate leads to another whatever its features are.
fn always_leads(from: &str, to: &str) -> bool {
    let mut open: Vec<&str> = vec![from];
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            open.extend(leads(name).filter(|it| it.is_always()).map(|it| it.to));
        }
    }
    false
}

/// What features of crates lead to that nothing in this build asks for, but something else in the
/// workspace does: tests, other members, features that are off.
fn unasked(workspace: &CargoWorkspace, asked: &[Asked<'_>]) -> BTreeSet<&'static str> {
    let version = |package: &str| {
        let lock = workspace.lock.as_ref();
        lock.and_then(|it| it.locked(package).next()).map_or("", |it| &*it.version)
    };
    let led = |package: &str, features: &BTreeSet<String>| -> Vec<&'static str> {
        let version = version(package);
        let leads = leads(package).filter(|it| !it.is_always());
        let with = leads.filter(|lead| features.iter().any(|it| lead.is_with(it, version)));
        with.map(|it| it.to).collect()
    };
    let here: BTreeSet<&str> =
        asked.iter().flat_map(|it| led(&it.dependency.package, &it.features)).collect();
    let mut elsewhere: BTreeSet<&'static str> = BTreeSet::new();
    for member in &workspace.members {
        for dependency in &member.dependencies {
            elsewhere.extend(led(&dependency.package, &most_features(member, dependency)));
        }
    }
    elsewhere.retain(|it| !here.contains(it));
    elsewhere
}

/// All features that a member may ask of a dependency.
fn most_features(member: &Member, dependency: &Dependency) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = dependency.features.iter().cloned().collect();
    if dependency.default_features || dependency.kind == DependencyKind::Dev {
        found.insert("default".to_owned());
    }
    let turned_on = member.features.values().flatten().filter_map(|it| it.split_once('/'));
    let of_it = turned_on.filter(|(name, _)| name.trim_end_matches('?') == dependency.name);
    found.extend(of_it.map(|(_, feature)| feature.to_owned()));
    found
}

#[cfg(test)]
mod tests {
    use plimsoll_project::files::MemoryFiles;

    use super::*;

    const LOCK: &str = r#"
[[package]]
name = "app"
version = "0.1.0"
dependencies = ["reqwest", "chrono", "openssl"]
[[package]]
name = "chrono"
version = "0.4.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = ["iana-time-zone-haiku"]
[[package]]
name = "hyper-tls"
version = "0.6.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = ["native-tls"]
[[package]]
name = "iana-time-zone-haiku"
version = "0.1.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = ["cc"]
[[package]]
name = "cc"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
[[package]]
name = "native-tls"
version = "0.2.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
[[package]]
name = "openssl"
version = "0.10.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
[[package]]
name = "reqwest"
version = "0.12.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = ["hyper-tls", "native-tls"]
"#;

    fn names(dependencies: &str) -> Vec<String> {
        let manifest = format!("[package]\nname = \"app\"\nversion = \"0.1.0\"\n{dependencies}");
        let files = MemoryFiles::new([
            ("/w/Cargo.toml", &*manifest),
            ("/w/src/main.rs", ""),
            ("/w/Cargo.lock", LOCK),
        ]);
        let workspace = CargoWorkspace::find(&files, "/w").unwrap();
        let compiled = Compiled::of(&workspace, &Choice::default());
        compiled.names().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_is_for_other_systems_and_for_tests_is_not_compiled() {
        assert_eq!(names("[dependencies]\nchrono = \"0.4\"\n"), ["chrono"]);
        assert_eq!(
            names("[dependencies]\nchrono = \"0.4\"\n[dev-dependencies]\nopenssl = \"0.10\"\n"),
            ["chrono"]
        );
    }

    #[test]
    fn features_that_are_off_lead_nowhere() {
        let plain = "[dependencies]\nreqwest = \"0.12\"\n";
        assert_eq!(names(plain), ["hyper-tls", "native-tls", "reqwest"]);
        let without =
            "[dependencies]\nreqwest = { version = \"0.12\", default-features = false }\n";
        // Nothing else explains what the lock file has, so it must be somebody else's wish.
        assert_eq!(names(without), ["hyper-tls", "native-tls", "reqwest"]);
        let tests = format!("{without}[dev-dependencies]\nreqwest = \"0.12\"\n");
        assert_eq!(names(&tests), ["reqwest"]);
        let feature = format!("{without}[features]\ntls = [\"reqwest/native-tls\"]\n");
        assert_eq!(names(&feature), ["reqwest"]);
    }
}
