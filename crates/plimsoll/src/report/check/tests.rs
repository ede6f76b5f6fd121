//! Every form over the same findings.

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
