//! Goes through the entries and collects the names of tags.

mod matching;
mod refs;
mod versions;

use super::entry::{Entry, EntryKind};
use super::expressions::Expressions;
use super::flavor::Flavor;
use super::outputs::{PlannedTag, TagKind, Warning};
use super::{Manner, TagsError, is_tag, releases};

/// The names of tags that the entries give.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// In order, each once, without `latest` by flavor. The first one is the version.
    pub(super) tags: Vec<PlannedTag>,
    /// The tag `latest`, by flavor, if there is one.
    pub(super) latest: Option<PlannedTag>,
    pub(super) warnings: Vec<Warning>,
}

/// What an entry gives before it gets a prefix and a suffix.
struct Found {
    value: String,
    kind: TagKind,
    /// Whether it makes for a `latest`, unless the flavor says otherwise.
    is_release: bool,
    /// The version that it is about, as far as it is comparable, and what stands before it in the git
    /// tag.
    release: Option<(String, semver::Version)>,
}

impl Found {
    fn new(value: impl Into<String>, kind: TagKind) -> Self {
        Self { value: value.into(), kind, is_release: false, release: None }
    }
}

/// Goes through the entries.
pub(super) struct Planner<'c> {
    pub(super) expressions: Expressions<'c>,
    pub(super) flavor: &'c Flavor,
    pub(super) warnings: Vec<Warning>,
}

impl Planner<'_> {
    pub(super) fn plan(mut self, entries: &[Entry]) -> Result<Plan, TagsError> {
        let mut tags: Vec<PlannedTag> = Vec::new();
        let mut latest = None;
        // What is wrong with an entry goes before what is wrong with what it gives.
        let mut refused = Ok(());
        for entry in entries {
            let enabled = self.expressions.expand(entry.attribute("enable"))?;
            match enabled.as_str() {
                "true" => {}
                "false" => continue,
                _ => return Err(TagsError::InvalidEnable(enabled)),
            }
            let Some(found) = self.found(entry)? else { continue };
            let value = self.affixed(&found.value, entry)?;
            if value.is_empty() {
                continue;
            }
            let name = sanitized(&value);
            let allowed = checked(&name, &entry.source);
            refused = refused.and(allowed).and(self.guard(&name, found.kind, entry));
            if latest.is_none() {
                latest = Some(match self.flavor.latest {
                    Some(latest) => latest,
                    None => found.is_release && self.is_latest(&found),
                });
            }
            if tags.iter().all(|it| it.name != name) {
                tags.push(PlannedTag { name, kind: found.kind, entry: entry.source.clone() });
            }
        }
        refused?;
        if self.expressions.manner == Manner::Ours {
            precise_first(&mut tags);
        }
        let latest = if latest == Some(true) { Some(self.latest()?) } else { None };
        Ok(Plan { tags, latest, warnings: self.warnings })
    }

    fn found(&mut self, entry: &Entry) -> Result<Option<Found>, TagsError> {
        match entry.kind {
            EntryKind::Schedule => self.schedule(entry),
            EntryKind::Semver => self.semver(entry),
            EntryKind::Pep440 => self.pep440(entry),
            EntryKind::Match => self.matched(entry),
            EntryKind::Edge => Ok(self.edge(entry)),
            EntryKind::Ref => Ok(self.reference(entry)),
            EntryKind::Raw => self.raw(entry),
            EntryKind::Sha => self.sha(entry),
        }
    }

    /// A value with the entry's prefix and suffix, or else those of the flavor.
    fn affixed(&self, value: &str, entry: &Entry) -> Result<String, TagsError> {
        let affix = |name, flavor| entry.attributes.get(name).unwrap_or(flavor);
        let prefix = self.expressions.expand(affix("prefix", &self.flavor.prefix))?;
        let suffix = self.expressions.expand(affix("suffix", &self.flavor.suffix))?;
        Ok(format!("{prefix}{value}{suffix}"))
    }

    /// Whether a release gets `latest`: prereleases and older ones don't.
    fn is_latest(&mut self, found: &Found) -> bool {
        if self.expressions.manner == Manner::Model {
            return true;
        }
        let Some((prefix, version)) = &found.release else {
            let tag = self.expressions.tag().unwrap_or(&found.value);
            // `v1.2` and `2026.01.05` are versions, though none that can be compared.
            let is_version = releases::is_name_of_release(tag.strip_prefix('v').unwrap_or(tag));
            if !is_version {
                self.warnings.push(Warning::NoVersion { tag: tag.to_owned() });
            }
            return is_version;
        };
        if !version.pre.is_empty() {
            self.warnings.push(Warning::Prerelease { version: version.to_string() });
            return false;
        }
        let Some(released) = self.expressions.context.released.as_deref() else {
            self.warnings.push(Warning::Unknown { name: "latest".to_owned() });
            return false;
        };
        let newer = releases::newer(released, prefix, version, |_| true);
        if let Some(newer) = newer {
            self.warnings
                .push(Warning::Older { name: "latest".to_owned(), newer: newer.to_owned() });
        }
        newer.is_none()
    }

    fn latest(&self) -> Result<PlannedTag, TagsError> {
        let affix = |affix: &str, applies: bool| {
            if applies { self.expressions.expand(affix) } else { Ok(String::new()) }
        };
        let prefix = affix(&self.flavor.prefix, self.flavor.prefix_latest)?;
        let suffix = affix(&self.flavor.suffix, self.flavor.suffix_latest)?;
        let name = sanitized(&format!("{prefix}latest{suffix}"));
        checked(&name, "latest")?;
        Ok(PlannedTag { name, kind: TagKind::Latest, entry: String::new() })
    }

    /// Refuses a tag of releases to what is no release.
    fn guard(&self, name: &str, kind: TagKind, entry: &Entry) -> Result<(), TagsError> {
        let context = self.expressions.context;
        let is_of_branch = match kind {
            TagKind::Branch | TagKind::PullRequest => true,
            TagKind::Raw => {
                !self.expressions.branch().is_empty()
                    && entry.attribute("value").contains("branch")
                    && sanitized(self.expressions.branch()) == name
            }
            _ => false,
        };
        if self.expressions.manner == Manner::Ours
            && is_of_branch
            && releases::is_name_of_release(name)
        {
            let git_ref = context.git_ref.clone();
            return Err(TagsError::TagOfReleases { git_ref, name: name.to_owned() });
        }
        Ok(())
    }
}

/// Makes a whole version the first tag where only a part of it would be.
fn precise_first(tags: &mut [PlannedTag]) {
    let is_part = tags.first().is_some_and(|it| it.kind == TagKind::PartialVersion);
    let whole = tags.iter().position(|it| it.kind == TagKind::Version);
    if let (true, Some(at)) = (is_part, whole)
        && let Some(upto) = tags.get_mut(..=at)
    {
        upto.rotate_right(1);
    }
}

/// Puts `-` in the place of whatever tags can't have.
fn sanitized(text: &str) -> String {
    let mut name = String::new();
    let mut was_replaced = false;
    for it in text.chars() {
        let is_allowed = it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-');
        if is_allowed {
            name.push(it);
        } else if !was_replaced {
            name.push('-');
        }
        was_replaced = !is_allowed;
    }
    name
}

fn checked(name: &str, entry: &str) -> Result<(), TagsError> {
    let reason = if is_tag(name) {
        return Ok(());
    } else if name.len() > 128 {
        "it has more than 128 characters"
    } else {
        "it starts with a period or a hyphen"
    };
    Err(TagsError::InvalidTag { name: name.to_owned(), reason, entry: entry.to_owned() })
}
