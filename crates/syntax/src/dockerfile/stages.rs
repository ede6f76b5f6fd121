//! The stages of a Dockerfile, and what each builds on.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_finding::Span;

use super::{Command, Dockerfile, From, Instruction, Keyword, Preamble, SyntaxError, Word};

/// How many stages of a chain are looked at: far more than any builder can stack layers.
const MOST_IN_CHAIN: usize = 256;

/// How often the name of a base with variables is held against the name of a stage. What isn't
/// compared any more is taken to fit.
const MOST_COMPARED: usize = 1_000_000;

/// All stages of a file.
#[derive(Clone, Debug)]
pub struct Stages<'d> {
    /// The instructions before the first `FROM`.
    pub preamble: &'d [Instruction<'d>],
    /// The stages, in order.
    pub all: Vec<Stage<'d>>,
    /// The numbers of the stages of each name, ascending.
    names: BTreeMap<String, Vec<usize>>,
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
    /// The number of the last stage of its chain: the one that builds on an image or on nothing.
    pub root: usize,
    /// The base's name, with the defaults of the `ARG`s before the first `FROM`, for x86-64 Linux.
    pub image: String,
    /// Whether every variable in the base's name has a default, and the same one on each platform.
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
    /// The stages of a file. A `FROM` that is broken begins none, and what follows it is in none.
    pub fn new(file: &'d Dockerfile<'d>) -> Self {
        let all = &file.instructions;
        let starts: Vec<usize> =
            (0..all.len()).filter(|it| all[*it].kind == Keyword::From).collect();
        let preamble = &all[..starts.first().copied().unwrap_or(all.len())];
        let arguments = Preamble::new(all, file.escape);
        let all_stages = Vec::with_capacity(starts.len());
        let mut stages = Self { preamble, all: all_stages, names: BTreeMap::new() };
        for (at, &start) in starts.iter().enumerate() {
            let end = starts.get(at + 1).copied().unwrap_or(all.len());
            let instruction = &all[start];
            let Command::From(from) = &instruction.command else { continue };
            let (image, image_known) = image(&arguments, &from.image);
            let (index, base) = (stages.all.len(), stages.base(&image));
            let name = from.name.as_ref().map(|it| it.text.to_ascii_lowercase());
            if let Some(name) = &name {
                stages.names.entry(name.clone()).or_default().push(index);
            }
            let stage = Stage {
                index,
                instruction,
                from,
                name,
                base,
                root: match base {
                    Base::Stage(base) => stages.all.get(base).map_or(index, |it| it.root),
                    Base::Scratch | Base::Image => index,
                },
                image,
                image_known,
                body: &all[start + 1..end],
                first: start + 1,
                uses: Vec::new(),
                shipped: false,
                reachable: false,
            };
            stages.all.push(stage);
        }
        stages.link();
        stages
    }

    /// What a stage builds on whose `FROM` says `image`. BuildKit compares names as they are
    /// written here with names in lower case.
    fn base(&self, image: &str) -> Base {
        if image == "scratch" {
            return Base::Scratch;
        }
        let latest = self.names.get(image).and_then(|it| it.last());
        latest.map_or(Base::Image, |it| Base::Stage(*it))
    }

    /// Finds out who uses whom, and what the final stage needs.
    fn link(&mut self) {
        for index in 0..self.all.len() {
            let mut uses = Vec::new();
            for word in self.all[index].body.iter().flat_map(sources) {
                if let Some(stage) = self.named(&word.text, self.all.len()) {
                    uses.push(StageUse { stage: stage.index, span: word.span });
                }
            }
            self.all[index].uses = uses;
        }
        let Some(last) = self.all.len().checked_sub(1) else { return };
        let mut shipped = Some(last);
        while let Some(stage) = shipped.and_then(|it| self.all.get_mut(it)) {
            stage.shipped = true;
            shipped = match stage.base {
                Base::Stage(base) if base < stage.index => Some(base),
                _ => None,
            };
        }
        let mut needed = vec![last];
        // How many comparisons were made, and how many stages are reachable since those are too many.
        let (mut compared, mut taken) = (0_usize, 0);
        while let Some(index) = needed.pop() {
            let stage = &mut self.all[index];
            if std::mem::replace(&mut stage.reachable, true) {
                continue;
            }
            needed.extend(stage.uses.iter().map(|it| it.stage));
            if let Base::Stage(base) = stage.base {
                needed.push(base);
            }
            // Builds for other platforms, or with other arguments, may build on other stages.
            let written = &stage.from.image.text;
            if written.contains('$') {
                compared = compared.saturating_add(index);
                if compared > MOST_COMPARED {
                    needed.extend(taken..index);
                    taken = taken.max(index);
                    continue;
                }
                let others = self.all[..index]
                    .iter()
                    .filter(|it| it.name.as_deref().is_some_and(|it| could_mean(written, it)));
                needed.extend(others.map(|it| it.index));
            }
        }
    }

    /// The stages that one is made from, itself too, by their indices in order.
    pub fn needed_by(&self, index: usize) -> BTreeSet<usize> {
        let mut needed = BTreeSet::new();
        let mut open = vec![index];
        while let Some(index) = open.pop() {
            let Some(stage) = self.all.get(index).filter(|_| needed.insert(index)) else {
                continue;
            };
            open.extend(stage.uses.iter().map(|it| it.stage));
            if let Base::Stage(base) = stage.base {
                open.push(base);
            }
        }
        needed
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

    /// A stage, then the stage that it builds on, and so on to the one that builds on an image;
    /// at most 256 of them.
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
        .take(MOST_IN_CHAIN)
    }

    /// The last stage of a chain: the one that builds on an image or on nothing.
    pub fn root(&self, stage: usize) -> Option<&Stage<'d>> {
        self.all.get(self.all.get(stage)?.root)
    }

    /// The last instruction of a kind in a stage or, where it has none, in those below it.
    pub fn effective(&self, stage: usize, kind: Keyword) -> Option<&'d Instruction<'d>> {
        self.chain(stage).find_map(|it| it.last(kind))
    }

    /// The stage that `COPY --from` or a mount's `from` means: by number, or the last of a name
    /// among the first `limit` stages. BuildKit refuses a stage that comes later than its use.
    pub fn named(&self, name: &str, limit: usize) -> Option<&Stage<'d>> {
        let stages = &self.all[..limit.min(self.all.len())];
        if let Ok(number) = name.parse::<usize>() {
            return stages.get(number);
        }
        let numbers = self.names.get(&name.to_ascii_lowercase())?;
        let before = numbers.partition_point(|it| *it < stages.len());
        stages.get(*numbers.get(before.checked_sub(1)?)?)
    }
}

/// The words of an instruction that name where files come from.
fn sources<'d>(instruction: &'d Instruction<'d>) -> impl Iterator<Item = &'d Word<'d>> {
    let (copy, mounts) = match &instruction.command {
        Command::Copy(copy) => (copy.from.as_ref(), &[][..]),
        Command::Run(run) => (None, &run.mounts[..]),
        _ => (None, &[][..]),
    };
    copy.into_iter().chain(mounts.iter().filter_map(|it| it.get("from")))
}

/// The name of a base as a build on x86-64 Linux reads it, and whether every build reads the same.
fn image(preamble: &Preamble<'_>, word: &Word<'_>) -> (String, bool) {
    let Ok(exact) = preamble.expand(&word.text) else {
        return (word.text.clone().into_owned(), false);
    };
    let plain = exact.used.is_empty() && exact.unmatched.is_empty();
    let known = plain || preamble.expand_known(&word.text).is_ok_and(|it| it.value == exact.value);
    (exact.value.into_owned(), known)
}

/// Whether another argument could make a base's name that of a stage: what stands around the
/// variables fits.
fn could_mean(written: &str, name: &str) -> bool {
    let Some((before, rest)) = written.split_once('$') else { return false };
    let is_name = |it: char| it.is_alphanumeric() || it == '_';
    let after = match written.rsplit_once('}') {
        Some((_, after)) if !after.contains('$') => after,
        _ => rest.rsplit('$').next().unwrap_or(rest).trim_start_matches(is_name),
    };
    let fits = name.strip_prefix(before).is_some_and(|it| it.ends_with(after));
    fits && !(before.is_empty() && after.is_empty())
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
            Command::User(word) => Some((instruction, word)),
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

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const FILE: &str = "ARG BASE=debian
ARG TAG=${BASE}-slim
FROM rust AS Build
FROM build AS test
FROM $BASE:$TAG AS run
FROM scratch AS unused
FROM run
COPY --from=BUILD /a /b
RUN --mount=from=0,target=/x y
";

    #[test]
    fn stages_know_their_bases_and_uses() {
        let file = parse(FILE);
        let stages = Stages::new(&file);
        let bases: Vec<Base> = stages.all.iter().map(|it| it.base).collect();
        assert_eq!(
            bases,
            [Base::Image, Base::Stage(0), Base::Image, Base::Scratch, Base::Stage(2)]
        );
        assert_eq!(stages.all[2].image, "debian:debian-slim");
        assert!(stages.all[2].image_known);
        let uses: Vec<usize> = stages.all[4].uses.iter().map(|it| it.stage).collect();
        assert_eq!(uses, [0, 0]);
        let reachable: Vec<bool> = stages.all.iter().map(|it| it.reachable).collect();
        assert_eq!(reachable, [true, false, true, false, true]);
        let shipped: Vec<bool> = stages.all.iter().map(|it| it.shipped).collect();
        assert_eq!(shipped, [false, false, true, false, true]);
        assert_eq!(stages.root(4).map(|it| it.index), Some(2));
    }

    #[test]
    fn a_chain_of_thousands_of_stages_is_walked_in_part_and_still_has_its_root() {
        let lines: Vec<String> =
            (1..3000).map(|it| format!("FROM s{} AS s{it}\n", it - 1)).collect();
        let text = "FROM debian AS s0\n".to_owned() + &lines.concat();
        let file = parse(&text);
        let stages = Stages::new(&file);
        assert_eq!(stages.root(2999).map(|it| it.index), Some(0));
        assert!(stages.all.iter().all(|it| it.shipped && it.reachable));
        assert_eq!(stages.chain(2999).count(), 256);
        assert_eq!(stages.named("S17", 3000).map(|it| it.index), Some(17));
        assert!(stages.named("s17", 17).is_none());
    }

    #[test]
    fn an_argument_without_a_default_leaves_the_image_unknown() {
        let file = parse("ARG A\nFROM x:$A\n");
        let stages = Stages::new(&file);
        assert_eq!((&*stages.all[0].image, stages.all[0].image_known), ("x:", false));
    }

    #[test]
    fn a_stage_that_another_platform_builds_on_is_reachable() {
        let text = "FROM a AS x-amd64
FROM b AS x-arm64
FROM c AS y-amd64
FROM d AS release
FROM x-${TARGETARCH} AS z
FROM ${MODE}
COPY --from=z / /
";
        let file = parse(text);
        let stages = Stages::new(&file);
        let reachable: Vec<bool> = stages.all.iter().map(|it| it.reachable).collect();
        assert_eq!(reachable, [true, true, false, false, true, true]);
        assert_eq!(stages.all[4].base, Base::Stage(0));
        assert!(!stages.all[4].image_known);
        assert!(could_mean("$A-x", "b-x") && could_mean("x-$A", "x-b"));
        assert!(!could_mean("$A-x", "b") && !could_mean("x", "x") && !could_mean("$A", "x"));
    }

    #[test]
    fn the_effective_instruction_is_inherited() {
        let file = parse("FROM a AS b\nUSER 1\nFROM b\nCMD x\nFROM a\nCMD y\n");
        let stages = Stages::new(&file);
        let user = stages.effective(1, Keyword::User).map(|it| it.first_line);
        assert_eq!(user, Some(2));
        assert_eq!(stages.effective(2, Keyword::User).map(|it| it.first_line), None);
        assert_eq!(stages.at(file.text.find("CMD y").unwrap()).map(|it| it.index), Some(2));
    }

    #[test]
    fn what_is_in_no_stage_belongs_to_none() {
        let file = parse("FROM a b\nRUN x\n");
        assert_eq!(Stages::new(&file).all.len(), 0);
        assert_eq!(Stages::new(&parse("")).all.len(), 0);
    }
}
