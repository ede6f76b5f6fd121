//! Parsing never fails, the lines are the text, and every span lies in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{self, Command, Instruction, Stages};

fuzz_target!(|text: &str| {
    let file = dockerfile::parse(text);
    let mut at = 0;
    for line in &file.lines {
        assert_eq!(line.span.start(), at, "lines are contiguous");
        at = line.span.end();
    }
    assert_eq!(at, text.len(), "the lines are the whole text");
    for instruction in &file.instructions {
        check(instruction, text);
    }
    for error in &file.errors {
        inside(error.span, text);
    }
    let stages = Stages::new(&file);
    for stage in &stages.all {
        assert!(stages.root(stage.index).is_some());
    }
});

fn check(it: &Instruction<'_>, text: &str) {
    inside(it.span, text);
    inside(it.keyword.span, text);
    inside(it.head(text), text);
    for word in &it.words {
        inside(word.span, text);
        assert!(it.span.covers(word.span), "a word lies in its instruction");
    }
    for flag in &it.flags {
        inside(flag.span, text);
        if let Some(value) = &flag.value {
            inside(value.span, text);
        }
    }
    for heredoc in &it.heredocs {
        inside(heredoc.start, text);
        assert_eq!(heredoc.body_span.slice(text), Some(heredoc.body));
    }
    match &it.command {
        Command::Run(run) => {
            for field in run.mounts.iter().flat_map(|it| &it.fields) {
                inside(field.span, text);
                if let Some(value) = &field.value {
                    inside(value.span, text);
                }
            }
        }
        Command::Onbuild(inner) => check(inner, text),
        _ => {}
    }
}

fn inside(span: Span, text: &str) {
    assert!(span.slice(text).is_some(), "{span:?} is not in the text, or cuts a character");
}
