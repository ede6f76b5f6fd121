//! In CI: what the system says comes before what git says.

use crate::fixture::Repository;

fn github<'a>(id: &'a str, event: &'a str, git_ref: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", event),
        ("GITHUB_REF", git_ref),
        ("GITHUB_SHA", id),
        ("GITHUB_REPOSITORY", "Octo/App"),
        ("GITHUB_SERVER_URL", "https://github.com"),
    ]
}

#[test]
fn a_tag_that_was_pushed_is_a_release_with_the_repository_s_name() {
    let repository = Repository::new();
    repository.tag(&["v1.2.3", "v1.2.3-rc.1"]);
    let id = repository.id();
    let ran = repository.tags_with(&[], &github(&id, "push", "refs/tags/v1.2.3"));
    let expected = ["1.2.3", "1.2", "1", "latest"].map(|it| format!("ghcr.io/octo/app:{it}"));
    assert_eq!(ran.lines(), expected, "the other tag has a run of its own");
    // The run of a branch is not a release, though a release is at its commit.
    let ran = repository.tags_with(&[], &github(&id, "push", "refs/heads/main"));
    assert_eq!(ran.lines()[0], "ghcr.io/octo/app:main");
}

#[test]
fn a_clone_without_tags_is_not_one_without_releases() {
    let repository = Repository::new();
    let id = repository.id();
    let ran = repository.tags_with(&[], &github(&id, "push", "refs/tags/v1.2.3"));
    assert_eq!(ran.lines(), ["ghcr.io/octo/app:1.2.3"]);
    assert!(ran.stderr.contains("`latest` are left out"), "{}", ran.stderr);
    assert!(ran.stderr.contains("fetch-depth: 0"), "{}", ran.stderr);
}

#[test]
fn pull_requests_and_schedules_have_tags_of_their_own() {
    let repository = Repository::new();
    let id = repository.id();
    let request = github(&id, "pull_request", "refs/pull/15/merge");
    assert_eq!(repository.tags_with(&[], &request).lines(), ["ghcr.io/octo/app:pr-15"]);
    let schedule = github(&id, "schedule", "refs/heads/main");
    assert_eq!(repository.tags_with(&[], &schedule).lines(), ["ghcr.io/octo/app:nightly"]);
}

#[test]
fn the_event_is_read() {
    let repository = Repository::new();
    let id = repository.id();
    let event = repository.path().join("event.json");
    let payload = r#"{"number": 15, "repository": {"description": "What it is"},
        "pull_request": {"head": {"repo": {"full_name": "fork/app"}}, "base": {"ref": "dev"}}}"#;
    std::fs::write(&event, payload).unwrap();
    let mut variables = github(&id, "pull_request", "refs/pull/15/merge");
    let path = event.to_str().unwrap();
    variables.push(("GITHUB_EVENT_PATH", path));
    let entry = ["--tag", "type=raw,value={{base_ref}}", "--format", "json"];
    let ran = repository.tags_with(&entry, &variables);
    assert!(ran.stdout.contains("\"name\": \"dev\""), "{ran:?}");
    assert!(ran.stdout.contains("What it is"), "{ran:?}");
    assert!(ran.stderr.contains("from a fork"), "{}", ran.stderr);
    std::fs::write(&event, "{").unwrap();
    let ran = repository.tags_with(&[], &variables);
    assert!(ran.code == 2 && ran.stderr.contains("GITHUB_EVENT_PATH"), "{}", ran.stderr);
}

#[test]
fn a_checkout_of_something_else_is_noticed() {
    let repository = Repository::new();
    let other = "0123456789012345678901234567890123456789";
    let variables = github(other, "push", "refs/heads/dev");
    let ran = repository.tags_with(&[], &variables);
    assert!(ran.stderr.contains(other) && ran.stderr.contains("--context git"), "{}", ran.stderr);
    assert_eq!(ran.lines()[0], "ghcr.io/octo/app:dev");
    let ran = repository.tags_with(&["--context", "git"], &variables);
    assert_eq!((ran.lines()[0], &*ran.stderr), ("main", ""));
}

#[test]
fn gitlab_says_the_same_in_other_words() {
    let repository = Repository::new();
    repository.tag(&["v1.2.3"]);
    let id = repository.id();
    let with = |more: &[(&str, &str)]| {
        let always = [
            ("GITLAB_CI", "true"),
            ("CI_COMMIT_SHA", &*id),
            ("CI_REGISTRY_IMAGE", "registry.example/octo/app"),
            ("CI_DEFAULT_BRANCH", "main"),
        ];
        let ran = repository.tags_with(&[], &[&always, more].concat());
        ran.lines().iter().map(|it| it.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        with(&[("CI_COMMIT_TAG", "v1.2.3")]),
        ["app:1.2.3", "app:1.2", "app:1", "app:latest"]
    );
    assert_eq!(with(&[("CI_MERGE_REQUEST_IID", "7")]), ["app:pr-7"]);
    assert_eq!(with(&[("CI_COMMIT_BRANCH", "dev")])[0], "app:dev");
    let schedule = [("CI_COMMIT_BRANCH", "main"), ("CI_PIPELINE_SOURCE", "schedule")];
    assert_eq!(with(&schedule), ["app:nightly"]);
}
