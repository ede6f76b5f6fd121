//! Which files of the build context are where in a stage, as far as the Dockerfile tells.
//!
//! Every instruction leaves layers: a directory or a file of the context that lands at a path, a
//! path that a command writes, a path below which nobody can know. Asked for a path, the last layer
//! that says something wins. What can't be known makes the answer [`Presence::Unknown`], and rules
//! are silent then.

mod copies;
mod scripts;

use plimsoll_project::files;
use plimsoll_syntax::dockerfile::{Base, Command};

use super::BuildContext;
use crate::Facts;
use crate::facts::paths;

/// Where files of the context are in a stage.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delivered {
    layers: Vec<Layer>,
}

/// What an instruction leaves at a path.
#[derive(Clone, Debug)]
struct Layer {
    /// The path in the image.
    at: String,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// The content of a directory of the context: its absolute path outside.
    Tree(String),
    /// A file of the context: its absolute path outside.
    File(String),
    /// A file that a command writes.
    Made,
    /// The path is taken away.
    Removed,
    /// Anything may be at the path or below it.
    Unknown,
}

/// Whether a file is at a path of the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It is, and this is where it comes from: its absolute path outside of the image.
    There(String),
    /// A command wrote it.
    Made,
    /// It is not.
    Missing,
    /// Nobody knows.
    Unknown,
}

/// Stages with more layers than these are not followed: copies of copies of stages may double.
const LAYERS_LIMIT: usize = 4_000;

impl Delivered {
    /// Whether a file, or a directory with anything in it, is at a path.
    pub(crate) fn presence(&self, context: &BuildContext, path: &str) -> Presence {
        let mut is_unknown = false;
        for layer in self.layers.iter().rev() {
            match &layer.what {
                What::Tree(outside) => {
                    if let Some(rest) = rest_of(path, &layer.at) {
                        let outside = files::join(outside, rest);
                        if has(context, &outside) {
                            return Presence::There(outside);
                        }
                    } else if paths::is_in(&layer.at, path) {
                        // A directory with something in it.
                        return Presence::There(outside.clone());
                    }
                }
                What::File(outside) => {
                    if layer.at == path || paths::is_in(&layer.at, path) {
                        return Presence::There(outside.clone());
                    }
                }
                What::Made if layer.at == path => return Presence::Made,
                What::Removed if paths::is_in(path, &layer.at) => return Presence::Unknown,
                What::Made | What::Removed => {}
                What::Unknown => {
                    is_unknown |= paths::is_in(path, &layer.at) || layer.at == "/";
                }
            }
        }
        if is_unknown { Presence::Unknown } else { Presence::Missing }
    }

    /// Whether a path may be written by a command, or be part of what nobody can know.
    pub(crate) fn may_be_made(&self, path: &str) -> bool {
        self.layers.iter().any(|it| match it.what {
            What::Made => it.at == path,
            What::Unknown => paths::is_in(path, &it.at) || it.at == "/",
            _ => false,
        })
    }

    fn push(&mut self, at: impl Into<String>, what: What) {
        self.layers.push(Layer { at: at.into(), what });
    }

    /// Nothing is known any more.
    fn give_up(&mut self) {
        self.push("/", What::Unknown);
    }

    /// What a path of this stage holds, as layers of another stage that gets it at `to`.
    fn part(&self, from: &str, to: &str, into: &mut Self) {
        // Commands of the stage may have left anything there.
        into.push(to, What::Unknown);
        for layer in &self.layers {
            match &layer.what {
                What::Tree(outside) => {
                    if let Some(rest) = rest_of(from, &layer.at) {
                        into.push(to, What::Tree(files::join(outside, rest)));
                    } else if let Some(rest) = rest_of(&layer.at, from) {
                        into.push(paths::join(to, rest), layer.what.clone());
                    }
                }
                What::File(_) | What::Made | What::Removed | What::Unknown => {
                    if let Some(rest) = rest_of(&layer.at, from) {
                        into.push(paths::join(to, rest), layer.what.clone());
                    } else if matches!(layer.what, What::Unknown) && paths::is_in(from, &layer.at) {
                        into.push(to, What::Unknown);
                    }
                }
            }
        }
    }
}

/// Whether the build sees a file, or something in a directory.
fn has(context: &BuildContext, outside: &str) -> bool {
    context.relative(outside).is_some_and(|it| context.kind(it).is_some())
}

/// What is left of a path that lies in a directory.
fn rest_of<'p>(path: &'p str, directory: &str) -> Option<&'p str> {
    if directory == "/" {
        return path.strip_prefix('/');
    }
    let rest = path.strip_prefix(directory)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}

/// The state of a stage before an instruction, and before a command of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The instruction's number.
    pub(crate) index: usize,
    /// The command's number in the script; `None` in exec form.
    pub(crate) command: Option<usize>,
}

/// What is where at some moments, and at the end of each stage.
#[derive(Debug)]
pub(crate) struct Deliveries {
    /// In the order of the moments.
    pub(crate) at: Vec<Delivered>,
    /// By the stage's number.
    pub(crate) ends: Vec<Delivered>,
    /// Whether all that is copied from the context is there; otherwise it may be another directory.
    pub(crate) resolved: bool,
}

/// Follows all stages. The moments are in the order of the file.
pub(crate) fn follow(facts: &Facts<'_>, context: &BuildContext, moments: &[Moment]) -> Deliveries {
    let mut found = Deliveries { at: Vec::new(), ends: Vec::new(), resolved: true };
    for stage in &facts.stages.all {
        let mut here = match stage.base {
            Base::Stage(base) => found.ends.get(base).cloned().unwrap_or_default(),
            Base::Scratch | Base::Image => Delivered::default(),
        };
        for (offset, instruction) in stage.body.iter().enumerate() {
            let index = stage.first + offset;
            if here.layers.len() > LAYERS_LIMIT {
                here.layers.clear();
                here.give_up();
            }
            match &instruction.command {
                Command::Copy(_) | Command::Add(_) => {
                    copies::copy(
                        facts,
                        context,
                        index,
                        &found.ends,
                        &mut here,
                        &mut found.resolved,
                    );
                }
                Command::Run(_) => {
                    let mut during = here.clone();
                    copies::mounts(facts, context, index, &found.ends, &mut during);
                    let moments = moments.iter().filter(|it| it.index == index);
                    for moment in moments {
                        let mut before = during.clone();
                        scripts::run(facts, index, moment.command, &mut before);
                        found.at.push(before);
                    }
                    scripts::run(facts, index, Some(usize::MAX), &mut here);
                }
                Command::Broken => here.give_up(),
                _ => {}
            }
        }
        found.ends.push(here);
    }
    found
}
