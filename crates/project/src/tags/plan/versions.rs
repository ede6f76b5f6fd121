//! `type=semver` and `type=pep440`.

use super::super::entry::Entry;
use super::super::expressions::Problem;
use super::super::npm_semver;
use super::super::outputs::Warning;
use super::super::template::{Names, Template, Value};
use super::super::{Manner, pep440, releases};
use super::{Found, Planner, TagKind, TagsError};

impl Planner<'_> {
    /// `type=semver`. A prerelease gives its whole version, whatever the pattern is, unless that is
    /// `{{raw}}`.
    pub(super) fn semver(&mut self, entry: &Entry) -> Result<Option<Found>, TagsError> {
        let Some(value) = self.value(entry)? else { return Ok(None) };
        let prefix = releases::split(&value).map_or_else(String::new, |it| it.0.to_owned());
        let value = self.narrowed(value, entry)?.replace('/', "-");
        let Some(version) = npm_semver::Version::parse(&value) else {
            self.warnings.push(Warning::NotSemver(value));
            return Ok(None);
        };
        let pattern = entry.attribute("pattern");
        let template = Template::parse(pattern).ok();
        let is_raw = template.as_ref().is_some_and(Template::is_raw);
        let is_release = version.prerelease.is_empty();
        let used = if is_release || is_raw { pattern } else { "{{version}}" };
        let text = self.expressions.expand_with(used, &version)?;
        let kind = if is_release { kind(template.as_ref()) } else { TagKind::Version };
        if version.major == 0 && self.is_moving_zero(&text, kind, template.as_ref()) {
            return Ok(None);
        }
        let release = version.comparable().map(|it| (prefix, it));
        let found = Found { is_release, release, ..Found::new(text, kind) };
        Ok(if self.is_behind(&found, used) { None } else { Some(found) })
    }

    /// `type=pep440`, likewise: all but releases give their whole version.
    pub(super) fn pep440(&mut self, entry: &Entry) -> Result<Option<Found>, TagsError> {
        let Some(value) = self.value(entry)? else { return Ok(None) };
        let prefix = releases::split(&value).map_or_else(String::new, |it| it.0.to_owned());
        let raw = self.narrowed(value, entry)?.replace('/', "-");
        let Some(version) = pep440::Version::parse(&raw) else {
            self.warnings.push(Warning::NotPep440(raw));
            return Ok(None);
        };
        let pattern = entry.attribute("pattern");
        let template = Template::parse(pattern).ok();
        if version.is_extra() {
            let is_raw = template.as_ref().is_some_and(Template::is_raw);
            let text = if is_raw { raw } else { version.text() };
            return Ok(Some(Found::new(text, TagKind::Version)));
        }
        let is_zero = version.number(0) == "0";
        let number = |at| version.number(at).parse().ok();
        let parts = number(0).zip(number(1)).zip(number(2));
        let comparable = parts.map(|((it, minor), patch)| semver::Version::new(it, minor, patch));
        let text = self.expressions.expand_with(pattern, &Python { raw, version })?;
        let kind = kind(template.as_ref());
        if is_zero && self.is_moving_zero(&text, kind, template.as_ref()) {
            return Ok(None);
        }
        let release = comparable.map(|it| (prefix, it));
        let found = Found { is_release: true, release, ..Found::new(text, kind) };
        Ok(if self.is_behind(&found, pattern) { None } else { Some(found) })
    }

    /// Whether a tag would be no more than the major version zero, which promises nothing.
    fn is_moving_zero(&mut self, name: &str, kind: TagKind, template: Option<&Template>) -> bool {
        let is_major = template.is_some_and(|it| it.uses("major") && !it.uses("minor"));
        let is_zero = kind == TagKind::PartialVersion && is_major;
        if is_zero {
            self.warnings.push(Warning::MajorZero { name: name.to_owned() });
        }
        is_zero
    }

    /// Whether a newer release has the same part of a version: `1.2` stays with 1.2.5 when 1.2.4 is
    /// built again.
    fn is_behind(&mut self, found: &Found, pattern: &str) -> bool {
        let Some((prefix, version)) = &found.release else { return false };
        if found.kind != TagKind::PartialVersion || self.expressions.manner == Manner::Model {
            return false;
        }
        let Some(released) = self.expressions.context.released.as_deref() else {
            self.warnings.push(Warning::Unknown { name: found.value.clone() });
            return true;
        };
        let is_same = |other: &semver::Version| {
            let other = npm_semver::Version::parse(&other.to_string());
            let text = other.map(|it| self.expressions.expand_with(pattern, &it));
            text.is_some_and(|it| it.is_ok_and(|it| it == found.value))
        };
        let newer = releases::newer(released, prefix, version, is_same).map(str::to_owned);
        if let Some(newer) = &newer {
            let (name, newer) = (found.value.clone(), newer.clone());
            self.warnings.push(Warning::Older { name, newer });
        }
        newer.is_some()
    }
}

/// Whether a pattern gives a whole version or a part of it.
fn kind(template: Option<&Template>) -> TagKind {
    let uses = |name| template.is_some_and(|it| it.uses(name));
    let is_whole =
        uses("version") || uses("raw") || (uses("major") && uses("minor") && uses("patch"));
    if is_whole { TagKind::Version } else { TagKind::PartialVersion }
}

impl Names<Problem> for npm_semver::Version {
    fn value(&self, name: &str) -> Value {
        let list = |parts: &[String]| Value::List(parts.iter().cloned().map(Value::Text).collect());
        match name {
            "raw" => Value::Text(self.raw.clone()),
            "version" => Value::Text(self.text()),
            "major" => Value::Number(self.major.to_string()),
            "minor" => Value::Number(self.minor.to_string()),
            "patch" => Value::Number(self.patch.to_string()),
            "prerelease" => list(&self.prerelease),
            "build" => list(&self.build),
            "loose" => Value::Bool(true),
            "includePrerelease" => Value::Bool(false),
            _ => Value::Undefined,
        }
    }

    fn call(&self, _: &str, _: &[Value], _: &[(String, Value)]) -> Result<Value, Problem> {
        Ok(Value::Undefined)
    }
}

/// A version of a Python package and the text that it was read from.
struct Python {
    raw: String,
    version: pep440::Version,
}

impl Names<Problem> for Python {
    fn value(&self, name: &str) -> Value {
        match name {
            "raw" => Value::Text(self.raw.clone()),
            "version" => Value::Text(self.version.text()),
            "major" => Value::Number(self.version.number(0).to_owned()),
            "minor" => Value::Number(self.version.number(1).to_owned()),
            "patch" => Value::Number(self.version.number(2).to_owned()),
            _ => Value::Undefined,
        }
    }

    fn call(&self, _: &str, _: &[Value], _: &[(String, Value)]) -> Result<Value, Problem> {
        Ok(Value::Undefined)
    }
}
