//! Whether a package manager asks for confirmation, which nobody can give during a build.

use plimsoll_syntax::shell::{Joined, ShellCommand};

use super::{Manager, Operation, PackageRun};

/// Whether a command asks before it does its work. Where an option may come from a variable, or an
/// answer from a pipe, it counts as not asking; [`super::Settings`] may answer too.
pub(crate) fn asks(run: &PackageRun<'_, '_>) -> bool {
    let (command, does) = (run.command(), run.does);
    if !matches!(does.operation, Operation::Install | Operation::Upgrade | Operation::Remove) {
        return false;
    }
    let hidden = does
        .packages
        .iter()
        .any(|it| !it.known && it.text.starts_with('$') && !it.text.starts_with("$("));
    // `purge` of nothing only looks.
    let nothing = does.operation == Operation::Remove
        && does.packages.is_empty()
        && !run.title().ends_with("remove");
    let answered = command.joined == Joined::Pipe
        || command.redirections.iter().any(|it| it.operator.starts_with('<'));
    !(hidden || nothing || does.hides_options || answered || is_told(does.manager, command))
}

/// Whether an option answers, or nothing is done that would need an answer.
fn is_told(manager: Manager, command: &ShellCommand<'_>) -> bool {
    let flag = |short, long: &str| command.has_flag(short, long);
    match manager {
        Manager::Apt => {
            flag('y', "yes")
                || flag('\0', "assume-yes")
                || flag('\0', "force-yes")
                || flag('s', "simulate")
                || flag('\0', "dry-run")
                || flag('\0', "just-print")
                || flag('\0', "print-uris")
                || flag('h', "help")
                || flag('\0', "assume-no")
                || quietness(command) > 1
                || option_says_yes(command)
        }
        Manager::Yum | Manager::Dnf => {
            flag('y', "assumeyes")
                || flag('\0', "assumeno")
                || flag('h', "help")
                || flag('\0', "downloadonly") && flag('\0', "downloaddir")
                || command.args().iter().any(|it| it.value.contains("assumeyes"))
        }
        Manager::Zypper => {
            flag('n', "non-interactive")
                || flag('y', "no-confirm")
                || flag('\0', "dry-run")
                || flag('\0', "non-interactive-include-reboot-patches")
        }
        _ => true,
    }
}

/// `-qq` means yes; so do `-q -q` and `-q=2`.
fn quietness(command: &ShellCommand<'_>) -> usize {
    let levels = command.args().iter().map(|it| {
        let value = it.value.as_ref();
        if let Some(level) = value.strip_prefix("-q=").or_else(|| value.strip_prefix("--quiet=")) {
            return level.parse().unwrap_or(0);
        }
        if value == "--quiet" {
            return 1;
        }
        let letters = value.strip_prefix('-').filter(|it| !it.starts_with('-')).unwrap_or_default();
        if letters.bytes().all(|it| it.is_ascii_alphabetic()) {
            letters.matches('q').count()
        } else {
            0
        }
    });
    levels.sum()
}

fn option_says_yes(command: &ShellCommand<'_>) -> bool {
    let mut values = command.option_values(&["-o", "--option"]);
    values.any(|it| is_yes(it.value))
        || command.args().iter().any(|it| is_yes(it.value.trim_start_matches("-o")))
}

fn is_yes(setting: &str) -> bool {
    let Some((name, value)) = setting.split_once('=') else { return false };
    name.eq_ignore_ascii_case("APT::Get::Assume-Yes")
        && matches!(
            value.trim_matches('"').to_ascii_lowercase().as_str(),
            "true" | "1" | "yes" | "on"
        )
}
