//! Native libraries that crates link dynamically: the packages that builds take them from, and
//! those that bring them to where the program runs.

pub mod compiled;
pub mod native;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::bases::{self, Description, Family, Form, Language, PackageManager, Tool};

/// A native library, or a tool that builds need.
#[derive(Debug)]
pub struct Library {
    /// What the linker is told: `ssl` for `libssl.so`. Of tools, their name.
    pub name: &'static str,
    crates: &'static str,
    build: Packages,
    run: Packages,
    held: &'static str,
}

/// Lists of packages for apt, apk, dnf and pacman.
type Packages = [&'static str; 4];

struct Table {
    libraries: Vec<Library>,
    /// Of each package manager, the packages to build with that have no `*`.
    by_package: [BTreeMap<&'static str, usize>; 4],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let rows = bases::rows(include_str!("../data/libraries.tsv"));
    let libraries: Vec<_> = rows.filter_map(parse).collect();
    let mut by_package = [const { BTreeMap::new() }; 4];
    for (index, library) in libraries.iter().enumerate() {
        for (map, packages) in by_package.iter_mut().zip(library.build) {
            for package in names(packages).filter(|it| !it.contains('*')) {
                map.entry(package).or_insert(index);
            }
        }
    }
    Table { libraries, by_package }
});

/// Every library and tool.
pub fn all() -> &'static [Library] {
    &TABLE.libraries
}

/// The library that a package is for building with: `libssl-dev` of apt, `openssl-dev` of apk. A
/// version after the name (`libssl-dev=3.0.15`) is left out.
pub fn by_build_package(manager: PackageManager, package: &str) -> Option<&'static Library> {
    let table = &*TABLE;
    let package = without_version(package);
    let column = column(manager)?;
    let exact = table.by_package.get(column)?.get::<str>(package);
    match exact {
        Some(index) => table.libraries.get(*index),
        None => table.libraries.iter().find(|library| {
            let mut patterns = names(library.build[column]).filter(|it| it.contains('*'));
            patterns.any(|it| matches(it, package))
        }),
    }
}

/// The libraries that a crate links.
pub fn by_crate(name: &str) -> impl Iterator<Item = &'static Library> {
    TABLE.libraries.iter().filter(move |it| names(it.crates).any(|it| it == name))
}

impl Library {
    /// Whether programs need it when they run; tools such as cmake are for building alone.
    pub fn is_linked(&self) -> bool {
        self.held != "build"
    }

    /// The crates that link it.
    pub fn crates(&self) -> impl Iterator<Item = &'static str> {
        names(self.crates)
    }

    /// Whether installing a package brings what programs need when they run, the package to build
    /// with included.
    pub fn comes_with(&self, manager: PackageManager, package: &str) -> bool {
        let package = without_version(package);
        column(manager).is_some_and(|it| {
            let mut all = names(self.run[it]).chain(names(self.build[it]));
            all.any(|pattern| matches(pattern, package))
        })
    }

    /// The package to recommend for running.
    pub fn run_package(&self, manager: PackageManager) -> Option<&'static str> {
        names(self.run[column(manager)?]).find(|it| !it.contains('*'))
    }

    /// Whether a base image holds it already; `None` where that is not known.
    pub fn is_held_by(&self, base: &Description<'_>) -> Option<bool> {
        let is_buildpack = base.tools.has(Tool::PkgConfig) == Some(true)
            && base.toolchain.is_none_or(|it| it.language != Language::Go);
        let held = names(self.held).any(|it| match it.split_once(':') {
            Some((family, release)) => is_of(family, base.family) && base.release == Some(release),
            None => it == "buildpack" && is_buildpack || is_of(it, base.family),
        });
        // An image that we know by its tag alone may hold anything.
        if held {
            Some(true)
        } else {
            (base.is_known && (base.family.is_distroless() || base.toolchain.is_none()))
                .then_some(false)
        }
    }
}

/// Whether the table's name for a group of families includes one.
fn is_of(group: &str, family: Family) -> bool {
    match group {
        "alpine" => family == Family::Alpine,
        "debian" => family == Family::Debian,
        "ubuntu" => family == Family::Ubuntu,
        "arch" => family == Family::Arch,
        "chainguard" => matches!(family, Family::ChainguardGlibc),
        "distroless-cc" => matches!(
            family,
            Family::DistrolessCc | Family::DistrolessLanguage | Family::ChainguardGlibc
        ),
        "distroless-base" => matches!(
            family,
            Family::DistrolessBase | Family::DistrolessCc | Family::DistrolessLanguage
        ),
        "rpm" => matches!(
            family,
            Family::Fedora
                | Family::CentOs
                | Family::Amazon
                | Family::RedHat(Form::Full | Form::Minimal)
                | Family::Rocky(Form::Full | Form::Minimal)
                | Family::Alma(Form::Full | Form::Minimal)
                | Family::Oracle(Form::Full | Form::Minimal)
        ),
        _ => false,
    }
}

fn column(manager: PackageManager) -> Option<usize> {
    Some(match manager {
        PackageManager::Apt => 0,
        PackageManager::Apk => 1,
        PackageManager::Dnf | PackageManager::Microdnf | PackageManager::Yum => 2,
        PackageManager::Pacman => 3,
        _ => return None,
    })
}

fn names(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(',').filter(|it| *it != "-")
}

/// `libssl-dev` of `libssl-dev=3.0.15`, `libssl-dev:arm64` or `openssl-dev~3`.
fn without_version(package: &str) -> &str {
    package.split(['=', '<', '>', '~', ':', '@']).next().unwrap_or(package)
}

/// Whether a package has the name of a pattern with at most one `*`.
fn matches(pattern: &str, package: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == package,
        Some((before, after)) => package
            .strip_prefix(before)
            .is_some_and(|rest| rest.ends_with(after) && (after.is_empty() || rest != after)),
    }
}

fn parse(mut row: impl Iterator<Item = &'static str>) -> Option<Library> {
    let name = row.next()?;
    let crates = row.next()?;
    let build = [row.next()?, row.next()?, row.next()?, row.next()?];
    let run = [row.next()?, row.next()?, row.next()?, row.next()?];
    let held = row.next()?;
    row.next().is_none().then_some(Library { name, crates, build, run, held })
}

#[cfg(test)]
mod tests {
    use super::*;
    use PackageManager::{Apk, Apt, Dnf};

    #[test]
    fn every_row_is_understood() {
        let text = include_str!("../data/libraries.tsv");
        let lines: Vec<_> = text.lines().filter(|it| !it.starts_with('#')).collect();
        assert_eq!(all().len(), lines.len());
        for library in all() {
            let held = names(library.held).map(|it| it.split(':').next().unwrap_or(it));
            for group in held {
                let known = [
                    "alpine",
                    "debian",
                    "ubuntu",
                    "arch",
                    "chainguard",
                    "distroless-cc",
                    "distroless-base",
                    "rpm",
                    "buildpack",
                    "build",
                ];
                assert!(known.contains(&group), "{}: {group}", library.name);
            }
            let packages = library.run.iter().any(|it| *it != "-");
            assert_eq!(packages, library.is_linked(), "{}", library.name);
        }
    }

    #[test]
    fn packages_to_build_with_lead_to_packages_to_run_with() {
        let name = |manager, package| by_build_package(manager, package).map(|it| it.name);
        assert_eq!(name(Apt, "libssl-dev"), Some("ssl"));
        assert_eq!(name(Apt, "libssl-dev=3.0.15-1~deb12u1"), Some("ssl"));
        assert_eq!(name(Apk, "openssl-dev"), Some("ssl"));
        assert_eq!(name(Apk, "postgresql16-dev"), Some("pq"));
        assert_eq!(name(Dnf, "openssl-devel"), Some("ssl"));
        assert_eq!(name(Apt, "openssl-dev"), None);
        assert_eq!(name(Apt, "curl"), None);
        assert!(!by_build_package(Apt, "protobuf-compiler").unwrap().is_linked());

        let ssl = by_build_package(Apt, "libssl-dev").unwrap();
        assert_eq!(ssl.run_package(Apt), Some("openssl"));
        for package in ["libssl3", "libssl3t64", "libssl1.1", "openssl", "ca-certificates"] {
            assert!(ssl.comes_with(Apt, package), "{package}");
        }
        assert!(ssl.comes_with(Apk, "libssl3") && !ssl.comes_with(Apk, "ca-certificates"));
        assert!(!ssl.comes_with(Apt, "libpq-dev"));
        assert_eq!(by_crate("pq-sys").map(|it| it.name).collect::<Vec<_>>(), ["pq"]);
    }

    #[test]
    fn bases_hold_some_libraries() {
        let held = |package, name, tag| {
            let library = by_build_package(Apt, package).unwrap();
            library.is_held_by(&bases::describe(name, Some(tag), None).unwrap())
        };
        let latest = "latest";
        assert_eq!(held("libssl-dev", "gcr.io/distroless/cc-debian12", latest), Some(true));
        assert_eq!(
            held("libssl-dev", "gcr.io/distroless/base-nossl-debian12", latest),
            Some(false)
        );
        assert_eq!(held("zlib1g-dev", "gcr.io/distroless/cc-debian12", latest), Some(false));
        assert_eq!(held("zlib1g-dev", "gcr.io/distroless/cc-debian13", latest), Some(true));
        assert_eq!(held("libssl-dev", "debian", "bookworm-slim"), Some(false));
        assert_eq!(held("libssl-dev", "debian", "trixie-slim"), Some(true));
        assert_eq!(held("libssl-dev", "alpine", "3.22"), Some(true));
        assert_eq!(held("libpq-dev", "alpine", "3.22"), Some(false));
        assert_eq!(held("libpq-dev", "rust", "1.83"), Some(true));
        assert_eq!(held("libpq-dev", "somebody/service", "1.0-bookworm"), None);
    }
}
