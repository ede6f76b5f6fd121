//! `cd-instead-of-workdir`: `cd` at the head of a `RUN`.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports a `RUN` whose first command is `cd` to a fixed directory. A `cd` further on, in a
    /// subshell or to a directory that the same `RUN` makes is left alone, since `WORKDIR` can't
    /// stand in for it.
    ///
    /// ## Why it matters
    /// `cd` holds for one `RUN` only, so each one repeats it. `WORKDIR` says it once, holds for
    /// `COPY`, `CMD` and `ENTRYPOINT` too, and makes the directory.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// COPY . /src
    /// RUN cd /src && cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    pub(crate) static CD_INSTEAD_OF_WORKDIR = {
        name: "cd-instead-of-workdir",
        clause: Clause::Portable,
        summary: "a `RUN` begins with `cd`",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3003"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut last = None;
    for it in facts.run_commands() {
        if it.command.name() == Some("set") || last.replace(it.index) == Some(it.index) {
            continue;
        }
        let command = it.command;
        if command.name() != Some("cd") || command.depth > 0 || command.conditional {
            continue;
        }
        let Some(directory) = command.args().last().filter(|it| it.literal && it.value != "-") else {
            continue;
        };
        cx.report(command.span, format!("the `RUN` begins with `cd {}`", directory.raw))
            .help(format!("Write `WORKDIR {}` above it.", directory.raw))
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn only_the_first_command_counts() {
        let text = "FROM a\nRUN set -e; cd x && y\nRUN mkdir a && cd a\nRUN (cd a && b)\nRUN cd $X && y\n\
                    RUN a; cd b\nRUN <<EOF\ncd /c\nd\nEOF\n";
        let expected = "2:13 note: the `RUN` begins with `cd x`\n8:1 note: the `RUN` begins with `cd /c`";
        check("cd-instead-of-workdir", text, expected);
    }
}
