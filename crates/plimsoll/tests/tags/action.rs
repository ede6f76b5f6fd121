//! `--from-action`: what a workflow asks docker/metadata-action for.

use crate::fixture::Repository;

const WORKFLOW: &str = "\
on: push
env:
  REGISTRY: ghcr.io
jobs:
  image:
    steps:
      - uses: actions/checkout@v4
      - id: meta
        uses: docker/metadata-action@v5
        with:
          images: ${{ env.REGISTRY }}/${{ github.repository }}
          tags: |
            # a comment
            type=semver,pattern={{version}}
            type=raw,value=edge,enable=${{ github.ref == 'refs/heads/main' }}
            type=sha
  other:
    steps:
      - uses: docker/metadata-action@v5
        with:
          images: a/b
          tags: type=raw,value=${{ secrets.TOKEN }}
";

#[test]
fn a_step_of_a_workflow_is_found_and_expanded() {
    let repository = Repository::new();
    repository.git(&["remote", "add", "origin", "https://github.com/Octo/App.git"]);
    repository.write("w.yml", WORKFLOW);
    let sha = format!("ghcr.io/octo/app:sha-{}", &repository.id()[..7]);
    let found = repository.tags(&["--from-action", "w.yml:image/meta"]);
    assert_eq!(found.lines(), ["ghcr.io/octo/app:edge", &sha]);
    assert_eq!(repository.tags(&["--from-action", "w.yml:image"]).lines().len(), 2);
}

#[test]
fn what_cannot_be_chosen_or_known_is_an_error() {
    let repository = Repository::new();
    repository.write("w.yml", WORKFLOW);
    for (place, says) in [
        ("w.yml", "`image/meta`, `other/1`"),
        ("w.yml:nothing", "in the job `nothing`"),
        ("w.yml:other/1", "secrets.TOKEN"),
        ("missing.yml", "missing.yml"),
    ] {
        let ran = repository.tags(&["--from-action", place]);
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{place}");
        assert!(ran.stderr.contains(says), "{place}: {}", ran.stderr);
    }
}

#[test]
fn a_block_alone_will_do() {
    let repository = Repository::new();
    repository.write("with.yml", "with:\n  images: a/b\n  tags: type=ref,event=branch\n");
    assert_eq!(repository.tags(&["--from-action", "with.yml"]).lines(), ["a/b:main"]);
}

#[test]
fn the_name_on_the_command_line_needs_none_from_the_step() {
    let repository = Repository::new();
    let step = "images: a/${{ secrets.NAME }}\ntags: type=ref,event=branch\n";
    repository.write("with.yml", step);
    let from = ["--from-action", "with.yml"];
    let ran = repository.tags(&from);
    assert!(ran.code == 2 && ran.stderr.contains("--image"), "{}", ran.stderr);
    let named = repository.tags(&["--from-action", "with.yml", "--image", "c/d"]);
    assert_eq!(named.lines(), ["c/d:main"]);
}

#[test]
fn the_default_branch_and_the_inputs_of_a_run_are_known() {
    let repository = Repository::new();
    let default = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)";
    let step = format!(
        "images: a/b\nflavor: latest=${{{{ {default} }}}}\ntags: type=raw,value=${{{{ inputs.name }}}}\n"
    );
    repository.write("with.yml", &step);
    let event = repository.path().join("event.json");
    let payload = r#"{"repository": {"default_branch": "trunk"}, "inputs": {"name": "x"}}"#;
    std::fs::write(&event, payload).unwrap();
    let id = repository.id();
    let tags = |git_ref: &str| {
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "workflow_dispatch"),
            ("GITHUB_REF", git_ref),
            ("GITHUB_SHA", &id),
            ("GITHUB_EVENT_PATH", event.to_str().unwrap()),
        ];
        let ran = repository.tags_with(&["--from-action", "with.yml"], &variables);
        ran.lines().join(" ")
    };
    assert_eq!(tags("refs/heads/trunk"), "a/b:x a/b:latest");
    assert_eq!(tags("refs/heads/dev"), "a/b:x");
}
