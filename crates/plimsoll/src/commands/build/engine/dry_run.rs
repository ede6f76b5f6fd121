//! `--dry-run` with an engine: the command lines that would be run.

use plimsoll_build::engines::{Plan, Request, Tool};

use super::{Context, called::Project, options::harmless, shown};
use crate::{
    args::Format,
    commands::build::{deliver, output::Output},
    failure::Failure,
    report::{build::EngineReport, engine_plan::Report},
};

/// Prints the plan.
pub(super) fn run(
    context: &Context<'_>,
    request: &Request,
    tool: &Tool,
    plan: &Plan,
    outputs: &[Output],
    project: &Project,
) -> Result<(), Failure> {
    let args = context.args;
    let scratch = request.scratch.display().to_string();
    // A directory of another name each time says nothing.
    let argument = |text: &str| harmless(text).replace(&scratch, "$TMPDIR/plimsoll");
    let create = plan.create.iter();
    let commands = create.chain(plan.builds.iter().map(|it| &it.invocation));
    let mut outputs: Vec<String> = outputs.iter().map(Output::to_string).collect();
    if outputs.is_empty() && !args.push {
        outputs.push(Output::Oci(deliver::default_layout(&project.called)).to_string());
    }
    if args.push {
        outputs.extend(args.tag.iter().map(|name| format!("registry:{name}")));
    }
    let report = Report {
        schema: "plimsoll/engine-plan/v1",
        engine: EngineReport::of(tool),
        dockerfile: shown(&request.dockerfile),
        context: shown(&request.context),
        target: request.target.clone(),
        platforms: request.platforms.iter().map(ToString::to_string).collect(),
        commands: commands.map(|it| it.line(argument)).collect(),
        settings: context.settings.path.as_ref().map(|it| it.display().to_string()),
        outputs,
    };
    context.ui.result(&match args.format {
        Some(Format::Json) => report.json()?,
        _ => report.table(),
    })
}
