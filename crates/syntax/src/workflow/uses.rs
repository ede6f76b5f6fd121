//! `uses`: the action or reusable workflow that a step or job is.

use plimsoll_finding::Span;

use super::Field;
use crate::yaml::Value;

/// What `uses` names.
#[derive(Clone, Copy, Debug)]
pub struct Uses<'y> {
    /// As it is written.
    pub field: Field<'y>,
    /// What that is.
    pub kind: UsesKind<'y>,
}

/// The kinds of what `uses` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsesKind<'y> {
    /// `owner/name/path@reference`
    Action(ActionName<'y>),
    /// `./path`
    Local(&'y str),
    /// `docker://image`
    Docker(&'y str),
    /// Anything else, such as an expression.
    Other,
}

/// `owner/name/path@reference`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionName<'y> {
    /// The owner of the repository.
    pub owner: &'y str,
    /// The repository.
    pub name: &'y str,
    /// What follows the repository, without a slash; often empty.
    pub path: &'y str,
    /// What follows the `@`: a branch, tag or commit.
    pub reference: &'y str,
}

impl<'y> Uses<'y> {
    pub(super) fn new(value: Value<'y>) -> Option<Self> {
        let field = Field::new(value)?;
        let kind = kind_of(field.text());
        Some(Self { field, kind })
    }

    /// The action.
    pub fn action(self) -> Option<ActionName<'y>> {
        match self.kind {
            UsesKind::Action(action) => Some(action),
            _ => None,
        }
    }

    /// The place of what follows the `@`.
    pub fn reference_span(self) -> Span {
        let length = self.action().map_or(0, |it| it.reference.len());
        let end = self.field.text().len();
        self.field.span_of(end - length..end)
    }

    /// The comment after it on the same line, from its `#`: often the version that a commit is.
    pub fn comment(self) -> Option<(&'y str, Span)> {
        let source = self.field.value.source();
        let end = self.field.value.written().end();
        let line = source.get(end..)?.split(['\n', '\r']).next()?;
        let comment = line.trim_start_matches([' ', '\t']);
        if !comment.starts_with('#') || comment.len() == line.len() {
            return None;
        }
        let comment_start = end + (line.len() - comment.len());
        let comment = comment.trim_end();
        Some((comment, Span::new(comment_start, comment_start + comment.len())))
    }

    /// The version that the comment names, without `v`: `4.2.0` for `# v4.2.0` and `# tag=v4.2.0`.
    pub fn commented_version(self) -> Option<&'y str> {
        let (comment, _) = self.comment()?;
        let word = comment.trim_start_matches('#').split_whitespace().next()?;
        let word = word.rsplit(['=', '@']).next()?;
        let version = word.strip_prefix('v').unwrap_or(word);
        version.starts_with(|it: char| it.is_ascii_digit()).then_some(version)
    }
}

impl ActionName<'_> {
    /// Whether it is in a repository, whatever the case.
    pub fn is(self, owner: &str, name: &str) -> bool {
        self.owner.eq_ignore_ascii_case(owner) && self.name.eq_ignore_ascii_case(name)
    }

    /// Whether the reference is a full commit: nothing else stays what it is.
    pub fn is_commit(self) -> bool {
        matches!(self.reference.len(), 40 | 64)
            && self.reference.bytes().all(|it| it.is_ascii_hexdigit())
    }

    /// The numbers of a reference that is a version: `[4, 2]` for `v4.2`. `None` for anything else.
    pub fn version(self) -> Option<Vec<u64>> {
        version(self.reference)
    }
}

/// The numbers of `v4.2` or `4.2`.
fn version(text: &str) -> Option<Vec<u64>> {
    let numbers = text.strip_prefix('v').unwrap_or(text);
    numbers.split('.').map(|it| it.parse().ok()).collect()
}

fn kind_of(text: &str) -> UsesKind<'_> {
    if let Some(image) = text.strip_prefix("docker://") {
        return UsesKind::Docker(image);
    }
    if text.starts_with("./") || text.starts_with(".\\") {
        return UsesKind::Local(text);
    }
    let Some((place, reference)) = text.split_once('@') else { return UsesKind::Other };
    let mut parts = place.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next().unwrap_or_default()) {
        (Some(owner), Some(name), path)
            if !owner.is_empty()
                && !name.is_empty()
                && !reference.is_empty()
                && !text.contains(['$', ' ', '\n']) =>
        {
            UsesKind::Action(ActionName { owner, name, path, reference })
        }
        _ => UsesKind::Other,
    }
}
