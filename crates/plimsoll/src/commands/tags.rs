//! `plimsoll tags`: what an image is called, from git and from the CI system.
//!
//! `state` finds out where we are, `package` which package is meant, `asked` what is asked for;
//! `plan` puts the three together. Everything but the printing is for other commands too.

mod asked;
mod from_action;
mod package;
mod plan;
mod state;

use plimsoll_project::Environment;

use crate::{
    args::tags::{Form, TagsArgs},
    environment,
    failure::Failure,
    report::tags::{self as report, Report},
    settings,
    ui::Ui,
};

pub(crate) use plan::{Plan, plan};

/// Runs the command.
pub(crate) fn run(args: &TagsArgs, ui: &Ui) -> Result<(), Failure> {
    let environment: Environment = std::env::vars_os().collect();
    let settings = settings::load(&args.directory)?;
    let plan = plan(args, &settings.file, &environment, ui)?;
    let form = args.format.unwrap_or_default();
    if plan.metadata.planned.is_empty() {
        return Err(nothing(&plan));
    }
    // A name without a repository would be taken for the repository.
    if plan.metadata.images.is_empty() && matches!(form, Form::Flags | Form::Args | Form::Bake) {
        return Err(Failure::new("there is no image to name: nothing says where it goes")
            .hint("pass --image ghcr.io/user/app, or set `images` in `[tags]` of plimsoll.toml"));
    }
    let metadata = &plan.metadata;
    match form {
        Form::Human => ui.result(&report::lines(metadata)),
        Form::Json => ui.result(&Report::new(&plan).json()?),
        Form::Bake => ui.result(&report::bake::file(metadata)?),
        Form::Flags => ui.result(&report::flags::tags(metadata)),
        Form::Args => ui.result(&report::flags::all(metadata)),
        Form::Dotenv => ui.result(&report::outputs::dotenv(metadata)?),
        Form::Github => {
            let file = |name| environment.get(name).filter(|it| !it.is_empty());
            let place = file(environment::RUNNER_TEMP);
            let bake_files = place.map(|it| report::bake::write_all(metadata, it.as_ref()));
            let outputs =
                report::outputs::github(&plan, &bake_files.transpose()?.unwrap_or_default())?;
            match file(environment::GITHUB_OUTPUT) {
                None => ui.result(&outputs),
                Some(path) => {
                    report::outputs::append(path.as_ref(), &outputs)?;
                    ui.result(&report::lines(metadata))
                }
            }
        }
    }
}

/// Why no entry gives a tag.
fn nothing(plan: &Plan) -> Failure {
    let state = &plan.state;
    if state.sha.is_empty() && state.git_ref.is_empty() {
        return Failure::new("there is no tag to give: no commit is known here")
            .hint("run in a git repository, or say it: `--tag type=raw,value=NAME`");
    }
    let place = if state.git_ref.is_empty() { "a detached commit" } else { &state.git_ref };
    Failure::new(format!("there is no tag to give: no entry applies to {place}"))
        .hint("`--tag type=sha` gives a tag to every commit")
}
