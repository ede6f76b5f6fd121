//! Tests of workflows as a whole.

use super::*;
use crate::yaml::parse;

const FILE: &str = "\
name: ci
on:
  push:
    branches: [main]
    tags: ['v*']
  pull_request:
    types: opened
permissions: read-all
env:
  IMAGE: ghcr.io/a/b
defaults:
  run:
    shell: bash
jobs:
  call:
    uses: a/b/.github/workflows/c.yml@main
    permissions: {}
  build:
    needs: [call]
    runs-on: [self-hosted, linux]
    if: github.event_name != 'pull_request'
    permissions:
      contents: read
      packages: write
    strategy:
      matrix:
        platform: [linux/amd64, linux/arm64]
        include:
          - platform: linux/arm64
            runner: arm
    steps:
      - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
        id: build
        with:
          PUSH: ${{ github.event_name != 'pull_request' }}
      - uses: \"./.github/actions/x\"
      - uses: docker://alpine:3.22
      - run: |
          # first
          docker build \\
            -t \"$IMAGE:${{ github.sha }}\" .
      - run: echo
        shell: python
";

#[test]
fn everything_is_found_with_its_place() {
    let yaml = parse(FILE);
    let workflow = Workflow::new(&yaml);
    assert!(workflow.is_workflow());
    let triggers = workflow.triggers();
    assert_eq!(triggers.iter().map(|it| it.name).collect::<Vec<_>>(), ["push", "pull_request"]);
    let push = triggers.get("push").unwrap();
    assert_eq!(push.span.slice(FILE), Some("push"));
    assert!(push.includes_branches() && push.includes_tags());
    let types = triggers.get("pull_request").unwrap().list("types").unwrap();
    assert_eq!(types[0].text(), "opened");
    assert!(!triggers.is_reusable());
    let jobs: Vec<_> = workflow.jobs().collect();
    assert_eq!(jobs.iter().map(|it| it.id()).collect::<Vec<_>>(), ["call", "build"]);
    let called = jobs[0].uses().unwrap().action().unwrap();
    assert_eq!((called.path, called.is_commit()), (".github/workflows/c.yml", false));
    assert_eq!(jobs[0].permissions().unwrap().of("contents"), Access::None);
    let build = jobs[1];
    assert_eq!(build.needs()[0].text(), "call");
    assert_eq!(
        build.runs_on().iter().map(|it| it.text()).collect::<Vec<_>>(),
        ["self-hosted", "linux"]
    );
    let permissions = build.permissions().unwrap();
    assert_eq!(permissions.of("packages"), Access::Write);
    assert_eq!(permissions.of("security-events"), Access::None);
    let matrix = build.matrix().unwrap();
    assert_eq!(matrix.names(), ["platform", "runner"]);
    assert_eq!((matrix.size(), matrix.values("platform").unwrap().len()), (Some(2), 3));
    assert!(!matrix.is_dynamic());
}

#[test]
fn actions_are_split_and_scripts_keep_their_places() {
    let yaml = parse(FILE);
    let build = Workflow::new(&yaml).jobs().nth(1).unwrap();
    let steps: Vec<_> = build.steps().collect();
    let uses = steps[0].uses().unwrap();
    let action = uses.action().unwrap();
    assert!(action.is("Docker", "build-push-action") && action.is_commit());
    assert_eq!(uses.reference_span().slice(FILE), Some(action.reference));
    assert_eq!(uses.comment().unwrap().0, "# v7.3.0");
    assert_eq!(uses.comment().unwrap().1.slice(FILE), Some("# v7.3.0"));
    assert_eq!(uses.commented_version(), Some("7.3.0"));
    let push = steps[0].input("push").unwrap();
    assert_eq!(push.expression().unwrap().truth(&Situation::pull_request()), Truth::No);
    assert_eq!(push.expression().unwrap().truth(&Situation::event("push")), Truth::Yes);
    assert_eq!(steps[1].uses().unwrap().kind, UsesKind::Local("./.github/actions/x"));
    assert_eq!(steps[2].uses().unwrap().kind, UsesKind::Docker("alpine:3.22"));
    let script = steps[3].script().unwrap();
    assert_eq!(script.commands.len(), 1);
    let command = &script.commands[0];
    assert!(command.pipefail && command.errexit);
    assert_eq!(command.program(), Some("docker"));
    assert_eq!(command.words[0].span.slice(FILE), Some("docker"));
    let tag = command.option(&["-t"]).unwrap();
    assert_eq!(tag.value, "$IMAGE:${{ github.sha }}");
    assert_eq!(tag.span.slice(FILE), Some("\"$IMAGE:${{ github.sha }}\""));
    assert!(steps[4].script().is_none(), "it is Python");
}

#[test]
fn triggers_come_in_three_forms() {
    for (text, names) in [
        ("on: push", vec!["push"]),
        ("on: [push, pull_request]", vec!["push", "pull_request"]),
        (
            "\"on\":\n  schedule:\n    - cron: '0 0 * * *'\n  workflow_call:",
            vec!["schedule", "workflow_call"],
        ),
        ("true: {push: {tags: '*'}}", vec!["push"]),
        ("jobs: {}", vec![]),
    ] {
        let yaml = parse(text);
        let triggers = Workflow::new(&yaml).triggers();
        assert_eq!(triggers.iter().map(|it| it.name).collect::<Vec<_>>(), names, "{text}");
    }
    let yaml = parse("on: {push: {tags: '*'}}");
    let push = Workflow::new(&yaml).triggers().get("push").unwrap();
    assert!(push.includes_tags() && !push.includes_branches());
}

#[test]
fn composite_actions_have_steps() {
    let text = "runs:\n  using: composite\n  steps:\n    - run: docker push x\n      shell: bash\n";
    let yaml = parse(text);
    let action = Action::new(&yaml);
    assert_eq!(action.using(), Some("composite"));
    let step = action.steps().next().unwrap();
    assert_eq!(step.script().unwrap().commands[0].words[1].span.slice(text), Some("push"));
}

#[test]
fn what_is_not_as_it_should_be_is_not_there() {
    for text in [
        "",
        "jobs: 1",
        "jobs: {a: 1, b: {steps: {}}}",
        "[1, 2]",
        "jobs: {a: {steps: [1, {uses: [x]}, {uses: a/b}]}}",
    ] {
        let yaml = parse(text);
        let workflow = Workflow::new(&yaml);
        for step in workflow.jobs().flat_map(Job::steps) {
            assert!(step.uses().and_then(Uses::action).is_none());
        }
        assert_eq!(workflow.triggers().iter().count(), 0);
    }
}

#[test]
fn conditions_are_expressions_with_or_without_braces() {
    let text = "jobs: {a: {if: \"always() && github.ref == 'x'\"}, b: {if: \"${{ !cancelled() }}\"}, c: {if: \"${{ a }} && b\"}, d: {if: \"env.x\"}}";
    let yaml = parse(text);
    let conditions: Vec<_> = Workflow::new(&yaml).jobs().filter_map(Job::condition).collect();
    let known: Vec<_> =
        conditions.iter().map(|it| (it.expression().is_some(), it.runs_after_failure())).collect();
    assert_eq!(known, [(true, true), (true, true), (false, false), (true, false)]);
}
