//! `--dry-run`: what would be built.

use plimsoll_build::{
    base::BaseName,
    spec::{ImageSpec, Init, NONROOT},
};
use plimsoll_project::git::Commit;

use super::{
    Context, base,
    from_cargo::{Plan, describe},
    output::Output,
    prove,
};
use crate::{
    args::Format,
    failure::Failure,
    report::plan::{Report, Target},
};

/// Prints the plan.
pub(super) fn run(
    context: &Context<'_>,
    spec: &ImageSpec,
    base: &BaseName,
    plan: Option<&Plan>,
    commit: Option<&Commit>,
    time: u64,
) -> Result<(), Failure> {
    let args = context.args;
    if let Some(binary) = &args.binary {
        prove::read(binary)?;
    }
    let binaries = match (&args.binary, plan) {
        (Some(binary), _) => vec![binary.display().to_string()],
        (None, plan) => plan
            .map(|plan| plan.choices.iter().map(|it| it.binary.clone()).collect())
            .unwrap_or_default(),
    };
    let title = plan.map_or("", Plan::title);
    let mut notes = Vec::new();
    for target in plan.iter().flat_map(|plan| &plan.targets) {
        notes.extend(target.plan.notes.iter().map(describe));
    }
    let mut outputs: Vec<String> = if context.outputs().is_empty() && !args.push {
        vec![match plan {
            Some(plan) => {
                let place = plan.target_directory().join("plimsoll").join(format!("{title}.oci"));
                Output::Oci(place).to_string()
            }
            None => "oci:target/plimsoll/<BINARY>.oci".to_owned(),
        }]
    } else {
        context.outputs().iter().map(Output::to_string).collect()
    };
    if args.push {
        outputs.extend(args.tag.iter().map(|name| format!("registry:{name}")));
    }
    let report = Report {
        package: plan.and_then(Plan::package).map(|it| format!("{} {}", it.name, it.version)),
        binaries,
        profile: plan.map(|plan| plan.profile.clone()),
        targets: plan
            .iter()
            .flat_map(|plan| &plan.targets)
            .map(|target| Target {
                platform: target.plan.platform.to_string(),
                triple: target.plan.triple.clone(),
                rustflags: target.rustflags.clone(),
            })
            .collect(),
        base: base::describe(context, base)?,
        user: match (&spec.user, base) {
            (Some(user), _) => user.clone(),
            (None, BaseName::Scratch) => NONROOT.to_owned(),
            (None, _) => format!("that of the base, or {NONROOT} where that is root"),
        },
        init: match &spec.init {
            Init::None => None,
            Init::Pid1 => Some("pid1".to_owned()),
            Init::Program(path) => Some(path.display().to_string()),
        },
        files: spec.files.iter().map(|it| format!("{} -> {}", it.from.display(), it.to)).collect(),
        compression: context.compression().name().to_owned(),
        revision: commit.map(|it| {
            let dirty = if it.dirty { "-dirty" } else { "" };
            format!("{}{dirty}", it.id)
        }),
        created: plimsoll_build::labels::rfc3339(time),
        settings: context.settings.path.as_ref().map(|it| it.display().to_string()),
        outputs,
        notes,
    };
    context.ui.result(&match args.format {
        Some(Format::Json) => report.json()?,
        _ => report.table(),
    })
}
