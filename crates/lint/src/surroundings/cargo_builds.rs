//! What each cargo command of a Dockerfile finds where it runs: its workspace, and which of the
//! workspace's files are there.

mod chosen;

use std::sync::Arc;

use plimsoll_finding::Span;
use plimsoll_project::cargo_files::{CargoWorkspace, Choice, Place};
use plimsoll_project::files;

use super::Surroundings;
use super::delivered::{self, Delivered, Deliveries, Moment, Presence};
use crate::Facts;
use crate::facts::cargo::{CargoCommand, CargoKind};
use crate::facts::paths;

/// How many cargo commands are looked at: what the image holds by then is worked out for each.
const MOST_BUILDS: usize = 30;

/// The cargo commands of a Dockerfile that work on a known workspace.
#[derive(Debug, Default)]
pub(crate) struct CargoBuilds {
    /// In the order of the file.
    pub(crate) all: Vec<CargoBuild>,
    deliveries: Option<Deliveries>,
}

/// A cargo command, and what it finds where it runs.
#[derive(Debug)]
pub(crate) struct CargoBuild {
    /// The command's place in [`Facts::cargo`].
    command: usize,
    /// The workspace.
    pub(crate) workspace: Arc<CargoWorkspace>,
    /// The directory of the manifest that the command finds, in the image and outside.
    nearest: (String, String),
    /// What it builds; `None` where variables hide that.
    pub(crate) choice: Option<Choice>,
    /// Names of the binaries it is told to build; all where there are none.
    pub(crate) binaries: Vec<String>,
    delivered: Delivered,
}

impl CargoBuilds {
    pub(super) fn of(around: &Surroundings, facts: &Facts<'_>) -> Self {
        let is_of_interest = |it: &CargoCommand| {
            (it.kind.reads_project() || it.kind == CargoKind::Prepare) && it.directory.is_some()
        };
        let commands: Vec<usize> = facts
            .cargo()
            .iter()
            .enumerate()
            .filter(|(_, it)| is_of_interest(it))
            .map(|it| it.0)
            .take(MOST_BUILDS)
            .collect();
        if commands.is_empty() {
            return Self::default();
        }
        let moments: Vec<Moment> = commands
            .iter()
            .filter_map(|it| facts.cargo().get(*it))
            .map(|it| Moment { index: it.index, command: it.command })
            .collect();
        let mut deliveries = delivered::follow(facts, &around.context, &moments);
        // Another directory may be meant.
        let is_told = around.context.told && !around.context.certain;
        if is_told || !deliveries.resolved {
            return Self::default();
        }
        let at = std::mem::take(&mut deliveries.at);
        let pairs = commands.into_iter().zip(at);
        let all = pairs.filter_map(|(it, at)| CargoBuild::new(around, facts, it, at)).collect();
        Self { all, deliveries: Some(deliveries) }
    }

    /// Whether something in a stage may have written a path, or nobody can know.
    pub(crate) fn may_be_made(&self, stage: usize, path: &str) -> bool {
        let end = self.deliveries.as_ref().and_then(|it| it.ends.get(stage));
        end.is_none_or(|it| it.may_be_made(path))
    }

    /// Whether a path at the end of a stage comes from the context.
    pub(crate) fn holds(&self, around: &Surroundings, stage: usize, path: &str) -> bool {
        let end = self.deliveries.as_ref().and_then(|it| it.ends.get(stage));
        let presence = end.map(|it| it.presence(&around.context, path));
        matches!(presence, Some(Presence::There(_)))
    }
}

impl CargoBuild {
    fn new(
        around: &Surroundings,
        facts: &Facts<'_>,
        index: usize,
        delivered: Delivered,
    ) -> Option<Self> {
        let command = facts.cargo().get(index)?;
        let directory = command.directory.as_deref()?;
        if directory.contains('$') {
            return None;
        }
        let (nearest, manifest) = nearest_manifest(around, &delivered, directory)?;
        let outside = files::parent(&manifest)?;
        let workspace = around.place.project.workspace(outside)?;
        // What nobody says is the context may be the directory above it.
        let is_sure = around.context.told || around.context.certain;
        let in_context = around.context.relative(&workspace.directory).is_some();
        if !workspace.complete || !(in_context || is_sure) {
            return None;
        }
        let choice = chosen::choice(facts, command, &workspace, outside);
        let binaries = command.arguments.binaries.clone();
        let outside = outside.to_owned();
        let nearest = (nearest, outside);
        Some(Self { command: index, workspace, nearest, choice, binaries, delivered })
    }

    /// The command.
    pub(crate) fn command<'f>(&self, facts: &'f Facts<'_>) -> Option<&'f CargoCommand> {
        facts.cargo().get(self.command)
    }

    /// Whether a file or directory of the project, by its absolute path outside of the image, is
    /// where the command would look for it.
    pub(crate) fn presence(&self, around: &Surroundings, outside: &str) -> Presence {
        self.delivered.presence(&around.context, &self.inside(outside))
    }

    /// Where a file of the project would have to be in the image.
    pub(crate) fn inside(&self, outside: &str) -> String {
        paths::join(&self.nearest.0, &relative(&self.nearest.1, outside))
    }

    /// The directory in the image where the command takes the root of its workspace to be.
    pub(crate) fn root(&self, around: &Surroundings) -> String {
        if self.has_root(around) {
            self.inside(&self.workspace.directory)
        } else {
            self.nearest.0.clone()
        }
    }

    /// Whether the manifest of the root itself is what the command finds.
    pub(crate) fn has_root(&self, around: &Surroundings) -> bool {
        let manifest = &self.workspace.manifest.path;
        self.presence(around, manifest) == Presence::There(manifest.clone())
    }

    /// The packages that the command builds; `None` where variables hide that.
    pub(crate) fn built(&self) -> Option<Vec<&plimsoll_project::cargo_files::Member>> {
        self.choice.as_ref().map(|it| self.workspace.built_members(it))
    }
}

/// The manifest that cargo finds in a directory of the image or above it: the directory, and the
/// manifest's path outside.
fn nearest_manifest(
    around: &Surroundings,
    delivered: &Delivered,
    directory: &str,
) -> Option<(String, String)> {
    let mut place = directory;
    loop {
        match delivered.presence(&around.context, &paths::join(place, "Cargo.toml")) {
            Presence::There(outside) if around.files().is_file(&outside) => {
                return Some((place.to_owned(), outside));
            }
            Presence::Missing => {}
            _ => return None,
        }
        let above = paths::parent(place);
        if above == place {
            return None;
        }
        place = above;
    }
}

/// A path as it is seen from a directory, by `..` where it doesn't lie below it.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').filter(|it| !it.is_empty()).collect();
    let to: Vec<&str> = to.split('/').filter(|it| !it.is_empty()).collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    up.chain(to[shared..].iter().copied()).collect::<Vec<_>>().join("/")
}

impl Surroundings {
    /// What findings call a file, and the place in it.
    pub(crate) fn named(&self, place: &Place) -> (String, Span) {
        (self.files().name(&place.path), Span::new(place.span.start, place.span.end))
    }

    /// The pattern of the `.dockerignore` that keeps a path out of the context, with the name of the
    /// file.
    pub(crate) fn keeps_out(&self, outside: &str) -> Option<(String, Span, &str)> {
        let ignore = self.context.ignore.as_ref()?;
        let relative = self.context.relative(outside)?;
        let pattern = ignore.patterns.deciding(relative).filter(|it| !it.exclusion)?;
        let text = ignore.text.get(pattern.span.range())?;
        Some((self.files().name(&ignore.path), pattern.span, text))
    }
}
