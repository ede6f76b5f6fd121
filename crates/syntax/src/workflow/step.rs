//! Steps.

use plimsoll_finding::Span;

use super::script::places;
use super::{Condition, Field, Job, Uses};
use crate::shell::{self, Script, ShellOptions};
use crate::yaml::{Entry, Value};

/// A step of a job or of a composite action.
#[derive(Clone, Copy, Debug)]
pub struct Step<'y> {
    /// The mapping.
    pub value: Value<'y>,
    /// Its number in the list, from 0.
    pub index: usize,
    default_shell: Option<Field<'y>>,
    job: Option<Job<'y>>,
}

impl<'y> Step<'y> {
    pub(super) fn all(
        steps: Option<Value<'y>>,
        default_shell: Option<Field<'y>>,
        job: Option<Job<'y>>,
    ) -> impl Iterator<Item = Self> {
        let items = steps.into_iter().flat_map(Value::items).enumerate();
        items.filter(|(_, value)| value.is_mapping()).map(move |(index, value)| Self {
            value,
            index,
            default_shell,
            job,
        })
    }

    /// The job that it is a step of.
    pub fn job(self) -> Option<Job<'y>> {
        self.job
    }

    /// The value of a key.
    pub fn get(self, key: &str) -> Option<Value<'y>> {
        self.value.get(key)
    }

    /// A scalar of a key.
    pub fn field(self, key: &str) -> Option<Field<'y>> {
        self.get(key).and_then(Field::new)
    }

    /// What other steps call it.
    pub fn id(self) -> Option<&'y str> {
        self.get("id")?.as_str()
    }

    /// What people call it.
    pub fn name(self) -> Option<Field<'y>> {
        self.field("name")
    }

    /// When it runs.
    pub fn condition(self) -> Option<Condition<'y>> {
        self.get("if").and_then(Condition::new)
    }

    /// The action that it is.
    pub fn uses(self) -> Option<Uses<'y>> {
        self.get("uses").and_then(Uses::new)
    }

    /// The inputs of the action.
    pub fn inputs(self) -> Vec<Entry<'y>> {
        self.get("with").map(Value::entries).unwrap_or_default()
    }

    /// An input of the action. Its name may be in any case.
    pub fn input(self, name: &str) -> Option<Field<'y>> {
        self.input_entry(name).and_then(|it| Field::new(it.value))
    }

    /// An input of the action with its key.
    pub fn input_entry(self, name: &str) -> Option<Entry<'y>> {
        let inputs = self.get("with")?;
        let same = |it: &Entry<'y>| it.name().eq_ignore_ascii_case(name);
        inputs.entry(name).or_else(|| inputs.entries().into_iter().find(same))
    }

    /// The script as it is written.
    pub fn run(self) -> Option<Field<'y>> {
        self.field("run")
    }

    /// The shell of the script: its own, or the one that its job or workflow sets.
    pub fn shell(self) -> Option<Field<'y>> {
        self.field("shell").or(self.default_shell)
    }

    /// The commands of the script, at their places in the workflow. `None` where there is no script,
    /// it is for another program than a POSIX shell, or escapes hide its places.
    ///
    /// Without a `shell`, GitHub runs `bash -e`; `shell: bash` adds `-o pipefail`.
    pub fn script(self) -> Option<Script<'y>> {
        let run = self.run()?;
        let on_windows = || self.job.is_some_and(Job::is_on_windows);
        let options = match self.shell().map(Field::text) {
            None if on_windows() => return None,
            None | Some("sh") => ShellOptions { errexit: true, pipefail: false },
            Some("bash") => ShellOptions { errexit: true, pipefail: true },
            Some(shell) => {
                let mut words = shell.split_whitespace();
                let program = words.next()?.rsplit('/').next()?;
                if !matches!(program, "sh" | "bash" | "dash" | "zsh" | "ksh" | "ash") {
                    return None;
                }
                ShellOptions::from_arguments(words.filter(|it| !it.starts_with("--")))
            }
        };
        let places = places(run.value)?;
        Some(shell::parse_placed(run.text(), &places, options))
    }

    /// Its variables.
    pub fn env(self) -> Vec<Entry<'y>> {
        self.get("env").map(Value::entries).unwrap_or_default()
    }

    /// Whether the job goes on where the step fails: `true`, or an expression.
    pub fn continue_on_error(self) -> Option<Field<'y>> {
        self.field("continue-on-error")
    }

    /// The directory of the script.
    pub fn working_directory(self) -> Option<Field<'y>> {
        self.field("working-directory")
    }

    /// The place of the whole step.
    pub fn span(self) -> Span {
        self.value.span()
    }
}
