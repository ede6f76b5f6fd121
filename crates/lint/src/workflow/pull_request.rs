//! What happens when somebody opens a pull request from a fork.

use plimsoll_syntax::workflow::{
    Condition, Context, Field, Known, Situation, Step, Trigger, Truth, Workflow,
};

use super::containers::{Containers, JobActs};
use super::variables::Variables;

/// Deeper than jobs need each other.
const DEEPEST: usize = 16;

/// The trigger by which new code of a pull request starts a workflow.
pub(crate) fn trigger(workflow: Workflow<'_>) -> Option<Trigger<'_>> {
    let trigger = workflow.triggers().get("pull_request")?;
    let starts = ["opened", "synchronize", "reopened", "ready_for_review"];
    let types = trigger.list("types");
    types.is_none_or(|it| it.iter().any(|it| starts.contains(&it.text()))).then_some(trigger)
}

/// Whether a job runs for a pull request.
pub(crate) fn runs_job(containers: &Containers<'_>, job: &JobActs<'_>) -> Truth {
    job_truth(containers, job, 0)
}

fn job_truth(containers: &Containers<'_>, job: &JobActs<'_>, depth: usize) -> Truth {
    let condition = job.job.condition();
    let own = condition.map_or(Truth::Yes, |condition| match condition.expression() {
        Some(expression) => {
            let variables = Variables::of_job(job.job);
            with_situation(containers.workflow, &variables, |it| expression.truth(it))
        }
        None => Truth::Maybe,
    });
    if own == Truth::No || depth > DEEPEST {
        return own;
    }
    if condition.is_some_and(Condition::runs_after_failure) {
        return own;
    }
    job.job.needs().iter().fold(own, |truth, need| {
        match containers.job(need.text()).map(|it| job_truth(containers, it, depth + 1)) {
            Some(needed) => both(truth, needed),
            None => Truth::Maybe,
        }
    })
}

/// Whether a step of a job that runs does.
pub(crate) fn runs_step(workflow: Workflow<'_>, step: Step<'_>) -> Truth {
    let Some(condition) = step.condition() else { return Truth::Yes };
    let Some(expression) = condition.expression() else { return Truth::Maybe };
    let variables = Variables::of(step);
    with_situation(workflow, &variables, |it| expression.truth(it))
}

/// Whether an input of an action is `true`.
pub(crate) fn is_true(workflow: Workflow<'_>, step: Step<'_>, field: Field<'_>) -> Truth {
    if let Some(value) = field.as_bool() {
        return if value { Truth::Yes } else { Truth::No };
    }
    let Some(expression) = field.expression() else { return Truth::Maybe };
    let variables = Variables::of(step);
    let value = with_situation(workflow, &variables, |it| owned(expression.evaluate(it)));
    match value {
        Known::Text(text) if text.eq_ignore_ascii_case("true") => Truth::Yes,
        Known::Bool(true) => Truth::Yes,
        Known::Unknown | Known::Truthy => Truth::Maybe,
        _ => Truth::No,
    }
}

/// Whether both hold.
pub(crate) fn both(one: Truth, other: Truth) -> Truth {
    match (one, other) {
        (Truth::No, _) | (_, Truth::No) => Truth::No,
        (Truth::Yes, Truth::Yes) => Truth::Yes,
        _ => Truth::Maybe,
    }
}

/// Asks something of a pull request, with the variables of the workflow.
fn with_situation<R>(
    workflow: Workflow<'_>,
    variables: &Variables<'_>,
    ask: impl FnOnce(&Situation<'_>) -> R,
) -> R {
    let has_inputs = workflow.triggers().is_reusable();
    let plain = |context: &Context<'_>| {
        if context.starts_with(&["inputs"]) && !has_inputs { Known::Null } else { Known::Unknown }
    };
    let inner = Situation::pull_request().with(&plain);
    let other = |context: &Context<'_>| {
        if !context.starts_with(&["env"]) || context.path.len() != 2 || !context.complete {
            return plain(context);
        }
        let Some(field) = context.name(1).and_then(|it| variables.field(it)) else {
            return Known::Unknown;
        };
        if let Some(text) = field.literal() {
            return Known::Text(text.to_owned().into());
        }
        let value = field.expression().map(|it| owned(it.evaluate(&inner)));
        // Variables are texts, whatever they are made of.
        match value {
            Some(Known::Bool(value)) => Known::Text(value.to_string().into()),
            Some(Known::Null) => Known::Text("".into()),
            Some(Known::Text(text)) => Known::Text(text),
            _ => Known::Unknown,
        }
    };
    ask(&Situation::pull_request().with(&other))
}

/// A value that outlives what it was found in.
fn owned(value: Known<'_>) -> Known<'static> {
    match value {
        Known::Unknown => Known::Unknown,
        Known::Truthy => Known::Truthy,
        Known::Falsy => Known::Falsy,
        Known::Null => Known::Null,
        Known::Bool(value) => Known::Bool(value),
        Known::Number(value) => Known::Number(value),
        Known::Text(text) => Known::Text(text.into_owned().into()),
    }
}
