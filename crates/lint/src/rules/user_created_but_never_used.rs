//! `user-created-but-never-used`: a user is made and never used.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Fix;
use plimsoll_syntax::dockerfile::Keyword;
use plimsoll_syntax::shell::{ShellCommand, ShellWord};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::Facts;

declare_rule! {
    /// ## What it does
    /// Reports `useradd` and `adduser` in the final stage, or in those it is built on, where no
    /// `USER` follows and nothing in the file changes the user at run time (`gosu`, `su-exec`,
    /// `setpriv`, `runuser`, `su`, an entry script).
    ///
    /// ## Why it matters
    /// The user is there and the process is root all the same. Most often `USER` was forgotten.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --system app
    /// COPY app /usr/local/bin/app
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --system app
    /// COPY app /usr/local/bin/app
    /// USER app
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: the process may need to be root, and files that it writes may belong to root.
    pub(crate) static USER_CREATED_BUT_NEVER_USED = {
        name: "user-created-but-never-used",
        clause: Clause::NonRoot,
        summary: "a user is made, and the process stays root",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["tally/user-created-but-never-used"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    if facts.stages.effective(last.index, Keyword::User).is_some() || changes_user(facts, last.index) {
        return;
    }
    for stage in facts.stages.chain(last.index) {
        for it in facts.run_commands_of(stage) {
            if !matches!(it.command.program(), Some("useradd" | "adduser")) || it.command.conditional {
                continue;
            }
            let Some(name) = user(it.command) else { continue };
            let message = format!("the user `{}` is made, and the image runs as root", name.raw);
            let place = last.each(Keyword::Entrypoint).chain(last.each(Keyword::Cmd)).min_by_key(|it| it.span.start());
            match place.filter(|place| name.literal && place.span.start() > it.command.span.end()) {
                Some(place) => {
                    let edit = cx.line_above(place, &format!("USER {}", name.value));
                    let fix = Fix::risky(format!("Run as `{}`", name.value), [edit]);
                    cx.report(it.command.span, message).help(HELP).fix(fix).done();
                }
                None => cx.report(it.command.span, message).help(HELP).done(),
            }
            return;
        }
    }
}

const HELP: &str = "Put `USER` before the last `ENTRYPOINT` or `CMD`.";

/// The name that `useradd` and `adduser` are given: the first operand, or the last one of those
/// whose options are not all known.
fn user<'c, 't>(command: &'c ShellCommand<'t>) -> Option<&'c ShellWord<'t>> {
    let with_value = [
        "-b", "--base-dir", "-c", "--comment", "-d", "--home-dir", "--home", "-e", "--expiredate", "-f", "--inactive",
        "-g", "--gid", "-G", "--groups", "--ingroup", "--gecos", "-k", "--skel", "-K", "--key", "-p", "--password",
        "-s", "--shell", "-h", "-u", "--uid", "--conf",
    ];
    let mut operands = command.operands(&with_value);
    let first = operands.next()?;
    // `adduser user group` adds no user, and Debian's has no second operand otherwise.
    operands.next().is_none().then_some(first)
}

/// Whether something changes the user when the container starts, or may do so out of sight.
fn changes_user(facts: &Facts<'_>, stage: usize) -> bool {
    let words = ["gosu", "su-exec", "setpriv", "runuser", "sudo", "s6-", "supervisor", "su ", "sshd", "chroot"];
    let starts = [Keyword::Entrypoint, Keyword::Cmd];
    let hidden = starts.iter().filter_map(|it| facts.stages.effective(stage, *it)).any(|it| {
        let text = it.span.slice(facts.file.text).unwrap_or_default();
        words.iter().any(|word| text.contains(word)) || text.contains(".sh") || text.contains("entrypoint")
    });
    hidden || words[..4].iter().any(|it| facts.file.text.contains(it))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "user-created-but-never-used";

    #[test]
    fn in_stages_below_too() {
        let text = "FROM a AS b\nRUN addgroup -S g && adduser -S -G g -h /x app\nFROM b\n# why\nCMD [\"x\"]\n";
        let expected = "2:22 warning: the user `app` is made, and the image runs as root";
        check(RULE, text, expected);
        check_fixed(RULE, text, &text.replace("# why", "USER app\n# why"));
    }

    #[test]
    fn users_that_are_used_or_may_be() {
        for end in ["USER app", "USER 1000", "ENTRYPOINT [\"gosu\", \"app\", \"x\"]", "ENTRYPOINT [\"/entrypoint.sh\"]"] {
            check(RULE, &format!("FROM a\nRUN useradd -m app\n{end}\n"), "");
        }
        check(RULE, "FROM a AS b\nRUN useradd app\nFROM c\nRUN adduser app docker\n", "");
    }
}
