//! Expressions in the inputs of a step, as far as they can be known outside of a run.

use std::collections::BTreeMap;

use plimsoll_project::Environment;
use plimsoll_syntax::workflow::{
    Context, Expression, Field, Job, Known, Part, Situation, Step, parts,
};
use serde_json::Value;

use crate::{commands::tags::state::State, failure::Failure};

/// Expands every `${{ … }}` of a text.
pub(super) fn expand(
    text: &str,
    step: Option<Step<'_>>,
    state: &State,
    environment: &Environment,
) -> Result<String, Failure> {
    let variables = variables(step);
    let known = |context: &Context<'_>| value(context, state, environment, &variables);
    let mut result = String::new();
    for part in parts(text) {
        match part {
            Part::Text { text, .. } => result.push_str(text),
            Part::Expression { text, .. } => {
                let expression = Expression::parse(text);
                let value = match &expression {
                    Some(Expression::Context(context)) => known(context),
                    Some(other) => {
                        plain(other.evaluate(&Situation::event(&state.event_name).with(&known)))
                    }
                    None => Known::Unknown,
                };
                result.push_str(&written(&value).ok_or_else(|| {
                    Failure::new(format!("what `${{{{{text}}}}}` is can't be known here")).hint(
                        "GitHub's own variables are known where they are set, and those of `env` \
                         may be set, too; for the image's name, pass --image",
                    )
                })?);
            }
        }
    }
    Ok(result)
}

fn plain(known: Known<'_>) -> Known<'static> {
    match known {
        Known::Text(text) => Known::Text(text.into_owned().into()),
        Known::Null => Known::Null,
        Known::Bool(it) => Known::Bool(it),
        Known::Number(it) => Known::Number(it),
        // A truth is no text.
        Known::Unknown | Known::Truthy | Known::Falsy => Known::Unknown,
    }
}

fn written(known: &Known<'_>) -> Option<String> {
    match known {
        Known::Null => Some(String::new()),
        Known::Bool(it) => Some(it.to_string()),
        Known::Number(it) => Some(it.to_string()),
        Known::Text(text) => Some(text.to_string()),
        Known::Unknown | Known::Truthy | Known::Falsy => None,
    }
}

/// The `env` of workflow, job and step, where later ones win.
fn variables(step: Option<Step<'_>>) -> BTreeMap<String, String> {
    let Some(step) = step else { return BTreeMap::new() };
    let job = step.job();
    let own = step.get("env").map(plimsoll_syntax::yaml::Value::entries).unwrap_or_default();
    let entries = job.map(|it| it.workflow().env()).unwrap_or_default().into_iter();
    let entries = entries.chain(job.map(Job::env).unwrap_or_default()).chain(own);
    let pair = |it: plimsoll_syntax::yaml::Entry<'_>| {
        Some((it.name().to_owned(), Field::new(it.value)?.text().to_owned()))
    };
    entries.filter_map(pair).collect()
}

/// What a context is.
fn value(
    context: &Context<'_>,
    state: &State,
    environment: &Environment,
    variables: &BTreeMap<String, String>,
) -> Known<'static> {
    if !context.complete {
        return Known::Unknown;
    }
    let path: Vec<&str> = context.path.iter().map(AsRef::as_ref).collect();
    let text = |it: &str| Known::Text(it.to_owned().into());
    let variable = |name: &str| environment.get(name).map_or(Known::Unknown, text);
    match *path {
        [root, ..] if root.eq_ignore_ascii_case("secrets") => Known::Unknown,
        [root, name] if root.eq_ignore_ascii_case("env") => match variables.get(name) {
            // A variable of the workflow may itself be an expression.
            Some(value) if value.contains("${{") => expanded(value, state, environment),
            Some(value) => text(value),
            None => variable(name),
        },
        [root, name] if root.eq_ignore_ascii_case("inputs") => {
            match state.payload.get("inputs").and_then(|it| it.get(name)) {
                Some(Value::String(it)) => text(it),
                Some(Value::Bool(it)) => Known::Bool(*it),
                Some(Value::Number(it)) => text(&it.to_string()),
                // A workflow that is called has inputs that the event does not tell.
                _ => Known::Unknown,
            }
        }
        [root, name] if root.eq_ignore_ascii_case("github") => {
            let name = name.to_ascii_lowercase();
            let short = || {
                let git_ref = &state.git_ref;
                let names = ["refs/heads/", "refs/tags/", "refs/pull/"];
                names.iter().find_map(|it| git_ref.strip_prefix(it)).unwrap_or(git_ref)
            };
            match &*name {
                "ref" => text(&state.git_ref),
                "sha" => text(&state.sha),
                "event_name" => text(&state.event_name),
                "ref_name" => text(short()),
                "ref_type" if state.git_ref.starts_with("refs/tags/") => text("tag"),
                "ref_type" => text("branch"),
                "repository" | "repository_owner" => repository(&name, state, environment),
                _ => variable(&format!("GITHUB_{}", name.to_ascii_uppercase())),
            }
        }
        [github, event, ref rest @ ..]
            if github.eq_ignore_ascii_case("github") && event.eq_ignore_ascii_case("event") =>
        {
            let found = rest.iter().try_fold(&state.payload, |value, name| value.get(*name));
            match found {
                Some(Value::String(it)) => text(it),
                Some(Value::Bool(it)) => Known::Bool(*it),
                Some(Value::Number(it)) => text(&it.to_string()),
                Some(Value::Null) => Known::Null,
                // What an event does not have is nothing, if we have the event.
                None if !state.payload.is_null() => Known::Null,
                _ => Known::Unknown,
            }
        }
        _ => Known::Unknown,
    }
}

/// A variable of the workflow, whose expressions may not name further variables.
fn expanded(value: &str, state: &State, environment: &Environment) -> Known<'static> {
    match expand(value, None, state, environment) {
        Ok(value) => Known::Text(value.into()),
        Err(_) => Known::Unknown,
    }
}

/// `owner/name`: as GitHub says it, or from the page of the repository.
fn repository(name: &str, state: &State, environment: &Environment) -> Known<'static> {
    let given = environment.get("GITHUB_REPOSITORY").map(str::to_owned).or_else(|| {
        let page = state.repository.html_url.as_deref()?;
        let path = page.split_once("://")?.1.split_once('/')?.1;
        Some(path.trim_end_matches(".git").to_owned())
    });
    match given {
        Some(whole) if name == "repository" => Known::Text(whole.into()),
        Some(whole) => {
            let owner = whole.split('/').next().unwrap_or_default().to_owned();
            Known::Text(owner.into())
        }
        None => Known::Unknown,
    }
}
