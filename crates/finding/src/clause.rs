//! The clauses of the container standard.

use std::fmt;
use std::str::FromStr;

/// Where it can be seen whether a clause holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// In source files: Dockerfile, Compose file, .dockerignore, workflow.
    Source,
    /// In the built image.
    Image,
    /// By running the image.
    Run,
}

impl Level {
    /// The letter used in tables: `S`, `I` or `R`.
    pub const fn letter(self) -> char {
        match self {
            Self::Source => 'S',
            Self::Image => 'I',
            Self::Run => 'R',
        }
    }
}

/// Declares the clauses from one table, so that no clause can lack a name, a sentence or a level.
macro_rules! clauses {
    ($($Variant:ident, $name:literal, $holds:literal, [$($level:ident),+];)+) => {
        /// A clause of the standard, in the standard's order. Every rule belongs to exactly one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Clause {
            $(#[doc = concat!("`", $name, "`: ", $holds, ".")] $Variant,)+
        }

        impl Clause {
            /// Every clause, in the standard's order.
            pub const ALL: [Self; 19] = [$(Self::$Variant),+];

            /// The kebab-case name, used in settings and in every report.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)+
                }
            }

            /// What must hold, as one line without a period at its end.
            pub const fn holds(self) -> &'static str {
                match self {
                    $(Self::$Variant => $holds,)+
                }
            }

            /// Where it can be seen, ascending and never empty.
            pub const fn levels(self) -> &'static [Level] {
                match self {
                    $(Self::$Variant => &[$(Level::$level),+],)+
                }
            }
        }
    };
}

clauses! {
    MultiStage, "multi-stage", "the toolchain stays in the builder stage; the image holds what runs and nothing else", [Source, Image];
    DependencyLayer, "dependency-layer", "dependencies are compiled in a layer that survives a source edit", [Source];
    BuildCache, "build-cache", "BuildKit cache mounts, registry or gha cache are used, and used rightly", [Source];
    MinimalBase, "minimal-base", "scratch, distroless or Alpine, or a reason", [Source, Image];
    Pinned, "pinned", "base images, actions, tools are pinned; no `latest`, no moving branch", [Source];
    Portable, "portable", "the binary fits the image it runs in: libc and its version, CPU, platform", [Source, Image, Run];
    Size, "size", "the image stays within its budget; no wasted bytes", [Image];
    Context, "context", ".dockerignore keeps the build context small and clean", [Source];
    NoNeedlessPackages, "no-needless-packages", "no package manager cache, build tool or shell that nothing needs", [Source, Image];
    NonRoot, "non-root", "the process is not root", [Source, Image, Run];
    Healthcheck, "healthcheck", "there is one, it can run in this image, and it tests the service", [Source, Image, Run];
    Signals, "signals", "PID 1 passes on or handles SIGTERM; no shell in between; zombies are reaped", [Source, Image, Run];
    ReadOnly, "read-only", "runs with a read-only root file system", [Source, Run];
    Limits, "limits", "memory, CPU and process limits are set, and suffice", [Source, Run];
    NoSecrets, "no-secrets", "none in layers (deleted ones too), ENV, ARG, history, Compose; BuildKit secrets instead", [Source, Image];
    Logs, "logs", "to stdout and stderr, not to files", [Source, Run];
    Scanned, "scanned", "known vulnerabilities are looked for and a threshold stops the release", [Source, Image];
    Tags, "tags", "versions and commits are immutable tags; moving tags are known as such", [Source, Image];
    DevCompose, "dev-compose", "the development services start in order, connect, and keep their data", [Source, Run];
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Clause {
    type Err = UnknownClause;

    /// Takes the exact name and nothing near it: a near miss in a setting must be seen.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|it| it.name() == name)
            .ok_or_else(|| UnknownClause { name: name.to_owned() })
    }
}

/// A word that names no [`Clause`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a clause of the standard")]
pub struct UnknownClause {
    /// The word.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_begins_and_ends_as_written() {
        assert_eq!(Clause::ALL.len(), 19);
        assert_eq!(Clause::ALL[0], Clause::MultiStage);
        assert_eq!(Clause::ALL[18], Clause::DevCompose);
        assert!(Clause::ALL.is_sorted(), "ALL must be in the order of declaration");
    }

    #[test]
    fn names_are_kebab_case_of_the_variants_and_are_read_back() {
        for clause in Clause::ALL {
            let words: Vec<String> =
                clause.name().split('-').map(|it| it[..1].to_uppercase() + &it[1..]).collect();
            assert_eq!(words.concat(), format!("{clause:?}"));
            assert_eq!(clause.to_string().parse(), Ok(clause));
        }
    }

    #[test]
    fn near_misses_are_refused() {
        for word in ["Non-Root", "non_root", "nonroot", "non-root ", ""] {
            assert_eq!(word.parse::<Clause>(), Err(UnknownClause { name: word.to_owned() }));
        }
    }

    #[test]
    fn what_must_hold_is_one_line_without_a_period() {
        for clause in Clause::ALL {
            let holds = clause.holds();
            assert!(
                !holds.is_empty() && !holds.contains('\n') && !holds.ends_with('.'),
                "{clause}"
            );
        }
    }

    #[test]
    fn levels_are_sorted_and_not_empty() {
        for clause in Clause::ALL {
            let levels = clause.levels();
            assert!(!levels.is_empty() && levels.is_sorted_by(|a, b| a < b), "{clause}");
        }
        let letters: String = Clause::NonRoot.levels().iter().map(|it| it.letter()).collect();
        assert_eq!(letters, "SIR");
    }
}
