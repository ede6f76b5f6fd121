//! The expressions that inputs may have: `{{branch}}`, `{{sha}}`, `{{date 'YYYYMMDD'}}`.

use jiff::Timestamp;

use super::date::{self, Zone};
use super::javascript;
use super::template::{Escape, Names, Template, Value};
use super::{Context, Manner, TagsError};

/// A context as the expressions see it.
pub(super) struct Expressions<'c> {
    pub(super) context: &'c Context,
    pub(super) manner: Manner,
}

/// Why an expression gives nothing.
pub(super) enum Problem {
    /// The template is wrong.
    Template(String),
    /// What it stands for is.
    Error(TagsError),
}

impl From<String> for Problem {
    fn from(problem: String) -> Self {
        Self::Template(problem)
    }
}

impl Expressions<'_> {
    /// Expands a template with the names that all inputs may use.
    pub(super) fn expand(&self, template: &str) -> Result<String, TagsError> {
        self.expand_with(template, &Global(self))
    }

    /// Expands the pattern of a scheduled run, which knows nothing but dates.
    pub(super) fn expand_schedule(&self, template: &str) -> Result<String, TagsError> {
        self.expand_with(template, &Dates(self))
    }

    /// Expands a template with some names.
    pub(super) fn expand_with(
        &self,
        template: &str,
        names: &dyn Names<Problem>,
    ) -> Result<String, TagsError> {
        let error = |problem| TagsError::Template { template: template.to_owned(), problem };
        let parsed = Template::parse(template).map_err(error)?;
        let escape = match self.manner {
            Manner::Model => Escape::Html,
            Manner::Ours => Escape::Nothing,
        };
        parsed.render(names, escape).map_err(|problem| match problem {
            Problem::Template(problem) => error(problem),
            Problem::Error(error) => error,
        })
    }

    /// The branch that is built; empty if it is none.
    pub(super) fn branch(&self) -> &str {
        self.context.git_ref.strip_prefix("refs/heads/").unwrap_or_default()
    }

    /// The git tag that is built, if it is one.
    pub(super) fn tag(&self) -> Option<&str> {
        self.context.git_ref.strip_prefix("refs/tags/")
    }

    /// The first digits of the commit.
    pub(super) fn short_sha(&self) -> Result<String, TagsError> {
        let sha = &self.context.sha;
        let Some(setting) = &self.context.settings.short_sha_length else {
            return Ok(sha.chars().take(7).collect());
        };
        let length = javascript::number(setting);
        let length = length.ok_or_else(|| TagsError::ShaLength(setting.clone()))?;
        // More digits than any id has are as many as there are.
        let digits = (1_u32..).zip(sha.chars()).take_while(|it| f64::from(it.0) <= length).count();
        if digits == 0 && !sha.is_empty() {
            return Err(TagsError::ShaLengthZero(setting.clone()));
        }
        Ok(sha.chars().take(digits).collect())
    }

    /// The branch that a git tag was pushed on or that a pull request goes to, as far as the event
    /// says.
    fn base_ref(&self) -> &str {
        let payload = &self.context.payload;
        let pushed = payload["base_ref"].as_str().filter(|_| self.tag().is_some());
        let is_request = self.context.git_ref.starts_with("refs/pull/");
        let requested = payload["pull_request"]["base"]["ref"].as_str().filter(|_| is_request);
        let pushed = pushed.map(|it| it.strip_prefix("refs/heads/").unwrap_or(it));
        pushed.or(requested).unwrap_or_default()
    }

    fn is_default_branch(&self) -> bool {
        let git_ref = self.context.git_ref.as_str();
        let branch = git_ref.strip_prefix("refs/heads/").unwrap_or(git_ref);
        if branch.is_empty() {
            return false;
        }
        // These events are always about the default branch's last commit.
        let is_about_default = ["create", "discussion", "issues", "schedule"];
        self.context.payload["repository"]["default_branch"].as_str() == Some(branch)
            || is_about_default.iter().any(|it| self.context.event_name.contains(it))
    }

    /// `{{date 'FORMAT' tz='ZONE'}}`.
    fn date(
        &self,
        time: Timestamp,
        arguments: &[Value],
        named: &[(String, Value)],
    ) -> Result<Value, Problem> {
        let format = match arguments {
            [Value::Text(format)] => format,
            [Value::Undefined | Value::Null] => "",
            _ => return Err("a date takes a format in quotes".to_owned().into()),
        };
        let mut zone = Zone::utc();
        for (key, value) in named {
            zone = match (key.as_str(), value) {
                ("tz", Value::Text(name)) if !name.is_empty() => self.zone(name)?,
                ("tz", _) => return Err("`tz` takes a time zone in quotes".to_owned().into()),
                _ => return Err(Problem::Error(TagsError::UnknownDateAttribute(key.clone()))),
            };
        }
        Ok(Value::Text(date::write(time, &zone, format)?))
    }

    fn zone(&self, name: &str) -> Result<Zone, Problem> {
        match (Zone::named(name), self.manner) {
            (Some(zone), _) => Ok(zone),
            (None, Manner::Model) => Ok(Zone::utc()),
            (None, Manner::Ours) => {
                Err(Problem::Error(TagsError::UnknownTimeZone(name.to_owned())))
            }
        }
    }
}

/// The names that all inputs may use.
struct Global<'e, 'c>(&'e Expressions<'c>);

impl Names<Problem> for Global<'_, '_> {
    fn value(&self, name: &str) -> Value {
        match name {
            "branch"
            | "tag"
            | "sha"
            | "base_ref"
            | "is_default_branch"
            | "is_not_default_branch" => Value::Function(name.to_owned()),
            _ => Dates(self.0).value(name),
        }
    }

    fn call(
        &self,
        name: &str,
        arguments: &[Value],
        named: &[(String, Value)],
    ) -> Result<Value, Problem> {
        let all = self.0;
        let text = match name {
            "branch" => all.branch().to_owned(),
            "tag" => all.tag().unwrap_or_default().to_owned(),
            "sha" => all.short_sha().map_err(Problem::Error)?,
            "base_ref" => all.base_ref().to_owned(),
            "is_default_branch" => all.is_default_branch().to_string(),
            "is_not_default_branch" => (!all.is_default_branch()).to_string(),
            _ => return Dates(all).call(name, arguments, named),
        };
        Ok(Value::Text(text))
    }
}

/// The names of dates.
struct Dates<'e, 'c>(&'e Expressions<'c>);

impl Names<Problem> for Dates<'_, '_> {
    fn value(&self, name: &str) -> Value {
        match name {
            "date" | "commit_date" => Value::Function(name.to_owned()),
            _ => Value::Undefined,
        }
    }

    fn call(
        &self,
        name: &str,
        arguments: &[Value],
        named: &[(String, Value)],
    ) -> Result<Value, Problem> {
        let context = self.0.context;
        let time = match name {
            "commit_date" => context.commit_time.unwrap_or(context.now),
            _ => context.now,
        };
        self.0.date(time, arguments, named)
    }
}
