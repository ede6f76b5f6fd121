//! `copy-without-directory`: several sources are copied to something that need not be a directory.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::{Edit, Fix};
use plimsoll_syntax::dockerfile::{Command, Copy, Instruction};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::Facts;
use crate::facts::sources::without_onbuild;

declare_rule! {
    /// ## What it does
    /// Reports `COPY` and `ADD` with two or more sources and a destination that does not end with
    /// `/`. Destinations that are directories all the same are left alone: `.`, `..`, a directory
    /// that `WORKDIR` or an earlier `COPY` made, and the usual ones of a system, such as
    /// `/usr/local/bin`.
    ///
    /// ## Why it matters
    /// The classic builder refuses it. BuildKit makes a file of that name, copies one source after
    /// the other over it, and the last one wins without a word.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// COPY Cargo.toml Cargo.lock /src
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// COPY Cargo.toml Cargo.lock /src/
    /// ```
    ///
    /// ## Fix safety
    /// Safe: a destination with two or more sources can only be meant as a directory.
    pub(crate) static COPY_WITHOUT_DIRECTORY = {
        name: "copy-without-directory",
        clause: Clause::Portable,
        summary: "several sources, and no `/` after the destination",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3021"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (index, outer) in facts.file.instructions.iter().enumerate() {
        let instruction = without_onbuild(outer);
        let (Command::Copy(copy) | Command::Add(copy)) = &instruction.command else { continue };
        if copy.sources.len() < 2 {
            continue;
        }
        let destination = facts.expand(index, &copy.destination);
        if is_directory(&destination) || is_made(facts, index, &destination) {
            continue;
        }
        let count = copy.sources.len();
        let written = copy.destination.as_str();
        let message = format!("{count} sources are copied to `{written}`, which may become a file");
        let report = cx.report(copy.destination.span, message);
        let report = report.help("End the destination with `/`: then it is a directory.");
        match slash(instruction, copy) {
            Some(edit) => report.fix(Fix::safe("Add the `/`", [edit])).done(),
            None => report.done(),
        }
    }
}

/// Whether a path is a directory by its name, or its variables are unknown.
fn is_directory(path: &str) -> bool {
    let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
    path.contains('$')
        || matches!(last, "" | "." | "..")
        || SYSTEM.contains(&path)
}

/// Directories that nearly every image has.
const SYSTEM: &[&str] = &[
    "/bin", "/etc", "/home", "/lib", "/mnt", "/opt", "/root", "/run", "/sbin", "/srv", "/tmp",
    "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/local/lib",
    "/usr/local/sbin", "/usr/sbin", "/usr/share", "/var", "/var/lib", "/var/tmp",
];

/// Whether an earlier instruction of the stage, or of those below it, may have made a directory of
/// that name: it is part of a `WORKDIR` or of another destination, or a `RUN` speaks of it.
fn is_made(facts: &Facts<'_>, index: usize, path: &str) -> bool {
    let Some(stage) = facts.stages.at(facts.file.instructions[index].span.start()) else {
        return false;
    };
    facts.stages.chain(stage.index).any(|it| {
        let body = it.body.iter().enumerate().map(|(offset, one)| (it.first + offset, one));
        body.take_while(|(at, _)| *at < index).any(|(at, one)| match &one.command {
            Command::Workdir(word) => leads_through(&facts.expand(at, word), path),
            Command::Copy(copy) | Command::Add(copy) => {
                let destination = facts.expand(at, &copy.destination);
                leads_through(&destination, path) && (destination.ends_with('/') || destination.len() > path.len())
            }
            Command::Volume(words) => {
                words.iter().any(|word| leads_through(&facts.expand(at, word), path))
            }
            Command::Run(_) => one.span.slice(facts.file.text).is_some_and(|it| it.contains(path)),
            _ => false,
        })
    })
}

/// Whether a path is `directory` or lies in it.
fn leads_through(path: &str, directory: &str) -> bool {
    let rest = path.trim_end_matches('/').strip_prefix(directory.trim_end_matches('/'));
    rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

/// Adds the slash at the end of a destination, inside of its quotes.
fn slash(instruction: &Instruction<'_>, copy: &Copy<'_>) -> Option<Edit> {
    let word = &copy.destination;
    if instruction.json {
        return Some(Edit::insert(word.span.end().checked_sub(1)?, "/"));
    }
    let quoted = word.text.ends_with(['"', '\'']);
    Some(Edit::insert(word.span.end().checked_sub(usize::from(quoted))?, "/"))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "copy-without-directory";

    #[test]
    fn what_is_a_directory_already_is_left_alone() {
        let text = "FROM a\nARG D=/d/\nWORKDIR /app/src\nCOPY a b .\nCOPY a b ./\nCOPY a b $D\n\
                    COPY a b $UNKNOWN\nCOPY a b /app\nCOPY a b /usr/local/bin\nCOPY a /x/\n\
                    COPY a b /x\nRUN mkdir -p /y\nCOPY a b /y\nCOPY a /z\n";
        check(RULE, text, "");
    }

    #[test]
    fn every_form_is_found() {
        let text = "FROM a\nWORKDIR /app\nCOPY a b /apple\nADD [\"a\", \"b\", \"src\"]\n\
                    ONBUILD COPY --from=x a b \"/s\"\n";
        let expected = "3:10 warning: 2 sources are copied to `/apple`, which may become a file\n\
                        4:16 warning: 2 sources are copied to `src`, which may become a file\n\
                        5:27 warning: 2 sources are copied to `\"/s\"`, which may become a file";
        check(RULE, text, expected);
        let fixed = text.replace("/apple", "/apple/").replace("\"src\"", "\"src/\"");
        check_fixed(RULE, text, &fixed.replace("\"/s\"", "\"/s/\""));
    }
}
