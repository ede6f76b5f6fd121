//! The environment of services as their containers see it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_project::files;
use plimsoll_syntax::compose::Service;
use plimsoll_syntax::compose::interpolation::Variable;

use super::env_file;
use super::expansion::{Expanded, UNKNOWN, is_known};
use crate::Place;

/// How many files of variables are read for a service, and how large they may be: each service reads
/// its own. One that isn't read leaves the environment incomplete.
const MOST_FILES: usize = 8;
const MOST_BYTES: u64 = 64 * 1024;

/// What Compose replaces variables by: what `.env` beside the file says. The environment of whoever
/// starts Compose isn't known.
#[derive(Clone, Debug, Default)]
pub(crate) struct HostVariables(BTreeMap<String, String>);

impl HostVariables {
    /// Reads `.env` beside the file.
    pub(crate) fn beside(place: Option<&Place>) -> Self {
        let text = place.and_then(|it| it.files().text(&it.resolve(".env")));
        let Some(text) = text else { return Self::default() };
        let lines = env_file::read(&text, &|_| Variable::Unknown).into_iter();
        Self(lines.filter_map(|it| Some((it.name, it.value?))).collect())
    }

    /// What is known of a variable.
    pub(crate) fn get(&self, name: &str) -> Variable<'_> {
        match self.0.get(name) {
            Some(value) => Variable::Set(value.as_str().into()),
            None => Variable::Unknown,
        }
    }
}

/// The environment of a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment<'y> {
    /// Its variables; a name comes once.
    pub(crate) variables: Vec<EnvVariable<'y>>,
    /// Whether there are no others but those of the image: every file of variables was read.
    pub(crate) is_complete: bool,
}

/// A variable of a service.
#[derive(Clone, Debug)]
pub(crate) struct EnvVariable<'y> {
    /// Its name.
    pub(crate) name: Cow<'y, str>,
    /// Its value, as far as it is known.
    pub(crate) value: Expanded<'y>,
}

impl<'y> Environment<'y> {
    /// Reads what a service says, and the files that it names.
    pub(crate) fn of(service: &Service<'y>, host: &HostVariables, place: Option<&Place>) -> Self {
        let lookup = |name: &str| host.get(name);
        let from_host = |name: &str| match host.get(name) {
            Variable::Set(value) => value.into_owned(),
            Variable::Unset | Variable::Unknown => UNKNOWN.to_string(),
        };
        let mut variables: Vec<EnvVariable<'y>> = Vec::new();
        for pair in service.environment() {
            let value = match pair.value {
                Some(value) => Expanded::new(value, &lookup),
                None => Expanded::from_name(pair.name, from_host(pair.name.text)),
            };
            variables.push(EnvVariable { name: pair.name.text.into(), value });
        }
        let mut is_complete = !service.extends_elsewhere();
        // What comes later counts more, and the service's own variables count most.
        for (at, file) in service.env_file().into_iter().rev().enumerate() {
            let path = Expanded::new(file.path, &lookup);
            let path = is_known(&path.text).then_some(&*path.text);
            let found = place.zip(path).and_then(|(place, path)| {
                let path = place.resolve(path);
                if at >= MOST_FILES || place.files().size(&path) > MOST_BYTES {
                    return None;
                }
                Some((place.files().text(&path)?, place.files().name(&path)))
            });
            let Some((text, name)) = found else {
                is_complete = false;
                continue;
            };
            let mut known: BTreeSet<String> =
                variables.iter().map(|it| it.name.to_string()).collect();
            for line in env_file::read(&text, &lookup).into_iter().rev() {
                if !known.insert(line.name.clone()) {
                    continue;
                }
                let value = line.value.unwrap_or_else(|| from_host(&line.name));
                let value = Expanded::in_file(value, file.span, name.clone(), line.span);
                variables.push(EnvVariable { name: line.name.into(), value });
            }
        }
        Self { variables, is_complete }
    }

    /// The variable of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&EnvVariable<'y>> {
        self.variables.iter().find(|it| it.name == name)
    }

    /// What a shell in the container takes for a variable.
    pub(crate) fn lookup(&self, name: &str) -> Variable<'_> {
        match self.get(name) {
            Some(it) if is_known(&it.value.text) => Variable::Set(Cow::Borrowed(&it.value.text)),
            _ => Variable::Unknown,
        }
    }
}

/// The directory of a path below `/run/secrets`: the secret that is mounted there.
pub(crate) fn secret_of(path: &str) -> Option<&str> {
    files::below("/run/secrets", path).filter(|it| !it.is_empty() && !it.contains('/'))
}
