//! GitHub workflows and actions: a view of the YAML tree in the words of its syntax.
//!
//! Nothing is copied or found out before it is asked for: a [`Workflow`], its [`Job`]s and
//! [`Step`]s are cursors, and everything that they return knows its place. What isn't as the syntax
//! wants it is not there, so that rules needn't care; complaining about it is for others.

mod action;
mod condition;
mod expression;
mod field;
mod job;
mod matrix;
mod permissions;
mod script;
mod situation;
mod step;
mod triggers;
mod uses;

pub use action::Action;
pub use condition::Condition;
pub use expression::{Context, Expression, Known, Operator, Truth};
pub use field::{Field, Part, Parts, parts};
pub use job::Job;
pub use matrix::Matrix;
pub use permissions::{Access, Permissions};
pub use situation::Situation;
pub use step::Step;
pub use triggers::{Trigger, Triggers};
pub use uses::{ActionName, Uses, UsesKind};

use crate::yaml::{Entry, Value, Yaml};

/// A workflow.
#[derive(Clone, Copy, Debug)]
pub struct Workflow<'y> {
    root: Option<Value<'y>>,
}

impl<'y> Workflow<'y> {
    /// The workflow that the first document of a text is.
    pub fn new(yaml: &'y Yaml<'y>) -> Self {
        Self { root: yaml.root() }
    }

    /// Whether it has what every workflow has: jobs.
    pub fn is_workflow(self) -> bool {
        self.get("jobs").is_some_and(Value::is_mapping)
    }

    /// The value of a key at the top.
    pub fn get(self, key: &str) -> Option<Value<'y>> {
        self.root?.get(key)
    }

    /// The name.
    pub fn name(self) -> Option<Field<'y>> {
        self.get("name").and_then(Field::new)
    }

    /// What starts it.
    pub fn triggers(self) -> Triggers<'y> {
        // Some write the key as the boolean that it is in YAML 1.1.
        Triggers::new(self.get("on").or_else(|| self.get("true")))
    }

    /// The permissions of all jobs that have none of their own.
    pub fn permissions(self) -> Option<Permissions<'y>> {
        self.get("permissions").map(Permissions::new)
    }

    /// The variables of all jobs.
    pub fn env(self) -> Vec<Entry<'y>> {
        self.get("env").map(Value::entries).unwrap_or_default()
    }

    /// The shell of all steps that have none of their own.
    pub fn default_shell(self) -> Option<Field<'y>> {
        self.root?.at(&["defaults", "run", "shell"]).and_then(Field::new)
    }

    /// The directory of all `run` steps that have none of their own.
    pub fn default_directory(self) -> Option<Field<'y>> {
        self.root?.at(&["defaults", "run", "working-directory"]).and_then(Field::new)
    }

    /// What it shares with no other run.
    pub fn concurrency(self) -> Option<Value<'y>> {
        self.get("concurrency")
    }

    /// The jobs, in order.
    pub fn jobs(self) -> impl Iterator<Item = Job<'y>> {
        let entries = self.get("jobs").map(Value::entries).unwrap_or_default();
        entries.into_iter().filter(|it| it.value.is_mapping()).map(move |it| Job::new(self, it))
    }
}

#[cfg(test)]
mod tests;
