//! Where an instruction runs: its directory, its variables, its mounts.

use std::borrow::Cow;

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Base, Command, Lookup, MountKind, Stage};

use super::paths::{self, UNKNOWN};
use crate::Facts;

/// How many instructions before one are looked at.
const MOST_BEFORE: usize = 1_000;

/// The directory of a stage's first instruction and of what follows each `WORKDIR`, by the number of
/// the instruction that sets it, ascending.
#[derive(Debug)]
pub(crate) struct Directories(Vec<(usize, String)>);

/// A directory or file that is there while a `RUN` runs.
#[derive(Clone, Debug)]
pub(crate) struct MountedAt<'d> {
    /// What it mounts.
    pub(crate) kind: MountKind,
    /// Where, as a whole path.
    pub(crate) path: String,
    /// The stage or image that it takes files from.
    pub(crate) from: Option<&'d str>,
    /// What the cache is known by; its path where it has no `id`.
    pub(crate) id: String,
    /// `sharing` of a cache: `shared` where it isn't given.
    pub(crate) sharing: &'d str,
    /// The flag.
    pub(crate) span: Span,
}

impl Directories {
    pub(crate) fn new(facts: &Facts<'_>) -> Self {
        let mut all: Vec<(usize, String)> = Vec::new();
        let mut ends: Vec<String> = Vec::new();
        for stage in &facts.stages.all {
            let mut directory = match stage.base {
                Base::Scratch => "/".to_owned(),
                Base::Stage(base) => ends.get(base).cloned().unwrap_or_else(|| UNKNOWN.to_owned()),
                Base::Image if starts_at_root(&stage.image) => "/".to_owned(),
                Base::Image => UNKNOWN.to_owned(),
            };
            all.push((stage.first.saturating_sub(1), directory.clone()));
            for (offset, instruction) in stage.body.iter().enumerate() {
                if let Command::Workdir(word) = &instruction.command {
                    let index = stage.first + offset;
                    directory = paths::join(&directory, &facts.expand(index, word));
                    all.push((index, directory.clone()));
                }
            }
            ends.push(directory);
        }
        Self(all)
    }

    fn at(&self, index: usize) -> &str {
        let after = self.0.partition_point(|it| it.0 < index);
        after.checked_sub(1).and_then(|it| self.0.get(it)).map_or(UNKNOWN, |it| &it.1)
    }
}

/// Whether an image is known to start in `/`.
fn starts_at_root(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or_default();
    let name = match name.rfind(':') {
        Some(colon) if !name[colon..].contains('/') => &name[..colon],
        _ => name,
    };
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let official = name.strip_prefix("public.ecr.aws/docker/library/").unwrap_or(name);
    matches!(
        official,
        "rust"
            | "debian"
            | "ubuntu"
            | "alpine"
            | "fedora"
            | "buildpack-deps"
            | "node"
            | "python"
            | "lukemathwalker/cargo-chef"
            | "busybox"
            | "archlinux"
            | "almalinux"
            | "rockylinux"
    ) || name.starts_with("gcr.io/distroless/")
        || name.starts_with("nvidia/cuda")
}

impl<'d> Facts<'d> {
    /// The directory that an instruction works in, as a whole path.
    pub(crate) fn directory(&self, index: usize) -> &str {
        self.directories.get_or_init(|| Directories::new(self)).at(index)
    }

    /// The instructions that have run in the image before one: those of the stages below, then
    /// those of its own stage; each with its number. Of more than 1,000 these are the last.
    pub(crate) fn before(&self, stage: usize, index: usize) -> Vec<usize> {
        let mut chain: Vec<&Stage<'d>> = self.stages.chain(stage).collect();
        chain.reverse();
        let ranges = chain.iter().map(|it| {
            let end = it.first + it.body.len();
            it.first..if it.index == stage { end.min(index) } else { end }
        });
        let mut found: Vec<usize> =
            ranges.rev().flat_map(Iterator::rev).take(MOST_BEFORE).collect();
        found.reverse();
        found
    }

    /// The value that a variable has in the environment of an instruction; `None` where it has none
    /// that is known.
    pub(crate) fn variable(&self, stage: usize, index: usize, name: &str) -> Option<String> {
        match self.scopes().value(stage, index, name) {
            Lookup::Value(value) => Some(value.to_owned()),
            _ => None,
        }
    }

    /// A word of a script with the values of `$NAME` and `${NAME}` put in, as far as the
    /// instructions give them.
    pub(crate) fn in_shell<'w>(&self, stage: usize, index: usize, text: &'w str) -> Cow<'w, str> {
        if !text.contains('$') {
            return Cow::Borrowed(text);
        }
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            result.push_str(&rest[..at]);
            let (whole, name) = reference(&rest[at..]);
            match name.and_then(|it| self.variable(stage, index, it)) {
                Some(value) => result.push_str(&value),
                None => result.push_str(whole),
            }
            rest = &rest[at + whole.len()..];
        }
        result.push_str(rest);
        Cow::Owned(result)
    }

    /// The mounts of a `RUN`.
    pub(crate) fn mounts(&self, index: usize) -> Vec<MountedAt<'d>> {
        let Some(Command::Run(run)) = self.file.instructions.get(index).map(|it| &it.command)
        else {
            return Vec::new();
        };
        let mounts = run.mounts.iter().filter_map(|mount| {
            let target = mount.target()?;
            let path = paths::join(self.directory(index), &self.expand(index, target));
            let id = mount.get("id").map(|it| self.expand(index, it).into_owned());
            Some(MountedAt {
                kind: mount.kind,
                id: id.unwrap_or_else(|| path.clone()),
                path,
                from: mount.get("from").map(|it| &*it.text),
                sharing: mount.get("sharing").map_or("shared", |it| &*it.text),
                span: mount.span,
            })
        });
        mounts.collect()
    }
}

/// The reference at the start of a text, and the name in it where it is a plain one.
fn reference(text: &str) -> (&str, Option<&str>) {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    if let Some(inner) = text.strip_prefix("${") {
        let length = inner.find(|it| !is_name(it)).unwrap_or(inner.len());
        if inner[length..].starts_with('}') {
            return (&text[..length + 3], Some(&inner[..length]));
        }
        return (&text[..2], None);
    }
    let name = &text[1..];
    let length = name.find(|it| !is_name(it)).unwrap_or(name.len());
    (&text[..=length], (length > 0).then_some(&name[..length]))
}
