//! What commands write.

use plimsoll_finding::Span;
use plimsoll_syntax::shell::ShellCommand;

/// The first file or directory that a command writes and that `wanted` takes.
pub(crate) fn written(
    command: &ShellCommand<'_>,
    wanted: impl Fn(&str) -> bool,
) -> Option<(Span, String)> {
    let redirected = command.redirections.iter().find(|it| {
        matches!(it.operator, ">" | ">>" | ">|" | "&>" | "&>>") && wanted(&it.target.value)
    });
    if let Some(it) = redirected {
        return Some((it.span, it.target.value.clone().into_owned()));
    }
    let operands = || command.operands(&["-m", "-t", "-e", "-o", "-g"]);
    let word = match command.program()? {
        "mkdir" | "touch" | "tee" => operands().find(|it| wanted(&it.value)),
        "cp" | "mv" | "ln" | "install" => operands().last().filter(|it| wanted(&it.value)),
        "sed" if command.has_flag('i', "in-place") => {
            operands().skip(1).find(|it| wanted(&it.value))
        }
        _ => None,
    }?;
    Some((word.span, word.value.clone().into_owned()))
}
