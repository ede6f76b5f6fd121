//! The variables of workflows, jobs, steps and scripts, put into texts.

use std::collections::BTreeMap;

use plimsoll_finding::Span;
use plimsoll_syntax::shell::ShellCommand;
use plimsoll_syntax::workflow::{Expression, Field, Job, Part, Step, parts};
use plimsoll_syntax::yaml::Entry;

use super::images::Text;

/// More variables within variables than any workflow has.
const DEEPEST: usize = 5;

/// Longer than any text that means something.
const LONGEST: usize = 8 * 1024;

/// What the variables of runners hold, as expressions.
const OF_RUNNERS: &[(&str, &str)] = &[
    ("GITHUB_ACTOR", "${{github.actor}}"),
    ("GITHUB_HEAD_REF", "${{github.head_ref}}"),
    ("GITHUB_REF", "${{github.ref}}"),
    ("GITHUB_REF_NAME", "${{github.ref_name}}"),
    ("GITHUB_REPOSITORY", "${{github.repository}}"),
    ("GITHUB_REPOSITORY_OWNER", "${{github.repository_owner}}"),
    ("GITHUB_RUN_ID", "${{github.run_id}}"),
    ("GITHUB_RUN_NUMBER", "${{github.run_number}}"),
    ("GITHUB_SHA", "${{github.sha}}"),
];

/// The variables that hold in a step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables<'y> {
    fields: BTreeMap<&'y str, Field<'y>>,
    /// What a script has assigned; `None` where that isn't known.
    assigned: BTreeMap<String, Option<String>>,
}

impl<'y> Variables<'y> {
    /// The variables of a step, its job and its workflow.
    pub(crate) fn of(step: Step<'y>) -> Self {
        let mut variables = step.job().map(Self::of_job).unwrap_or_default();
        variables.add(step.env());
        variables
    }

    /// The variables of a job and its workflow.
    pub(crate) fn of_job(job: Job<'y>) -> Self {
        let mut variables = Self::default();
        variables.add(job.workflow().env());
        variables.add(job.env());
        variables
    }

    fn add(&mut self, entries: Vec<Entry<'y>>) {
        let fields = entries.into_iter().filter_map(|it| Some((it.name(), Field::new(it.value)?)));
        self.fields.extend(fields);
    }

    /// The value of a variable as it is written.
    pub(crate) fn field(&self, name: &str) -> Option<Field<'y>> {
        self.fields.get(name).copied()
    }

    /// Remembers what a command of a script assigns.
    pub(super) fn assign(&mut self, command: &ShellCommand<'_>) {
        let alone = command.words.is_empty();
        let exports = command.program() == Some("export");
        for assignment in command.assignments.iter().filter(|_| alone) {
            let known = !command.conditional && command.depth == 0;
            let value =
                known.then(|| self.shell(&assignment.value.value)).filter(|it| !it.contains("$("));
            self.assigned.insert(assignment.name.clone().into_owned(), value);
        }
        for word in command.args().iter().filter(|_| exports) {
            if let Some((name, value)) = word.value.split_once('=') {
                let value = Some(self.shell(value)).filter(|it| !it.contains("$("));
                self.assigned.insert(name.to_owned(), value);
            }
        }
    }

    /// A scalar of the workflow with what is known put in.
    pub(crate) fn text(&self, field: Field<'y>) -> Text {
        Text { text: self.resolved(field.text(), 0), span: field.inner_span() }
    }

    /// A part of a scalar with what is known put in.
    pub(crate) fn part(&self, text: &str, span: Span) -> Text {
        Text { text: self.resolved(text, 0), span }
    }

    /// A text with what is known put in for `${{ env.X }}`.
    fn resolved(&self, text: &str, depth: usize) -> String {
        let mut result = String::with_capacity(text.len());
        for part in parts(text) {
            match part {
                Part::Text { text, .. } => result.push_str(text),
                Part::Expression { text, .. } => {
                    let value = self.of_expression(text, depth);
                    result.push_str(&value.unwrap_or_else(|| unknown(text)));
                }
            }
            if result.len() > LONGEST {
                break;
            }
        }
        result
    }

    fn of_expression(&self, text: &str, depth: usize) -> Option<String> {
        if depth >= DEEPEST {
            return None;
        }
        match Expression::parse(text)? {
            Expression::Context(context)
                if context.complete && context.path.len() == 2 && context.starts_with(&["env"]) =>
            {
                let field = self.field(context.name(1)?)?;
                Some(self.resolved(field.text(), depth + 1))
            }
            Expression::Text(text) => Some(text.into_owned()),
            _ => None,
        }
    }

    /// A word of a script with what is known put in for its variables.
    pub(crate) fn shell(&self, text: &str) -> String {
        let text = self.resolved(text, 0);
        let mut result = String::with_capacity(text.len());
        let mut rest = &*text;
        while let Some(at) = rest.find('$') {
            result.push_str(&rest[..at]);
            rest = &rest[at..];
            let (written, name) = reference(rest);
            let value = name.and_then(|it| self.shell_value(it));
            result.push_str(value.as_deref().unwrap_or(written));
            rest = &rest[written.len()..];
            if result.len() > LONGEST {
                break;
            }
        }
        result.push_str(rest);
        result
    }

    fn shell_value(&self, name: &str) -> Option<String> {
        if let Some(assigned) = self.assigned.get(name) {
            return assigned.clone();
        }
        if let Some(field) = self.field(name) {
            return Some(self.resolved(field.text(), 1));
        }
        OF_RUNNERS.iter().find(|it| it.0 == name).map(|it| it.1.to_owned())
    }
}

/// An expression as it stands in texts: without its blanks outside of quotes.
fn unknown(text: &str) -> String {
    let mut quoted = false;
    let squeezed: String = text
        .chars()
        .filter(|it| {
            quoted ^= *it == '\'';
            quoted || !it.is_whitespace()
        })
        .collect();
    format!("${{{{{squeezed}}}}}")
}

/// The reference at the start of a text: as it is written, and the name if it is a plain one.
fn reference(text: &str) -> (&str, Option<&str>) {
    let inner = &text[1..];
    if inner.starts_with("{{") {
        let end = inner.find("}}").map_or(text.len(), |it| it + 3);
        return (&text[..end], None);
    }
    if let Some(braced) = inner.strip_prefix('{') {
        let Some(end) = braced.find('}') else { return (text, None) };
        let name = &braced[..end];
        let plain = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        return (&text[..end + 3], plain.then_some(name));
    }
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let end = inner.find(|it| !is_name(it)).unwrap_or(inner.len());
    (&text[..=end], (end > 0).then(|| &inner[..end]))
}
