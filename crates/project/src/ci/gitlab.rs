//! Jobs of GitLab CI, from its predefined variables.

use serde_json::{Value, json};

use super::{CiError, Run, System, given, needed};
use crate::{Environment, tags::RepositoryFacts};

/// Gathers what is known.
pub(super) fn run(environment: &Environment) -> Result<Run, CiError> {
    let given = |variable| given(environment, variable);
    let sha = needed(environment, "GitLab CI", "CI_COMMIT_SHA")?;
    let request = given("CI_MERGE_REQUEST_IID");
    let source = given("CI_PIPELINE_SOURCE").unwrap_or_default();
    let git_ref = if let Some(number) = &request {
        format!("refs/pull/{number}/merge")
    } else if let Some(tag) = given("CI_COMMIT_TAG") {
        format!("refs/tags/{tag}")
    } else {
        let branch = given("CI_COMMIT_BRANCH").or_else(|| given("CI_COMMIT_REF_NAME"));
        branch.map(|it| format!("refs/heads/{it}")).unwrap_or_default()
    };
    let event_name = match &*source {
        _ if request.is_some() => "pull_request",
        "web" | "api" | "trigger" | "pipeline" | "chat" => "workflow_dispatch",
        other => other,
    };
    let payload = match &request {
        None => Value::Null,
        Some(number) => json!({
            "number": number.parse::<u64>().ok(),
            "pull_request": {
                "head": { "sha": given("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").unwrap_or_else(|| sha.clone()) },
                "base": { "ref": given("CI_MERGE_REQUEST_TARGET_BRANCH_NAME") },
            },
        }),
    };
    let projects =
        (given("CI_MERGE_REQUEST_SOURCE_PROJECT_ID"), given("CI_MERGE_REQUEST_PROJECT_ID"));
    Ok(Run {
        system: System::GitLab,
        event_name: event_name.to_owned(),
        git_ref,
        commit_time: given("CI_COMMIT_TIMESTAMP").and_then(|it| it.parse().ok()),
        payload,
        repository: RepositoryFacts {
            name: given("CI_PROJECT_NAME"),
            description: given("CI_PROJECT_DESCRIPTION"),
            html_url: given("CI_PROJECT_URL"),
            default_branch: given("CI_DEFAULT_BRANCH"),
            license: None,
        },
        image: given("CI_REGISTRY_IMAGE").map(|it| it.to_ascii_lowercase()),
        is_fork: matches!(projects, (Some(from), Some(to)) if from != to),
        sha,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_with(more: &[(&'static str, &'static str)]) -> Run {
        let always = [
            ("CI_COMMIT_SHA", "0123"),
            ("CI_COMMIT_TIMESTAMP", "2020-01-10T01:30:00+01:00"),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_PROJECT_URL", "https://gitlab.example/Octo/App"),
            ("CI_REGISTRY_IMAGE", "registry.example/octo/app"),
            ("CI_PIPELINE_SOURCE", "push"),
        ];
        run(&always.into_iter().chain(more.iter().copied()).collect()).unwrap()
    }

    #[test]
    fn a_tag_a_branch_and_a_merge_request_are_refs() {
        let tag = run_with(&[("CI_COMMIT_TAG", "v1.2.3"), ("CI_COMMIT_REF_NAME", "v1.2.3")]);
        assert_eq!((&*tag.event_name, &*tag.git_ref), ("push", "refs/tags/v1.2.3"));
        assert_eq!(tag.commit_time.unwrap().to_string(), "2020-01-10T00:30:00Z");
        assert_eq!(tag.image.as_deref(), Some("registry.example/octo/app"));
        let branch = run_with(&[("CI_COMMIT_BRANCH", "feature/x")]);
        assert_eq!(branch.git_ref, "refs/heads/feature/x");
        let request = run_with(&[
            ("CI_MERGE_REQUEST_IID", "15"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_COMMIT_REF_NAME", "feature/x"),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ]);
        assert_eq!(
            (&*request.event_name, &*request.git_ref),
            ("pull_request", "refs/pull/15/merge")
        );
        assert_eq!(request.payload.pointer("/pull_request/base/ref"), Some(&json!("main")));
    }

    #[test]
    fn a_schedule_is_one() {
        let run = run_with(&[("CI_PIPELINE_SOURCE", "schedule"), ("CI_COMMIT_BRANCH", "main")]);
        assert_eq!((&*run.event_name, &*run.git_ref), ("schedule", "refs/heads/main"));
    }

    #[test]
    fn a_merge_request_of_another_project_is_one_of_a_fork() {
        let request = |from| {
            let of = ("CI_MERGE_REQUEST_PROJECT_ID", "1");
            run_with(&[of, ("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", from)]).is_fork
        };
        assert!(request("2") && !request("1"));
    }

    #[test]
    fn a_job_without_a_commit_is_an_error() {
        let error = run(&Environment::default()).unwrap_err();
        assert!(error.to_string().contains("CI_COMMIT_SHA"), "{error}");
    }
}
