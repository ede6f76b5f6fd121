//! The signals of Linux, as `STOPSIGNAL` may name them.

/// The names that Docker takes, without `SIG`, but for the real-time ones.
const NAMES: &[&str] = &[
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL",
    "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP",
    "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
];

/// What a `STOPSIGNAL` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// One that no process can handle, by its name.
    Unstoppable(&'static str),
    /// Another.
    Known,
    /// None that there is.
    Invalid,
}

/// Reads a signal as Docker does: a number, or a name in any case with or without `SIG`.
pub(crate) fn signal(text: &str) -> Signal {
    if let Ok(number) = text.parse::<i64>() {
        return match number {
            9 => Signal::Unstoppable("SIGKILL"),
            19 => Signal::Unstoppable("SIGSTOP"),
            1..=64 => Signal::Known,
            _ => Signal::Invalid,
        };
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    match name {
        "KILL" => Signal::Unstoppable("SIGKILL"),
        "STOP" => Signal::Unstoppable("SIGSTOP"),
        _ if NAMES.contains(&name) || is_real_time(name) => Signal::Known,
        _ => Signal::Invalid,
    }
}

/// `RTMIN`, `RTMIN+1` to `RTMIN+15`, `RTMAX-14` to `RTMAX-1`, `RTMAX`.
fn is_real_time(name: &str) -> bool {
    let within = |rest: &str, sign: char, most: u32| {
        rest.is_empty()
            || rest.strip_prefix(sign).is_some_and(|it| {
                !it.starts_with(['0', '+'])
                    && it.parse::<u32>().is_ok_and(|it| (1..=most).contains(&it))
            })
    };
    name.strip_prefix("RTMIN").is_some_and(|it| within(it, '+', 15))
        || name.strip_prefix("RTMAX").is_some_and(|it| within(it, '-', 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_read_as_docker_reads_them() {
        for name in ["SIGTERM", "term", "15", "SIGRTMIN+3", "RTMAX-14", "rtmin", "SIGWINCH", "64"] {
            assert_eq!(signal(name), Signal::Known, "{name}");
        }
        for name in ["SIGKILL", "kill", "9"] {
            assert_eq!(signal(name), Signal::Unstoppable("SIGKILL"), "{name}");
        }
        assert_eq!(signal("SIGSTOP"), Signal::Unstoppable("SIGSTOP"));
        for name in ["", "SIGFOO", "0", "-1", "RTMIN+16", "RTMAX-0", "RTMIN-1", "SIG TERM", "99"] {
            assert_eq!(signal(name), Signal::Invalid, "{name}");
        }
    }
}
