//! `compose.yaml`: programs and what they need, for development.

mod programs;

use serde::Serialize;

use super::{
    files::{Generated, Ownership},
    plan::Plan,
    services::{self, Backing},
    template::{self, TemplateError},
};
use crate::args::init::FileKind;

pub(super) use programs::{environment, names, ports, scalar};

/// What runs the programs in the stage `dev`.
const SCRIPT: &str = include_str!("templates/dev.sh");

/// Renders it, and the script beside it.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let backings = services::of(plan);
    let services: Vec<String> = backings.iter().map(Backing::render).collect::<Result<_, _>>()?;
    let context = Context {
        title: &plan.survey.name,
        common: template::render("compose.yaml", COMMON, Common::of(plan))?,
        apps: programs::of(plan, &backings),
        volumes: backings.iter().map(|it| it.volume().0).collect(),
        services,
    };
    let file = |path: &str, text| Generated {
        kind: FileKind::Compose,
        path: path.to_owned(),
        text,
        ownership: Ownership::AboveMarker,
    };
    Ok(vec![
        file("compose.yaml", template::render("compose.yaml", TEMPLATE, context)?),
        file("docker/dev.sh", SCRIPT.to_owned()),
    ])
}

const TEMPLATE: &str = include_str!("templates/compose.yaml.j2");
const COMMON: &str = include_str!("templates/compose-program.yaml.j2");

#[derive(Serialize)]
struct Context<'a> {
    title: &'a str,
    common: String,
    apps: Vec<programs::App>,
    services: Vec<String>,
    volumes: Vec<String>,
}

/// What all programs have in common.
#[derive(Serialize)]
struct Common {
    /// The build context, seen from the Compose file.
    context: String,
    /// The Dockerfile in the context, where it isn't at its root.
    dockerfile: Option<String>,
    /// The workspace in the container.
    directory: String,
    image: String,
}

impl Common {
    fn of(plan: &Plan) -> Self {
        let below = &plan.survey.below_context;
        if below.is_empty() {
            return Self {
                context: ".".to_owned(),
                dockerfile: None,
                directory: "/workspace".to_owned(),
                image: programs::image(plan),
            };
        }
        let up: Vec<&str> = below.split('/').map(|_| "..").collect();
        Self {
            context: up.join("/"),
            dockerfile: Some(scalar(&format!("{below}/Dockerfile"))),
            directory: scalar(&format!("/workspace/{below}")),
            image: programs::image(plan),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        args::init::Base,
        init::{
            images::PinnedImage,
            plan::{Linking, Probe, sample},
            survey::{PrivateSource, Service, ServiceKind},
        },
    };

    fn compose(plan: &Plan) -> String {
        files(plan).unwrap().remove(0).text
    }

    /// Two programs, and services of all kinds.
    fn several() -> Plan {
        let mut plan = sample::undigested(Base::Alpine);
        plan.linking = Linking::Alpine;
        plan.survey.below_context = "tools/shop".to_owned();
        plan.survey.private.push(PrivateSource { name: "acme-crates".to_owned(), ssh: false });
        let mut worker = plan.targets[0].clone();
        "db".clone_into(&mut worker.stage);
        "db".clone_into(&mut worker.program.name);
        worker.program.arguments = vec!["--price".to_owned(), "$5".to_owned()];
        worker.program.features = vec!["queue".to_owned()];
        worker.probe = Probe::None { reason: "it doesn't listen".to_owned() };
        let service = |&kind: &ServiceKind| Service {
            kind,
            variable: format!("{}_URL", kind.name().to_uppercase()),
            crate_name: "client".to_owned(),
        };
        let others = [ServiceKind::Redis, ServiceKind::Nats, ServiceKind::Rabbitmq];
        worker.program.services.extend(others.iter().map(service));
        for (kind, image) in
            [("nats", "nats:2-alpine"), ("rabbitmq", "rabbitmq:4"), ("redis", "redis:8")]
        {
            let image: PinnedImage = sample::pinned(image, '5');
            plan.images.services.push((kind.to_owned(), image));
        }
        plan.targets.push(worker);
        plan
    }

    #[test]
    fn a_program_with_a_database() {
        insta::assert_snapshot!(compose(&sample::html_to_markdown(Base::Scratch)));
    }

    #[test]
    fn several_programs_have_services_ports_and_names_of_their_own() {
        insta::assert_snapshot!(compose(&several()));
    }

    #[test]
    fn a_program_without_services_stands_alone() {
        let mut plan = sample::html_to_markdown(Base::Scratch);
        plan.targets[0].program.services.clear();
        let text = compose(&plan);
        assert!(!text.contains("depends_on") && !text.contains(".env"), "{text}");
        assert!(text.contains("  target:\n") && text.ends_with("  target:\n"), "{text}");
    }
}
