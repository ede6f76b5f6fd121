//! The healthchecks of services as commands whose words know their places.

use plimsoll_finding::Span;
use plimsoll_syntax::compose::{HealthcheckTest, Service, Text};
use plimsoll_syntax::shell::{self, ShellCommand, ShellOptions, ShellWord};

use super::effective_environment::{Environment, HostVariables};
use super::expansion::{Expanded, is_known};
use plimsoll_syntax::compose::interpolation::substitute;

/// What a healthcheck runs.
#[derive(Clone, Debug)]
pub(crate) enum HealthTest<'y> {
    /// A script that a shell reads.
    Shell(Expanded<'y>),
    /// A program with its arguments.
    Program(Vec<Expanded<'y>>),
}

impl<'y> HealthTest<'y> {
    /// The test of a service; `None` where there is none.
    pub(crate) fn of(service: &Service<'y>, host: &HostVariables) -> Option<Self> {
        service.get("healthcheck")?;
        let health = service.healthcheck()?;
        if health.is_disabled() {
            return None;
        }
        let expand = |it: &Text<'y>| Expanded::new(*it, &|name| host.get(name));
        match health.test()? {
            HealthcheckTest::Cmd(words) => match &*words {
                [shell, option, script]
                    if is_shell(shell.text)
                        && option.text.starts_with('-')
                        && option.text.ends_with('c') =>
                {
                    Some(Self::Shell(expand(script)))
                }
                words => Some(Self::Program(words.iter().map(expand).collect())),
            },
            HealthcheckTest::CmdShell(items) => items.first().map(expand).map(Self::Shell),
            HealthcheckTest::None | HealthcheckTest::Unknown(_) => None,
        }
    }

    /// Whether a shell runs it.
    pub(crate) fn is_shell(&self) -> bool {
        matches!(self, Self::Shell(_))
    }

    /// Hands the commands to `each`, with what tells the place of a word in the file.
    pub(crate) fn with<R>(
        &self,
        each: impl FnOnce(&[ShellCommand<'_>], &dyn Fn(Span) -> Span) -> R,
    ) -> R {
        match self {
            Self::Shell(script) => {
                let read = shell::parse_text(&script.text, 0, ShellOptions::default());
                each(&read.commands, &|span| script.written(span.start()..span.end()).span)
            }
            Self::Program(words) => {
                let words = words.iter().map(|it| ShellWord {
                    raw: it.text.clone(),
                    value: it.text.clone(),
                    span: it.whole().span,
                    literal: true,
                });
                each(&[ShellCommand::of_words(words.collect())], &|span| span)
            }
        }
    }

    /// What a word is when the test runs; `None` where nobody knows.
    pub(crate) fn value(&self, word: &str, environment: &Environment<'_>) -> Option<String> {
        if !is_known(word) || word.contains(['`', '*']) || word.contains("$(") {
            return None;
        }
        if !word.contains('$') {
            return Some(word.to_owned());
        }
        let lookup = |name: &str| environment.lookup(name);
        let value = self.is_shell().then(|| substitute(word, &lookup).ok()).flatten()?;
        (value.is_known && is_known(&value.text)).then(|| value.text.into_owned())
    }
}

/// Whether a word starts a shell.
pub(crate) fn is_shell(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
}
