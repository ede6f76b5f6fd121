//! Settings of package managers that a stage writes.

use plimsoll_syntax::dockerfile::{Command, Instruction};

use super::{Manager, PackageRun};
use crate::Facts;
use crate::bases::canonical_name;

/// Families of images whose own settings of apt answer every question with yes.
const ANSWERING: &[&str] = &["cimg/", "circleci/"];

/// From which instruction on each stage has a setting of its own.
#[derive(Debug)]
pub(crate) struct Settings(Vec<Option<usize>>);

impl Settings {
    /// The setting that answers every question with yes.
    pub(super) fn answers(facts: &Facts<'_>, manager: Manager) -> Self {
        match manager {
            Manager::Apt => Self::new(facts, "::assume-yes", &["apt.conf"]),
            Manager::Yum | Manager::Dnf => Self::new(facts, "assumeyes", &["yum.conf", "dnf.conf"]),
            _ => Self::new(facts, "non-interactive", &["zypp.conf", "zypper.conf"]),
        }
    }

    /// Whether the base image brings a setting that answers every question with yes.
    pub(super) fn come_with_base(facts: &Facts<'_>, manager: Manager, stage: usize) -> bool {
        let name = facts.base_image(stage).map(|it| canonical_name(it.name()));
        manager == Manager::Apt
            && name.is_some_and(|name| ANSWERING.iter().any(|it| name.starts_with(it)))
    }

    /// The setting that says whether apt installs recommended packages.
    pub(crate) fn recommends(facts: &Facts<'_>) -> Self {
        Self::new(facts, "::install-recommends", &["apt.conf"])
    }

    fn new(facts: &Facts<'_>, setting: &str, files: &[&str]) -> Self {
        let text = facts.file.text;
        let writes = |it: &Instruction<'_>| {
            let text = it.span.slice(text).unwrap_or_default();
            match &it.command {
                // An option of one command is no setting.
                Command::Run(_) => {
                    let written = [">", "tee", "sed"].iter().any(|it| text.contains(it));
                    written && text.to_ascii_lowercase().contains(setting)
                }
                Command::Env(_) => text.to_ascii_lowercase().contains(setting),
                // What such a file says isn't seen.
                Command::Copy(_) | Command::Add(_) => files.iter().any(|it| text.contains(it)),
                _ => false,
            }
        };
        let stages = facts.stages.all.iter();
        Self(stages.map(|it| it.body.iter().position(writes).map(|at| it.first + at)).collect())
    }

    /// Whether the setting holds where a command stands.
    pub(crate) fn hold(&self, facts: &Facts<'_>, run: &PackageRun<'_, '_>) -> bool {
        let mut stages = facts.stages.chain(run.does.stage);
        stages.any(|it| {
            self.0.get(it.index).copied().flatten().is_some_and(|it| it <= run.does.index)
        })
    }
}
