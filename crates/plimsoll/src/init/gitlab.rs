//! `.gitlab/container.yml`, and the `.gitlab-ci.yml` that includes it where there is none yet.
//!
//! The chain is that of the workflow for GitHub. Jobs lie in the stages that every pipeline has, and say
//! for themselves when they run, so that they fit into a pipeline that is there.

use serde::Serialize;

use super::{
    credentials::{self, Secret},
    emulation,
    files::{Generated, Ownership},
    github, image_name,
    plan::{Plan, Target},
    template::{self, TemplateError},
};
use crate::args::init::FileKind;

const PATH: &str = ".gitlab/container.yml";
const TEMPLATE: &str = include_str!("templates/gitlab-container.yml.j2");
const ROOT_PATH: &str = ".gitlab-ci.yml";
const ROOT_TEMPLATE: &str = include_str!("templates/gitlab-ci.yml.j2");

/// What jobs run in, as of November 2026. Trivy's releases 0.69.4 to 0.69.6 were malicious.
const DOCKER: &str = "docker:29.7.2";
const TRIVY: &str = "aquasec/trivy:0.70.0";
const BINFMT: &str = "tonistiigi/binfmt:qemu-v9.2.2";

/// Renders it.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let context = Seen {
        builder: plan.images.builder.reference(),
        docker: DOCKER,
        trivy: TRIVY,
        binfmt: BINFMT,
        version: env!("CARGO_PKG_VERSION"),
        images: plan.targets.iter().map(|it| image(plan, it)).collect(),
        several: plan.targets.len() > 1,
        scan_crates: plan.survey.has_lock,
        secrets: credentials::secrets(&plan.survey),
        ssh: credentials::need_ssh(&plan.survey),
        emulated: architectures(&emulation::platforms(plan)?),
        context: github::context(&plan.survey.below_context),
        platforms: &plan.platforms,
    };
    let file = |path: &str, text, ownership| Generated {
        kind: FileKind::Ci,
        path: path.to_owned(),
        text,
        ownership,
    };
    Ok(vec![
        file(PATH, template::render(PATH, TEMPLATE, context)?, Ownership::AboveMarker),
        // Whoever has one adds the line himself.
        file(ROOT_PATH, template::render(ROOT_PATH, ROOT_TEMPLATE, ())?, Ownership::Once),
    ])
}

/// What the template sees.
#[derive(Serialize)]
struct Seen<'p> {
    builder: String,
    docker: &'static str,
    trivy: &'static str,
    binfmt: &'static str,
    /// The version of Plimsoll to install: this one.
    version: &'static str,
    images: Vec<Image<'p>>,
    several: bool,
    scan_crates: bool,
    /// Variables that hold what the build is let in with.
    secrets: Vec<Secret>,
    ssh: bool,
    /// Architectures to emulate, with commas between them; empty for none.
    emulated: String,
    context: String,
    platforms: &'p [String],
}

/// The image of a program.
#[derive(Serialize)]
struct Image<'p> {
    id: String,
    package: &'p str,
    target: &'p str,
    /// What comes after `$CI_REGISTRY_IMAGE`.
    suffix: String,
}

fn image<'p>(plan: &'p Plan, target: &'p Target) -> Image<'p> {
    Image {
        id: image_name::component(&target.stage),
        package: &target.program.package,
        target: &target.stage,
        suffix: image_name::suffix(plan, target),
    }
}

/// The architectures of platforms, as binfmt's image takes them: `arm64,arm`.
fn architectures(platforms: &[&str]) -> String {
    let mut names: Vec<&str> = platforms.iter().filter_map(|it| it.split('/').nth(1)).collect();
    names.dedup();
    names.join(",")
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::yaml;

    use super::*;
    use crate::{
        args::init::CiSystem,
        init::github::tests::{named, with_private_sources, with_two_programs},
    };

    fn text(mut plan: Plan) -> String {
        plan.ci = CiSystem::Gitlab;
        files(&plan).unwrap().remove(0).text
    }

    fn all() -> Vec<String> {
        [
            named("scratch"),
            named("debian"),
            with_two_programs(),
            with_private_sources(false),
            with_private_sources(true),
        ]
        .map(text)
        .into()
    }

    /// The part of a job.
    fn job<'t>(text: &'t str, name: &str) -> &'t str {
        let (_, from) = text.split_once(&format!("\n{name}:\n")).unwrap();
        from.split_once("\n\n").map_or(from, |it| it.0)
    }

    #[test]
    fn the_pipeline_of_two_programs() {
        insta::assert_snapshot!(text(with_two_programs()));
    }

    #[test]
    fn it_is_yaml_and_so_is_the_file_that_includes_it() {
        for text in all() {
            assert!(yaml::parse(&text).errors.is_empty(), "{text}");
        }
        let files = files(&named("scratch")).unwrap();
        assert!(yaml::parse(&files[1].text).errors.is_empty());
        assert!(files[1].text.contains(PATH) && files[1].ownership == Ownership::Once);
    }

    #[test]
    fn nothing_is_pushed_but_from_the_default_branch_and_tags_after_all_scans() {
        for text in all() {
            let publish = job(&text, "container-publish");
            assert!(!publish.contains("merge_request_event"), "{publish}");
            let needs =
                "needs: [container-check, container-crates, container-build, container-scan]";
            assert!(publish.contains(needs), "{publish}");
            assert_eq!(
                text.matches("plimsoll push").count(),
                publish.matches("plimsoll push").count()
            );
            assert!(!job(&text, "container-build").contains("push"), "{text}");
        }
    }

    #[test]
    fn a_scan_can_stop_the_release_and_reports_in_any_case() {
        for text in all() {
            let scan = job(&text, "container-scan");
            assert!(
                scan.contains("--severity HIGH,CRITICAL --ignore-unfixed --exit-code 1\n"),
                "{scan}"
            );
            assert!(scan.contains("    when: always\n"), "{scan}");
            assert!(scan.contains("PLATFORM: [linux/amd64, linux/arm64]"), "{scan}");
        }
    }

    #[test]
    fn images_lie_below_the_project() {
        let text = text(with_two_programs());
        assert!(text.contains("--package jobs --image \"$CI_REGISTRY_IMAGE/worker\""), "{text}");
        assert!(text.contains("$CI_REGISTRY_IMAGE/cache:worker"), "{text}");
    }

    #[test]
    fn credentials_are_variables_of_the_same_name() {
        let by_token = text(with_private_sources(false));
        assert!(
            by_token
                .contains("--secret id=cargo-registry-acme,env=CARGO_REGISTRIES_ACME_TOKEN \\\n")
        );
        let by_ssh = text(with_private_sources(true));
        assert!(by_ssh.contains("        --ssh default \\\n") && by_ssh.contains("| ssh-add -"));
    }

    #[test]
    fn architectures_are_named_once() {
        assert_eq!(architectures(&["linux/arm64", "linux/arm/v6", "linux/arm/v7"]), "arm64,arm");
    }
}
