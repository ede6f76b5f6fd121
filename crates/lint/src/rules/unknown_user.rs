//! `unknown-user`: `USER` names a user that the image can't have.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Command;

use crate::bases::Family;
use crate::facts::users::RunsAs;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `USER` that is in no passwd: the base image is known not to have it, and nothing in
    /// the file makes it.
    ///
    /// ## Why it matters
    /// The container fails to start with `unable to find user`.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13
    /// COPY app /app
    /// USER app
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13
    /// COPY app /app
    /// USER nonroot
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static UNKNOWN_USER = {
        name: "unknown-user",
        clause: Clause::NonRoot,
        summary: "`USER` names a user that is never made",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Programs that make no users, whatever they are told.
const HARMLESS: &[&str] = &[
    "mkdir", "chmod", "rm", "ln", "cp", "mv", "touch", "echo", "printf", "cargo", "rustup", "true",
    "set", "cd", "update-ca-certificates", "ldconfig", "strip", "export", "ls", "cat", "test", "[",
];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    let RunsAs::Named(user) = facts.runs_as(last.index) else { return };
    let name = user.user();
    if user.is_hidden() || user.is_root() || user.is_number() || name.is_empty() {
        return;
    }
    let Some(base) = facts.base(last.index) else { return };
    let lacks = base.is_known && base.has_passwd && base.has_user(name) == Some(false);
    // The table has the users of plain distributions; other images may bring more.
    let is_plain = base.toolchain.is_none() && is_sure(base.family);
    if !lacks || !is_plain || may_be_made(facts, last.index, name) {
        return;
    }
    let image = facts.base_image(last.index).map_or("the base image", |it| &it.text);
    let message = format!("`{image}` has no user `{name}`, and nothing here makes it");
    let help = match base.family {
        family if family.is_distroless() => "Write `nonroot`, or better its number: 65532:65532.",
        _ => "Make the user first, or write a number, such as 65532:65532.",
    };
    cx.report(user.word.span, message).help(help).done();
}

fn is_sure(family: Family) -> bool {
    family.is_distroless() || matches!(family, Family::Alpine | Family::Debian | Family::Ubuntu)
}

/// Whether something on the way may make a user: any command that isn't known to make none, and any
/// file that is copied over `/etc` or the whole root.
fn may_be_made(facts: &Facts<'_>, stage: usize, name: &str) -> bool {
    facts.stages.chain(stage).any(|stage| {
        let body = stage.body.iter().enumerate();
        let mut copies = body.filter(|it| !matches!(it.1.command, Command::Run(_)));
        let by_copy = copies.any(|(offset, instruction)| match &instruction.command {
            Command::Copy(copy) | Command::Add(copy) => {
                let to = facts.expand(stage.first + offset, &copy.destination);
                let to = to.trim_end_matches('/');
                matches!(to, "" | "." | "/." | "$") || to.starts_with("/etc") || to.contains('$')
            }
            _ => false,
        });
        let by_run = stage.body.iter().enumerate().any(|(offset, instruction)| {
            let Command::Run(_) = &instruction.command else { return false };
            match facts.script(stage.first + offset) {
                Some(script) if !script.commands.is_empty() => {
                    script.commands.iter().any(|it| {
                        let program = it.program();
                        program.is_none_or(|it| !HARMLESS.contains(&it))
                            || it.words.iter().any(|word| word.value.contains(name))
                    })
                }
                _ => true,
            }
        });
        by_copy || by_run
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("unknown-user", text, expected);
    }

    #[test]
    fn a_name_that_nothing_makes() {
        finds(
            "FROM gcr.io/distroless/cc-debian13 AS base\nUSER app:app\nFROM base\nCOPY a /app\n",
            "2:6 error: `gcr.io/distroless/cc-debian13` has no user `app`, and nothing here makes \
             it",
        );
        finds(
            "FROM alpine:3.22\nRUN mkdir -p /data && chmod 777 /data\nUSER app\n",
            "3:6 error: `alpine:3.22` has no user `app`, and nothing here makes it",
        );
    }

    #[test]
    fn what_may_make_it_is_trusted() {
        finds("FROM alpine:3.22\nRUN adduser -D app\nUSER app\n", "");
        finds("FROM alpine:3.22\nRUN ./setup.sh\nUSER app\n", "");
        finds("FROM debian:12\nRUN apt-get install -y postgresql\nUSER postgres\n", "");
        finds("FROM alpine:3.22\nCOPY passwd /etc/passwd\nUSER app\n", "");
        finds("FROM alpine:3.22\nCOPY rootfs /\nUSER app\n", "");
        finds("FROM alpine:3.22\nRUN [\"/setup\"]\nUSER app\n", "");
        finds("FROM alpine:3.22\nRUN echo 'app:x:5:5::/:' >> /etc/passwd\nUSER app\n", "");
    }

    #[test]
    fn users_of_the_base_are_known() {
        finds("FROM alpine:3.22\nUSER nobody\n", "");
        finds("FROM gcr.io/distroless/static:nonroot\nUSER nonroot:nonroot\n", "");
        finds("FROM ubuntu:24.04\nUSER ubuntu\n", "");
        finds("FROM node:22\nUSER node\n", "");
        finds("FROM example.com/base:1\nUSER app\n", "");
        finds("FROM alpine:3.22\nUSER 5\n", "");
    }
}
