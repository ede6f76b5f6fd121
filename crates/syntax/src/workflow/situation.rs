//! What is known about the contexts when a certain event starts a workflow.

use super::{Context, Known};

/// An event that starts a workflow, and what is known then.
///
/// The values are examples that are like those of every such event: any pull request's
/// `github.ref` begins with `refs/pull/` and is no branch, and so on.
#[derive(Clone, Copy)]
pub struct Situation<'s> {
    event: &'s str,
    reference: Option<(&'s str, &'s str)>,
    other: &'s dyn Fn(&Context<'_>) -> Known<'static>,
}

impl<'s> Situation<'s> {
    /// A pull request from a fork.
    pub fn pull_request() -> Self {
        let reference = Some(("refs/pull/1/merge", "1/merge"));
        Self { event: "pull_request", reference, other: &|_| Known::Unknown }
    }

    /// Any other event, such as `schedule`, of which the reference isn't known.
    pub fn event(event: &'s str) -> Self {
        Self { event, reference: None, other: &|_| Known::Unknown }
    }

    /// The same, with more that is known: it is asked for all contexts that the event doesn't decide.
    #[must_use]
    pub fn with(self, other: &'s dyn Fn(&Context<'_>) -> Known<'static>) -> Self {
        Self { other, ..self }
    }

    /// What a context is.
    pub(super) fn value<'e>(&self, context: &Context<'_>) -> Known<'e>
    where
        's: 'e,
    {
        let is_pull_request = self.event == "pull_request";
        let path: Vec<&str> = context.path.iter().map(AsRef::as_ref).collect();
        if !context.complete {
            return (self.other)(context);
        }
        let lower: Vec<String> = path.iter().map(|it| it.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let text = |it: &'s str| Known::Text(it.into());
        match (&*lower, self.reference) {
            (["github", "event_name"], _) => text(self.event),
            (["github", "ref"], Some((reference, _))) => text(reference),
            (["github", "ref_name"], Some((_, name))) => text(name),
            (["github", "ref_type"], Some(_)) if is_pull_request => text("branch"),
            (["github", "ref_protected"], _) if is_pull_request => Known::Bool(false),
            (["github", "head_ref" | "base_ref"], _) => {
                if self.event.starts_with("pull_request") {
                    Known::Truthy
                } else {
                    Known::Falsy
                }
            }
            (["github", "event", "pull_request"], _) if is_pull_request => Known::Truthy,
            (["github", "event", "pull_request", "number"] | ["github", "event", "number"], _)
                if is_pull_request =>
            {
                Known::Truthy
            }
            (["github", "event", "pull_request", "head", "repo", "fork"], _) if is_pull_request => {
                Known::Bool(true)
            }
            (["github", "event", "pull_request", "merged"], _) if is_pull_request => {
                Known::Bool(false)
            }
            (["github", "event", "pull_request", ..], _) if !self.event.starts_with("pull_") => {
                Known::Null
            }
            // What other events bring.
            (
                ["github", "event", "release" | "inputs" | "workflow_run" | "schedule", ..],
                Some(_),
            ) if is_pull_request => Known::Null,
            // A fork's workflow has no secrets but for its token.
            (["secrets", name], _) if is_pull_request && *name != "github_token" => Known::Falsy,
            _ => (self.other)(context),
        }
    }
}

impl std::fmt::Debug for Situation<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Situation").field(&self.event).finish()
    }
}
