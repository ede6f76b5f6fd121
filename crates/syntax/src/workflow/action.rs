//! `action.yml`: the steps of a composite action.

use super::{Field, Step};
use crate::yaml::{Entry, Value, Yaml};

/// The description of an action.
#[derive(Clone, Copy, Debug)]
pub struct Action<'y> {
    root: Option<Value<'y>>,
}

impl<'y> Action<'y> {
    /// The action that the first document of a text describes.
    pub fn new(yaml: &'y Yaml<'y>) -> Self {
        Self { root: yaml.root() }
    }

    /// What runs it: `composite`, `docker`, `node24`, …
    pub fn using(self) -> Option<&'y str> {
        self.root?.at(&["runs", "using"])?.as_str()
    }

    /// What it takes.
    pub fn inputs(self) -> Vec<Entry<'y>> {
        self.root.and_then(|it| it.get("inputs")).map(Value::entries).unwrap_or_default()
    }

    /// The image of an action that is a container: a Dockerfile or `docker://…`.
    pub fn image(self) -> Option<Field<'y>> {
        self.root?.at(&["runs", "image"]).and_then(Field::new)
    }

    /// The steps of a composite action, in order.
    pub fn steps(self) -> impl Iterator<Item = Step<'y>> {
        let steps = self.root.and_then(|it| it.at(&["runs", "steps"]));
        Step::all(steps, None, None)
    }
}
