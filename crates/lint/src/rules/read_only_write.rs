//! `read-only-write`: the container writes into the image's own directories when it starts.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::{Command, Keyword};
use plimsoll_syntax::shell::ShellCommand;

use crate::facts::paths;
use crate::facts::writes::written;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a start script in the file (shell form, `sh -c`, heredoc) that writes into directories
    /// of the image such as `/etc`, `/usr` or `/app`, where no `VOLUME` lies.
    ///
    /// ## Why it matters
    /// The container can't run with a read-only root file system (`docker run --read-only`,
    /// `readOnlyRootFilesystem`), nor as another user than root.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// COPY server.toml.in /etc/server.toml.in
    /// CMD ["sh", "-c", "envsubst < /etc/server.toml.in > /etc/server.toml && exec server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY --from=build /app/server /usr/local/bin/server
    /// COPY server.toml.in /etc/server.toml.in
    /// CMD ["sh", "-c", "envsubst < /etc/server.toml.in > /run/server.toml && exec server --config /run/server.toml"]
    /// ```
    pub(crate) static READ_ONLY_WRITE = {
        name: "read-only-write",
        clause: Clause::ReadOnly,
        summary: "the container writes into the image's own directories when it starts",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Directories that are root's, and part of the image.
const OWN: &[&str] = &["/etc", "/usr", "/bin", "/sbin", "/lib", "/opt", "/app", "/srv", "/var/www"];

fn check(cx: &mut Context<'_, '_>) {
    let mut found = Vec::new();
    for start in cx.facts.starts() {
        for script in &start.scripts {
            let parsed = script.script();
            let write = parsed.commands.iter().find_map(|it| {
                let (span, path) = write(it)?;
                (!is_volume(cx, start.stage, &path)).then(|| (script.place(span), path))
            });
            found.extend(write);
        }
    }
    for (span, path) in found {
        let message = format!("the container writes `{path}` when it starts, which a read-only root forbids");
        cx.report(span, message)
            .help("Write it when the image is built, or into `/run` or `/tmp`, or declare a `VOLUME`.")
            .done();
    }
}

/// A file of the image that a command writes.
fn write(command: &ShellCommand<'_>) -> Option<(Span, String)> {
    written(command, |path| OWN.iter().any(|it| paths::is_in(path, it)))
}

/// Whether a path lies in a volume of the image.
fn is_volume(cx: &Context<'_, '_>, stage: usize, path: &str) -> bool {
    cx.facts.stages.chain(stage).flat_map(|it| it.each(Keyword::Volume)).any(|it| {
        let Command::Volume(words) = &it.command else { return false };
        words.iter().any(|it| it.text.contains('$') || paths::is_in(path, it.text.trim_end_matches('/')))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn writes_of_start_scripts() {
        let writes = |place: &str, path: &str| {
            format!("{place} note: the container writes `{path}` when it starts, which a read-only root forbids")
        };
        check(
            "read-only-write",
            "FROM a\nCMD envsubst < /t > /etc/x.conf && exec server\n",
            &writes("2:19", "/etc/x.conf"),
        );
        check(
            "read-only-write",
            "FROM a\nCOPY <<E /r\n#!/bin/sh\nsed -i s/a/b/ /usr/share/x\nexec x\nE\nCMD [\"/r\"]\n",
            &writes("4:15", "/usr/share/x"),
        );
        check(
            "read-only-write",
            "FROM a\nCMD [\"sh\", \"-c\", \"mkdir -p /app/data; exec x\"]\n",
            &writes("2:28", "/app/data"),
        );
    }

    #[test]
    fn volumes_memory_and_builds_are_left_alone() {
        for text in [
            "FROM a\nVOLUME /app/data\nCMD mkdir -p /app/data/x && exec x\n",
            "FROM a\nCMD mkdir -p /tmp/x /run/x /data && exec x\n",
            "FROM a\nRUN mkdir -p /etc/x\n",
            "FROM a\nCMD cp /etc/x /tmp/x && cat < /etc/x\n",
            "FROM a\nCMD sed s/a/b/ /etc/x > /tmp/x\n",
            "FROM a\nCMD [\"mkdir\", \"/app\"]\n",
        ] {
            check("read-only-write", text, "");
        }
    }
}
