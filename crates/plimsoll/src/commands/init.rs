//! `plimsoll init`: the files that a container of a workspace needs.
//!
//! `project` finds the workspace and what is known around it, `chosen` says which files are wanted.
//! `init` studies, decides, renders and compares; nothing of that changes anything. Then the user sees
//! what would happen, `consent` asks, and `init::write` writes.

mod choices;
mod chosen;
mod consent;
mod next;
mod project;
mod shown;

use plimsoll_build::base::lock;

use self::project::Project;
use crate::{
    args::{Format, init::InitArgs},
    failure::Failure,
    init::{
        files,
        plan::Plan,
        survey::Survey,
        write::{self, Action, Change},
    },
    report::init::Report,
    ui::Ui,
};

/// Runs the command.
pub(crate) fn run(args: &InitArgs, ui: &Ui) -> Result<(), Failure> {
    let project = Project::find(args)?;
    let survey = Survey::of(&project.files, &project.path, &project.wanted(args))?;
    let mut finder = project.finder(args);
    let plan = Plan::decide(survey, &choices::options(args, project.choices()), &mut finder)?;
    let generated = files::all(&plan, &chosen::kinds(args))?;
    let mut changes =
        write::compare(&project.root, &generated, project.settings_in_manifest, args.force);
    let locked = finder.lock();
    if *locked != project.lock {
        changes.push(write::ours(&project.root, lock::FILE, locked.to_toml()));
    }
    let forgotten = choices::note(args, project.choices(), project.settings_file(), &changes);
    for note in chosen::notes(&plan, &changes, &project).into_iter().chain(forgotten) {
        ui.note(note);
    }
    settle(args, ui, &project, &plan, &changes)
}

/// Shows what would happen, and does it where that is wanted.
fn settle(
    args: &InitArgs,
    ui: &Ui,
    project: &Project,
    plan: &Plan,
    changes: &[Change],
) -> Result<(), Failure> {
    let is_json = args.format == Some(Format::Json);
    let report = Report::new(plan, changes);
    if args.diff && !is_json {
        return ui.verbatim(&shown::patch(changes, &project.prefix));
    }
    let is_asked = !args.dry_run && !args.diff && !args.yes;
    let todo = changes.iter().filter(|it| it.is_written()).count();
    if !is_json && !ui.is_quiet() {
        ui.result(&report.summary(ui.width()))?;
    } else if is_asked && todo > 0 && consent::is_possible() {
        // What is asked about must be seen; stdout is for programs here.
        ui.aside(&report.summary(ui.width()));
    }
    if !ui.is_quiet() && !is_json {
        ui.aside(&shown::diffs(changes));
    }
    warn(changes, ui);
    let written = match todo {
        0 => false,
        _ if args.dry_run || args.diff => false,
        _ if args.yes => true,
        _ => consent::ask(todo, &project.name)?,
    };
    if written {
        write::commit(changes)?;
    }
    if is_json {
        let report = report.written(written);
        let report = if args.diff { report.with_diffs(changes, &project.prefix) } else { report };
        return ui.result(&report.json()?);
    }
    if ui.is_quiet() {
        return if written || args.dry_run { ui.result(&report.paths()) } else { Ok(()) };
    }
    let left = changes.iter().any(|it| it.action == Action::Conflict);
    ui.result(&match (written, todo) {
        (true, _) => next::steps(plan, changes, &project.prefix),
        (false, 0) if left => "nothing is written\n".to_owned(),
        (false, 0) => "nothing to do: every file is as it should be\n".to_owned(),
        (false, _) => "nothing was written\n".to_owned(),
    })
}

/// Says which files are left alone though they should hold something else.
fn warn(changes: &[Change], ui: &Ui) {
    for change in changes.iter().filter(|it| it.action == Action::Conflict) {
        let help = if change.old.is_some() {
            "; --force replaces it, and keeps what stands below its marker"
        } else {
            ""
        };
        ui.warning(format!("{} is left alone: {}{help}", change.path, change.reason));
    }
}
