//! What would make a finding go away.

use crate::{ApplyError, Edit, apply};

/// A change of one file that makes a finding go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the fix does, as an imperative without a period: `Run as user 65532`.
    pub title: String,
    /// Whether it may be made without being asked for.
    pub applicability: Applicability,
    /// Disjoint changes of the finding's file, in any order; all are made, or none.
    pub edits: Vec<Edit>,
}

/// Whether a fix may change what the program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// The meaning stays the same, but for what was found.
    Safe,
    /// The meaning may change; only the author can tell.
    Unsafe,
}

impl Applicability {
    /// The name used in every report: `safe` or `unsafe`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

impl Fix {
    /// A fix that may be made without being asked for.
    pub fn safe(title: impl Into<String>, edits: impl Into<Vec<Edit>>) -> Self {
        Self { title: title.into(), applicability: Applicability::Safe, edits: edits.into() }
    }

    /// A fix that its author must agree to.
    pub fn risky(title: impl Into<String>, edits: impl Into<Vec<Edit>>) -> Self {
        Self { title: title.into(), applicability: Applicability::Unsafe, edits: edits.into() }
    }

    /// Returns `text` with the fix made; see [`apply`] for the order of edits and the errors.
    pub fn apply(&self, text: &str) -> Result<String, ApplyError> {
        apply(text, &self.edits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;

    #[test]
    fn a_fix_makes_all_its_edits() {
        let fix = Fix::risky(
            "Run as user 65532",
            [Edit::delete(Span::new(0, 5)), Edit::insert(13, "\nUSER 65532")],
        );
        assert_eq!(fix.apply("USER\nFROM a:1").unwrap(), "FROM a:1\nUSER 65532");
        assert_eq!(fix.applicability.name(), "unsafe");
    }

    #[test]
    fn a_fix_that_does_not_fit_the_text_changes_nothing() {
        let fix = Fix::safe("Pin", [Edit::insert(1, "x"), Edit::insert(99, "y")]);
        assert_eq!(
            fix.apply("short"),
            Err(ApplyError::OutOfRange { span: Span::empty(99), length: 5 })
        );
    }
}
