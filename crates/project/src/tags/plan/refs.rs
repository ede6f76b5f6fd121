//! `type=ref`, `edge`, `sha`, `raw` and `schedule`: what is at hand without looking closer.

use super::super::entry::Entry;
use super::super::releases;
use super::{Found, Planner, TagKind, TagsError};

impl Planner<'_> {
    /// `type=schedule`.
    pub(super) fn schedule(&self, entry: &Entry) -> Result<Option<Found>, TagsError> {
        if !self.expressions.context.event_name.contains("schedule") {
            return Ok(None);
        }
        let value = self.expressions.expand_schedule(entry.attribute("pattern"))?;
        Ok(Some(Found::new(value, TagKind::Schedule)))
    }

    /// `type=ref`.
    pub(super) fn reference(&self, entry: &Entry) -> Option<Found> {
        let git_ref = self.expressions.context.git_ref.as_str();
        match entry.attribute("event") {
            "branch" => {
                let branch = git_ref.strip_prefix("refs/heads/")?;
                Some(Found::new(branch, TagKind::Branch))
            }
            "tag" => {
                let tag = git_ref.strip_prefix("refs/tags/")?;
                let release = releases::split(tag).map(|it| (it.0.to_owned(), it.1));
                Some(Found { is_release: true, release, ..Found::new(tag, TagKind::GitTag) })
            }
            _ => {
                let request = git_ref.strip_prefix("refs/pull/")?;
                let request = request.strip_suffix("/merge").unwrap_or(request);
                Some(Found::new(request, TagKind::PullRequest))
            }
        }
    }

    /// `type=edge`.
    pub(super) fn edge(&self, entry: &Entry) -> Option<Found> {
        let context = self.expressions.context;
        let branch = context.git_ref.strip_prefix("refs/heads/")?;
        let meant = match entry.attribute("branch") {
            "" => context.repository.default_branch.as_deref()?,
            branch => branch,
        };
        (meant == branch).then(|| Found::new("edge", TagKind::Edge))
    }

    /// `type=raw`.
    pub(super) fn raw(&self, entry: &Entry) -> Result<Option<Found>, TagsError> {
        let value = self.expressions.expand(entry.attribute("value"))?;
        Ok(Some(Found::new(value, TagKind::Raw)))
    }

    /// `type=sha`.
    pub(super) fn sha(&self, entry: &Entry) -> Result<Option<Found>, TagsError> {
        let sha = &self.expressions.context.sha;
        if sha.is_empty() {
            return Ok(None);
        }
        let value = match entry.attribute("format") {
            "short" => self.expressions.short_sha()?,
            _ => sha.clone(),
        };
        Ok(Some(Found::new(value, TagKind::Commit)))
    }
}
