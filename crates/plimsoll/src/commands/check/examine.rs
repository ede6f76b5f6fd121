//! One text against the rules, and its fixes.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use plimsoll_finding::{Applicability, Finding};
use plimsoll_lint::{DroppedFix, Options, Place, Project, RuleSet};

use super::{kind::Kind, markdown, plan::Plan};
use crate::disk;

/// A text to check.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// What findings call it.
    pub(super) name: String,
    /// The file that it is in or stands for.
    pub(super) path: Option<PathBuf>,
    /// The same as `disk` names it, where rules may look at what is around it.
    pub(super) place: Option<Arc<str>>,
    /// What is in it.
    pub(super) kind: Kind,
    /// The text as it is so far.
    pub(super) text: Arc<str>,
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    /// How many findings comments hide.
    pub(super) suppressed: usize,
    /// The rules that were run.
    pub(super) rules: RuleSet,
}

/// A text with its fixes.
#[derive(Debug)]
pub(super) struct Mended {
    pub(super) text: String,
    /// How many were made.
    pub(super) applied: usize,
    /// The fixes that would have done harm.
    pub(super) dropped: Vec<DroppedFix>,
}

impl Source {
    /// A text; `path` is the file that it is in or stands for.
    pub(super) fn new(name: String, path: Option<&Path>, kind: Kind, text: String) -> Self {
        // Nobody knows where a text from a guide will lie.
        let place = path.filter(|_| kind != Kind::Markdown).and_then(disk::path_of);
        let place = place.map(Arc::from);
        Self { name, path: path.map(Path::to_owned), place, kind, text: text.into() }
    }

    /// Checks it; `project` is what lies around it.
    pub(super) fn check(&self, plan: &Plan, project: &Arc<Project>) -> Examined {
        let options = self.options(plan, project);
        let checked = match self.kind {
            Kind::File(it) => plimsoll_lint::check_as(it, &self.name, &self.text, &options),
            Kind::Markdown => markdown::check(&self.name, &self.text, &options),
            Kind::Yaml | Kind::Other => return Examined::default(),
        };
        Examined {
            findings: checked.findings,
            suppressed: checked.suppressed.len(),
            rules: self.rules(options.rules.unwrap_or_default()),
        }
    }

    /// Makes its fixes.
    pub(super) fn mend(
        &self,
        plan: &Plan,
        project: &Arc<Project>,
        applicability: Applicability,
    ) -> Mended {
        let options = self.options(plan, project);
        let (name, text) = (&*self.name, &*self.text);
        match self.kind {
            Kind::File(it) => {
                let fixed = plimsoll_lint::fix_as(it, name, text, &options, applicability);
                let applied = fixed.applied.len();
                Mended { text: fixed.text, applied, dropped: fixed.dropped }
            }
            Kind::Markdown => {
                let fixed = markdown::fix(name, text, &options, applicability);
                Mended { text: fixed.text, applied: fixed.applied, dropped: fixed.dropped }
            }
            Kind::Yaml | Kind::Other => {
                Mended { text: text.to_owned(), applied: 0, dropped: Vec::new() }
            }
        }
    }

    fn options(&self, plan: &Plan, project: &Arc<Project>) -> Options {
        let mut options = plan.options(self.path.as_deref());
        let place =
            |path: &Arc<str>| Place { path: Arc::clone(path), project: Arc::clone(project) };
        options.place = self.place.as_ref().map(place);
        options
    }

    /// Those of the rules that are about this kind of file.
    fn rules(&self, selected: RuleSet) -> RuleSet {
        let others = match self.kind {
            Kind::File(it) => RuleSet::of(|rule| !it.has(rule)),
            Kind::Markdown => {
                let types = markdown::file_types(&self.text);
                RuleSet::of(|rule| !types.iter().any(|it| it.has(rule)))
            }
            Kind::Yaml | Kind::Other => return RuleSet::default(),
        };
        selected.without(others)
    }
}
