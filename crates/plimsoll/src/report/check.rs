//! What `plimsoll check` found, in the forms that people and programs read.

mod concise;
mod contexts;
mod files;
mod github;
mod gitlab;
pub(super) mod human;
pub(crate) mod json;
mod junit;
mod place;
#[cfg(test)]
mod sample;
mod sarif;
mod statistics;
mod summary;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use plimsoll_finding::{Finding, Severity};
use plimsoll_lint::Rule;

pub(crate) use self::{
    contexts::{ContextSize, DirectorySize},
    files::FileCounts,
};
use crate::{args::check::Form, failure::Failure};

/// All that a report tells.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    /// The text of every file that was checked, by the path that findings have.
    pub(crate) sources: &'a BTreeMap<String, Arc<str>>,
    /// The text of further files that findings speak of, by the path that they have there.
    pub(crate) related: &'a BTreeMap<String, Arc<str>>,
    /// How many files of each type were checked.
    pub(crate) files: FileCounts,
    /// The build contexts, where they are asked for.
    pub(crate) contexts: Option<&'a [ContextSize]>,
    /// The findings, in the order of reports, with their fingerprints.
    pub(crate) findings: &'a [Finding],
    /// The rules that were run, by name.
    pub(crate) rules: &'a [&'static Rule],
    /// The files that could not be checked.
    pub(crate) unchecked: &'a [Unchecked],
    /// How many findings a comment in a file hides.
    pub(crate) suppressed: usize,
    /// How many findings were fixed.
    pub(crate) fixed: usize,
    /// From which severity on the standard counts as broken; `None` for never.
    pub(crate) fail_on: Option<Severity>,
}

/// A file that could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unchecked {
    /// As findings would name it.
    pub(crate) path: String,
    /// Why.
    pub(crate) reason: String,
}

/// How much a report says beside the findings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detail {
    /// Counts for each rule in place of the findings.
    pub(crate) statistics: bool,
    /// Whether counts stand below the findings for people.
    pub(crate) summary: bool,
}

impl Report<'_> {
    /// The report in a form; the human one has styles, which whoever prints it takes away where
    /// nobody sees them.
    pub(crate) fn render(&self, form: Form, detail: Detail) -> Result<String, Failure> {
        Ok(match form {
            Form::Human => human::render(self, detail),
            Form::Concise if detail.statistics => statistics::render(self),
            Form::Concise => concise::render(self),
            Form::Json => json::render(self)?,
            Form::Sarif => sarif::render(self)?,
            Form::Github => github::render(self),
            Form::Gitlab => gitlab::render(self)?,
            Form::Junit => junit::render(self),
        })
    }

    /// Whether a finding weighs as much as the threshold.
    pub(crate) fn fails(&self) -> bool {
        self.findings.iter().any(|it| self.counts(it))
    }

    fn counts(&self, finding: &Finding) -> bool {
        self.fail_on.is_some_and(|threshold| finding.severity >= threshold)
    }
}
