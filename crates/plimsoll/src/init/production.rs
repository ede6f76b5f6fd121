//! `compose.prod.yaml`: the programs of their images, locked down.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    compose::{environment, names, ports, scalar},
    files::{Generated, Ownership},
    plan::{Plan, Probe, Target},
    survey::{Kind, Program},
    template::{self, TemplateError},
};
use crate::args::init::FileKind;

/// Renders it.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let mut taken = BTreeSet::new();
    let context = Context {
        title: &plan.survey.name,
        apps: plan
            .targets
            .iter()
            .zip(names(plan, &[]))
            .map(|(it, name)| {
                let ports = ports(&it.program, &name, &mut taken);
                app(plan, it, name, ports)
            })
            .collect(),
    };
    Ok(vec![Generated {
        kind: FileKind::Production,
        path: PATH.to_owned(),
        text: template::render(PATH, TEMPLATE, context)?,
        ownership: Ownership::AboveMarker,
    }])
}

const PATH: &str = "compose.prod.yaml";
const TEMPLATE: &str = include_str!("templates/compose.prod.yaml.j2");

#[derive(Serialize)]
struct Context<'a> {
    title: &'a str,
    apps: Vec<App>,
}

/// A program in production. Texts are YAML.
#[derive(Serialize)]
struct App {
    name: String,
    /// Where CI pushes to, and what it adds for this program.
    image: String,
    suffix: String,
    restart: &'static str,
    environment: Vec<(String, Option<String>)>,
    ports: Vec<String>,
    no_healthcheck: Option<String>,
}

fn app(plan: &Plan, target: &Target, name: String, ports: Vec<String>) -> App {
    let first = plan.targets.first().is_some_and(|it| it.stage == target.stage);
    let program = &target.program;
    App {
        name,
        image: plan.repository.clone(),
        suffix: if first { String::new() } else { format!("-{}", target.stage) },
        // What has done its work must not do it again.
        restart: if program.kind == Kind::Command { "on-failure" } else { "unless-stopped" },
        environment: required(program),
        ports,
        no_healthcheck: match &target.probe {
            Probe::None { reason } => Some(reason.clone()),
            Probe::Itself { .. } | Probe::Static { .. } => None,
        },
    }
}

/// The variables of a program: those for databases have to be there.
fn required(program: &Program) -> Vec<(String, Option<String>)> {
    let mut found = environment(program, |_| None);
    for service in &program.services {
        let name = &service.variable;
        let value =
            scalar(&format!("${{{name}:?set it to the address of {}}}", service.kind.title()));
        match found.iter_mut().find(|(it, _)| it == name) {
            Some((_, it)) => *it = Some(value),
            None => found.push((name.clone(), Some(value))),
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::init::Base, init::plan::sample};

    #[test]
    fn programs_are_locked_down_and_told_what_they_need() {
        let mut plan = sample::html_to_markdown(Base::Scratch);
        let mut job = plan.targets[0].clone();
        "job".clone_into(&mut job.stage);
        "job".clone_into(&mut job.program.name);
        job.program.kind = Kind::Command;
        job.program.ports.clear();
        job.program.services.clear();
        job.probe = Probe::None { reason: "it ends when its work is done".to_owned() };
        plan.targets.push(job);
        insta::assert_snapshot!(files(&plan).unwrap().remove(0).text);
    }
}
