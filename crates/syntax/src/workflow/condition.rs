//! `if`: an expression with or without `${{ … }}` around it.

use std::ops::Range;

use plimsoll_finding::Span;

use super::{Expression, Field, Part};
use crate::yaml::Value;

/// The condition of a job or step.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'y> {
    /// The whole value.
    pub field: Field<'y>,
}

impl<'y> Condition<'y> {
    pub(super) fn new(value: Value<'y>) -> Option<Self> {
        Field::new(value).map(|field| Self { field })
    }

    /// The expression; `None` where there is text around `${{ … }}`, which makes it a text that is
    /// always true, or where it can't be read.
    pub fn expression(self) -> Option<Expression<'y>> {
        let text = self.field.text();
        let mut parts = self.field.parts().filter(|it| match it {
            Part::Text { text, .. } => !text.trim().is_empty(),
            Part::Expression { .. } => true,
        });
        match (parts.next(), parts.next()) {
            (Some(Part::Expression { text, range }), None) => {
                Expression::parse_at(text, range.start)
            }
            (Some(Part::Text { .. }), None) => Expression::parse(text),
            _ => None,
        }
    }

    /// Whether it has one of the functions that decide what happens after a failure: `always()`,
    /// `failure()`, `cancelled()`, `success()`. Without one, it stands for `success() && (…)`.
    pub fn asks_for_status(self) -> bool {
        let status = ["always", "failure", "cancelled", "success"];
        self.calls(&status)
    }

    /// Whether the step runs after one before it has failed: it asks for `always()`, `failure()`,
    /// or `!cancelled()`.
    pub fn runs_after_failure(self) -> bool {
        self.calls(&["always", "failure", "cancelled"])
    }

    /// Whether one of some functions is called.
    fn calls(self, names: &[&str]) -> bool {
        // A text that can't be read is taken at its words.
        let Some(expression) = self.expression() else {
            return names.iter().any(|it| self.field.text().contains(*it));
        };
        expression.any(&mut |it| {
            matches!(it, Expression::Call { name, .. }
                if names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)))
        })
    }

    /// The place of a part of the text.
    pub fn span_of(self, range: Range<usize>) -> Span {
        self.field.span_of(range)
    }
}
