//! Programs that run the rest of their words as a command.

use super::ShellWord;
use super::program::name_of;

/// What comes between a wrapper and the command that it wraps.
struct Wrapper {
    /// The options that take the next word as their value.
    with_value: &'static [&'static str],
    /// How many operands precede the command.
    operands: usize,
    /// Whether `NAME=value` may precede the command.
    assigns: bool,
    /// Options with which it does something else than running a command.
    other: &'static [&'static str],
}

const PLAIN: Wrapper = Wrapper { with_value: &[], operands: 0, assigns: false, other: &[] };
const SUDO: &[&str] = &[
    "-u",
    "--user",
    "-g",
    "--group",
    "-h",
    "--host",
    "-p",
    "--prompt",
    "-C",
    "--close-from",
    "-r",
    "--role",
    "-t",
    "--type",
    "-T",
    "--command-timeout",
    "-U",
    "--other-user",
    "-D",
    "--chdir",
    "-R",
    "--chroot",
];
const ENV: &[&str] = &["-u", "--unset", "-C", "--chdir"];
const TIMEOUT: &[&str] = &["-s", "--signal", "-k", "--kill-after"];
const XVFB: &[&str] = &[
    "-e",
    "--error-file",
    "-f",
    "--auth-file",
    "-n",
    "--server-num",
    "-p",
    "--xauth-protocol",
    "-s",
    "--server-args",
    "-w",
    "--wait",
];

fn wrapper(name: &str) -> Option<Wrapper> {
    let with_value = |with_value| Wrapper { with_value, ..PLAIN };
    Some(match name {
        "sudo" => Wrapper { assigns: true, other: &["-l", "-v", "-V", "-k"], ..with_value(SUDO) },
        "doas" => with_value(&["-u", "-C", "-a"]),
        "env" => Wrapper { assigns: true, ..with_value(ENV) },
        "exec" => with_value(&["-a"]),
        "command" => Wrapper { other: &["-v", "-V"], ..PLAIN },
        "time" => with_value(&["-f", "--format", "-o", "--output"]),
        "nice" => with_value(&["-n", "--adjustment"]),
        "ionice" => Wrapper {
            other: &["-p", "--pid"],
            ..with_value(&["-c", "--class", "-n", "--classdata"])
        },
        "timeout" => Wrapper { operands: 1, ..with_value(TIMEOUT) },
        "stdbuf" => with_value(&["-i", "--input", "-o", "--output", "-e", "--error"]),
        "tini" | "tini-static" => with_value(&["-p", "-e"]),
        "dumb-init" => with_value(&["-r", "--rewrite"]),
        "fakeroot" => with_value(&["-l", "--lib", "--faked", "-s", "-i", "-b"]),
        "xvfb-run" => with_value(XVFB),
        "setarch" | "gosu" | "su-exec" => Wrapper { operands: 1, ..PLAIN },
        "taskset" => Wrapper { operands: 1, other: &["-p"], ..PLAIN },
        "busybox" => Wrapper { other: &["--install", "--list", "--help"], ..PLAIN },
        "builtin" | "nohup" | "eatmydata" | "catchsegv" | "linux32" | "linux64" | "setsid" => PLAIN,
        _ => return None,
    })
}

/// The words of the command that is wrapped at last.
pub(super) fn unwrapped<'w, 't>(words: &'w [ShellWord<'t>]) -> &'w [ShellWord<'t>] {
    let mut words = words;
    while let Some(inner) = unwrap(words) {
        words = inner;
    }
    words
}

/// The command that a wrapper's words hold; `None` where they are no wrapper's or hold none.
fn unwrap<'w, 't>(words: &'w [ShellWord<'t>]) -> Option<&'w [ShellWord<'t>]> {
    let (program, mut rest) = words.split_first()?;
    let wrapper = wrapper(name_of(program)?)?;
    while let Some((word, after)) = rest.split_first() {
        let value = word.value.as_ref();
        if value == "--" {
            rest = after;
            break;
        }
        if wrapper.other.contains(&value) {
            return None;
        }
        if value.len() > 1 && value.starts_with('-') {
            let skipped = usize::from(takes_next(value, wrapper.with_value));
            rest = after.get(skipped..)?;
        } else if wrapper.assigns && is_assignment(word) {
            rest = after;
        } else {
            break;
        }
    }
    rest = rest.get(wrapper.operands..)?;
    // `setarch` takes options after its operand; no command begins with a dash.
    while wrapper.operands > 0 && rest.first().is_some_and(|it| it.value.starts_with('-')) {
        rest = &rest[1..];
    }
    while wrapper.assigns && rest.first().is_some_and(is_assignment) {
        rest = &rest[1..];
    }
    (!rest.is_empty()).then_some(rest)
}

/// Whether an option takes the next word as its value: it is one of `with_value`, or a cluster of
/// letters of which only the last one is.
pub(super) fn takes_next(option: &str, with_value: &[&str]) -> bool {
    if with_value.contains(&option) {
        return true;
    }
    let letters = option.strip_prefix('-').unwrap_or_default();
    if letters.len() < 2 || !letters.bytes().all(|it| it.is_ascii_alphanumeric()) {
        return false;
    }
    let takes = |it: u8| with_value.iter().any(|name| name.as_bytes() == [b'-', it]);
    letters.bytes().position(takes) == Some(letters.len() - 1)
}

fn is_assignment(word: &ShellWord<'_>) -> bool {
    let name = word.value.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}
