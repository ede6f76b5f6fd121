//! A command line of an engine.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    process::Command,
};

/// A program and what it gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// The program, looked for on `PATH`.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Variables beside those that it inherits.
    pub environment: BTreeMap<String, OsString>,
    /// Variables that it does not inherit.
    pub without: BTreeSet<String>,
}

impl Invocation {
    /// A program with its first arguments.
    pub fn new(program: &str, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(OsString::from).collect();
        Self { program: program.to_owned(), arguments, ..Self::default() }
    }

    pub(super) fn arg(&mut self, argument: impl Into<OsString>) {
        self.arguments.push(argument.into());
    }

    pub(super) fn option(&mut self, name: &str, value: impl Into<OsString>) {
        self.arguments.extend([name.into(), value.into()]);
    }

    pub(super) fn variable(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.insert(name.to_owned(), value.into());
    }

    pub(super) fn without(&mut self, name: &str) {
        self.without.insert(name.to_owned());
    }

    /// The command, ready to be started.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(&self.environment);
        for name in &self.without {
            command.env_remove(name);
        }
        command
    }

    /// As one would type it. `shown` has the last word on what of an argument is seen.
    pub fn line(&self, shown: impl Fn(&str) -> String) -> String {
        let without = self.without.iter().flat_map(|name| ["-u".to_owned(), quoted(name)]);
        let env = (!self.without.is_empty()).then(|| "env".to_owned());
        let variables = self
            .environment
            .iter()
            .map(|(name, value)| format!("{name}={}", quoted(&shown(&value.to_string_lossy()))));
        let arguments = self.arguments.iter().map(|it| quoted(&shown(&it.to_string_lossy())));
        let words = env
            .into_iter()
            .chain(without)
            .chain(variables)
            .chain([quoted(&self.program)])
            .chain(arguments);
        words.collect::<Vec<_>>().join(" ")
    }
}

fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=,@+%".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_be_typed() {
        let mut invocation = Invocation::new("docker", &["build"]);
        invocation.variable("DOCKER_BUILDKIT", "1");
        invocation.option("--build-arg", "A=it's");
        invocation.arg("");
        let line = invocation.line(str::to_owned);
        assert_eq!(line, r"DOCKER_BUILDKIT=1 docker build --build-arg 'A=it'\''s' ''");
    }
}
