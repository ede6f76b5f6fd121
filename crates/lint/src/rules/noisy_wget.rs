//! `noisy-wget`: `wget` draws its progress into the build log.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports `wget` without `-q`, `-nv`, a log file or a choice of `--progress`.
    ///
    /// ## Why it matters
    /// Without a terminal `wget` writes a line for every few kilobytes: thousands of lines in the
    /// log of a build, in which errors drown.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN wget https://example.com/tool.tar.gz
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN wget -nv https://example.com/tool.tar.gz
    /// ```
    pub(crate) static NOISY_WGET = {
        name: "noisy-wget",
        clause: Clause::Logs,
        summary: "`wget` writes its progress into the build log",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3047"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for it in facts.run_commands().filter(|it| it.command.program() == Some("wget")) {
        let args = it.command.args();
        let quiet = args.iter().any(|word| is_quiet(&word.value));
        if quiet || args.is_empty() {
            continue;
        }
        let Some(program) = it.command.effective().first() else { continue };
        cx.report(program.span, "`wget` writes its progress into the build log")
            .help("`-nv` leaves a line for each file, and errors.")
            .done();
    }
}

fn is_quiet(word: &str) -> bool {
    let long = ["--quiet", "--no-verbose", "--progress", "--output-file", "--append-output", "--version", "--help"];
    if long.iter().any(|it| word.starts_with(it)) || word.starts_with("-nv") {
        return true;
    }
    // `-qO-` has it in a cluster; `-O` takes the rest as its value.
    let Some(cluster) = word.strip_prefix('-').filter(|it| !it.starts_with('-')) else { return false };
    let options = cluster.split(['O', 'P', 'i', 'U', 't', 'T']).next().unwrap_or_default();
    options.contains(['q', 'o', 'a'])
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn quiet_in_every_spelling() {
        let text = "FROM a\nRUN wget -qO- x && wget -q x && wget -nv x && wget --progress=dot:giga x\n\
                    RUN wget -o log x && wget --no-verbose x\nRUN wget -O quiet x\nRUN wget -c x | y\n";
        let expected = "4:5 note: `wget` writes its progress into the build log\n\
                        5:5 note: `wget` writes its progress into the build log";
        check("noisy-wget", text, expected);
    }
}
