//! The stages of a Dockerfile, and what each builds on.

use plimsoll_finding::Span;

use super::{Dockerfile, From, Instruction, Keyword, SyntaxError, Word};

/// All stages of a file.
#[derive(Clone, Debug)]
pub struct Stages<'d> {
    /// The instructions before the first `FROM`.
    pub preamble: &'d [Instruction<'d>],
    /// The stages, in order.
    pub all: Vec<Stage<'d>>,
}

/// From a `FROM` to the next.
#[derive(Clone, Debug)]
pub struct Stage<'d> {
    /// Its number, counted from 0.
    pub index: usize,
    /// Its `FROM`.
    pub instruction: &'d Instruction<'d>,
    /// What its `FROM` says.
    pub from: &'d From<'d>,
    /// Its name in lower case.
    pub name: Option<String>,
    /// What it builds on.
    pub base: Base,
    /// The base's name, with the defaults of the `ARG`s before the first `FROM`.
    pub image: String,
    /// Whether every variable in the base's name had a default.
    pub image_known: bool,
    /// The instructions after its `FROM`.
    pub body: &'d [Instruction<'d>],
    /// Where `body` begins among the file's instructions.
    pub first: usize,
    /// The stages that it takes files from: `COPY --from`, `RUN --mount=from=`.
    pub uses: Vec<StageUse>,
    /// Whether what it holds is in the final image: it is the final stage or below it.
    pub shipped: bool,
    /// Whether the final stage needs it.
    pub reachable: bool,
}

/// What a stage builds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// Another stage, by its number.
    Stage(usize),
    /// An image; its name is [`Stage::image`].
    Image,
}

/// A stage's use of another one's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StageUse {
    /// The other stage's number.
    pub stage: usize,
    /// Where it is named.
    pub span: Span,
}

impl<'d> Stages<'d> {
    /// The stages of a file.
    pub fn new(_file: &'d Dockerfile<'d>) -> Self {
        Self { preamble: &[], all: Vec::new() }
    }

    /// The stage that becomes the image.
    pub fn last(&self) -> Option<&Stage<'d>> {
        self.all.last()
    }

    /// The stage that holds the byte at an offset.
    pub fn at(&self, offset: usize) -> Option<&Stage<'d>> {
        let after = self.all.partition_point(|it| it.instruction.span.start() <= offset);
        self.all.get(after.checked_sub(1)?)
    }

    /// A stage, then the stage that it builds on, and so on to the one that builds on an image.
    pub fn chain(&self, stage: usize) -> impl Iterator<Item = &Stage<'d>> {
        let mut next = self.all.get(stage);
        std::iter::from_fn(move || {
            let stage = next?;
            next = match stage.base {
                // A stage builds on an earlier one: the chain ends.
                Base::Stage(base) if base < stage.index => self.all.get(base),
                _ => None,
            };
            Some(stage)
        })
    }

    /// The last stage of a chain: the one that builds on an image or on nothing.
    pub fn root(&self, stage: usize) -> Option<&Stage<'d>> {
        self.chain(stage).last()
    }

    /// The last instruction of a kind in a stage or, where it has none, in those below it.
    pub fn effective(&self, stage: usize, kind: Keyword) -> Option<&'d Instruction<'d>> {
        self.chain(stage).find_map(|it| it.last(kind))
    }

    /// The stage that `COPY --from` or a mount's `from` means in the stage `before`, by name or number.
    pub fn named(&self, name: &str, before: usize) -> Option<&Stage<'d>> {
        let name = name.to_ascii_lowercase();
        let earlier = &self.all[..before.min(self.all.len())];
        earlier
            .iter()
            .rev()
            .find(|it| it.name.as_deref() == Some(&*name))
            .or_else(|| earlier.get(name.parse::<usize>().ok()?))
    }
}

impl<'d> Stage<'d> {
    /// The last instruction of a kind in this stage alone.
    pub fn last(&self, kind: Keyword) -> Option<&'d Instruction<'d>> {
        self.body.iter().rev().find(|it| it.kind == kind)
    }

    /// The instructions of a kind in this stage alone.
    pub fn each(&self, kind: Keyword) -> impl Iterator<Item = &'d Instruction<'d>> {
        self.body.iter().filter(move |it| it.kind == kind)
    }

    /// The user that the stage's `USER` names, if it has one.
    pub fn user(&self) -> Option<(&'d Instruction<'d>, &'d Word<'d>)> {
        let instruction = self.last(Keyword::User)?;
        match &instruction.command {
            super::Command::User(word) => Some((instruction, word)),
            _ => None,
        }
    }
}

/// Refuses instructions before the first `FROM`, but for `ARG`, and a file without any.
pub(super) fn check_order(file: &mut Dockerfile<'_>) {
    let first = file.instructions.iter().position(|it| it.kind == Keyword::From);
    let before = &file.instructions[..first.unwrap_or(file.instructions.len())];
    let known = |it: &&Instruction<'_>| !matches!(it.kind, Keyword::Arg | Keyword::Unknown);
    let message = match before.iter().find(known) {
        Some(it) => SyntaxError {
            span: it.keyword.span,
            message: format!("{} stands before the first FROM", it.kind.name()),
        },
        None if first.is_none() && file.errors.is_empty() => SyntaxError {
            span: Span::empty(file.text.len()),
            message: "the file has no FROM".to_owned(),
        },
        None => return,
    };
    file.errors.push(message);
}
