//! A case as the library takes it.

use jiff::Timestamp;
use plimsoll_project::tags::{Context, Inputs, RepositoryFacts, Settings};
use serde_json::Value;

use super::Result;

/// A context and the inputs about it.
pub(super) struct Case {
    pub(super) context: Context,
    pub(super) inputs: Inputs,
}

impl Case {
    /// Reads a case of a file, which knows the clock and the repository.
    pub(super) fn read(file: &Value, case: &Value) -> Result<Self> {
        let context = &case["context"];
        let repository = match &case["repo"] {
            Value::Null => &file["repo"],
            repository => repository,
        };
        let clock = case["clock"].as_str().or(file["clock"].as_str()).ok_or("there is no clock")?;
        let commit_time = context["commit_date"].as_str().map(str::parse::<Timestamp>);
        let optional = |value: &Value| value.as_str().map(str::to_owned);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let inputs = &case["inputs"];
        let list = |name: &str| inputs[name].as_array().into_iter().flatten().map(text).collect();
        let default = Inputs::default();
        let or = |name: &str, default| optional(&inputs[name]).unwrap_or(default);
        Ok(Self {
            context: Context {
                event_name: text(&context["event_name"]),
                git_ref: text(&context["ref"]),
                sha: text(&context["sha"]),
                commit_time: commit_time.transpose()?,
                now: clock.parse()?,
                created: None,
                payload: context["payload"].clone(),
                repository: RepositoryFacts {
                    name: optional(&repository["name"]),
                    description: optional(&repository["description"]),
                    html_url: optional(&repository["html_url"]),
                    default_branch: optional(&repository["default_branch"]),
                    license: optional(&repository["license"]["spdx_id"]),
                },
                settings: Settings::from_environment(|name| optional(&case["env"][name])),
                // Nothing but what a case names was ever released.
                released: Some(Vec::new()),
            },
            inputs: Inputs {
                images: list("images"),
                tags: list("tags"),
                flavor: list("flavor"),
                labels: list("labels"),
                annotations: list("annotations"),
                sep_tags: or("sep_tags", default.sep_tags),
                sep_labels: or("sep_labels", default.sep_labels),
                sep_annotations: or("sep_annotations", default.sep_annotations),
                bake_target: or("bake_target", default.bake_target),
            },
        })
    }
}
