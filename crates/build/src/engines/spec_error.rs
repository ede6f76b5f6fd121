//! What is written wrong in an option, and what to write instead.

/// An option whose value can't be meant. Neither text holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{option}: {problem}")]
pub struct SpecError {
    /// The option, as in `--secret`.
    pub option: &'static str,
    /// What is wrong.
    pub problem: String,
    /// What to write.
    pub write: String,
}

impl SpecError {
    pub(super) fn new(
        option: &'static str,
        problem: impl Into<String>,
        write: impl Into<String>,
    ) -> Self {
        Self { option, problem: problem.into(), write: write.into() }
    }
}
