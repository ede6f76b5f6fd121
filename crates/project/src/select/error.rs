//! Why no binary could be chosen, and what could be asked for instead.

use std::{fmt, path::PathBuf};

use crate::workspace::{Binary, Member, Workspace};

/// Why no binary could be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// There is no binary target at all where one was looked for.
    #[error("{} has no binary target", NoBinaryPlace(package.as_deref(), root))]
    NoBinary {
        /// The package that was named, if one was.
        package: Option<String>,
        /// The workspace's root directory.
        root: PathBuf,
    },
    /// Several binaries could be meant.
    #[error("{}{}", Several(binary.as_deref()), Lines(candidates))]
    AmbiguousBinary {
        /// The name that several packages use; none if no name was given.
        binary: Option<String>,
        /// What could be meant, sorted.
        candidates: Vec<Candidate>,
    },
    /// No member is called so.
    #[error("no package `{package}` in this workspace{}{}", DidYouMean(suggestion.as_deref()), Lines(packages))]
    UnknownPackage {
        /// What was asked for.
        package: String,
        /// The nearest name there is.
        suggestion: Option<String>,
        /// The names of all members, sorted.
        packages: Vec<String>,
    },
    /// Several members are called so.
    #[error("several packages of this workspace are called `{package}`{}", Lines(candidates))]
    AmbiguousPackage {
        /// What was asked for.
        package: String,
        /// Each as `name@version`.
        candidates: Vec<String>,
    },
    /// No binary is called so.
    #[error("no binary `{binary}` in {}{}{}", Place(package.as_deref()), DidYouMean(suggestion.as_deref()), Lines(candidates))]
    UnknownBinary {
        /// What was asked for.
        binary: String,
        /// The package that was named, if one was.
        package: Option<String>,
        /// The nearest name there is.
        suggestion: Option<String>,
        /// All binaries there are, sorted.
        candidates: Vec<Candidate>,
    },
}

/// A binary that could be asked for; shown as the arguments that ask for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The package: its name, or `name@version` where two members share the name.
    pub package: String,
    /// The binary's name.
    pub binary: String,
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "-p {} --bin {}", self.package, self.binary)
    }
}

pub(super) fn candidates<'a>(
    workspace: &Workspace,
    binaries: impl IntoIterator<Item = (&'a Member, &'a Binary)>,
) -> Vec<Candidate> {
    let package = |member: &Member| {
        let name = &member.facts.name;
        match workspace.members.iter().filter(|it| it.facts.name == *name).count() {
            1 => name.clone(),
            _ => format!("{name}@{}", member.facts.version),
        }
    };
    let mut candidates: Vec<Candidate> = binaries
        .into_iter()
        .map(|(member, binary)| Candidate { package: package(member), binary: binary.name.clone() })
        .collect();
    candidates.sort();
    candidates
}

/// Returns the name that was probably meant: the nearest, if at most a third of it differs.
pub(super) fn closest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    names
        .map(|it| (strsim::damerau_levenshtein(word, it), it))
        .filter(|(distance, it)| *distance <= it.chars().count().max(3) / 3)
        .min()
        .map(|(_, it)| it.to_owned())
}

struct NoBinaryPlace<'a>(Option<&'a str>, &'a PathBuf);

impl fmt::Display for NoBinaryPlace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(package) => write!(f, "the package `{package}`"),
            None => write!(f, "the workspace in {}", self.1.display()),
        }
    }
}

struct Several<'a>(Option<&'a str>);

impl fmt::Display for Several<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(binary) => write!(f, "several packages have a binary `{binary}`"),
            None => f.write_str("several binaries could be meant"),
        }
    }
}

struct Place<'a>(Option<&'a str>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(package) => write!(f, "the package `{package}`"),
            None => f.write_str("this workspace"),
        }
    }
}

struct DidYouMean<'a>(Option<&'a str>);

impl fmt::Display for DidYouMean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |it| write!(f, "; did you mean `{it}`?"))
    }
}

/// A list, one a line, after whatever stands before it.
struct Lines<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Lines<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|it| write!(f, "\n  {it}"))
    }
}
