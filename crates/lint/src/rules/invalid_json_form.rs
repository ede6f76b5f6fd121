//! `invalid-json-form`: an array that is none is run by a shell.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::{Edit, Fix};
use plimsoll_syntax::Logical;
use plimsoll_syntax::dockerfile::{Command, CommandLine, Form, Healthcheck, HealthcheckTest};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::sources::without_onbuild;

declare_rule! {
    /// ## What it does
    /// Reports `CMD`, `ENTRYPOINT`, `RUN`, `HEALTHCHECK CMD`, `VOLUME`, `COPY` and `ADD` whose
    /// arguments are written like an array but are no valid JSON: single or typographic quotes, a
    /// missing comma or bracket, a comma too many, words without quotes, something behind the
    /// bracket. Tests of the shell such as `[ -f x ]` are left alone.
    ///
    /// ## Why it matters
    /// What is no JSON is taken for the shell form without a word: a shell is started to run a
    /// program named `['app',`. For paths the brackets and quotes become part of the name.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY target/release/app /app
    /// ENTRYPOINT ['/app', '--listen', '0.0.0.0:3000']
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY target/release/app /app
    /// ENTRYPOINT ["/app", "--listen", "0.0.0.0:3000"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: it is offered where nothing but the quotation marks is wrong and no string holds a
    /// quotation mark or a backslash. The array then means what it looks like.
    pub(crate) static INVALID_JSON_FORM = {
        name: "invalid-json-form",
        clause: Clause::Signals,
        summary: "an exec form that is no valid JSON",
        severity: Severity::Error,
        fix: FixAvailability::Sometimes,
        aliases: &["tally/invalid-json-form"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for outer in &facts.file.instructions {
        let instruction = without_onbuild(outer);
        let text = match &instruction.command {
            Command::Cmd(line) | Command::Entrypoint(line) => shell_form(line),
            Command::Run(run) => shell_form(&run.line).filter(|it| it.text().ends_with(']')),
            Command::Healthcheck(Healthcheck { test: HealthcheckTest::Command(line), .. }) => {
                shell_form(line)
            }
            Command::Volume(_) | Command::Copy(_) | Command::Add(_) => {
                Some(&instruction.arguments).filter(|_| !instruction.json)
            }
            _ => None,
        };
        let Some(text) = text.filter(|it| looks_like_array(it.text())) else { continue };
        let name = instruction.kind.name();
        let what = match &instruction.command {
            Command::Volume(_) | Command::Copy(_) | Command::Add(_) => "is read as plain paths",
            _ => "is run by a shell",
        };
        let report = cx.report(text.whole_span(), format!("the array of `{name}` is no valid JSON and {what}"));
        let report = report.help(
            "Write `[\"program\", \"argument\"]`: double quotes, a comma between two strings, and nothing behind the bracket.",
        );
        match quotes(text) {
            Some(edits) => report.fix(Fix::safe("Write double quotes", edits)).done(),
            None => report.done(),
        }
    }
}

fn shell_form<'l, 'd>(line: &'l CommandLine<'d>) -> Option<&'l Logical<'d>> {
    (line.form == Form::Shell).then_some(&line.script)
}

/// Whether a text is meant as an array and not as a test of the shell.
fn looks_like_array(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[') else { return false };
    let inner = inner.trim_start();
    let Some(open) = inner.chars().next() else { return false };
    let Some(close) = closing(open) else {
        // Words without quotes: a test has no comma.
        let word = open.is_ascii_alphanumeric() || open == '/';
        return word && inner.ends_with(']') && inner.contains(',');
    };
    let rest = &inner[open.len_utf8()..];
    let Some(end) = rest.find(close) else { return true };
    // After its first string a test has an operator, or a bracket after a space.
    let next = rest[end + close.len_utf8()..].trim_start();
    next.is_empty() || next.starts_with([',', ']', '"', '\'', '“', '”', '‘', '’'])
}

/// The quotation mark that ends a string.
fn closing(open: char) -> Option<char> {
    match open {
        '\'' | '"' => Some(open),
        '“' | '”' => Some('”'),
        '‘' | '’' => Some('’'),
        _ => None,
    }
}

/// The edits that make JSON of an array in which only the quotation marks are wrong.
fn quotes(text: &Logical<'_>) -> Option<Vec<Edit>> {
    let written = text.text();
    let mut edits = Vec::new();
    let mut at = skip_space(written, 0);
    at = skip_space(written, at + written[at..].strip_prefix('[').map(|_| 1)?);
    loop {
        let open = written[at..].chars().next()?;
        let close = closing(open)?;
        let start = at + open.len_utf8();
        let length = written[start..].find(close)?;
        let end = start + length;
        if written[start..end].contains(|it: char| it == '"' || it == '\\' || it.is_control()) {
            return None;
        }
        for (place, mark) in [(at, open), (end, close)] {
            if mark != '"' {
                edits.push(Edit::replace(text.span(place..place + mark.len_utf8()), "\""));
            }
        }
        at = skip_space(written, end + close.len_utf8());
        match written[at..].chars().next()? {
            ']' => break,
            ',' => at = skip_space(written, at + 1),
            _ => return None,
        }
    }
    written[at + 1..].trim().is_empty().then_some(edits)
}

fn skip_space(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start().len()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_fixed;

    const RULE: &str = "invalid-json-form";

    #[track_caller]
    fn check_all(lines: &[&str], found: bool) {
        for line in lines {
            let text = format!("FROM a\n{line}\n");
            let options = crate::Options {
                rules: Some(crate::RuleSet::named([RULE])),
                ..crate::Options::default()
            };
            let findings = crate::check("Dockerfile", &text, &options).findings;
            assert_eq!(findings.iter().any(|it| it.rule == RULE), found, "{line}: {findings:?}");
        }
    }

    #[test]
    fn arrays_that_are_none() {
        check_all(
            &[
                "CMD ['a', 'b']", "CMD [ \"npm\" \"start\" ]", "CMD [\"a\", \"b\"", "CMD [\"a\",]",
                "ENTRYPOINT [app, start]", "ENTRYPOINT [\"a\"] # why", "RUN ['a', \"b\"]", "CMD [“a”, “b”]",
                "HEALTHCHECK CMD ['a']", "VOLUME ['/data']", "COPY ['a', 'b']", "ONBUILD CMD ['a']",
                "CMD [\"a\", 'b']", "CMD [\"a\\q\"]",
            ],
            true,
        );
    }

    #[test]
    fn tests_of_the_shell_and_valid_arrays() {
        check_all(
            &[
                "CMD [\"a\", \"b\"]", "RUN [ -f x ] && y", "RUN [ \"$x\" = y ]", "CMD [ \"$x\" = y ] && z",
                "RUN [ 'a' != 'b' ] || [ c ]", "RUN [[ a == b ]]", "CMD []", "RUN echo [a, b]", "VOLUME [\"/a\"]",
                "COPY [\"a\", \"b\"]", "COPY [ab].txt /",
            ],
            false,
        );
    }

    #[test]
    fn quotes_are_changed_and_nothing_else() {
        let text = "FROM a\nCMD [ 'a b', \\\n  # why\n  \"c\",'d' ]\nCMD [“a”, ‘b’]\nCMD ['a', b]\nCMD ['a\"']\n";
        let fixed = "FROM a\nCMD [ \"a b\", \\\n  # why\n  \"c\",\"d\" ]\nCMD [\"a\", \"b\"]\nCMD ['a', b]\nCMD ['a\"']\n";
        check_fixed(RULE, text, fixed);
    }
}
