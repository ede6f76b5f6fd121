//! `log-file`: the image starts a program that logs to a file.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::Command;
use plimsoll_syntax::shell::{ShellCommand, ShellWord};

use crate::facts::paths;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports an `ENTRYPOINT` or `CMD`, or a script in the file that they start, that sends the
    /// program's output or log to a file, or that keeps the container up with `tail -f` of one. A
    /// file that a `RUN` links to `/dev/stdout` is none.
    ///
    /// ## Why it matters
    /// `docker logs` and all that collects logs see nothing. The file grows in the container's own
    /// layer until the disk is full, and is gone with the container.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// USER 65532:65532
    /// CMD ["server", "--log-file", "/var/log/server.log"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// USER 65532:65532
    /// CMD ["server"]
    /// ```
    pub(crate) static LOG_FILE = {
        name: "log-file",
        clause: Clause::Logs,
        summary: "the image starts a program that logs to a file",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

const OPTIONS: &[&str] =
    &["--log-file", "--logfile", "--log_file", "--log-path", "--error-log", "--access-log",
      "--error-logfile", "--access-logfile", "-log_file"];

/// A log that goes to a file.
pub(crate) struct Log {
    pub(crate) span: Span,
    pub(crate) file: String,
    how: How,
}

/// How it gets there.
enum How {
    /// By an option, a redirection, or `tee`.
    Written,
    /// `tail -f` reads it.
    Followed,
}

fn check(cx: &mut Context<'_, '_>) {
    let mut found: Vec<(usize, Log)> = Vec::new();
    for start in cx.facts.starts() {
        if let Some(log) = start.command.as_ref().and_then(log) {
            found.push((start.stage, log));
        }
        for script in &start.scripts {
            let parsed = script.script();
            if let Some(log) = parsed.commands.iter().filter(|it| it.depth == 0).find_map(log) {
                found.push((start.stage, Log { span: script.place(log.span), ..log }));
            }
        }
    }
    for (stage, log) in found {
        if is_linked(cx, stage, &log.file) {
            continue;
        }
        let message = match log.how {
            How::Written => format!("the log goes to `{}`, where nothing collects it", log.file),
            How::Followed => {
                format!("the container lives by `tail` of `{}`, which sees no end of the program", log.file)
            }
        };
        cx.report(log.span, message)
            .help(
                "Let the program log to its output, or link the file to it: \
                 `RUN ln -sf /dev/stdout …`.",
            )
            .done();
    }
}

fn log(command: &ShellCommand<'_>) -> Option<Log> {
    let program = command.program()?;
    let args = command.args();
    let written = |span: Span, file: &str| {
        is_log(file).then(|| Log { span, file: file.to_owned(), how: How::Written })
    };
    if program == "tail" {
        let follows = command.has_flag('f', "follow") || command.has_flag('F', "");
        let file = args.iter().rev().find(|it| is_log(&it.value)).filter(|_| follows)?;
        return Some(Log { span: command.span, file: file.value.clone().into_owned(), how: How::Followed });
    }
    if program == "tee" {
        return args.iter().find_map(|it| written(it.span, &it.value));
    }
    if is_short(program) {
        return None;
    }
    let redirected = command.redirections.iter().find_map(|it| {
        let output = matches!(it.operator, ">" | ">>" | ">|" | "&>" | "&>>");
        output.then(|| written(it.span, &it.target.value)).flatten()
    });
    redirected.or_else(|| option(args).and_then(|(span, file)| written(span, &file)))
}

/// The file of an option such as `--log-file`.
fn option(args: &[ShellWord<'_>]) -> Option<(Span, String)> {
    args.iter().enumerate().find_map(|(at, word)| {
        let (name, value) = match word.value.split_once('=') {
            Some((name, value)) => (name, Some((word.span, value.to_owned()))),
            None => (&*word.value, None),
        };
        if !OPTIONS.contains(&name) {
            return None;
        }
        value.or_else(|| args.get(at + 1).map(|it| (it.span, it.value.clone().into_owned())))
    })
}

/// Whether a path is that of a log, and of no device.
fn is_log(file: &str) -> bool {
    let device = ["/dev/", "/proc/", "/tmp/std"].iter().any(|it| file.starts_with(it));
    !device && (paths::is_in(file, "/var/log") && file != "/var/log" || file.rsplit_once('.').is_some_and(|(_, it)| it == "log"))
}

/// Programs that end before the service starts.
fn is_short(program: &str) -> bool {
    matches!(program, "echo" | "printf" | "date" | "touch" | "cat" | "mkdir" | "chown" | "chmod" | "ln" | "rm")
}

/// Whether the image links a file to an output.
fn is_linked(cx: &Context<'_, '_>, stage: usize, file: &str) -> bool {
    let name = paths::file_name(file);
    cx.facts.stages.chain(stage).flat_map(|it| it.body).any(|it| {
        let Command::Run(_) = &it.command else { return false };
        let text = it.arguments.text();
        let links = |text: &str| {
            (text.contains("/dev/std") || text.contains("/proc/")) && text.contains("ln -")
                && (text.contains(name) || text.contains("/var/log"))
        };
        links(text) || it.heredocs.iter().any(|it| links(it.body))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn start(instruction: &str, expected: &str) {
        check("log-file", &format!("FROM a\n{instruction}\n"), expected);
    }

    #[test]
    fn logs_that_go_to_files() {
        let goes = "warning: the log goes to `/var/log/x.log`, where nothing collects it";
        start("CMD server > /var/log/x.log 2>&1", &format!("2:12 {goes}"));
        start("CMD [\"sh\", \"-c\", \"exec server >> /var/log/x.log\"]", &format!("2:31 {goes}"));
        start("ENTRYPOINT [\"server\", \"--log-file=/var/log/x.log\"]", &format!("2:23 {goes}"));
        start("CMD server 2>&1 | tee -a /var/log/x.log", &format!("2:26 {goes}"));
        start(
            "CMD service x start && tail -f /var/log/x.log",
            "2:24 warning: the container lives by `tail` of `/var/log/x.log`, which sees no end of the program",
        );
    }

    #[test]
    fn outputs_and_other_files_are_none() {
        for instruction in [
            "CMD server > /dev/stdout",
            "CMD server --log-file /dev/stdout",
            "CMD [\"server\", \"--log-file\", \"-\"]",
            "CMD tail -f /dev/null",
            "CMD echo started >> /var/log/x.log; exec server",
            "RUN server > /var/log/x.log",
            "CMD server > /data/out.json",
        ] {
            start(instruction, "");
        }
        check(
            "log-file",
            "FROM a AS b\nRUN ln -sf /dev/stdout /var/log/x.log\nFROM b\nCMD x --log-file /var/log/x.log\n",
            "",
        );
    }
}
