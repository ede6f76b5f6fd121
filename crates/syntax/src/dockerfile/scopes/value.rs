//! The value of a variable, and how much of it is known.

use std::borrow::Cow;

use super::super::variables::{ExpandError, Expanded};

/// Which value is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// What a build on x86-64 Linux would have, of a base image without any environment.
    Exact,
    /// What every build has; the rest stays as it is written.
    Known,
}

/// The value of a variable.
#[derive(Clone, Debug)]
pub(super) struct Value<'d> {
    exact: Cow<'d, str>,
    known: Known<'d>,
}

#[derive(Clone, Debug)]
enum Known<'d> {
    /// All of it.
    All,
    /// Nothing of it.
    Nothing,
    /// What is not known stands in it as it is written.
    Partly(Cow<'d, str>),
}

impl<'d> Value<'d> {
    /// A value that differs from build to build.
    pub(super) fn unsure(exact: Cow<'d, str>) -> Self {
        Self { exact, known: Known::Nothing }
    }

    /// The value of a text. One that BuildKit refuses stays as it is written.
    pub(super) fn of(
        text: &'d str,
        evaluate: impl Fn(Mode, &'d str) -> Result<Expanded<'d>, ExpandError>,
    ) -> Self {
        let Ok(exact) = evaluate(Mode::Exact, text) else {
            return Self { exact: Cow::Borrowed(text), known: Known::All };
        };
        if exact.used.is_empty() && exact.unmatched.is_empty() {
            return Self { exact: exact.value, known: Known::All };
        }
        let known = match evaluate(Mode::Known, text) {
            Ok(known) if known.value == exact.value => Known::All,
            Ok(known) => Known::Partly(known.value),
            Err(_) => Known::Partly(Cow::Borrowed(text)),
        };
        Self { exact: exact.value, known }
    }

    /// How many bytes it takes besides the text of the file.
    pub(super) fn owned(&self) -> usize {
        let bytes = |it: &Cow<'_, str>| if matches!(it, Cow::Owned(_)) { it.len() } else { 0 };
        bytes(&self.exact)
            + match &self.known {
                Known::Partly(it) => bytes(it),
                Known::All | Known::Nothing => 0,
            }
    }

    /// The value, if it is known at all.
    pub(super) fn get(&self, mode: Mode) -> Option<&str> {
        match (mode, &self.known) {
            (Mode::Exact, _) | (_, Known::All) => Some(&self.exact),
            (_, Known::Partly(text)) => Some(text),
            (_, Known::Nothing) => None,
        }
    }

    /// The value, if it is known at all.
    pub(super) fn into_text(self, mode: Mode) -> Option<Cow<'d, str>> {
        match (mode, self.known) {
            (Mode::Exact, _) | (_, Known::All) => Some(self.exact),
            (_, Known::Partly(text)) => Some(text),
            (_, Known::Nothing) => None,
        }
    }
}
