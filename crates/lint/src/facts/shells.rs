//! The shell that runs the shell forms, as `SHELL` says.

use plimsoll_syntax::dockerfile::{Command, Instruction, Stage, Word};
use plimsoll_syntax::shell::ShellOptions;

use crate::Facts;

/// The words of the `SHELL` in force at the instruction with a number; `None` where it is the
/// base's own, which is `/bin/sh -c` but for rare images.
pub(crate) fn shell_at<'d>(
    facts: &Facts<'d>,
    stage: &Stage<'d>,
    index: usize,
) -> Option<&'d [Word<'d>]> {
    let before = stage.body.get(..index.saturating_sub(stage.first)).unwrap_or(stage.body);
    let below = facts.stages.chain(stage.index).skip(1).flat_map(|it| it.body.iter().rev());
    before.iter().rev().chain(below).find_map(words)
}

/// Whether a shell is one that pipes text as `sh` does: no `PowerShell`, no `cmd`.
pub(crate) fn is_posix(shell: &[Word<'_>]) -> bool {
    let name = shell.first().map_or("sh", |it| name(it));
    !matches!(name, "pwsh" | "powershell" | "powershell.exe" | "pwsh.exe" | "cmd" | "cmd.exe")
}

/// Whether a shell is started with `-o pipefail`.
pub(crate) fn has_pipefail(shell: &[Word<'_>]) -> bool {
    ShellOptions::from_arguments(shell.iter().skip(1).map(Word::as_str)).pipefail
}

fn name<'w>(word: &'w Word<'_>) -> &'w str {
    word.as_str().rsplit(['/', '\\']).next().unwrap_or_default()
}

fn words<'d>(instruction: &'d Instruction<'d>) -> Option<&'d [Word<'d>]> {
    match &instruction.command {
        Command::Shell(words) => Some(words),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::dockerfile;

    use super::*;

    #[test]
    fn the_shell_of_a_stage_holds_in_those_above_it() {
        let text = "FROM a AS x\nSHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN true\n\
                    FROM x\nRUN true\nSHELL [\"pwsh\", \"-Command\"]\nRUN true\nFROM b\nRUN true\n";
        let file = dockerfile::parse(text);
        let facts = Facts::new(&file);
        let shell = |index: usize| {
            let stage = facts.stages.at(file.instructions[index].span.start())?;
            shell_at(&facts, stage, index)
        };
        assert!(shell(2).is_some_and(has_pipefail));
        assert!(shell(4).is_some_and(has_pipefail));
        assert!(shell(6).is_some_and(|it| !is_posix(it) && !has_pipefail(it)));
        assert!(shell(8).is_none());
    }
}
