//! Every form over the same findings.

use plimsoll_finding::{Clause, Finding, Severity, Span};
use serde_json::Value;

use super::{Detail, Report, sample};
use crate::args::check::Form;

const ALL: Detail = Detail { statistics: false, summary: true };

fn plain(report: &Report<'_>, form: Form, detail: Detail) -> String {
    anstream::adapter::strip_str(&report.render(form, detail).unwrap()).to_string()
}

fn json(form: Form) -> Value {
    sample::with(|it| serde_json::from_str(&it.render(form, ALL).unwrap()).unwrap())
}

#[test]
fn human() {
    insta::assert_snapshot!(sample::with(|it| plain(it, Form::Human, ALL)));
    let quiet = Detail { summary: false, ..ALL };
    let text = sample::with(|it| plain(it, Form::Human, quiet));
    assert!(text.starts_with("note[no-dockerignore]") && !text.contains("broken"), "{text}");
    insta::assert_snapshot!(sample::with_nothing(|it| plain(it, Form::Human, ALL)));
}

#[test]
fn nothing_in_a_file_reaches_the_terminal() {
    for form in [Form::Human, Form::Concise] {
        let text = sample::with(|it| it.render(form, ALL).unwrap());
        assert!(!text.contains("\u{1b}[31m>"), "{text}");
    }
}

#[test]
fn statistics() {
    let detail = Detail { statistics: true, ..ALL };
    insta::assert_snapshot!(sample::with(|it| plain(it, Form::Concise, detail)));
    let human = sample::with(|it| plain(it, Form::Human, detail));
    assert!(human.starts_with("rule ") && human.contains("broken "), "{human}");
}

#[test]
fn concise() {
    insta::assert_snapshot!(sample::with(|it| plain(it, Form::Concise, ALL)));
}

#[test]
fn json_is_the_contract() {
    insta::assert_json_snapshot!(json(Form::Json));
}

#[test]
fn github() {
    insta::assert_snapshot!(sample::with(|it| plain(it, Form::Github, ALL)));
}

#[test]
fn gitlab() {
    insta::assert_json_snapshot!(json(Form::Gitlab));
}

#[test]
fn junit() {
    insta::assert_snapshot!(sample::with(|it| plain(it, Form::Junit, ALL)));
}

#[test]
fn sarif() {
    let mut log = json(Form::Sarif);
    // Rules come and go: one of ours and one of another tool stand for all.
    let rules = log.pointer_mut("/runs/0/tool/driver/rules").unwrap().as_array_mut().unwrap();
    rules.retain(|it| it["id"] == "root-user" || it["id"] == "shellcheck/SC2086");
    insta::assert_json_snapshot!(log, {
        ".runs[0].tool.driver.version" => "[version]",
        ".runs[0].tool.driver.semanticVersion" => "[version]",
        ".runs[0].tool.driver.rules[0].**.text" => "[text]",
        ".runs[0].tool.driver.rules[0].help.markdown" => "[markdown]",
        ".runs[0].results[].ruleIndex" => "[index]",
    });
}

#[test]
fn a_line_with_a_secret_is_masked_whatever_is_found_in_it() {
    let text = "FROM scratch\nENV API_KEY hunter2hunter2\nENV B=hunter3\n";
    let at = |clause, line: &str| {
        let start = text.find(line).unwrap();
        Finding::new("x", clause, Severity::Note, "Dockerfile", "m")
            .at(Span::new(start, start + line.len()))
    };
    let mut findings = [
        at(Clause::NoSecrets, "API_KEY"),
        at(Clause::Signals, "ENV API_KEY"),
        at(Clause::Signals, "ENV B"),
    ];
    sample::with_findings(text, &mut findings, |report| {
        let text = plain(report, Form::Human, ALL);
        assert!(!text.contains("hunter2"), "{text}");
        // Where nobody has found a secret, nothing is hidden.
        assert!(text.contains("hunter3"), "{text}");
    });
}

#[test]
fn what_is_too_long_to_show_is_named() {
    let text = format!("FROM scratch\nRUN {}\n", "é ".repeat(20_000));
    let start = text.len() - 4;
    let finding = Finding::new("x", Clause::Signals, Severity::Note, "Dockerfile", "m")
        .at(Span::new(start, start + 2))
        .related("Dockerfile", Some(Span::new(0, 4)), "here");
    sample::with_findings(&text, &mut [finding], |report| {
        let text = plain(report, Form::Human, ALL);
        assert!(text.contains("--> Dockerfile:2:40003") && text.len() < 5000, "{text}");
        assert!(text.contains("FROM scratch") && text.contains("here"), "{text}");
    });
}
