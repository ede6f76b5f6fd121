//! `shell-form-command`: a shell stands between the container and its program.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::{Base, Command, CommandLine, Form, Keyword};

use crate::bases::Family;
use crate::facts::Dispatched;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `ENTRYPOINT` and `CMD` in shell form, unless `SHELL` says which shell is meant.
    ///
    /// ## Why it matters
    /// The container's first process is then `/bin/sh -c`. It passes no signals on: `docker stop`
    /// waits ten seconds and kills the program, which can't finish its work. An image without a
    /// shell doesn't start at all. And to an `ENTRYPOINT` in this form no arguments are given,
    /// neither those of `CMD` nor those of `docker run`.
    ///
    /// Some shells, such as those of Alpine and Fedora, give their process to a program that is all
    /// they have to run; there a `CMD` is a note.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY server /usr/local/bin/
    /// USER 65532:65532
    /// ENTRYPOINT /usr/local/bin/server --port 3000
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY server /usr/local/bin/
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/server", "--port", "3000"]
    /// ```
    ///
    /// ## Fix safety
    /// Only offered where a shell has nothing to do but to start one program. Safe for an
    /// `ENTRYPOINT` of a file without `CMD`, and for a `CMD` of an image that is known to have no
    /// entry point. Unsafe otherwise: an `ENTRYPOINT` in exec form gets the arguments that `CMD`
    /// holds, and a script that is the entry point may look at the words of `CMD`.
    pub(crate) static SHELL_FORM_COMMAND = {
        name: "shell-form-command",
        clause: Clause::Signals,
        summary: "a shell stands between the container and its program",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["JSONArgsRecommended", "DL3025"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut has_shell = vec![false; facts.stages.all.len()];
    let mut current = None;
    for at in facts.dispatched() {
        let stage = at.stage.index;
        if current != Some(stage) {
            current = Some(stage);
            has_shell[stage] = match at.stage.base {
                Base::Stage(base) if base < stage => has_shell[base],
                _ => false,
            };
        }
        match &at.instruction.command {
            Command::Shell(_) => has_shell[stage] = true,
            Command::Cmd(line) | Command::Entrypoint(line)
                if line.form == Form::Shell && !has_shell[stage] =>
            {
                report(cx, &at, line);
            }
            _ => {}
        }
    }
}

fn report(cx: &mut Context<'_, '_>, at: &Dispatched<'_, '_>, line: &CommandLine<'_>) {
    let kind = at.instruction.kind;
    let name = kind.name();
    let says_exec = line.script.text().trim_start().starts_with("exec ");
    let execs = says_exec || is_replaced(cx, at, line);
    let is_array = line.script.text().starts_with('[');
    let message = match (execs, kind) {
        _ if is_array => format!("the array of {name} is not JSON, so a shell runs it"),
        (true, Keyword::Entrypoint) if !says_exec => {
            "ENTRYPOINT in shell form: it needs a shell and takes no arguments".to_owned()
        }
        (true, _) => format!("{name} in shell form needs a shell to start its program"),
        (_, Keyword::Entrypoint) => {
            "ENTRYPOINT in shell form: a shell is process 1, passes no signals on and takes no \
             arguments"
                .to_owned()
        }
        _ => "CMD in shell form: a shell is process 1 and passes no signals on".to_owned(),
    };
    let help = match words(line.script.text()) {
        _ if is_array => {
            "JSON has words in double quotes, commas between them, and nothing after the bracket."
                .to_owned()
        },
        Some(_) => format!("Write {name} in exec form."),
        None => format!(
            "Write {name} in exec form: a script in the image, begun by `exec` in its last line, can \
             do what needs a shell. Or say with SHELL that a shell is meant."
        ),
    };
    let fix = fix(cx, at, line);
    let mut report = cx.report(at.place(at.instruction.head(cx.facts.file.text)), message).help(help);
    if execs && !is_array && (says_exec || kind == Keyword::Cmd) {
        report = report.severity(Severity::Note);
    } else if is_array && at.stage.shipped {
        report = report.severity(Severity::Error);
    }
    if let Some(fix) = fix {
        report = report.fix(fix);
    }
    report.done();
}

/// Whether the shell of the base image gives its process to a program that is all it has to run, as
/// busybox and bash do, and dash does not.
fn is_replaced(cx: &Context<'_, '_>, at: &Dispatched<'_, '_>, line: &CommandLine<'_>) -> bool {
    let family = cx.facts.base(at.stage.index).map(|it| it.family);
    let replaces = matches!(
        family,
        Some(
            Family::Alpine
                | Family::Wolfi
                | Family::Fedora
                | Family::CentOs
                | Family::RedHat(_)
                | Family::Rocky(_)
                | Family::Alma(_)
                | Family::Oracle(_)
                | Family::Amazon
        )
    );
    replaces && words(line.script.text()).is_some()
}

fn fix(cx: &Context<'_, '_>, at: &Dispatched<'_, '_>, line: &CommandLine<'_>) -> Option<Fix> {
    // Comments and flags between the words would be lost.
    let instruction = at.instruction;
    if at.triggered_by.is_some() || !instruction.inner_comments.is_empty() {
        return None;
    }
    let span = line.script.whole_span();
    if let Some(array) = with_double_quotes(line.script.text()) {
        return Some(Fix::risky("Write it as JSON", [Edit::replace(span, array)]));
    }
    let words = words(line.script.text())?;
    let array: Vec<String> = words.iter().map(|it| format!("\"{it}\"")).collect();
    let edits = [Edit::replace(span, format!("[{}]", array.join(", ")))];
    let title = "Write it in exec form";
    Some(if is_safe(cx, at) { Fix::safe(title, edits) } else { Fix::risky(title, edits) })
}

fn is_safe(cx: &Context<'_, '_>, at: &Dispatched<'_, '_>) -> bool {
    let facts = cx.facts;
    let has = |kind| facts.file.instructions.iter().any(|it| it.kind == kind);
    if at.instruction.kind == Keyword::Entrypoint {
        return !has(Keyword::Cmd) && !has(Keyword::Onbuild);
    }
    let root = facts.stages.root(at.stage.index);
    let image = root.filter(|it| it.base == Base::Image).map(|it| &*it.image);
    let name = image.map(|it| it.split([':', '@']).next().unwrap_or_default());
    !has(Keyword::Entrypoint) && name.is_none_or(|it| WITHOUT_ENTRYPOINT.contains(&it))
}

/// Images that are known to have no entry point.
const WITHOUT_ENTRYPOINT: &[&str] =
    &["alpine", "busybox", "debian", "fedora", "golang", "python", "ruby", "rust", "ubuntu"];

/// Words that mean something to a shell where a program is named.
const BUILTINS: &[&str] = &[
    ".", ":", "[", "alias", "bg", "break", "builtin", "case", "cd", "command", "continue", "declare",
    "eval", "exec", "exit", "export", "fg", "for", "function", "if", "jobs", "let", "local",
    "read", "readonly", "return", "select", "set", "shift", "source", "time", "times", "trap",
    "type", "typeset", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
];

/// An array in single quotes, in double quotes.
fn with_double_quotes(script: &str) -> Option<String> {
    let inner = script.trim().strip_prefix('[')?.strip_suffix(']')?;
    let mut words = Vec::new();
    for word in inner.split(',') {
        let word = word.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        if word.contains(['\'', '"', '\\']) || word.contains(char::is_control) {
            return None;
        }
        words.push(format!("\"{word}\""));
    }
    Some(format!("[{}]", words.join(", ")))
}

/// The words of a script that is one program with plain arguments.
fn words(script: &str) -> Option<Vec<&str>> {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"_-./:=,@%+ \t".contains(&it);
    if !script.bytes().all(is_plain) {
        return None;
    }
    let mut words: Vec<&str> = script.split_ascii_whitespace().collect();
    if words.first() == Some(&"exec") {
        words.remove(0);
    }
    let program = words.first()?;
    let runs = !program.contains('=') && !program.starts_with('-') && !BUILTINS.contains(program);
    runs.then_some(words)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "shell-form-command";
    const CMD: &str = "CMD in shell form: a shell is process 1 and passes no signals on";

    #[test]
    fn both_instructions_are_looked_at() {
        check(
            RULE,
            "FROM a\nCMD a b\nENTRYPOINT a\nCMD [\"a\"]\nCMD a\nHEALTHCHECK CMD a\nCMD exec a\n",
            &format!(
                "2:1 warning: {CMD}\n3:1 warning: ENTRYPOINT in shell form: a shell is process 1, \
                 passes no signals on and takes no arguments\n5:1 warning: {CMD}\n\
                 7:1 note: CMD in shell form needs a shell to start its program"
            ),
        );
    }

    #[test]
    fn shells_that_give_their_process_away_weigh_less() {
        check(
            RULE,
            "FROM alpine:3.22 AS a\nCMD /app --port 80\nFROM fedora:42\nENTRYPOINT /app\n\
             FROM a\nCMD /app $A\n",
            &format!(
                "2:1 note: CMD in shell form needs a shell to start its program\n\
                 4:1 note: ENTRYPOINT in shell form: it needs a shell and takes no arguments\n\
                 6:1 warning: {CMD}"
            ),
        );
        check(
            RULE,
            "FROM alpine:3.22\nENTRYPOINT /app\n",
            "2:1 warning: ENTRYPOINT in shell form: it needs a shell and takes no arguments",
        );
        check(RULE, "FROM debian:13\nCMD /app\n", &format!("2:1 warning: {CMD}"));
    }

    #[test]
    fn a_shell_that_is_named_is_meant() {
        check(RULE, "FROM a AS b\nSHELL [\"bash\", \"-c\"]\nCMD a\nFROM b\nCMD a\n", "");
        check(
            RULE,
            "FROM a\nCMD a\nSHELL [\"bash\", \"-c\"]\n",
            &format!("2:1 warning: {CMD}"),
        );
    }

    #[test]
    fn plain_words_are_written_as_an_array() {
        check_fixed(
            RULE,
            "FROM debian:13\nCMD exec /app  --port=80 \\\n  -v\n",
            "FROM debian:13\nCMD [\"/app\", \"--port=80\", \"-v\"]\n",
        );
    }

    #[test]
    fn an_array_that_is_no_json_is_an_error() {
        check(
            RULE,
            "FROM a\nCMD ['b', '-c d']\n",
            "2:1 error: the array of CMD is not JSON, so a shell runs it",
        );
        check_fixed(RULE, "FROM a\nCMD ['b', '-c d']\n", "FROM a\nCMD [\"b\", \"-c d\"]\n");
        let text = "FROM a\nCMD [\"b\" \"c\"]\n";
        check_fixed(RULE, text, text);
    }

    #[test]
    fn what_a_shell_does_stays() {
        for script in ["a $B", "a && b", "a 'b'", "A=b c", "cd /a", "a > b", "a *", "~/a", "a \\\n# b\n c"] {
            let text = format!("FROM debian:13\nCMD {script}\n");
            check_fixed(RULE, &text, &text);
        }
    }
}
