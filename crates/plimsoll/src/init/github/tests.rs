//! The workflow, for all that makes it differ.

use plimsoll_lint::{FileType, Options};

use super::*;
use crate::{
    args::init::{Base, CiSystem},
    init::{
        plan::{Linking, sample},
        survey::PrivateSource,
    },
};

/// A plan by the name of its base.
pub(in crate::init) fn named(base: &str) -> Plan {
    sample::html_to_markdown(match base {
        "alpine" => Base::Alpine,
        "debian" => Base::Debian,
        "distroless" => Base::Distroless,
        _ => Base::Scratch,
    })
}

/// A plan with two programs of different packages.
pub(in crate::init) fn with_two_programs() -> Plan {
    let mut plan = named("scratch");
    let mut second = plan.targets[0].clone();
    second.stage = "worker".to_owned();
    second.program.name = "worker".to_owned();
    second.program.package = "jobs".to_owned();
    plan.targets.push(second);
    plan
}

/// A plan with crates of a private registry, or of a repository by SSH.
pub(in crate::init) fn with_private_sources(ssh: bool) -> Plan {
    let mut plan = named("scratch");
    let name = if ssh { "git.example.com" } else { "acme" }.to_owned();
    plan.survey.private = vec![PrivateSource { name, ssh }];
    plan
}

fn elsewhere() -> Plan {
    let mut plan = named("distroless");
    "registry.example.com/acme/app".clone_into(&mut plan.repository);
    plan
}

fn alpine() -> Plan {
    let mut plan = named("alpine");
    plan.linking = Linking::Alpine;
    plan
}

fn text(plan: &Plan) -> String {
    files(plan).unwrap().remove(0).text
}

fn all() -> Vec<Plan> {
    let mut github = vec![
        named("scratch"),
        named("debian"),
        alpine(),
        with_two_programs(),
        with_private_sources(false),
        with_private_sources(true),
        elsewhere(),
    ];
    for it in &mut github {
        it.ci = CiSystem::Github;
    }
    github
}

#[test]
fn the_workflow_of_one_program() {
    insta::assert_snapshot!(text(&named("scratch")));
}

#[test]
fn our_own_rules_find_nothing() {
    for plan in all() {
        let text = text(&plan);
        let checked = plimsoll_lint::check_as(FileType::Workflow, PATH, &text, &Options::default());
        assert!(checked.findings.is_empty(), "{:#?}\n{text}", checked.findings);
    }
}

#[test]
fn every_action_is_a_commit_of_a_release_that_is_known() {
    for plan in all() {
        for line in text(&plan).lines().filter(|it| it.contains("uses: ")) {
            let (_, reference) = line.split_once('@').unwrap();
            let (commit, tag) = reference.split_once(" # v").unwrap();
            assert!(
                commit.len() == 40 && commit.bytes().all(|it| it.is_ascii_hexdigit()),
                "{line}"
            );
            assert!(tag.starts_with(|it: char| it.is_ascii_digit()), "{line}");
        }
    }
    assert_eq!(pinned("nobody/knows"), None);
}

#[test]
fn rights_to_write_packages_are_where_nothing_is_built_and_no_pull_request_comes() {
    for plan in all() {
        let text = text(&plan);
        let (before, publish) = text.split_once("\n  publish:\n").unwrap();
        assert!(!before.contains("packages: write") && !before.contains("id-token"), "{before}");
        assert!(publish.contains("github.event_name == 'push'"), "{publish}");
        assert!(!publish.contains("build-push-action") && !publish.contains("cargo install"));
        let needs = publish.lines().find(|it| it.contains("needs:")).unwrap();
        assert_eq!(needs.trim(), "needs: [check, crates, build, scan]");
    }
}

#[test]
fn emulators_come_where_the_dockerfile_runs_something_on_another_platform() {
    let rendered = crate::init::dockerfile::files(&alpine()).unwrap();
    let needed = rendered.iter().any(|it| it.text.contains("RUN"));
    let has = |plan: &Plan| text(plan).contains("setup-qemu-action");
    assert!(!has(&named("scratch")));
    // As long as there is a Dockerfile at all.
    assert_eq!(has(&alpine()), needed);
}

#[test]
fn names_go_to_outputs_and_artifacts_of_each_program() {
    let text = text(&with_two_programs());
    assert!(text.contains("--package jobs --image ghcr.io/example/html-to-markdown-worker "));
    assert!(text.contains("      worker-tags: ${{ steps.tags-worker.outputs.tags }}\n"));
    assert!(text.contains("        image: [html-to-markdown, worker]\n"));
    assert!(text.contains("scope=worker,mode=max"));
}

#[test]
fn another_registry_has_its_own_credentials() {
    let text = text(&elsewhere());
    assert!(text.contains("password: ${{ secrets.REGISTRY_PASSWORD }}"));
    assert!(text.contains("          registry: registry.example.com\n"));
    assert!(!text.contains("packages: write"));
    let mut hub = named("scratch");
    "docker.io/acme/app".clone_into(&mut hub.repository);
    let text = files(&hub).unwrap().remove(0).text;
    assert!(text.contains("repository: index.docker.io/acme/app\n"));
}

#[test]
fn forks_build_nothing_that_needs_credentials() {
    let text = text(&with_private_sources(false));
    let build = text.split("\n  build:\n").nth(1).unwrap().split("\n  scan:\n").next().unwrap();
    assert!(build.contains("head.repo.full_name == github.repository"), "{build}");
    assert!(build.contains(
        "          CARGO_REGISTRIES_ACME_TOKEN: ${{ secrets.CARGO_REGISTRIES_ACME_TOKEN }}\n"
    ));
    assert!(
        build.contains("            cargo-registry-acme=CARGO_REGISTRIES_ACME_TOKEN\n"),
        "{build}"
    );
}
