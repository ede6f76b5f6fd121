//! The variables of the `ARG`s before the first `FROM`, which `FROM` may use.

use std::borrow::Cow;

use super::super::variables::{ExpandError, Expanded, Lexer};
use super::super::{Command, Instruction, Keyword};
use super::value::{Mode, Value};

/// What BuildKit defines itself, with its values on x86-64 Linux. Which ones a build gets depends
/// on its platforms.
const PLATFORM: &[(&str, &str)] = &[
    ("BUILDPLATFORM", "linux/amd64"),
    ("BUILDOS", "linux"),
    ("BUILDOSVERSION", ""),
    ("BUILDARCH", "amd64"),
    ("BUILDVARIANT", ""),
    ("TARGETPLATFORM", "linux/amd64"),
    ("TARGETOS", "linux"),
    ("TARGETOSVERSION", ""),
    ("TARGETARCH", "amd64"),
    ("TARGETVARIANT", ""),
];

/// The stage that is built.
const STAGE: &str = "TARGETSTAGE";

/// The variables that `FROM` may use.
#[derive(Clone, Debug)]
pub struct Preamble<'d> {
    escape: char,
    /// The name of the last stage, in lower case.
    target: Cow<'d, str>,
    /// Each `ARG` in order; one without a default has no value.
    arguments: Vec<(&'d str, Option<Value<'d>>)>,
}

impl<'d> Preamble<'d> {
    /// Reads the `ARG`s before the first `FROM` of `all`.
    pub fn new(all: &'d [Instruction<'d>], escape: char) -> Self {
        let target = all.iter().rev().find_map(|it| match &it.command {
            Command::From(from) => Some(from.name.as_ref().map(|it| lower_case(&it.text))),
            _ => None,
        });
        let target = target.flatten().unwrap_or(Cow::Borrowed("default"));
        let mut preamble = Self { escape, target, arguments: Vec::new() };
        let before = all.iter().take_while(|it| it.kind != Keyword::From);
        for instruction in before {
            let Command::Arg(definitions) = &instruction.command else { continue };
            for definition in definitions {
                let value = definition
                    .value
                    .as_ref()
                    .map(|it| Value::of(&it.text, |mode, text| preamble.evaluate(mode, text)));
                preamble.arguments.push((definition.name.as_str(), value));
            }
        }
        preamble
    }

    /// Whether a variable is declared or defined by BuildKit itself.
    pub fn declares(&self, name: &str) -> bool {
        self.names().any(|it| it == name)
    }

    /// Whether a variable has the value that BuildKit gives it, and no other by an `ARG`.
    pub fn is_predefined(&self, name: &str) -> bool {
        let predefined = name == STAGE || PLATFORM.iter().any(|it| it.0 == name);
        predefined && !self.arguments.iter().any(|it| it.0 == name && it.1.is_some())
    }

    /// The names that are declared here or defined by BuildKit, some of them twice.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let arguments = self.arguments.iter().map(|it| it.0);
        arguments.chain(PLATFORM.iter().map(|it| it.0)).chain([STAGE])
    }

    /// What an `ARG` without a default gets in a stage.
    pub(super) fn value(&self, name: &str) -> Option<Value<'d>> {
        let mut declared = self.arguments.iter().rev().filter(|it| it.0 == name);
        if let Some(value) = declared.find_map(|it| it.1.as_ref()) {
            return Some(value.clone());
        }
        if name == STAGE {
            return Some(Value::unsure(self.target.clone()));
        }
        let platform = PLATFORM.iter().find(|it| it.0 == name)?;
        Some(Value::unsure(Cow::Borrowed(platform.1)))
    }

    /// A word of a `FROM` as BuildKit expands it on x86-64 Linux when no arguments are given.
    pub fn expand<'w>(&self, text: &'w str) -> Result<Expanded<'w>, ExpandError> {
        self.evaluate(Mode::Exact, text)
    }

    /// A word of a `FROM`; what isn't known before the build stays as it is written.
    pub fn expand_known<'w>(&self, text: &'w str) -> Result<Expanded<'w>, ExpandError> {
        self.evaluate(Mode::Known, text)
    }

    fn evaluate<'w>(&self, mode: Mode, text: &'w str) -> Result<Expanded<'w>, ExpandError> {
        let lexer = Lexer { skip_unset: mode == Mode::Known, ..Lexer::new(self.escape) };
        lexer.word(text, &|name| self.value(name)?.into_text(mode))
    }
}

fn lower_case(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_uppercase) {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}
