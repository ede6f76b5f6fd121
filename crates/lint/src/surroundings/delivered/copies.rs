//! What `COPY`, `ADD` and mounts bring.

use plimsoll_project::files::{self, FileKind};
use plimsoll_project::manifest::matches_name;
use plimsoll_syntax::dockerfile::{Command, MountKind, Source};

use super::{Delivered, What};
use crate::Facts;
use crate::facts::paths;
use crate::facts::sources::{is_archive, is_remote};
use crate::surroundings::BuildContext;

/// How many files a pattern stands for at most.
const MATCHES_LIMIT: usize = 1_000;

/// Follows a `COPY` or `ADD`.
pub(super) fn copy(
    facts: &Facts<'_>,
    context: &BuildContext,
    index: usize,
    ends: &[Delivered],
    here: &mut Delivered,
    resolved: &mut bool,
) {
    let Some(instruction) = facts.file.instructions.get(index) else { return };
    let (copy, is_add) = match &instruction.command {
        Command::Copy(copy) => (copy, false),
        Command::Add(copy) => (copy, true),
        _ => return,
    };
    let destination = facts.expand(index, &copy.destination);
    if destination.contains('$') {
        return here.give_up();
    }
    let directory = facts.directory(index);
    let to = paths::join(directory, &destination);
    if instruction.flag("exclude").is_some() {
        here.push(&*to, What::Unknown);
    }
    let into = destination.ends_with('/')
        || matches!(&*destination, "." | "..")
        || copy.sources.len() > 1
        || to == directory;
    let parents = instruction.flag("parents").is_some();
    let from = copy.from.as_ref().map(|it| facts.expand(index, it));
    for source in &copy.sources {
        let word = match source {
            Source::Path(word) => word,
            Source::Heredoc(_, name) => {
                let path = if into { paths::join(&to, &name.text) } else { to.clone() };
                here.push(path, What::Made);
                continue;
            }
        };
        let text = facts.expand(index, word);
        let is_outside = text.contains('$') || is_add && (is_remote(&text) || is_archive(&text));
        if is_outside {
            here.push(&*to, What::Unknown);
            continue;
        }
        let Some(from) = &from else {
            let bring = Bring { context, to: &to, into, parents };
            if !bring.bring(&text, here) {
                *resolved = false;
                here.push(&*to, What::Unknown);
            }
            continue;
        };
        let end = facts.stages.named(from, ends.len()).and_then(|it| ends.get(it.index));
        match end {
            Some(end) if !parents && !text.contains(['*', '?', '[']) => {
                let source = paths::join("/", &text);
                let to = if into && holds_file(end, &source) {
                    paths::join(&to, paths::file_name(&source))
                } else {
                    to.clone()
                };
                end.part(&source, &to, here);
            }
            _ => here.push(&*to, What::Unknown),
        }
    }
}

/// Whether a path of a stage is surely a file.
fn holds_file(stage: &Delivered, path: &str) -> bool {
    stage.layers.iter().any(|it| it.at == path && matches!(it.what, What::File(_) | What::Made))
        || is_manifest(paths::file_name(path))
}

fn is_manifest(name: &str) -> bool {
    matches!(name, "recipe.json" | "Cargo.lock" | "Cargo.toml")
}

/// A source of the context on its way.
#[derive(Clone, Copy)]
struct Bring<'b> {
    context: &'b BuildContext,
    to: &'b str,
    into: bool,
    parents: bool,
}

impl Bring<'_> {
    /// Brings what a source names; whether there is any.
    fn bring(self, source: &str, here: &mut Delivered) -> bool {
        let is_pattern = source.contains(['*', '?', '[']);
        let normal = files::join("/", source);
        let relative = normal.trim_start_matches('/');
        let found = if is_pattern { self.matching(relative) } else { vec![relative.to_owned()] };
        let mut is_there = false;
        for path in &found {
            let kind = match &**path {
                // A pattern such as `*` keeps out what is in the root, not the root.
                "" => Some(FileKind::Directory),
                path => self.context.kind(path),
            };
            let Some(kind) = kind else { continue };
            is_there = true;
            let outside = self.context.absolute(path);
            let to = match (self.parents, kind) {
                (true, _) => paths::join(self.to, kept_parents(source, path)),
                (false, FileKind::File) if self.into || found.len() > 1 || is_pattern => {
                    paths::join(self.to, paths::file_name(path))
                }
                (false, _) => self.to.to_owned(),
            };
            let what = match kind {
                FileKind::Directory => What::Tree(outside),
                FileKind::File => What::File(outside),
                FileKind::Other => What::Unknown,
            };
            here.push(to, what);
        }
        // A pattern may match nothing, where it stands for what need not be there.
        is_there || is_pattern
    }

    /// The paths of the context that a pattern means.
    fn matching(self, pattern: &str) -> Vec<String> {
        let mut places = vec![String::new()];
        for part in pattern.split('/').filter(|it| !it.is_empty()) {
            let mut next = Vec::new();
            for place in &places {
                let join = |name: &str| {
                    if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") }
                };
                if part.contains(['*', '?', '[']) {
                    let part = if part == "**" { "*" } else { part };
                    let entries = self.context.list(place);
                    let fitting = entries.iter().filter(|it| matches_name(part, &it.name));
                    next.extend(fitting.map(|it| join(&it.name)));
                } else {
                    next.push(join(part));
                }
                next.truncate(MATCHES_LIMIT);
            }
            places = next;
        }
        places
    }
}

/// With `--parents`, what of a path is kept: all, or what follows `/./` in the source.
fn kept_parents<'p>(source: &str, path: &'p str) -> &'p str {
    let Some((before, _)) = source.split_once("/./") else { return path };
    let before = before.trim_start_matches("./").trim_matches('/');
    path.strip_prefix(before).map_or(path, |it| it.trim_start_matches('/'))
}

/// Follows the mounts of a `RUN`.
pub(super) fn mounts(
    facts: &Facts<'_>,
    context: &BuildContext,
    index: usize,
    ends: &[Delivered],
    here: &mut Delivered,
) {
    let Some(Command::Run(run)) = facts.file.instructions.get(index).map(|it| &it.command) else {
        return;
    };
    for mount in run.mounts.iter().filter(|it| it.kind == MountKind::Bind) {
        let Some(target) = mount.target() else { continue };
        let target = facts.expand(index, target);
        let source = mount.get("source").map(|it| facts.expand(index, it));
        let source = source.as_deref().unwrap_or("/");
        if target.contains('$') || source.contains('$') {
            return here.give_up();
        }
        let to = paths::join(facts.directory(index), &target);
        let Some(from) = mount.get("from") else {
            let bring = Bring { context, to: &to, into: false, parents: false };
            if !bring.bring(source, here) {
                here.push(&*to, What::Unknown);
            }
            continue;
        };
        let name = facts.expand(index, from);
        match facts.stages.named(&name, ends.len()).and_then(|it| ends.get(it.index)) {
            Some(end) => end.part(&paths::join("/", source), &to, here),
            None => here.push(&*to, What::Unknown),
        }
    }
}
