//! What a service starts after.

use plimsoll_finding::Span;

use super::Text;
use crate::yaml::Value;

/// A service that must come first.
#[derive(Clone, Copy, Debug)]
pub struct Dependency<'y> {
    /// The other service's name.
    pub name: Text<'y>,
    /// What is waited for.
    pub condition: Condition,
    /// The condition as it is written.
    pub condition_text: Option<Text<'y>>,
    /// Whether it is an error if the other service is missing.
    pub required: bool,
    /// All of it.
    pub span: Span,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `service_started`: that its container runs; also where nothing is said.
    Started,
    /// `service_healthy`: that its healthcheck succeeds.
    Healthy,
    /// `service_completed_successfully`: that it ended well.
    CompletedSuccessfully,
    /// Anything else, be it a variable.
    Other,
}

impl<'y> Dependency<'y> {
    pub(super) fn read(value: Value<'y>) -> Vec<Self> {
        if !value.is_mapping() {
            let short = |it: Value<'y>| {
                Some(Self {
                    name: Text::of(it)?,
                    condition: Condition::Started,
                    condition_text: None,
                    required: true,
                    span: it.written(),
                })
            };
            return value.items().filter_map(short).collect();
        }
        let long = |it: crate::yaml::Entry<'y>| {
            let condition_text = it.value.get("condition").and_then(Text::of);
            let condition = match condition_text.map(|it| it.text) {
                None | Some("service_started") => Condition::Started,
                Some("service_healthy") => Condition::Healthy,
                Some("service_completed_successfully") => Condition::CompletedSuccessfully,
                Some(_) => Condition::Other,
            };
            let required = it.value.get("required").and_then(Value::as_bool) != Some(false);
            let name = Text::of(it.key)?;
            Some(Self { name, condition, condition_text, required, span: it.span() })
        };
        value.entries().into_iter().filter_map(long).collect()
    }
}
