//! What the instructions say.

use std::borrow::Cow;

use plimsoll_finding::Span;

use super::{Instruction, Word};
use crate::Logical;

/// What an instruction says, by its kind.
#[derive(Clone, Debug)]
pub enum Command<'t> {
    /// `ADD`.
    Add(Copy<'t>),
    /// `ARG`: each name, with its default.
    Arg(Vec<ArgDefinition<'t>>),
    /// `CMD`.
    Cmd(CommandLine<'t>),
    /// `COPY`.
    Copy(Copy<'t>),
    /// `ENTRYPOINT`.
    Entrypoint(CommandLine<'t>),
    /// `ENV`.
    Env(Env<'t>),
    /// `EXPOSE`: each port as written.
    Expose(Vec<Word<'t>>),
    /// `FROM`.
    From(From<'t>),
    /// `HEALTHCHECK`.
    Healthcheck(Healthcheck<'t>),
    /// `LABEL`.
    Label(Env<'t>),
    /// `MAINTAINER`.
    Maintainer(Word<'t>),
    /// `ONBUILD`, and the instruction that it holds.
    Onbuild(Box<Instruction<'t>>),
    /// `RUN`.
    Run(Run<'t>),
    /// `SHELL`: its words.
    Shell(Vec<Word<'t>>),
    /// `STOPSIGNAL`.
    Stopsignal(Word<'t>),
    /// `USER`: `name`, `uid`, `name:group`, `uid:gid`.
    User(Word<'t>),
    /// `VOLUME`: each path.
    Volume(Vec<Word<'t>>),
    /// `WORKDIR`.
    Workdir(Word<'t>),
    /// What BuildKit would refuse; [`super::Dockerfile::errors`] says why.
    Broken,
}

/// `FROM [--platform=…] image [AS name]`.
#[derive(Clone, Debug)]
pub struct From<'t> {
    /// The image or stage, as written.
    pub image: Word<'t>,
    /// The word `AS`, as written.
    pub as_word: Option<Word<'t>>,
    /// The stage's name, as written. Names are compared in lower case.
    pub name: Option<Word<'t>>,
    /// `--platform`.
    pub platform: Option<Word<'t>>,
}

/// How a command is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `CMD program argument`, run by a shell.
    Shell,
    /// `CMD ["program", "argument"]`.
    Exec,
}

/// A command in either form.
#[derive(Clone, Debug)]
pub struct CommandLine<'t> {
    /// Which form.
    pub form: Form,
    /// Exec form: the decoded strings, whose spans hold the quotation marks. Shell form: empty.
    pub words: Vec<Word<'t>>,
    /// Shell form: the script, continuations removed. Exec form: the array as written.
    pub script: Logical<'t>,
}

/// `RUN`.
#[derive(Clone, Debug)]
pub struct Run<'t> {
    /// `--mount`, in order.
    pub mounts: Vec<Mount<'t>>,
    /// `--network`.
    pub network: Option<Word<'t>>,
    /// `--security`.
    pub security: Option<Word<'t>>,
    /// What is run.
    pub line: CommandLine<'t>,
}

/// What a mount mounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountKind {
    /// Files of the context, a stage or an image. The default.
    Bind,
    /// A directory that outlives the build.
    Cache,
    /// Memory.
    Tmpfs,
    /// A secret of the build.
    Secret,
    /// The agent's socket.
    Ssh,
    /// Not known before variables are expanded, or no type at all.
    Unknown,
}

/// `--mount=type=cache,target=/x`.
#[derive(Clone, Debug)]
pub struct Mount<'t> {
    /// The flag with its dashes.
    pub span: Span,
    /// What it mounts.
    pub kind: MountKind,
    /// Every `key=value`, in order.
    pub fields: Vec<MountField<'t>>,
}

/// One `key=value` of a mount.
#[derive(Clone, Debug)]
pub struct MountField<'t> {
    /// The key in lower case and its short forms spelled out: `type`, `from`, `source`, `target`,
    /// `readonly`, `readwrite`, `required`, `size`, `id`, `sharing`, `mode`, `uid`, `gid`, `env`.
    pub key: Cow<'t, str>,
    /// The value; `None` where there is no `=`.
    pub value: Option<Word<'t>>,
    /// Key and value.
    pub span: Span,
}

impl<'t> Mount<'t> {
    /// The value of a key, the last one where it is repeated.
    pub fn get(&self, key: &str) -> Option<&Word<'t>> {
        self.fields.iter().rev().find(|it| it.key == key)?.value.as_ref()
    }

    /// Where it is mounted, as written.
    pub fn target(&self) -> Option<&Word<'t>> {
        self.get("target")
    }
}

/// `COPY` and `ADD`.
#[derive(Clone, Debug)]
pub struct Copy<'t> {
    /// Whether paths are written as an array.
    pub form: Form,
    /// `--from`.
    pub from: Option<Word<'t>>,
    /// `--chown`.
    pub chown: Option<Word<'t>>,
    /// `--chmod`.
    pub chmod: Option<Word<'t>>,
    /// `--link`.
    pub link: bool,
    /// What is copied.
    pub sources: Vec<Source<'t>>,
    /// Where to.
    pub destination: Word<'t>,
}

/// What is copied.
#[derive(Clone, Debug)]
pub enum Source<'t> {
    /// A path, pattern, URL or git repository, as written.
    Path(Word<'t>),
    /// A heredoc: its place in [`Instruction::heredocs`].
    Heredoc(usize, Word<'t>),
}

/// `ENV` and `LABEL`.
#[derive(Clone, Debug)]
pub struct Env<'t> {
    /// Whether it is written `KEY value`, without `=`.
    pub legacy: bool,
    /// Each name and value.
    pub pairs: Vec<EnvPair<'t>>,
}

/// One name and value.
#[derive(Clone, Debug)]
pub struct EnvPair<'t> {
    /// The name as written (a label's may be quoted).
    pub name: Word<'t>,
    /// The value as written, with its quotes.
    pub value: Word<'t>,
}

/// `name` or `name=default` of `ARG`.
#[derive(Clone, Debug)]
pub struct ArgDefinition<'t> {
    /// The name.
    pub name: Word<'t>,
    /// The default as written, with its quotes.
    pub value: Option<Word<'t>>,
}

/// `HEALTHCHECK`.
#[derive(Clone, Debug)]
pub struct Healthcheck<'t> {
    /// The word `NONE` or `CMD`, as written.
    pub kind: Word<'t>,
    /// What tests.
    pub test: HealthcheckTest<'t>,
}

/// What a health check runs.
#[derive(Clone, Debug)]
pub enum HealthcheckTest<'t> {
    /// `NONE`: the base's check is switched off.
    None,
    /// `CMD`.
    Command(CommandLine<'t>),
}
