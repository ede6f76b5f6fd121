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
