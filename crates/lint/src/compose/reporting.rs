//! Reports about values that may be written in another file.

use plimsoll_finding::{Edit, Fix};

use super::databases::{Given, Server};
use super::expansion::Written;
use crate::ComposeContext;
use crate::context::Report;

impl ComposeContext<'_, '_> {
    /// Reports what is wrong with a value, and shows the file that it comes from.
    pub(crate) fn report_written(
        &mut self,
        written: &Written,
        message: impl Into<String>,
    ) -> Report<'_> {
        let report = self.report(written.span, message);
        match &written.file {
            Some((path, span)) => {
                report.related_in(path.clone(), Some(*span), "it is written here")
            }
            None => report,
        }
    }

    /// A fix that writes another value; none where the value comes from a variable, another file, or
    /// stands in several places.
    pub(crate) fn rewritten(&self, written: &Written, value: &str, title: &str) -> Option<Fix> {
        let now = written.span.slice(self.facts.yaml.text)?;
        let is_plain = !now.is_empty() && !now.contains(['$', '"', '\'', '\n', '\\']);
        (is_plain && written.file.is_none() && !self.edits().is_shared(written.span))
            .then(|| Fix::risky(title, [Edit::replace(written.span, value)]))
    }

    /// The name of the file that is checked.
    pub(crate) fn file_name(&self) -> &str {
        self.sink.path.rsplit('/').next().unwrap_or(self.sink.path)
    }

    /// Whether the file only adds to another one, so that what it lacks may be there: services, and
    /// keys of services.
    pub(crate) fn is_override(&self) -> bool {
        self.adds_to_services() || self.facts.compose.has_includes
    }

    /// Whether another file may say more of the services of this one. Included files don't: they have
    /// services of their own.
    pub(crate) fn adds_to_services(&self) -> bool {
        self.file_name().contains("override") || self.is_partial()
    }
}

impl Report<'_> {
    /// Attaches a fix, if there is one.
    #[must_use]
    pub(crate) fn fix_if(self, fix: Option<Fix>) -> Self {
        match fix {
            Some(fix) => self.fix(fix),
            None => self,
        }
    }

    /// Shows where a value is said that a finding is about.
    #[must_use]
    pub(crate) fn related_written(self, written: Option<&Written>, message: &str) -> Self {
        match written {
            Some(Written { file: Some((path, span)), .. }) => {
                self.related_in(path.clone(), Some(*span), message)
            }
            Some(it) => self.related(it.span, message),
            None => self,
        }
    }
}

impl<'y> Server<'y> {
    /// The users and databases that are known by name: `a`, `b`.
    pub(crate) fn list(values: &[&Given<'y>]) -> String {
        let names: Vec<String> = values.iter().map(|it| format!("`{}`", it.text)).collect();
        names.join(", ")
    }
}
