//! What crates need of the system that they are compiled on: libraries with their headers, and
//! programs that build scripts run.

use std::sync::LazyLock;

use super::{Library, all, column, matches, names, without_version};
use crate::bases::{self, PackageManager};

/// Something that a crate needs to be compiled.
#[derive(Debug)]
pub struct Need {
    /// The crate, as the lock file has it.
    pub crate_name: &'static str,
    /// What it needs.
    pub what: Needed,
    condition: Condition,
    features: &'static str,
    elsewhere: &'static str,
}

/// What a crate needs.
#[derive(Clone, Copy, Debug)]
pub enum Needed {
    /// A library, with its headers.
    Library(&'static Library),
    /// A program that its build script runs.
    Program(&'static Program),
}

/// A program that build scripts run.
#[derive(Debug)]
pub struct Program {
    /// Its name.
    pub name: &'static str,
    packages: [&'static str; 4],
    /// Whether the full official image of Rust has it; those of `slim` and of Alpine have none.
    pub in_full_image: bool,
}

/// On what else in the lock file a need depends.
#[derive(Clone, Copy, Debug)]
enum Condition {
    Always,
    Unless(&'static str),
    When(&'static str),
}

struct Table {
    needs: Vec<Need>,
    leads: Vec<Lead>,
}

/// A crate that leads to another.
#[derive(Debug)]
pub struct Lead {
    /// The crate.
    pub from: &'static str,
    /// What it depends on.
    pub to: &'static str,
    features: &'static str,
}

static PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(|| lines().filter_map(program).collect());
static TABLE: LazyLock<Table> = LazyLock::new(|| Table {
    needs: lines().filter_map(need).collect(),
    leads: lines().filter_map(lead).collect(),
});

fn lines() -> impl Iterator<Item = Vec<&'static str>> {
    bases::rows(include_str!("../../data/native-crates.tsv")).map(Iterator::collect)
}

/// Everything that crates need.
pub fn needs() -> &'static [Need] {
    &TABLE.needs
}

/// A program that build scripts run, by its name.
pub fn program_named(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|it| it.name == name)
}

/// What a crate surely depends on, whoever asks for it with which features.
pub fn leads(from: &str) -> impl Iterator<Item = &'static Lead> {
    TABLE.leads.iter().filter(move |it| it.from == from)
}

impl Lead {
    /// Whether it leads there whatever its features are.
    pub fn is_always(&self) -> bool {
        self.features == "always"
    }

    /// Whether it leads there with a feature, in a version: `default` where those are on.
    pub fn is_with(&self, feature: &str, version: &str) -> bool {
        names(self.features).any(|it| match it.split_once('<') {
            Some((name, before)) => name == feature && is_before(version, before),
            None => it == feature,
        })
    }
}

/// Whether a version is before one of two parts.
fn is_before(version: &str, limit: &str) -> bool {
    let parts = |it: &str| -> Vec<u32> {
        it.split('.').take(2).map(|it| it.parse().unwrap_or(u32::MAX)).collect()
    };
    parts(version) < parts(limit)
}

impl Need {
    /// Whether the crate needs it, given what it depends on in the lock file.
    pub fn holds(&self, depends: impl Fn(&str) -> bool) -> bool {
        match self.condition {
            Condition::Always => true,
            Condition::Unless(other) => !depends(other),
            Condition::When(other) => depends(other),
        }
    }

    /// Whether a feature of a crate, where it is asked for, makes the need go away.
    pub fn goes_with(&self, crate_name: &str, feature: &str) -> bool {
        names(self.features).any(|it| it.split_once('/') == Some((crate_name, feature)))
    }

    /// What in a Dockerfile shows that the crate is told where to find it.
    pub fn elsewhere(&self) -> impl Iterator<Item = &'static str> {
        names(self.elsewhere)
    }
}

impl Program {
    /// Whether a package brings it.
    pub fn comes_with(&self, manager: PackageManager, package: &str) -> bool {
        let package = without_version(package);
        column(manager).is_some_and(|it| names(self.packages[it]).any(|it| matches(it, package)))
    }

    /// The package to recommend.
    pub fn package(&self, manager: PackageManager) -> Option<&'static str> {
        names(self.packages[column(manager)?]).find(|it| !it.contains('*'))
    }
}

impl Library {
    /// Whether a package brings what compiling with the library takes.
    pub fn is_built_with(&self, manager: PackageManager, package: &str) -> bool {
        let package = without_version(package);
        column(manager).is_some_and(|it| names(self.build[it]).any(|it| matches(it, package)))
    }

    /// Whether the full official images of languages have what compiling with it takes.
    pub fn is_in_full_image(&self) -> bool {
        names(self.held).any(|it| it == "buildpack")
    }

    /// The package to recommend for compiling.
    pub fn build_package(&self, manager: PackageManager) -> Option<&'static str> {
        names(self.build[column(manager)?]).find(|it| !it.contains('*'))
    }
}

fn program(row: Vec<&'static str>) -> Option<Program> {
    let [name, apt, apk, dnf, pacman, place] = row.try_into().ok()?;
    let name = name.strip_prefix("tool:")?;
    Some(Program { name, packages: [apt, apk, dnf, pacman], in_full_image: place == "full" })
}

fn lead(row: Vec<&'static str>) -> Option<Lead> {
    let [from, to, features] = row.try_into().ok()?;
    Some(Lead { from: from.strip_prefix("leads:")?, to, features })
}

fn need(row: Vec<&'static str>) -> Option<Need> {
    let [crate_name, what, condition, features, elsewhere] = row.try_into().ok()?;
    let what = match what.split_once(':')? {
        ("lib", name) => Needed::Library(all().iter().find(|it| it.name == name)?),
        ("tool", name) => Needed::Program(PROGRAMS.iter().find(|it| it.name == name)?),
        _ => return None,
    };
    let condition = match condition.split_once(':') {
        None => Condition::Always,
        Some(("unless", other)) => Condition::Unless(other),
        Some(("when", other)) => Condition::When(other),
        Some(_) => return None,
    };
    Some(Need { crate_name, what, condition, features, elsewhere })
}

#[cfg(test)]
mod tests {
    use super::*;
    use PackageManager::{Apk, Apt};

    #[test]
    fn every_row_is_understood() {
        let leads = &TABLE.leads;
        assert_eq!(needs().len() + PROGRAMS.len() + leads.len(), lines().count());
        assert!(PROGRAMS.len() > 5 && needs().len() > 30 && leads.len() > 40);
    }

    #[test]
    fn crates_lead_to_others_by_features_and_versions() {
        let tls = leads("reqwest").find(|it| it.to == "native-tls").unwrap();
        assert!(tls.is_with("default", "0.12.20") && !tls.is_with("default", "0.13.0"));
        assert!(tls.is_with("native-tls", "0.13.0") && !tls.is_with("rustls-tls", "0.12.0"));
        assert!(!tls.is_always() && leads("openssl").any(Lead::is_always));
    }

    #[test]
    fn needs_depend_on_the_lock_file_and_on_packages() {
        let ssl = needs().iter().find(|it| it.crate_name == "openssl-sys").unwrap();
        assert!(ssl.holds(|_| false) && !ssl.holds(|it| it == "openssl-src"));
        let Needed::Library(library) = ssl.what else { panic!("{ssl:?}") };
        assert!(library.is_built_with(Apt, "libssl-dev=3.*"));
        assert!(!library.is_built_with(Apt, "ca-certificates"));
        assert_eq!(library.build_package(Apk), Some("openssl-dev"));
        let perl = PROGRAMS.iter().find(|it| it.name == "perl").unwrap();
        assert!(perl.comes_with(Apt, "build-essential") && !perl.comes_with(Apt, "libssl-dev"));
        assert_eq!(perl.package(Apk), Some("perl"));
    }
}
