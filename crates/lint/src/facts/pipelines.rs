//! The pipelines of a script.

use plimsoll_syntax::shell::{Joined, Script, ShellCommand, ShellWord};

use super::shells;
use crate::{Facts, RunCommand};

/// Commands whose output is the next one's input, by their numbers in the script; two at least.
pub(crate) type Pipeline = Vec<usize>;

/// The pipelines of a script, in order.
pub(crate) fn pipelines(script: &Script<'_>) -> Vec<Pipeline> {
    let commands = &script.commands;
    let mut found: Vec<Pipeline> = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        if command.joined != Joined::Pipe {
            continue;
        }
        let Some(left) = left_of(commands, index) else { continue };
        match found.iter_mut().rev().find(|it| it.last() == Some(&left)) {
            Some(pipeline) => pipeline.push(index),
            None => found.push(vec![left, index]),
        }
    }
    found
}

/// The pipelines of a file in which the failure of a command before the last is not seen, each with
/// the instruction's first command.
pub(crate) fn unchecked<'f, 'd>(
    facts: &'f Facts<'d>,
) -> impl Iterator<Item = (RunCommand<'f, 'd>, Vec<Pipeline>)> {
    let mut last = None;
    facts.run_commands().filter_map(move |it| {
        if last.replace(it.index) == Some(it.index) {
            return None;
        }
        if it.script.commands.iter().all(|command| command.joined != Joined::Pipe) {
            return None;
        }
        if let Some(shell) = shells::shell_at(facts, it.stage, it.index)
            && (!shells::is_posix(shell) || shells::has_pipefail(shell))
        {
            return None;
        }
        let mut found = pipelines(it.script);
        found.retain(|it2| it2.last().is_some_and(|at| !it.script.commands[*at].pipefail));
        (!found.is_empty()).then_some((it, found))
    })
}

/// The download at the head of a pipeline and the command that takes no input for success, if that
/// is what the pipeline is.
pub(crate) fn unseen_download(script: &Script<'_>, pipeline: &[usize]) -> Option<(usize, usize)> {
    let (first, last) = (*pipeline.first()?, *pipeline.last()?);
    let reader = script.commands.get(last)?.program()?;
    // One that refuses an empty input in between writes nothing, which is no better.
    (takes_nothing(reader) && downloads(script.commands.get(first)?)).then_some((first, last))
}

/// Whether a command writes what it downloads to the pipe.
fn downloads(command: &ShellCommand<'_>) -> bool {
    let fetches = |it: &ShellWord<'_>| it.value.contains("://") || it.value.contains(['$', '.']);
    match command.program() {
        Some("curl") => {
            let elsewhere = command.has_flag('O', "remote-name")
                || command.option(&["-o", "--output"]).is_some_and(|it| it.value != "-");
            !elsewhere && command.args().iter().any(fetches)
        }
        Some("wget") => {
            let output = command.option(&["-O", "--output-document"]);
            output.is_some_and(|it| matches!(it.value, "-" | "/dev/stdout"))
        }
        _ => false,
    }
}

/// Whether a program ends well when its input is empty.
fn takes_nothing(program: &str) -> bool {
    let interpreter = program.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    matches!(
        interpreter,
        "sh" | "bash"
            | "ash"
            | "dash"
            | "zsh"
            | "ksh"
            | "python"
            | "perl"
            | "ruby"
            | "node"
            | "php"
    ) || matches!(
        program,
        "tee" | "sed" | "awk" | "cut" | "tr" | "head" | "tail" | "sort" | "cat" | "jq" | "xargs"
    )
}

/// The command that writes what the one at `index` reads. It may be the last of a subshell.
fn left_of(commands: &[ShellCommand<'_>], index: usize) -> Option<usize> {
    let parent = commands[index].parent;
    let mut left = index.checked_sub(1)?;
    while commands[left].parent != parent {
        let outer = commands[left].parent?;
        if outer >= left {
            return None;
        }
        left = outer;
    }
    Some(left)
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::shell;

    use super::*;

    fn of(text: &str) -> Vec<String> {
        let script = shell::parse_text(text, 0, shell::ShellOptions::default());
        let name = |at: &usize| script.commands[*at].name().unwrap_or("?").to_owned();
        let line = |it: Pipeline| it.iter().map(name).collect::<Vec<_>>().join("|");
        pipelines(&script).into_iter().map(line).collect()
    }

    #[test]
    fn each_pipeline_is_found_once() {
        assert_eq!(of("a | b | c && d; e | f"), ["a|b|c", "e|f"]);
        assert_eq!(of("a || b && c"), [""; 0]);
        assert_eq!(of("a | b $(c | d) | e"), ["a|b|e", "c|d"]);
        assert_eq!(of("x && (a; b) | c"), ["b|c"]);
        assert_eq!(of("a $(b) | c"), ["a|c"]);
    }
}
