//! Variables: which `ARG` and `ENV` hold where, and with what value.
//!
//! As in BuildKit, an `ARG` before the first `FROM` is seen by `FROM` alone, unless an `ARG` without
//! a default takes it over into a stage; a stage has the variables of the stage that it builds on;
//! each instruction sees what those above it have set; and all pairs of one `ENV` see the same,
//! while each name of an `ARG` sees those before it. The defaults of arguments are taken for their
//! values. The environment of a base image isn't known, but that there is a `PATH`.

mod preamble;
mod value;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use preamble::Preamble;

use super::variables::{ExpandError, Expanded, Lexer, Quotes};
use super::{ArgDefinition, Base, Command, Dockerfile, Instruction, Stage, Stages, Word};
use value::{Mode, Value};

/// What every container has that runs on Linux.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Arguments that BuildKit keeps for itself: they are never variables, and never missing.
const HIDDEN: &[&str] = &["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

/// How many stages of a chain are looked at.
const MOST_IN_CHAIN: usize = 256;

/// How many bytes the values of all variables of a file may take: values of values grow fast.
const MOST_BYTES: usize = 16 << 20;

/// The variables of a file.
#[derive(Clone, Debug)]
pub struct Scopes<'d> {
    /// Those that `FROM` sees.
    pub preamble: Preamble<'d>,
    escape: char,
    stages: Vec<Scope<'d>>,
    /// How many bytes values may still take.
    left: usize,
}

/// What is known of a variable at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<'s> {
    /// It has a value. What is not known of the value before the build stands in it as written.
    Value(&'s str),
    /// It is declared, and gets its value when the image is built, if at all.
    Declared,
    /// Nothing sets it, unless the base image does.
    Undefined,
}

/// The variables of a stage.
#[derive(Clone, Debug)]
struct Scope<'d> {
    /// Where its `FROM` stands among the file's instructions.
    from: usize,
    base: Option<usize>,
    windows: bool,
    variables: Vec<Variable<'d>>,
    /// The places in `variables` of each name, ascending.
    places: BTreeMap<Cow<'d, str>, Vec<usize>>,
}

/// What one `ARG` or one pair of an `ENV` does.
#[derive(Clone, Debug)]
struct Variable<'d> {
    /// The instruction, by its number in the file.
    index: usize,
    name: Cow<'d, str>,
    value: Option<Value<'d>>,
    argument: bool,
}

impl<'d> Scopes<'d> {
    /// Reads every `ARG` and `ENV` of a file.
    pub fn new(file: &'d Dockerfile<'d>, stages: &Stages<'d>) -> Self {
        let preamble = Preamble::new(&file.instructions, file.escape);
        let mut scopes =
            Self { preamble, escape: file.escape, stages: Vec::new(), left: MOST_BYTES };
        for stage in &stages.all {
            scopes.add(stage, stages);
        }
        scopes
    }

    /// What is known of a variable in a stage at the instruction with a number, before it has had
    /// its effect.
    pub fn value(&self, stage: usize, index: usize, name: &str) -> Lookup<'_> {
        let found = self.find(stage, index, name);
        if let Some(value) = found.and_then(|it| it.get(Mode::Known)) {
            return Lookup::Value(value);
        }
        let declared = found.is_some() || self.declares(stage, index, name) || name == "PATH";
        if declared { Lookup::Declared } else { Lookup::Undefined }
    }

    /// A word of the instruction with a number, its variables put in, quotes and escapes removed.
    /// What isn't known before the build, or what BuildKit refuses, stays as it is written.
    pub fn expand<'w>(&self, index: usize, word: &'w Word<'_>) -> Cow<'w, str> {
        let text = word.as_str();
        let expanded = match self.stage_of(index) {
            Some(stage) => self.evaluate_in(Mode::Known, stage, index, text),
            None => self.preamble.expand_known(text),
        };
        expanded.map_or(Cow::Borrowed(text), |it| it.value)
    }

    /// A text in a stage, at the instruction with a number, as a build on x86-64 Linux has it, if
    /// the base image sets no variable but `PATH` and no arguments are given.
    pub fn evaluate<'w>(
        &self,
        stage: usize,
        index: usize,
        text: &'w str,
    ) -> Result<Expanded<'w>, ExpandError> {
        self.evaluate_in(Mode::Exact, stage, index, text)
    }

    /// The words of a text, as [`Scopes::evaluate`].
    pub fn evaluate_words(
        &self,
        stage: usize,
        index: usize,
        text: &str,
    ) -> Result<Vec<String>, ExpandError> {
        Lexer::new(self.escape).words(text, &|name| self.text(Mode::Exact, stage, index, name))
    }

    /// A text in which quotes mean nothing, such as the body of a heredoc, as
    /// [`Scopes::evaluate`].
    pub fn evaluate_raw<'w>(
        &self,
        stage: usize,
        index: usize,
        text: &'w str,
    ) -> Result<Expanded<'w>, ExpandError> {
        let lexer = Lexer { quotes: Quotes::Ordinary, ..Lexer::new('\\') };
        lexer.word(text, &|name| self.text(Mode::Exact, stage, index, name))
    }

    /// Whether an `ARG` of the stage, or of those below it, stands before the instruction with a
    /// number, whether or not it has a value.
    pub fn declares(&self, stage: usize, index: usize, name: &str) -> bool {
        HIDDEN.contains(&name) || self.named(stage, index, name).any(|it| it.argument)
    }

    /// The names that have a value at the instruction with a number, the latest first, some twice.
    pub fn names(&self, stage: usize, index: usize) -> impl Iterator<Item = &str> {
        let set = self.visible(stage, index).filter(|it| it.value.is_some());
        set.map(|it| &*it.name).chain(self.has_path(stage).then_some("PATH"))
    }

    /// The stage of the instruction with a number; `None` for those that see the preamble, such as
    /// `FROM` itself.
    pub fn stage_of(&self, index: usize) -> Option<usize> {
        let after = self.stages.partition_point(|it| it.from <= index);
        let stage = after.checked_sub(1)?;
        (self.stages[stage].from < index).then_some(stage)
    }

    fn add(&mut self, stage: &Stage<'d>, stages: &Stages<'d>) {
        let base = match stage.base {
            Base::Stage(base) if base < stage.index => Some(base),
            _ => None,
        };
        let from = stage.first.saturating_sub(1);
        let windows = stage.from.platform.as_ref().is_some_and(|it| it.text.starts_with("windows"));
        self.stages.push(Scope {
            from,
            base,
            windows,
            variables: Vec::new(),
            places: BTreeMap::new(),
        });
        // The triggers of the stage below run first, as if they stood in its FROM.
        let triggers = base.and_then(|it| stages.all.get(it)).map_or(&[][..], |it| it.body);
        for trigger in triggers {
            if let Command::Onbuild(instruction) = &trigger.command {
                self.run(stage.index, from, instruction);
            }
        }
        for (offset, instruction) in stage.body.iter().enumerate() {
            self.run(stage.index, stage.first + offset, instruction);
        }
    }

    fn run(&mut self, stage: usize, index: usize, instruction: &'d Instruction<'d>) {
        match &instruction.command {
            Command::Arg(definitions) => {
                for definition in definitions {
                    let variable = self.argument(stage, index, definition);
                    self.set(stage, variable);
                }
            }
            Command::Env(env) => {
                let variables: Vec<Variable<'d>> = env
                    .pairs
                    .iter()
                    .map(|it| Variable {
                        index,
                        name: self
                            .evaluate_in(Mode::Exact, stage, index, it.name.as_str())
                            .map_or(Cow::Borrowed(it.name.as_str()), |it| it.value),
                        value: Some(self.value_of(stage, index, it.value.as_str())),
                        argument: false,
                    })
                    .collect();
                for variable in variables {
                    self.set(stage, variable);
                }
            }
            _ => {}
        }
    }

    /// Adds a variable to a stage. Once values take more memory than any file has use for, none is
    /// known any more.
    fn set(&mut self, stage: usize, mut variable: Variable<'d>) {
        if let Some(value) = &mut variable.value {
            self.left = self.left.saturating_sub(value.owned());
            if self.left == 0 {
                *value = Value::unsure(Cow::Borrowed(""));
            }
        }
        let scope = &mut self.stages[stage];
        let place = scope.variables.len();
        scope.places.entry(variable.name.clone()).or_default().push(place);
        scope.variables.push(variable);
    }

    fn argument(
        &self,
        stage: usize,
        index: usize,
        definition: &'d ArgDefinition<'d>,
    ) -> Variable<'d> {
        let name = definition.name.as_str();
        let value = match &definition.value {
            // Those before it in the same instruction already hold.
            Some(it) => Some(self.value_of(stage, index + 1, it.as_str())),
            None => self.preamble.value(name),
        };
        let value = value.filter(|_| !HIDDEN.contains(&name));
        Variable { index, name: Cow::Borrowed(name), value, argument: true }
    }

    fn value_of(&self, stage: usize, index: usize, text: &'d str) -> Value<'d> {
        Value::of(text, |mode, text| self.evaluate_in(mode, stage, index, text))
    }

    fn evaluate_in<'w>(
        &self,
        mode: Mode,
        stage: usize,
        index: usize,
        text: &'w str,
    ) -> Result<Expanded<'w>, ExpandError> {
        let lexer = Lexer { skip_unset: mode == Mode::Known, ..Lexer::new(self.escape) };
        lexer.word(text, &|name| self.text(mode, stage, index, name))
    }

    fn text(&self, mode: Mode, stage: usize, index: usize, name: &str) -> Option<Cow<'_, str>> {
        match self.find(stage, index, name) {
            Some(value) => value.get(mode).map(Cow::Borrowed),
            None if mode == Mode::Exact && name == "PATH" && self.has_path(stage) => {
                Some(Cow::Borrowed(PATH))
            }
            None => None,
        }
    }

    fn find(&self, stage: usize, index: usize, name: &str) -> Option<&Value<'d>> {
        self.named(stage, index, name).find_map(|it| it.value.as_ref())
    }

    /// What holds of a name at an instruction, the latest first.
    fn named(&self, stage: usize, index: usize, name: &str) -> impl Iterator<Item = &Variable<'d>> {
        self.chain(stage).flat_map(move |scope| {
            let places = scope.places.get(name).map_or(&[][..], Vec::as_slice);
            let all = places.iter().rev().filter_map(|it| scope.variables.get(*it));
            all.skip_while(move |it| it.index >= index)
        })
    }

    /// What holds at an instruction, the latest first.
    fn visible(&self, stage: usize, index: usize) -> impl Iterator<Item = &Variable<'d>> {
        self.chain(stage).flat_map(move |it| {
            let end = it.variables.partition_point(|variable| variable.index < index);
            it.variables[..end].iter().rev()
        })
    }

    /// A stage and those that it stands on; at most 256.
    fn chain(&self, stage: usize) -> impl Iterator<Item = &Scope<'d>> {
        let mut next = self.stages.get(stage);
        let scopes = std::iter::from_fn(move || {
            let scope = next?;
            next = scope.base.and_then(|it| self.stages.get(it));
            Some(scope)
        });
        scopes.take(MOST_IN_CHAIN)
    }

    fn has_path(&self, stage: usize) -> bool {
        self.stages.get(stage).is_some_and(|it| !it.windows)
    }
}

#[cfg(test)]
mod tests;
