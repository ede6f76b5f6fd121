//! Whatever a workflow or bake file holds, everything in it has a place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_finding::Span;
use plimsoll_syntax::bake;
use plimsoll_syntax::workflow::{Action, Field, Job, Situation, Step, Workflow};
use plimsoll_syntax::yaml;

fuzz_target!(|text: &str| {
    let yaml = yaml::parse(text);
    let workflow = Workflow::new(&yaml);
    for trigger in workflow.triggers().iter() {
        inside(trigger.span, text);
    }
    for job in workflow.jobs() {
        check_job(job, text);
    }
    for step in Action::new(&yaml).steps() {
        check_step(step, text);
    }
    let bake = bake::parse(text);
    for block in bake.targets.iter().chain(&bake.groups).chain(&bake.variables) {
        inside(block.name_span, text);
        for attribute in &block.attributes {
            inside(attribute.name_span, text);
            inside(attribute.value.span, text);
            bake.expand(&attribute.value);
        }
        bake.args(block);
        bake.targets_of(&block.name);
    }
});

fn check_job(job: Job<'_>, text: &str) {
    inside(job.id_span(), text);
    if let Some(matrix) = job.matrix() {
        for name in matrix.names() {
            matrix.values(name);
        }
        matrix.size();
    }
    for step in job.steps() {
        check_step(step, text);
    }
}

fn check_step(step: Step<'_>, text: &str) {
    if let Some(uses) = step.uses() {
        inside(uses.reference_span(), text);
        if let Some((_, span)) = uses.comment() {
            inside(span, text);
        }
    }
    if let Some(expression) = step.condition().and_then(|it| it.expression()) {
        expression.truth(&Situation::pull_request());
    }
    for field in step.inputs().iter().filter_map(|it| Field::new(it.value)) {
        for expression in field.expressions() {
            expression.truth(&Situation::event("push"));
            for context in expression.contexts() {
                assert!(field.text().get(context.range.clone()).is_some());
                inside(field.span_of(context.range.clone()), text);
            }
        }
        for (line, range) in field.lines() {
            assert_eq!(field.text().get(range.clone()), Some(line));
            inside(field.span_of(range), text);
        }
    }
    for command in step.script().map(|it| it.commands).unwrap_or_default() {
        inside(command.span, text);
        for word in &command.words {
            inside(word.span, text);
        }
    }
}

fn inside(span: Span, text: &str) {
    assert!(span.slice(text).is_some(), "{span:?} is not in the text, or cuts a character");
}
