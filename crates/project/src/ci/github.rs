//! Runs of GitHub Actions.
//!
//! The variables are GitHub's "default environment variables"; the payload is the webhook's, as
//! the file of the event has it. It is written by whoever caused the event, so it has limits, and
//! nothing of it is taken for more than text.

use std::{fs::File, io::Read as _, path::Path};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{CiError, Run, System, given, needed};
use crate::{Environment, tags::RepositoryFacts};

/// GitHub sends no webhook over 25 MB.
const LIMIT: u64 = 32 * 1024 * 1024;

/// Reads the payload of an event.
pub(super) fn payload(path: &Path) -> Result<Value, CiError> {
    let failed = |source| CiError::Read { path: path.to_owned(), source };
    let mut text = Vec::new();
    let file = match File::open(path) {
        Ok(file) => file,
        // In a container that was started by hand, the variable may be there without the file.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Value::Null),
        Err(error) => return Err(failed(error)),
    };
    file.take(LIMIT + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > LIMIT {
        return Err(CiError::TooLarge { path: path.to_owned(), limit: LIMIT });
    }
    // The parser itself limits how deep values nest.
    serde_json::from_slice(&text)
        .map_err(|source| CiError::NotJson { path: path.to_owned(), source })
}

/// Gathers what is known.
pub(super) fn run(environment: &Environment, mut payload: Value) -> Result<Run, CiError> {
    const SYSTEM: &str = "GitHub Actions";
    let sha = needed(environment, SYSTEM, "GITHUB_SHA")?;
    let repository = given(environment, "GITHUB_REPOSITORY");
    let server = given(environment, "GITHUB_SERVER_URL");
    let server = server.unwrap_or_else(|| "https://github.com".to_owned());
    let is_public = server.trim_end_matches('/') == "https://github.com";
    // Images of other servers have hosts that no variable tells.
    let image = repository.as_deref().filter(|_| is_public);
    let image = image.map(|it| format!("ghcr.io/{}", it.to_ascii_lowercase()));
    if let Some(base) = given(environment, "GITHUB_BASE_REF")
        && payload.pointer("/pull_request/base/ref").is_none()
    {
        let known = payload.get("pull_request").cloned();
        if known.is_none_or(|it| it.is_null()) && (payload.is_null() || payload.is_object()) {
            payload["pull_request"] = json!({ "base": { "ref": base } });
        }
    }
    Ok(Run {
        system: System::GitHub,
        event_name: given(environment, "GITHUB_EVENT_NAME").unwrap_or_default(),
        git_ref: given(environment, "GITHUB_REF").unwrap_or_default(),
        commit_time: commit_time(&payload, &sha),
        repository: facts(&payload, repository.as_deref(), &server),
        is_fork: is_fork(&payload, repository.as_deref()),
        image,
        sha,
        payload,
    })
}

fn facts(payload: &Value, repository: Option<&str>, server: &str) -> RepositoryFacts {
    let text = |pointer: &str| {
        let text = payload.pointer(&format!("/repository{pointer}")).and_then(Value::as_str);
        text.filter(|it| !it.is_empty()).map(str::to_owned)
    };
    let name = repository.and_then(|it| it.rsplit('/').next()).map(str::to_owned);
    let page = repository.map(|it| format!("{}/{it}", server.trim_end_matches('/')));
    RepositoryFacts {
        name: text("/name").or(name),
        description: text("/description"),
        html_url: text("/html_url").or(page),
        default_branch: text("/default_branch"),
        // What GitHub could not tell is no licence.
        license: text("/license/spdx_id").filter(|it| it != "NOASSERTION"),
    }
}

/// A push tells the times of its commits.
fn commit_time(payload: &Value, sha: &str) -> Option<Timestamp> {
    let commits = payload.get("commits").and_then(Value::as_array).into_iter().flatten();
    let mut all = commits.chain(payload.get("head_commit"));
    let commit = all.find(|it| it.get("id").and_then(Value::as_str) == Some(sha))?;
    commit.get("timestamp")?.as_str()?.parse().ok()
}

fn is_fork(payload: &Value, repository: Option<&str>) -> bool {
    let Some(head) = payload.pointer("/pull_request/head") else { return false };
    // The repository of a branch is null once it has been deleted.
    match head.pointer("/repo/full_name").and_then(Value::as_str) {
        Some(name) => repository.is_some_and(|it| !it.eq_ignore_ascii_case(name)),
        None => head.get("repo").is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIABLES: [(&str, &str); 5] = [
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_REF", "refs/tags/v1.2.3"),
        ("GITHUB_SHA", "0123456789012345678901234567890123456789"),
        ("GITHUB_REPOSITORY", "Octo/App"),
        ("GITHUB_SERVER_URL", "https://github.com"),
    ];

    fn run_with(more: &[(&'static str, &'static str)], payload: Value) -> Run {
        run(&VARIABLES.iter().chain(more).copied().collect(), payload).unwrap()
    }

    #[test]
    fn a_push_tells_the_ref_the_commit_and_its_time() {
        let commit = json!({"id": VARIABLES[2].1, "timestamp": "2020-01-10T01:30:00+01:00"});
        let run = run_with(&[], json!({"head_commit": commit}));
        assert_eq!((&*run.event_name, &*run.git_ref), ("push", "refs/tags/v1.2.3"));
        assert_eq!(run.commit_time.unwrap().to_string(), "2020-01-10T00:30:00Z");
        assert_eq!(run.image.as_deref(), Some("ghcr.io/octo/app"));
        assert_eq!(run.repository.html_url.as_deref(), Some("https://github.com/Octo/App"));
        let other = json!({"id": "other", "timestamp": "2020-01-10T00:30:00Z"});
        assert_eq!(run_with(&[], json!({"head_commit": other})).commit_time, None);
    }

    #[test]
    fn what_the_event_says_of_the_repository_is_taken() {
        let repository = json!({
            "name": "App", "description": "What it is", "html_url": "https://github.com/octo/app",
            "default_branch": "trunk", "license": {"spdx_id": "MIT"},
        });
        let facts = run_with(&[], json!({ "repository": repository })).repository;
        assert_eq!(facts.description.as_deref(), Some("What it is"));
        assert_eq!(facts.default_branch.as_deref(), Some("trunk"));
        assert_eq!(facts.license.as_deref(), Some("MIT"));
        let unknown = json!({"repository": {"license": {"spdx_id": "NOASSERTION"}}});
        assert_eq!(run_with(&[], unknown).repository.license, None);
    }

    #[test]
    fn the_pull_request_of_a_fork_is_known_as_such() {
        let from = |head: Value| run_with(&[], json!({"pull_request": {"head": head}})).is_fork;
        assert!(from(json!({"repo": {"full_name": "somebody/app"}})));
        assert!(from(json!({"repo": null})), "the fork was deleted");
        assert!(!from(json!({"repo": {"full_name": "octo/app"}})));
        assert!(!run_with(&[], Value::Null).is_fork);
    }

    #[test]
    fn the_base_of_a_pull_request_is_known_without_the_event() {
        let base = |payload| {
            let run = run_with(&[("GITHUB_BASE_REF", "main")], payload);
            run.payload.pointer("/pull_request/base/ref").cloned()
        };
        assert_eq!(base(Value::Null), Some(json!("main")));
        assert_eq!(base(json!([1])), None);
        assert_eq!(base(json!({"pull_request": {"base": {"ref": "dev"}}})), Some(json!("dev")));
    }

    #[test]
    fn other_servers_have_no_image_of_ours() {
        let run = run_with(&[("GITHUB_SERVER_URL", "https://git.example")], Value::Null);
        assert_eq!(run.image, None);
        assert_eq!(run.repository.html_url.as_deref(), Some("https://git.example/Octo/App"));
    }

    #[test]
    fn wrong_payloads_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("event.json");
        assert_eq!(payload(&path).unwrap(), Value::Null);
        std::fs::write(&path, "[".repeat(1000)).unwrap();
        assert!(matches!(payload(&path), Err(CiError::NotJson { .. })));
        File::create(&path).unwrap().set_len(LIMIT + 1).unwrap();
        assert!(matches!(payload(&path), Err(CiError::TooLarge { .. })));
        assert!(matches!(payload(directory.path()), Err(CiError::Read { .. })));
    }
}
