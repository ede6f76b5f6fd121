//! Which files are wanted, and what goes together with them.

use clap::ValueEnum as _;

use super::project::Project;
use crate::{
    args::init::{CiSystem, FileKind, InitArgs},
    init::{
        plan::Plan,
        write::{Action, Change},
    },
};

/// The kinds of files that the command line wants, in their own order.
pub(super) fn kinds(args: &InitArgs) -> Vec<FileKind> {
    let is_wanted = |it: &&FileKind| {
        (args.only.is_empty() || args.only.contains(it)) && !args.skip.contains(it)
    };
    FileKind::value_variants().iter().filter(is_wanted).copied().collect()
}

/// What the user should know of files that don't go together.
pub(super) fn notes(plan: &Plan, changes: &[Change], project: &Project) -> Vec<String> {
    let mut notes = Vec::new();
    let is_left = |it: &Change| matches!(it.action, Action::Conflict | Action::Kept);
    let dockerfile = changes.iter().find(|it| it.path.ends_with("Dockerfile"));
    let others = changes.iter().filter(|it| {
        let builds = [FileKind::Compose, FileKind::Production, FileKind::Ci, FileKind::Bake];
        it.is_written() && it.kind.is_some_and(|it| builds.contains(&it))
    });
    if let (Some(dockerfile), Some(other)) =
        (dockerfile.filter(|it| is_left(it)), others.clone().next())
    {
        let stages: Vec<_> = plan.targets.iter().map(|it| format!("`{}`", it.stage)).collect();
        notes.push(format!(
            "{} builds the stages {} and `dev` of {}, which is left as it is",
            other.path,
            stages.join(", "),
            dockerfile.path
        ));
    }
    let has_workflow = others.clone().any(|it| it.kind == Some(FileKind::Ci));
    let is_root = |it: &std::path::Path| it.join(".git").exists();
    if has_workflow
        && plan.ci != CiSystem::None
        && !is_root(&project.root)
        && let Some(above) = project.root.ancestors().skip(1).find(|it| is_root(it))
    {
        notes.push(format!(
            "workflows are read at the root of a repository alone, which is {}",
            above.display()
        ));
    }
    notes
}
