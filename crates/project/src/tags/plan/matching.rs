//! `type=match`, and the value that an entry is about.

use super::super::entry::Entry;
use super::super::outputs::Warning;
use super::super::pattern::{self, Groups};
use super::super::releases;
use super::{Found, Planner, TagKind, TagsError};

impl Planner<'_> {
    /// The value that an entry is about: its own, or else the git tag.
    pub(super) fn value(&self, entry: &Entry) -> Result<Option<String>, TagsError> {
        match entry.attribute("value") {
            "" => Ok(self.expressions.tag().map(str::to_owned)),
            value => self.expressions.expand(value).map(Some),
        }
    }

    /// The part of a value that `match=` picks; all of it if it doesn't match.
    pub(super) fn narrowed(&mut self, value: String, entry: &Entry) -> Result<String, TagsError> {
        let expression = entry.attribute("match");
        if expression.is_empty() {
            return Ok(value);
        }
        let Some(groups) = find(expression, "", &value)? else {
            let pattern = expression.to_owned();
            self.warnings.push(Warning::NoMatch { pattern, value: value.clone() });
            return Ok(value);
        };
        let first = groups.into_iter().nth(1).flatten();
        first.ok_or_else(|| TagsError::NoGroup(expression.to_owned()))
    }

    /// `type=match`.
    pub(super) fn matched(&mut self, entry: &Entry) -> Result<Option<Found>, TagsError> {
        let Some(value) = self.value(entry)? else { return Ok(None) };
        let pattern = entry.attribute("pattern");
        let (expression, flags) = delimited(pattern).unwrap_or((pattern, ""));
        let Some(groups) = find(expression, flags, &value)? else {
            self.warnings.push(Warning::NoMatch { pattern: pattern.to_owned(), value });
            return Ok(None);
        };
        let group = entry.attribute("group");
        let index = group.parse::<usize>().ok().filter(|it| it.to_string() == group);
        let Some(found) = index.and_then(|it| groups.into_iter().nth(it)).flatten() else {
            let (group, pattern) = (group.to_owned(), pattern.to_owned());
            self.warnings.push(Warning::NoGroup { group, pattern });
            return Ok(None);
        };
        let release = releases::split(&value).map(|it| (it.0.to_owned(), it.1));
        Ok(Some(Found { is_release: true, release, ..Found::new(found, TagKind::Match) }))
    }
}

/// The expression and the flags of `/…/ig`.
fn delimited(pattern: &str) -> Option<(&str, &str)> {
    let (expression, flags) = pattern.strip_prefix('/')?.rsplit_once('/')?;
    (!expression.is_empty()).then_some((expression, flags))
}

fn find(expression: &str, flags: &str, value: &str) -> Result<Option<Groups>, TagsError> {
    let pattern = || expression.to_owned();
    pattern::find(expression, flags, value)
        .map_err(|problem| TagsError::Pattern { pattern: pattern(), problem })
}
