//! Checks files together, and makes their fixes.
//!
//! What is found in one file may depend on another: a Dockerfile's `COPY` on `.dockerignore`, say. So
//! fixes are made round after round, each over all the texts of the one before, until none is left
//! that can be made. Nothing is written before that, and what is reported is found in the last texts.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use plimsoll_finding::{Applicability, Finding};
use plimsoll_lint::{DroppedFix, FileType, Project, RuleSet};
use plimsoll_project::files;

use super::{
    Inputs,
    examine::{Examined, Source},
    kind::Kind,
    linking, parallel,
    plan::Plan,
    shellcheck,
};
use crate::{
    disk::{self, DiskFiles, Root},
    failure::Failure,
    ui::Ui,
};

/// More than any chain of files needs that depend on each other.
const MOST_ROUNDS: usize = 10;

/// What is the same for all texts.
#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) plan: &'a Plan,
    /// Where names begin.
    pub(super) roots: Vec<Root>,
    /// Around these, files are looked for that describe builds.
    pub(super) directories: BTreeSet<String>,
    /// Files that describe builds and are not checked.
    pub(super) bakes: Vec<String>,
}

/// Texts that were checked together.
#[derive(Debug)]
pub(super) struct Outcome {
    /// What was found in each.
    pub(super) examined: Vec<Examined>,
    /// What lies around the texts.
    pub(super) project: Arc<Project>,
    /// The files as the rules saw them.
    pub(super) files: Arc<DiskFiles>,
    /// Whether something that was wanted was not done, and the user was told.
    pub(super) incomplete: bool,
}

/// What fixes did to one text.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// How many were made.
    pub(super) applied: usize,
    /// Those that would have done harm.
    pub(super) dropped: Vec<DroppedFix>,
}

impl Outcome {
    /// Adds what `ShellCheck` says of scripts.
    pub(super) fn take_scripts(&mut self, sources: &[Source], ignored: &BTreeSet<u32>, ui: &Ui) {
        let results = parallel::map(sources, |it| match it.kind {
            Kind::File(FileType::Dockerfile) => shellcheck::check(&it.name, &it.text, ignored),
            _ => Ok(Vec::new()),
        });
        for ((source, examined), result) in sources.iter().zip(&mut self.examined).zip(results) {
            match result {
                Ok(findings) => examined.findings.extend(findings),
                Err(error) => {
                    ui.failure(&Failure::from(error).in_file(&source.name));
                    self.incomplete = true;
                }
            }
        }
    }

    /// What was found in all texts, how much of it comments hide, and which rules were run.
    pub(super) fn joined(&mut self) -> (Vec<Finding>, usize, RuleSet) {
        let mut findings = Vec::new();
        let (mut suppressed, mut rules) = (0, RuleSet::default());
        for examined in &mut self.examined {
            findings.append(&mut examined.findings);
            suppressed += examined.suppressed;
            rules = rules.with(examined.rules);
        }
        (findings, suppressed, rules)
    }
}

impl<'a> Session<'a> {
    /// A session in the current directory over these inputs, whose places it takes.
    pub(super) fn new(plan: &'a Plan, directory: &Path, inputs: &mut Inputs) -> Self {
        let bakes = std::mem::take(&mut inputs.bakes);
        let mut roots = std::mem::take(&mut inputs.roots);
        let mut directories: BTreeSet<String> = roots.iter().map(|it| it.path.clone()).collect();
        if directories.is_empty() {
            let places = inputs.sources.iter().filter_map(|it| it.place.as_deref());
            directories.extend(places.filter_map(files::parent).map(str::to_owned));
        }
        if let Some(path) = disk::path_of(directory) {
            roots.push(Root { path, name: String::new() });
        }
        Self { plan, roots, directories, bakes }
    }

    /// Checks all texts.
    pub(super) fn check(&self, sources: &[Source]) -> Outcome {
        let (project, files) = self.link(sources);
        let examined = parallel::map(sources, |it| it.check(self.plan, &project));
        Outcome { examined, project, files, incomplete: false }
    }

    /// Makes the fixes of all texts, in the texts alone.
    pub(super) fn fix(
        &self,
        sources: &mut [Source],
        applicability: Applicability,
    ) -> (Outcome, Vec<Changes>) {
        let mut all: Vec<Changes> = sources.iter().map(|_| Changes::default()).collect();
        for _ in 0..MOST_ROUNDS {
            let (project, files) = self.link(sources);
            let examined = parallel::map(sources, |it| it.check(self.plan, &project));
            let is_made = |it: &Finding| {
                it.fix.as_ref().is_some_and(|it| match applicability {
                    Applicability::Safe => it.applicability == Applicability::Safe,
                    Applicability::Unsafe => true,
                })
            };
            let todo =
                examined.iter().enumerate().filter(|(_, it)| it.findings.iter().any(is_made));
            let todo: Vec<usize> = todo.map(|(index, _)| index).collect();
            let mended = parallel::map(&todo, |index| {
                sources.get(*index).map(|it| it.mend(self.plan, &project, applicability))
            });
            let mut is_changed = false;
            for changes in &mut all {
                changes.dropped.clear();
            }
            for (index, mended) in todo.into_iter().zip(mended) {
                let (Some(source), Some(changes), Some(mended)) =
                    (sources.get_mut(index), all.get_mut(index), mended)
                else {
                    continue;
                };
                changes.dropped = mended.dropped;
                if mended.text != *source.text {
                    source.text = mended.text.into();
                    changes.applied += mended.applied;
                    is_changed = true;
                }
            }
            if !is_changed {
                return (Outcome { examined, project, files, incomplete: false }, all);
            }
        }
        (self.check(sources), all)
    }

    /// What lies around the texts, which stand for what the disk has.
    fn link(&self, sources: &[Source]) -> (Arc<Project>, Arc<DiskFiles>) {
        let disk = DiskFiles::new(self.roots.clone());
        for (path, source) in sources.iter().filter_map(|it| Some((it.place.as_ref()?, it))) {
            disk.put(path, Arc::clone(&source.text));
        }
        let disk = Arc::new(disk);
        let describes =
            |it: &&Source| matches!(it.kind, Kind::File(FileType::Compose | FileType::Workflow));
        let paths = sources.iter().filter(describes).filter_map(|it| it.place.as_deref());
        let paths = paths.chain(self.bakes.iter().map(String::as_str));
        let project = linking::project(&disk, paths, &self.directories);
        (project, disk)
    }
}
