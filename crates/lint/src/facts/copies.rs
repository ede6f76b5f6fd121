//! What `COPY` and `ADD` bring into a stage, as far as a Rust project is concerned.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, Copy, Source};

use super::paths;
use crate::Facts;

/// One source of a `COPY` or `ADD`.
#[derive(Clone, Debug)]
pub(crate) struct Copied {
    /// The instruction's number.
    pub(crate) index: usize,
    /// Where it comes from.
    pub(crate) origin: Origin,
    /// The source, variables put in.
    pub(crate) source: String,
    /// Where it lands, as a whole path: the file, or the directory that gets a directory's content.
    pub(crate) path: String,
    /// What it brings.
    pub(crate) content: Content,
    /// The source's word.
    pub(crate) span: Span,
}

/// Where a copied file comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The build's context.
    Context,
    /// A stage, by its number.
    Stage(usize),
    /// An image, or another context.
    Elsewhere,
}

/// What a source brings, as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// `Cargo.toml`, `Cargo.lock` and what else changes as seldom.
    Manifest,
    /// The project's sources: everything, `src`, `crates`, a file of Rust code.
    Sources,
    /// A directory of whatever.
    Directory,
    /// Another file.
    File,
}

/// How many sources of all `COPY` and `ADD` of a file are read. Rules look at them again for every
/// command that may need them.
const MOST_SOURCES: usize = 10_000;

/// Files without an extension.
const FILES: &[&str] = &[
    "LICENSE",
    "NOTICE",
    "README",
    "Makefile",
    "Dockerfile",
    "Justfile",
    "justfile",
    "VERSION",
    "Procfile",
    "COPYING",
    "CHANGELOG",
];

impl Content {
    fn of(source: &str) -> Self {
        let trimmed = source.trim_end_matches('/');
        let relative = trimmed.trim_start_matches("./").trim_start_matches('/');
        let name = paths::file_name(relative);
        if matches!(relative, "" | "." | "*" | "**") {
            return Self::Sources;
        }
        let is_manifest = matches!(
            name,
            "Cargo.toml"
                | "Cargo.lock"
                | "rust-toolchain"
                | "rust-toolchain.toml"
                | ".cargo"
                | "build.rs"
                | "clippy.toml"
                | "rustfmt.toml"
                | "recipe.json"
                | "Cargo.*"
                | "Cargo*"
                | "*.toml"
                | "*.lock"
                | "Cargo.toml*"
                | "Cargo.lock*"
                | "cargo.toml"
                | "cargo.lock"
        ) || relative.starts_with(".cargo/");
        if is_manifest {
            return Self::Manifest;
        }
        if is_rust(relative) || relative.split('/').any(|it| matches!(it, "src" | "crates")) {
            return Self::Sources;
        }
        let is_file = name.get(1..).is_some_and(|it| it.contains('.')) || FILES.contains(&name);
        if is_file && !source.ends_with('/') { Self::File } else { Self::Directory }
    }
}

fn is_rust(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "rs")
}

impl Facts<'_> {
    /// What the `COPY` or `ADD` with a number brings; nothing where the instruction is another.
    pub(crate) fn copied(&self, index: usize) -> &[Copied] {
        let all = self.copies.get_or_init(|| {
            let mut left = MOST_SOURCES;
            let read = |index| {
                let copied = self.read_copied(index, left);
                left -= copied.len();
                copied
            };
            (0..self.file.instructions.len()).map(read).collect()
        });
        all.get(index).map_or(&[], Vec::as_slice)
    }

    fn read_copied(&self, index: usize, most: usize) -> Vec<Copied> {
        let (copy, is_add) = match self.file.instructions.get(index).map(|it| &it.command) {
            Some(Command::Copy(copy)) => (copy, false),
            Some(Command::Add(copy)) => (copy, true),
            _ => return Vec::new(),
        };
        let origin = self.origin(index, copy);
        let destination = self.expand(index, &copy.destination);
        let whole = paths::join(self.directory(index), &destination);
        let into = destination.ends_with('/')
            || matches!(&*destination, "." | "..")
            || copy.sources.len() > 1;
        let sources = copy.sources.iter().filter_map(|source| match source {
            Source::Path(word) => Some(word),
            Source::Heredoc(..) => None,
        });
        let read = sources.take(most).map(|word| {
            let source = self.expand(index, word).into_owned();
            let remote = is_add && (source.contains("://") || source.starts_with("git@"));
            let content = Content::of(&source);
            let is_file = matches!(content, Content::File | Content::Manifest) || is_rust(&source);
            // Below a stage's own files the name may be that of a program.
            let file = into && (is_file || origin != Origin::Context);
            Copied {
                index,
                origin: if remote { Origin::Elsewhere } else { origin },
                path: if file {
                    paths::join(&whole, paths::file_name(&source))
                } else {
                    whole.clone()
                },
                content,
                source,
                span: word.span,
            }
        });
        read.collect()
    }

    fn origin(&self, index: usize, copy: &Copy<'_>) -> Origin {
        let Some(from) = &copy.from else { return Origin::Context };
        let before = self.stages.all.partition_point(|it| it.first <= index);
        let name = self.expand(index, from);
        match self.stages.named(&name, before) {
            Some(stage) => Origin::Stage(stage.index),
            None => Origin::Elsewhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_copied() {
        for (source, content) in [
            (".", Content::Sources),
            ("./", Content::Sources),
            ("src", Content::Sources),
            ("./crates/", Content::Sources),
            ("app/src", Content::Sources),
            ("main.rs", Content::Sources),
            ("Cargo.toml", Content::Manifest),
            ("./Cargo.lock", Content::Manifest),
            ("crates/cli/Cargo.toml", Content::Manifest),
            (".cargo", Content::Manifest),
            (".cargo/config.toml", Content::Manifest),
            ("Cargo.*", Content::Manifest),
            ("build.rs", Content::Manifest),
            ("migrations", Content::Directory),
            ("vendor/", Content::Directory),
            ("LICENSE", Content::File),
            ("entrypoint.sh", Content::File),
        ] {
            assert_eq!(Content::of(source), content, "{source}");
        }
    }
}
