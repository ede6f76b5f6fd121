//! How bad a finding is.

use std::fmt;
use std::str::FromStr;

/// How bad a finding is, ordered: `Note < Warning < Error`, so a threshold is a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is broken.
    Note,
    /// The standard is bent, or will break under circumstances that can't be seen from here.
    Warning,
    /// The standard does not hold.
    Error,
}

impl Severity {
    /// Every severity, ascending.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// The name used in settings and in every report: `note`, `warning` or `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|it| it.name() == name)
            .ok_or_else(|| UnknownSeverity { name: name.to_owned() })
    }
}

/// A word that names no [`Severity`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a severity: it is `error`, `warning` or `note`")]
pub struct UnknownSeverity {
    /// The word.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_worse_than_a_warning_is_worse_than_a_note() {
        assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Note);
        assert!(Severity::ALL.is_sorted());
    }

    #[test]
    fn names_are_read_back() {
        for severity in Severity::ALL {
            assert_eq!(severity.to_string().parse(), Ok(severity));
        }
    }

    #[test]
    fn other_words_are_refused() {
        for word in ["Error", "err", "", " note"] {
            assert_eq!(word.parse::<Severity>(), Err(UnknownSeverity { name: word.to_owned() }));
        }
    }
}
