//! `on`: what starts a workflow.

use plimsoll_finding::Span;

use super::Field;
use super::job::one_or_many;
use crate::yaml::Value;

/// All that starts a workflow.
#[derive(Clone, Debug)]
pub struct Triggers<'y> {
    all: Vec<Trigger<'y>>,
}

/// An event that starts a workflow.
#[derive(Clone, Copy, Debug)]
pub struct Trigger<'y> {
    /// The event, such as `push`.
    pub name: &'y str,
    /// The place of its name.
    pub span: Span,
    /// What is said about it.
    pub config: Option<Value<'y>>,
}

impl<'y> Triggers<'y> {
    pub(super) fn new(value: Option<Value<'y>>) -> Self {
        let Some(value) = value else { return Self { all: Vec::new() } };
        let all = if value.is_mapping() {
            let entries = value.entries().into_iter();
            let trigger = |it: crate::yaml::Entry<'y>| Trigger {
                name: it.name(),
                span: it.key.span(),
                config: Some(it.value),
            };
            entries.map(trigger).collect()
        } else {
            let fields = one_or_many(value).into_iter();
            fields.map(|it| Trigger { name: it.text(), span: it.span(), config: None }).collect()
        };
        Self { all }
    }

    /// The events, in order.
    pub fn iter(&self) -> impl Iterator<Item = Trigger<'y>> {
        self.all.iter().copied()
    }

    /// An event.
    pub fn get(&self, name: &str) -> Option<Trigger<'y>> {
        self.all.iter().copied().find(|it| it.name == name)
    }

    /// Whether an event starts it.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether other workflows can call it, and give it what it can't know.
    pub fn is_reusable(&self) -> bool {
        self.has("workflow_call")
    }
}

impl<'y> Trigger<'y> {
    /// A list of what is said about it: `types`, `branches`, `tags`, `paths`, `branches-ignore`, ….
    /// `None` where it isn't there.
    pub fn list(self, key: &str) -> Option<Vec<Field<'y>>> {
        self.config?.get(key).map(one_or_many)
    }

    /// Whether a `push` may be one of a branch.
    pub fn includes_branches(self) -> bool {
        self.has("branches") || self.has("branches-ignore") || !self.filters_tags()
    }

    /// Whether a `push` may be one of a tag.
    pub fn includes_tags(self) -> bool {
        self.filters_tags() || !(self.has("branches") || self.has("branches-ignore"))
    }

    fn filters_tags(self) -> bool {
        self.has("tags") || self.has("tags-ignore")
    }

    fn has(self, key: &str) -> bool {
        self.config.is_some_and(|it| it.get(key).is_some())
    }
}
