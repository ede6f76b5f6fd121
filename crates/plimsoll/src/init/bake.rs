//! `docker-bake.hcl`.

use serde::Serialize;

use super::{
    credentials::{self, Secret},
    files::{Generated, Ownership},
    github, image_name,
    plan::{Plan, Target},
    template::{self, TemplateError},
};
use crate::args::init::{CiSystem, FileKind};

const PATH: &str = "docker-bake.hcl";
const TEMPLATE: &str = include_str!("templates/docker-bake.hcl.j2");

/// Renders it.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let between = if plan.ci == CiSystem::Gitlab { '/' } else { '-' };
    let context = Seen {
        images: plan.targets.iter().map(|it| image(plan, it)).collect(),
        several: plan.targets.len() > 1,
        cache: format!("{}{between}cache", plan.repository),
        context: github::context(&plan.survey.below_context),
        platforms: &plan.platforms,
        source: plan.survey.repository.as_deref().filter(|it| !it.contains(['"', '\\', '$', '%'])),
        secrets: credentials::secrets(&plan.survey),
        ssh: credentials::need_ssh(&plan.survey),
    };
    Ok(vec![Generated {
        kind: FileKind::Bake,
        path: PATH.to_owned(),
        text: template::render(PATH, TEMPLATE, context)?,
        ownership: Ownership::AboveMarker,
    }])
}

/// What the template sees.
#[derive(Serialize)]
struct Seen<'p> {
    images: Vec<Image<'p>>,
    several: bool,
    /// A repository for layers that others may use.
    cache: String,
    context: String,
    platforms: &'p [String],
    source: Option<&'p str>,
    secrets: Vec<Secret>,
    ssh: bool,
}

/// The targets of a program.
#[derive(Serialize)]
struct Image<'p> {
    id: String,
    /// The target for the machine at hand.
    local: String,
    package: &'p str,
    target: &'p str,
    repository: String,
}

fn image<'p>(plan: &'p Plan, target: &'p Target) -> Image<'p> {
    let id = image_name::component(&target.stage);
    Image {
        local: if plan.targets.len() > 1 { format!("{id}-local") } else { "local".to_owned() },
        id,
        package: &target.program.package,
        target: &target.stage,
        repository: image_name::of(plan, target),
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::bake;

    use super::*;
    use crate::init::github::tests::{named, with_private_sources, with_two_programs};

    fn text(plan: &Plan) -> String {
        files(plan).unwrap().remove(0).text
    }

    #[test]
    fn the_file_of_two_programs() {
        insta::assert_snapshot!(text(&with_two_programs()));
    }

    #[test]
    fn each_program_has_a_target_with_its_stage() {
        for plan in [named("scratch"), with_two_programs(), with_private_sources(false)] {
            let text = text(&plan);
            let file = bake::parse(&text);
            for it in &plan.targets {
                let id = image_name::component(&it.stage);
                assert!(file.targets.iter().any(|it| it.name == id), "{text}");
                assert!(text.contains(&format!("  target     = \"{}\"\n", it.stage)), "{text}");
            }
        }
    }

    #[test]
    fn credentials_are_handed_to_the_build_where_sources_are_private() {
        let by_token = text(&with_private_sources(false));
        let secret = "secret = [\"id=cargo-registry-acme,env=CARGO_REGISTRIES_ACME_TOKEN\"]";
        assert!(by_token.contains(secret) && !by_token.contains("ssh ="), "{by_token}");
        let by_ssh = text(&with_private_sources(true));
        let secret = "secret = [\"id=known_hosts,env=SSH_KNOWN_HOSTS\"]";
        assert!(by_ssh.contains("ssh = [\"default\"]") && by_ssh.contains(secret), "{by_ssh}");
    }
}
