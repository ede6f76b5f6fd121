//! Scripts as short texts, to compare with.

use std::fmt::Write as _;

use super::super::{Joined, Script, ShellCommand, ShellWord, parse};
use crate::Logical;
use crate::logical::Joiner;

/// Reads a script and compares its commands, one a line, with what is expected.
///
/// A line has two blanks for each subshell, the operator, assignments, words between `·` and
/// redirections; then the parent as `^0`, `?` where it is conditional, `@directory` (`@!` where it
/// is lost), `e` and `p` for errexit and pipefail.
#[track_caller]
pub(super) fn check(script: &str, expected: &[&str]) {
    let logical = Logical::borrowed(script, 0);
    let actual = dump(&parse(&logical));
    assert_eq!(actual, expected, "{script}");
    spans_hold(script);
}

pub(super) fn dump(script: &Script<'_>) -> Vec<String> {
    script.commands.iter().map(line).collect()
}

fn line(command: &ShellCommand<'_>) -> String {
    let mut parts = Vec::new();
    let operator = match command.joined {
        Joined::First => "",
        Joined::And => "&&",
        Joined::Or => "||",
        Joined::Then => ";",
        Joined::Pipe => "|",
        Joined::Background => "&",
    };
    if !operator.is_empty() {
        parts.push(operator.to_owned());
    }
    for it in &command.assignments {
        parts.push(format!("{}={}", it.name, text(&it.value)));
    }
    let words: Vec<_> = command.words.iter().map(text).collect();
    if !words.is_empty() {
        parts.push(words.join("·"));
    }
    for it in &command.redirections {
        let descriptor = it.descriptor.map_or(String::new(), |it| it.to_string());
        parts.push(format!("{descriptor}{}{}", it.operator, text(&it.target)));
    }
    if let Some(parent) = command.parent {
        parts.push(format!("^{parent}"));
    }
    let mut flags = String::new();
    if command.conditional {
        flags.push('?');
    }
    if let Some(directory) = &command.directory {
        write!(flags, "@{directory}").unwrap();
    }
    for (flag, mark) in [(command.lost, "@!"), (command.errexit, "e"), (command.pipefail, "p")] {
        flags.push_str(if flag { mark } else { "" });
    }
    if !flags.is_empty() {
        parts.push(flags);
    }
    format!("{}{}", "  ".repeat(command.depth), parts.join(" "))
}

/// A word's value, with `~` before one that is not literal.
fn text(word: &ShellWord<'_>) -> String {
    format!("{}{}", if word.literal { "" } else { "~" }, word.value)
}

/// Reads a script and checks that every span is a part of the source that holds what it should.
#[track_caller]
pub(super) fn spans_hold(script: &str) {
    let source = format!("RUN {script}\n");
    let logical = Logical::borrowed(&source[4..source.len() - 1], 4);
    let parsed = parse(&logical);
    for command in &parsed.commands {
        let all = command.span.slice(&source).expect("a command's span is in the source");
        assert!(!all.is_empty() || script.is_empty(), "a command is somewhere");
        let words = command.words.iter().chain(command.redirections.iter().map(|it| &it.target));
        for word in words.chain(command.assignments.iter().map(|it| &it.value)) {
            let text = word.span.slice(&source).expect("a word's span is in the source");
            assert!(command.span.covers(word.span), "{word:?} is not in {:?}", command.span);
            // In a script that is quoted in another one, escapes may stand between.
            if command.parent.is_none() && !script.contains('`') {
                assert_eq!(text, word.raw, "{script}");
            }
        }
        for part in command.redirections.iter().map(|it| it.span) {
            assert!(part.slice(&source).is_some() && command.span.covers(part));
        }
    }
    for (index, command) in parsed.commands.iter().enumerate() {
        assert!(command.parent.is_none_or(|it| it < index), "parents come first");
    }
}

/// A script that was joined over continuations: a backslash and the rest of its line are left out.
pub(super) fn joined(source: &str) -> Logical<'_> {
    let mut joiner = Joiner::new(source, 0);
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let kept = line.trim_end().strip_suffix('\\').map_or(line.len(), str::len);
        joiner.push(at..at + kept);
        at += line.len();
    }
    joiner.finish()
}
