//! `docker/metadata-action`: the names that it gives to images.

use plimsoll_syntax::workflow::Step;

use super::builds::{attribute, list};
use super::images::Text;
use super::variables::Variables;

/// A step of `docker/metadata-action`.
#[derive(Clone, Debug)]
pub(crate) struct Metadata {
    /// The id of the step.
    pub(crate) id: Option<String>,
    /// The images, without tags.
    pub(crate) images: Vec<Text>,
    /// The rules for tags; empty where it is left to its own.
    pub(crate) tags: Vec<Text>,
}

impl Metadata {
    pub(super) fn of<'y>(step: Step<'y>, variables: &Variables<'y>) -> Self {
        let images = list(step.input("images"), variables, true);
        let name = |it: Text| {
            let name = attribute(&it.text, "name").map(ToOwned::to_owned);
            Text { text: name.unwrap_or(it.text), span: it.span }
        };
        Self {
            id: step.id().map(ToOwned::to_owned),
            images: images.into_iter().map(name).collect(),
            tags: list(step.input("tags"), variables, false),
        }
    }

    /// Whether every tag that it makes is one that is moved.
    pub(crate) fn is_moving(&self) -> bool {
        !self.tags.is_empty() && self.tags.iter().all(|it| is_moving(&it.text))
    }
}

/// Whether a rule makes tags that are moved alone.
fn is_moving(rule: &str) -> bool {
    let kind = attribute(rule, "type").unwrap_or("raw");
    match kind {
        "edge" => true,
        "schedule" => attribute(rule, "pattern").is_none_or(|it| !it.contains("date")),
        "ref" => attribute(rule, "event") == Some("branch"),
        "raw" => {
            let value = attribute(rule, "value").unwrap_or(rule);
            !value.contains(['$', '{'])
                && super::images::Image::of(&format!("x:{value}")).is_moving()
        }
        _ => false,
    }
}
