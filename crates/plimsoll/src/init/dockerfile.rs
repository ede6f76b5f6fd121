//! `Dockerfile`, and the probe that it compiles where a program can't ask for its own health.

mod allowances;
mod finals;
mod platforms;
mod quote;
mod stages;
mod view;

use self::{allowances::Allowances, view::View};

use super::{
    files::{Generated, Ownership},
    plan::{Plan, Probe},
    template::{self, TemplateError},
};
use crate::args::init::FileKind;

/// Where the script lies that makes stubs of sources, below the root of the workspace.
const MANIFESTS: &str = "docker/manifests.sh";
/// Where the source of the probe lies, below the root of the workspace.
const PROBE: &str = "docker/healthcheck.rs";

/// Renders them.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let render =
        |view: &View| template::render("Dockerfile", include_str!("templates/Dockerfile.j2"), view);
    let mut view = View::of(plan);
    let mut text = render(&view)?;
    let allowances = Allowances::of(plan, &text);
    if !allowances.is_empty() {
        view.allow(&allowances);
        text = render(&view)?;
    }
    let script = include_str!("templates/manifests.sh").to_owned();
    let mut files = vec![generated("Dockerfile", text), generated(MANIFESTS, script)];
    if has_probe(plan) {
        files.push(generated(PROBE, include_str!("templates/healthcheck.rs").to_owned()));
    }
    Ok(files)
}

/// Whether any image holds the static probe.
fn has_probe(plan: &Plan) -> bool {
    plan.targets.iter().any(|it| matches!(it.probe, Probe::Static { .. }))
}

fn generated(path: &str, text: String) -> Generated {
    Generated {
        kind: FileKind::Dockerfile,
        path: path.to_owned(),
        text,
        ownership: Ownership::AboveMarker,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::init::Base, init::plan::sample};

    fn dockerfile(plan: &Plan) -> String {
        files(plan).unwrap().remove(0).text
    }

    #[test]
    fn a_static_program_stands_on_nothing() {
        insta::assert_snapshot!(dockerfile(&sample::html_to_markdown(Base::Scratch)));
    }
}
