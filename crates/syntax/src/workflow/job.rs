//! Jobs.

use plimsoll_finding::Span;

use super::{Condition, Field, Matrix, Permissions, Step, Uses, Workflow};
use crate::yaml::{Entry, Value};

/// A job.
#[derive(Clone, Copy, Debug)]
pub struct Job<'y> {
    workflow: Workflow<'y>,
    entry: Entry<'y>,
}

impl<'y> Job<'y> {
    pub(super) fn new(workflow: Workflow<'y>, entry: Entry<'y>) -> Self {
        Self { workflow, entry }
    }

    /// The workflow that it is a part of.
    pub fn workflow(self) -> Workflow<'y> {
        self.workflow
    }

    /// What other jobs call it.
    pub fn id(self) -> &'y str {
        self.entry.name()
    }

    /// The place of the id.
    pub fn id_span(self) -> Span {
        self.entry.key.span()
    }

    /// The mapping.
    pub fn value(self) -> Value<'y> {
        self.entry.value
    }

    /// The value of a key.
    pub fn get(self, key: &str) -> Option<Value<'y>> {
        self.entry.value.get(key)
    }

    /// A scalar of a key.
    pub fn field(self, key: &str) -> Option<Field<'y>> {
        self.get(key).and_then(Field::new)
    }

    /// What people call it.
    pub fn name(self) -> Option<Field<'y>> {
        self.field("name")
    }

    /// The reusable workflow that it is.
    pub fn uses(self) -> Option<Uses<'y>> {
        self.get("uses").and_then(Uses::new)
    }

    /// The jobs that it waits for.
    pub fn needs(self) -> Vec<Field<'y>> {
        self.get("needs").map(one_or_many).unwrap_or_default()
    }

    /// When it runs.
    pub fn condition(self) -> Option<Condition<'y>> {
        self.get("if").and_then(Condition::new)
    }

    /// The labels of the runner, expressions among them. A group alone gives none.
    pub fn runs_on(self) -> Vec<Field<'y>> {
        let Some(value) = self.get("runs-on") else { return Vec::new() };
        let labels = if value.is_mapping() { value.get("labels") } else { Some(value) };
        labels.map(one_or_many).unwrap_or_default()
    }

    /// Whether a label says Windows.
    pub(super) fn is_on_windows(self) -> bool {
        self.runs_on().iter().any(|it| it.text().to_ascii_lowercase().starts_with("windows"))
    }

    /// The matrix.
    pub fn matrix(self) -> Option<Matrix<'y>> {
        self.entry.value.at(&["strategy", "matrix"]).map(Matrix::new)
    }

    /// The image that its steps run in.
    pub fn container(self) -> Option<Field<'y>> {
        let value = self.get("container")?;
        if value.is_mapping() { value.get("image").and_then(Field::new) } else { Field::new(value) }
    }

    /// The services beside it: names with mappings.
    pub fn services(self) -> Vec<Entry<'y>> {
        self.get("services").map(Value::entries).unwrap_or_default()
    }

    /// Its own permissions.
    pub fn own_permissions(self) -> Option<Permissions<'y>> {
        self.get("permissions").map(Permissions::new)
    }

    /// The permissions that hold: its own, else the workflow's. `None` where the repository's
    /// settings decide.
    pub fn permissions(self) -> Option<Permissions<'y>> {
        self.own_permissions().or_else(|| self.workflow.permissions())
    }

    /// Its variables, without those of the workflow.
    pub fn env(self) -> Vec<Entry<'y>> {
        self.get("env").map(Value::entries).unwrap_or_default()
    }

    /// Whether the workflow goes on where the job fails: `true`, or an expression.
    pub fn continue_on_error(self) -> Option<Field<'y>> {
        self.field("continue-on-error")
    }

    /// The directory of its scripts.
    pub fn default_directory(self) -> Option<Field<'y>> {
        let own = self.entry.value.at(&["defaults", "run", "working-directory"]);
        own.and_then(Field::new).or_else(|| self.workflow.default_directory())
    }

    /// The steps, in order.
    pub fn steps(self) -> impl Iterator<Item = Step<'y>> {
        let own = self.entry.value.at(&["defaults", "run", "shell"]);
        let shell = own.and_then(Field::new).or_else(|| self.workflow.default_shell());
        Step::all(self.get("steps"), shell, Some(self))
    }
}

/// A scalar, or the scalars of a list.
pub(super) fn one_or_many(value: Value<'_>) -> Vec<Field<'_>> {
    if value.is_sequence() {
        value.items().filter_map(Field::new).collect()
    } else {
        Field::new(value).into_iter().collect()
    }
}
