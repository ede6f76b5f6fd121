//! Templates, expanded.

use super::{Escape, Names, Template, Value};

struct Sample;

impl Names<String> for Sample {
    fn value(&self, name: &str) -> Value {
        match name {
            "branch" => Value::Text("a&b".to_owned()),
            "zero" => Value::Number("0".to_owned()),
            "no" => Value::Bool(false),
            "list" => Value::List(["x", "y"].map(|it| Value::Text(it.to_owned())).to_vec()),
            "echo" | "tag" => Value::Function(name.to_owned()),
            _ => Value::Undefined,
        }
    }

    fn call(
        &self,
        name: &str,
        arguments: &[Value],
        named: &[(String, Value)],
    ) -> Result<Value, String> {
        if name == "tag" {
            return Ok(Value::Text("v1".to_owned()));
        }
        let named = named.iter().map(|(key, value)| format!("{key}:{value:?}"));
        let all: Vec<_> = arguments.iter().map(|it| format!("{it:?}")).chain(named).collect();
        Ok(Value::Text(all.join(" ")))
    }
}

fn expand(template: &str) -> Result<String, String> {
    Template::parse(template)?.render(&Sample, Escape::Html)
}

#[track_caller]
fn expands(template: &str, to: &str) {
    assert_eq!(expand(template).as_deref(), Ok(to), "{template}");
}

#[test]
fn names_are_replaced_and_escaped() {
    expands("x-{{branch}}-{{ nope }}-{{tag}}", "x-a&amp;b--v1");
    expands("{{{branch}}}{{&branch}}", "a&ba&b");
    expands("{{zero}}{{no}}{{list}}", "0falsex,y");
    expands("{{list.[1]}}{{list.length}}{{lookup list 0}}", "y2x");
    expands("{{this.tag}}{{@root.tag}}{{../tag}}{{'tag'}}{{[tag]}}", "v1v1v1v1");
    let plain = Template::parse("{{branch}}").unwrap();
    assert_eq!(plain.render(&Sample, Escape::Nothing), Ok("a&b".to_owned()));
}

#[test]
fn arguments_are_of_every_kind() {
    expands("{{{echo 'it\\'s' \"x\"}}}", r#"Text("it's") Text("x")"#);
    expands(
        "{{{echo 12 -1.50 true null undefined}}}",
        r#"Number("12") Number("-1.5") Bool(true) Null Undefined"#,
    );
    expands("{{{echo 'F' tz='UTC'}}}", r#"Text("F") tz:Text("UTC")"#);
    expands("{{{echo YYYY-MM-DD nope.x}}}", "Undefined Undefined");
    expands("{{{echo (tag) tag}}}", r#"Text("v1") Function("tag")"#);
}

#[test]
fn escaped_braces_are_text() {
    expands(r"\{{branch}} {{tag}}", "{{branch}} v1");
    expands(r"\\{{tag}}", r"\v1");
    expands(r"\{{a}}\{{b}}", "{{a}}{{b}}");
    expands("}} {", "}} {");
}

#[test]
fn comments_and_tildes_leave_nothing() {
    expands("a{{! no }}b{{!-- }} --}}c", "abc");
    expands("a {{~tag~}} b", "av1b");
    expands("a {{~! no ~}} b", "ab");
}

#[test]
fn blocks_choose() {
    expands("{{#if branch}}y{{else}}n{{/if}}", "y");
    expands("{{#if nope}}y{{else if tag}}t{{else}}n{{/if}}", "t");
    expands("{{#if zero}}y{{^}}n{{/if}}{{#if zero includeZero=true}}y{{/if}}", "ny");
    expands("{{#unless nope}}y{{/unless}}{{^nope}}y{{/nope}}", "yy");
    expands("{{#each list}}{{@index}}{{this}}{{../zero}}{{else}}n{{/each}}", "0x01y0");
    expands("{{#with branch}}{{{this}}}{{/with}}{{#list}}{{.}}{{/list}}", "a&bxy");
}

#[test]
fn what_cannot_be_read_is_an_error() {
    for template in [
        "{{",
        "{{branch",
        "{{branch}",
        "{{branch}}}",
        "{{{branch}}",
        "{{}}",
        "{{#if}}{{/if}}",
        "{{#if a}}",
        "{{/if}}",
        "{{#if a}}{{/unless}}",
        "{{else}}",
        "{{> partial}}",
        "{{date 'x}}",
        "{{echo a=1 b}}",
        "{{echo (tag}}",
        "{{nope 'x'}}",
        "{{branch 1}}",
        "{{a|b}}",
        "{{!",
        "{{a/../b}}",
        "{{list.0}}",
        "{{if branch}}",
        "{{{{raw}}}}",
        "{{#each list as |x|}}{{/each}}",
    ] {
        assert!(expand(template).is_err(), "{template}");
    }
}

#[test]
fn nesting_has_an_end() {
    let deep = "{{#if tag}}".repeat(100) + &"{{/if}}".repeat(100);
    assert!(expand(&deep).is_err());
    let deep = format!("{{{{echo {}tag{}}}}}", "(".repeat(100), ")".repeat(100));
    assert!(expand(&deep).is_err());
}

#[test]
fn raw_is_recognised_alone() {
    for (pattern, is_raw) in [
        ("{{ raw }}.{{ version }}", false),
        ("{{ raw}}", true),
        ("{{raw}}", true),
        ("{{raw}} ", false),
        ("{{'raw'}}", false),
    ] {
        assert_eq!(Template::parse(pattern).unwrap().is_raw(), is_raw, "{pattern}");
    }
}

#[test]
fn names_in_use_are_known() {
    let template = Template::parse("{{#if minor}}{{x}}{{/if}}{{echo (patch) a=raw}}").unwrap();
    for name in ["minor", "x", "patch", "raw"] {
        assert!(template.uses(name), "{name}");
    }
    assert!(!template.uses("major"));
}
