//! The entries of `tags`: `type=semver,pattern={{version}},priority=950`.

use std::collections::BTreeMap;

use super::TagsError;
use super::csv;
use super::javascript::{number, trim};

/// What the action does without any entry.
const DEFAULTS: [&str; 4] =
    ["type=schedule", "type=ref,event=branch", "type=ref,event=tag", "type=ref,event=pr"];

/// An entry, with the attributes that its type has by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What kind of tag it asks for.
    pub kind: EntryKind,
    /// Its attributes by name, in lower case; `type` is not among them.
    pub attributes: BTreeMap<String, String>,
    /// The entry as it was written.
    pub source: String,
}

/// What kind of tag an entry asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A name for runs on a schedule.
    Schedule,
    /// Parts of a semantic version.
    Semver,
    /// Parts of a version of a Python package.
    Pep440,
    /// What a regular expression finds in a git tag.
    Match,
    /// `edge` for the default branch.
    Edge,
    /// The branch, git tag or pull request.
    Ref,
    /// Any text.
    Raw,
    /// The commit.
    Sha,
}

impl EntryKind {
    const ALL: [Self; 8] = [
        Self::Schedule,
        Self::Semver,
        Self::Pep440,
        Self::Match,
        Self::Edge,
        Self::Ref,
        Self::Raw,
        Self::Sha,
    ];

    /// The name that `type` has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Semver => "semver",
            Self::Pep440 => "pep440",
            Self::Match => "match",
            Self::Edge => "edge",
            Self::Ref => "ref",
            Self::Raw => "raw",
            Self::Sha => "sha",
        }
    }

    fn priority(self) -> &'static str {
        match self {
            Self::Schedule => "1000",
            Self::Semver | Self::Pep440 => "900",
            Self::Match => "800",
            Self::Edge => "700",
            Self::Ref => "600",
            Self::Raw => "200",
            Self::Sha => "100",
        }
    }
}

impl Entry {
    /// Reads one entry.
    pub fn parse(source: &str) -> Result<Self, TagsError> {
        let quoting = |problem| TagsError::Quoting { entry: source.to_owned(), problem };
        let mut entry =
            Self { kind: EntryKind::Raw, attributes: BTreeMap::new(), source: source.to_owned() };
        for field in csv::fields(source).map_err(quoting)? {
            let (key, value) = match field.split_once('=') {
                Some((key, value)) if !key.is_empty() => (trim(key).to_lowercase(), trim(value)),
                _ => ("value".to_owned(), trim(&field)),
            };
            if key == "type" {
                let found = EntryKind::ALL.into_iter().find(|it| it.name() == value);
                entry.kind = found.ok_or_else(|| TagsError::UnknownType(value.to_owned()))?;
            } else {
                entry.attributes.insert(key, value.to_owned());
            }
        }
        entry.complete()?;
        Ok(entry)
    }

    /// An attribute; empty if there is none.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// Adds what the type has by default, and checks the rest.
    fn complete(&mut self) -> Result<(), TagsError> {
        let source = || self.source.clone();
        match self.kind {
            EntryKind::Schedule => self.default("pattern", "nightly"),
            EntryKind::Semver | EntryKind::Pep440 => {
                self.require("pattern")?;
                self.default("value", "");
                self.default("match", "");
            }
            EntryKind::Match => {
                self.require("pattern")?;
                if number(self.attributes.get("group").map_or("0", String::as_str)).is_none() {
                    return Err(TagsError::InvalidGroup(source()));
                }
                self.default("group", "0");
                self.default("value", "");
            }
            EntryKind::Edge => self.default("branch", ""),
            EntryKind::Ref => {
                self.require("event")?;
                match self.attribute("event") {
                    "pr" => self.default("prefix", "pr-"),
                    "branch" | "tag" => {}
                    _ => return Err(TagsError::InvalidEvent(source())),
                }
            }
            EntryKind::Raw => self.require("value")?,
            EntryKind::Sha => {
                let format = self.attributes.get("format").map_or("short", String::as_str);
                if !matches!(format, "short" | "long") {
                    return Err(TagsError::InvalidFormat(source()));
                }
                self.default("prefix", "sha-");
                self.default("format", "short");
            }
        }
        self.default("enable", "true");
        self.default("priority", self.kind.priority());
        Ok(())
    }

    fn default(&mut self, name: &str, value: &str) {
        self.attributes.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }

    fn require(&self, attribute: &'static str) -> Result<(), TagsError> {
        if self.attributes.contains_key(attribute) {
            return Ok(());
        }
        Err(TagsError::MissingAttribute { attribute, entry: self.source.clone() })
    }
}

/// Reads all entries and puts them in the order of their priorities, the highest first. Equals keep
/// their order.
pub fn entries(sources: &[String]) -> Result<Vec<Entry>, TagsError> {
    let entries: Result<Vec<_>, _> = if sources.is_empty() {
        DEFAULTS.iter().map(|it| Entry::parse(it)).collect()
    } else {
        sources.iter().map(|it| Entry::parse(it)).collect()
    };
    Ok(sorted(entries?))
}

/// Sorts by insertion: a priority that is no number equals all others, which no sort of the standard
/// library puts up with, and where it ends up is to be where the action has it.
fn sorted(entries: Vec<Entry>) -> Vec<Entry> {
    let keyed = entries.into_iter().map(|it| (number(it.attribute("priority")), it));
    let mut rest = keyed.collect::<Vec<_>>().into_iter().peekable();
    let mut sorted: Vec<(Option<f64>, Entry)> = rest.next().into_iter().collect();
    let is_before = |left: Option<f64>, right: Option<f64>| {
        left.zip(right).is_some_and(|(left, right)| left > right)
    };
    // A run that is sorted already, either way, is taken as it is.
    let last = |sorted: &[(Option<f64>, Entry)]| sorted.last().and_then(|it| it.0);
    let descends = rest.peek().is_some_and(|it| is_before(it.0, last(&sorted)));
    while let Some(next) = rest.next_if(|it| is_before(it.0, last(&sorted)) == descends) {
        sorted.push(next);
    }
    if descends {
        sorted.reverse();
    }
    for next in rest {
        let at = sorted.partition_point(|it| !is_before(next.0, it.0));
        sorted.insert(at, next);
    }
    sorted.into_iter().map(|it| it.1).collect()
}

#[cfg(test)]
mod tests {
    use super::{Entry, EntryKind, entries};

    fn attribute(source: &str, name: &str) -> String {
        Entry::parse(source).unwrap().attribute(name).to_owned()
    }

    #[test]
    fn attributes_have_defaults() {
        assert_eq!(attribute("type=schedule", "pattern"), "nightly");
        assert_eq!(attribute("type=ref,event=pr", "prefix"), "pr-");
        assert_eq!(attribute("type=ref,event=pr,prefix=", "prefix"), "");
        assert_eq!(attribute("type=sha", "format"), "short");
        assert_eq!(attribute("type=edge", "priority"), "700");
        assert_eq!(attribute("x", "enable"), "true");
    }

    #[test]
    fn only_the_first_equals_sign_divides() {
        assert_eq!(attribute("type=raw,value=a=b", "value"), "a=b");
        assert_eq!(attribute("=a=b", "value"), "=a=b");
        assert_eq!(attribute(" Type = raw , VALUE = x ", "value"), "x");
        assert_eq!(Entry::parse("Type=sha").unwrap().kind, EntryKind::Sha);
    }

    #[test]
    fn what_is_wrong_is_said_in_the_action_s_words() {
        for (source, error) in [
            ("type=foo", "Unknown tag type attribute: foo"),
            ("type=semver", "Missing pattern attribute for type=semver"),
            ("type=match", "Missing pattern attribute for type=match"),
            (
                "type=match,pattern=.,group=x",
                "Invalid match group for type=match,pattern=.,group=x",
            ),
            ("type=ref", "Missing event attribute for type=ref"),
            ("type=ref,event=x", "Invalid event for type=ref,event=x"),
            ("type=raw", "Missing value attribute for type=raw"),
            ("type=sha,format=x", "Invalid format for type=sha,format=x"),
        ] {
            assert_eq!(Entry::parse(source).unwrap_err().to_string(), error);
        }
        assert!(Entry::parse("a\"b").is_err());
    }

    #[test]
    fn entries_are_in_the_order_of_their_priorities() {
        let order = |sources: &[&str]| {
            let sources: Vec<_> = sources.iter().map(|it| (*it).to_owned()).collect();
            entries(&sources).unwrap().into_iter().map(|it| it.source).collect::<Vec<_>>()
        };
        assert_eq!(
            order(&["type=sha", "a,priority=1", "b", "type=edge", "c"]),
            ["type=edge", "b", "c", "type=sha", "a,priority=1"]
        );
        assert_eq!(order(&["a,priority=x", "b,priority=900", "c,priority=901"]).len(), 3);
        assert_eq!(order(&[]).first().map(String::as_str), Some("type=schedule"));
    }
}
