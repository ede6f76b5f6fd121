//! Scripts that a Dockerfile writes itself: the heredocs of `COPY`, and what a `RUN` redirects to a
//! file.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::{Command, Copy, Instruction, Source};
use plimsoll_syntax::shell::{Redirection, ShellCommand};

use super::StartScript;
use super::script::FileText;
use crate::Facts;
use crate::facts::paths;

/// The script at a path (or of a name, if it is found by `PATH`) at the end of a stage, if the stage
/// or one below it writes it, at once.
pub(super) fn find<'d>(facts: &Facts<'d>, stage: usize, path: &str) -> Option<StartScript<'d>> {
    for stage in facts.stages.chain(stage) {
        for (offset, instruction) in stage.body.iter().enumerate().rev() {
            let index = stage.first + offset;
            let found = match &instruction.command {
                Command::Copy(copy) | Command::Add(copy) => {
                    copied(facts, index, instruction, copy, path)
                }
                Command::Run(_) => redirected(facts, index, instruction, path),
                _ => continue,
            };
            match found {
                Found::Script(text, place) => return StartScript::file(path, text, place),
                Found::Other => return None,
                Found::Nothing => {}
            }
        }
    }
    None
}

/// What an instruction does to a file.
enum Found<'d> {
    /// It writes all of it, at a place.
    Script(FileText<'d>, Span),
    /// It writes something else into it.
    Other,
    /// It leaves it alone.
    Nothing,
}

fn copied<'d>(
    facts: &Facts<'d>,
    index: usize,
    instruction: &'d Instruction<'d>,
    copy: &'d Copy<'d>,
    path: &str,
) -> Found<'d> {
    let destination = facts.expand(index, &copy.destination);
    let whole = paths::join(facts.directory(index), &destination);
    let into = copy.sources.len() > 1 || destination.ends_with('/');
    for source in &copy.sources {
        let (name, heredoc) = match source {
            Source::Path(word) => (facts.expand(index, word), None),
            Source::Heredoc(at, _) => {
                let Some(heredoc) = instruction.heredocs.get(*at) else { continue };
                (heredoc.name.clone(), Some(heredoc))
            }
        };
        let target =
            if into { paths::join(&whole, paths::file_name(&name)) } else { whole.clone() };
        if is_same(&target, path) {
            return match heredoc {
                Some(it) => {
                    Found::Script(FileText::Body(it.body, it.body_span.start()), it.body_span)
                }
                None => Found::Other,
            };
        }
    }
    Found::Nothing
}

fn redirected<'d>(
    facts: &Facts<'d>,
    index: usize,
    instruction: &'d Instruction<'d>,
    path: &str,
) -> Found<'d> {
    let Some(script) = facts.script(index) else { return Found::Nothing };
    // Most files are never named in a `RUN`.
    let mut found = Found::Nothing;
    for command in &script.commands {
        let Some(into) = command.redirections.iter().find(|it| is_output(it)) else {
            if names_target(facts, index, command, path) {
                found = Found::Other;
            }
            continue;
        };
        let target = target(facts, index, command, &into.target.value);
        if !is_same(&target, path) {
            continue;
        }
        found = match (found, into.operator) {
            (Found::Nothing, ">" | ">|") => content(instruction, command),
            (Found::Script(FileText::Decoded(text), place), ">>") => {
                appended(text, place, content(instruction, command))
            }
            _ => Found::Other,
        };
    }
    found
}

/// A text and what is appended to it.
fn appended(mut text: String, place: Span, more: Found<'_>) -> Found<'static> {
    let Found::Script(more, end) = more else { return Found::Other };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    match more {
        FileText::Body(body, _) => text.push_str(body),
        FileText::Decoded(more) => text.push_str(&more),
    }
    Found::Script(FileText::Decoded(text), place.union(end))
}

/// Whether a command such as `sed -i` or `tee` changes the file.
fn names_target(facts: &Facts<'_>, index: usize, command: &ShellCommand<'_>, path: &str) -> bool {
    let changes = matches!(
        command.program(),
        Some("sed" | "tee" | "cp" | "mv" | "ln" | "install" | "rm" | "curl" | "wget")
    );
    changes
        && command.args().iter().any(|it| is_same(&target(facts, index, command, &it.value), path))
}

fn target(facts: &Facts<'_>, index: usize, command: &ShellCommand<'_>, path: &str) -> String {
    let directory =
        paths::join(facts.directory(index), command.directory.as_deref().unwrap_or("."));
    paths::join(&directory, path)
}

fn is_output(redirection: &Redirection<'_>) -> bool {
    matches!(redirection.operator, ">" | ">>" | ">|")
        && redirection.descriptor.is_none_or(|it| it == 1)
}

/// What a command writes to its output, if that can be seen.
fn content<'d>(instruction: &'d Instruction<'d>, command: &ShellCommand<'d>) -> Found<'d> {
    if let Some(input) = command.redirections.iter().find(|it| it.operator.starts_with("<<")) {
        let heredoc = instruction.heredocs.iter().find(|it| input.span.covers(it.start));
        return match heredoc {
            Some(it) if command.program() == Some("cat") => {
                Found::Script(FileText::Body(it.body, it.body_span.start()), it.body_span)
            }
            _ => Found::Other,
        };
    }
    let args = command.args();
    let text = match command.program() {
        Some("echo") => {
            let words =
                args.iter().skip_while(|it| matches!(&*it.value, "-e" | "-n" | "-en" | "-ne"));
            words.map(|it| &*it.value).collect::<Vec<_>>().join(" ")
        }
        Some("printf") => match args {
            [format] => format.value.clone().into_owned(),
            [format, rest @ ..] if matches!(&*format.value, "%s\\n" | "%s\n" | "%b\\n") => {
                rest.iter().map(|it| &*it.value).collect::<Vec<_>>().join("\n")
            }
            _ => return Found::Other,
        },
        _ => return Found::Other,
    };
    let text = text.replace("\\n", "\n").replace("\\t", "\t");
    Found::Script(FileText::Decoded(text), command.span)
}

/// Whether two paths are the same; one without a slash is looked for in the directories of programs.
fn is_same(target: &str, path: &str) -> bool {
    if path.contains('/') {
        return target == path;
    }
    target.rsplit_once('/').is_some_and(|(folder, name)| name == path && folder.ends_with("bin"))
}
