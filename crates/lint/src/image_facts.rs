//! What a Dockerfile makes of a stage, kept for the checks of files that build or run it.
//!
//! [`Facts`] borrow the text of their file; this digest owns what it says, so that it can be read
//! once for all the services and workflows that name the Dockerfile. Places are those of the
//! Dockerfile. What is not certain is not there: see the fields that say what is known.

mod directories;
mod port;
mod read;
mod writes;

use std::sync::Arc;

use plimsoll_finding::Span;

pub use directories::{Made, Ownership};

/// What a Dockerfile makes of a stage.
#[expect(clippy::struct_excessive_bools, reason = "each says of another thing whether it is known")]
#[derive(Clone, Debug)]
pub struct ImageFacts {
    /// The Dockerfile; for one that is written into a Compose file, that file.
    pub path: String,
    /// What findings call it.
    pub name: String,
    /// Whether it is written into another file, in which its places mean nothing.
    pub is_inline: bool,
    /// Its text.
    pub text: Arc<str>,
    /// Whether something in it can't be read, so that what it says is not all known.
    pub is_broken: bool,
    /// The stage that was asked for; `None` for the last.
    pub target: Option<String>,
    /// The number of that stage; `None` where there is none.
    pub stage: Option<usize>,
    /// All stages.
    pub stages: Vec<StageFacts>,
    /// Every `ARG`, in order.
    pub arguments: Vec<Argument>,
    /// The variables that choose the image which the stage stands on at last.
    pub base_variables: Vec<String>,
    /// That image as written, with defaults put in.
    pub base: String,
    /// Whether that image is one that the tables know, or none at all: what it sets beside what
    /// is said here is then known.
    pub base_known: bool,
    /// The user that it runs as.
    pub user: ImageUser,
    /// The ports of `EXPOSE`.
    pub ports: Vec<Placed<ExposedRange>>,
    /// Whether `ports` are all that the image exposes.
    pub ports_known: bool,
    /// The port that the program listens on, as `ENV` or its arguments tell.
    pub program_port: Option<Placed<u16>>,
    /// The paths of `VOLUME`.
    pub volumes: Vec<Placed<String>>,
    /// The directory that the program starts in; `?` at its start where that is not known.
    pub workdir: Option<Placed<String>>,
    /// The test of its health.
    pub health: Option<Placed<ImageHealth>>,
    /// The signal that stops it.
    pub stop_signal: Option<Placed<String>>,
    /// What always starts.
    pub entrypoint: Option<Placed<StartLine>>,
    /// What starts, or the arguments of `entrypoint`, if nothing else is given.
    pub cmd: Option<Placed<StartLine>>,
    /// The variables of `ENV`, the last of each name.
    pub variables: Vec<(String, Placed<String>)>,
    /// The init that it starts, such as `tini`.
    pub init: Option<Placed<String>>,
    /// The paths that it writes when it runs.
    pub writes: Vec<Placed<String>>,
    /// The directories that it makes, and whose they are.
    pub made: Vec<Made>,
    /// What it copies.
    pub copies: Vec<CopiedPath>,
}

/// A stage of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageFacts {
    /// Its name as written.
    pub name: Option<String>,
    /// Its `FROM`.
    pub span: Span,
    /// The words that its scripts run, in order, such as `cargo test`: the first two of each.
    pub runs: Vec<String>,
    /// Whether it, or one below it, says what starts.
    pub starts: bool,
}

/// An `ARG`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its default.
    pub default: Option<String>,
    /// The stage that declares it; `None` before the first `FROM`.
    pub stage: Option<usize>,
    /// The name's place.
    pub span: Span,
}

/// Something that an instruction says, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// What it says.
    pub value: T,
    /// Where.
    pub span: Span,
    /// Whether a variable is a part of it, so that a build with other arguments says otherwise.
    pub varies: bool,
}

/// The user that an image runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageUser {
    /// Root, which a `USER` may say.
    Root(Option<Span>),
    /// Another: a name or number, and the `USER` unless the base image says it.
    Other(String, Option<Span>),
    /// Not known.
    Unknown,
}

/// Ports of one protocol in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExposedRange {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// The test of an image's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageHealth {
    /// `NONE`.
    Disabled,
    /// A program and its arguments, or a script as one word.
    Test {
        /// Its words.
        words: Vec<String>,
        /// Whether a shell reads it.
        is_shell: bool,
    },
}

/// An `ENTRYPOINT` or `CMD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartLine {
    /// Its words, or the script as one.
    pub words: Vec<String>,
    /// Whether a shell reads it.
    pub is_shell: bool,
}

/// Something that a `COPY` or `ADD` brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedPath {
    /// The source, variables put in.
    pub source: String,
    /// Where it lands, as a whole path: the file, or the directory that gets a directory's content.
    pub path: String,
    /// Whether it comes from the build context.
    pub from_context: bool,
    /// Whether it is a file, as far as its name tells.
    pub is_file: bool,
    /// The source's word.
    pub span: Span,
}

impl ImageFacts {
    /// Reads a Dockerfile. `path` is absolute, `name` what findings call it.
    pub fn read(path: &str, name: String, text: &Arc<str>, target: Option<&str>) -> Self {
        read::read(path, name, text, target)
    }

    /// Whether the stage that was asked for is there.
    pub fn has_target(&self) -> bool {
        self.stage.is_some()
    }

    /// The place of something in the Dockerfile, for a related location; `None` in a file which
    /// merely holds the Dockerfile's text.
    pub fn place(&self, span: Span) -> Option<Span> {
        (!self.is_inline).then_some(span)
    }

    /// The names of its stages.
    pub fn stage_names(&self) -> impl Iterator<Item = &str> {
        self.stages.iter().filter_map(|it| it.name.as_deref())
    }

    /// Whether an `ARG` declares an argument, anywhere.
    pub fn declares(&self, argument: &str) -> bool {
        self.arguments.iter().any(|it| it.name == argument)
    }

    /// Whether the image exposes a port.
    pub fn exposes(&self, port: u16) -> bool {
        self.ports.iter().any(|it| (it.value.first..=it.value.last).contains(&port))
    }

    /// The value of a variable of `ENV`.
    pub fn variable(&self, name: &str) -> Option<&Placed<String>> {
        self.variables.iter().find(|it| it.0 == name).map(|it| &it.1)
    }
}

impl ImageUser {
    /// Whether it is certain that it is not root.
    pub fn is_other(&self) -> bool {
        matches!(self, Self::Other(..))
    }
}

#[cfg(test)]
mod tests;
