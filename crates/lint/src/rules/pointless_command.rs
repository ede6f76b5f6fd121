//! `pointless-command`: a command that does nothing in a build.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::shell::ShellWord;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::RunCommand;

declare_rule! {
    /// ## What it does
    /// Reports commands that can have no effect on the image: `service … start` and `systemctl
    /// start` where nothing in the same `RUN` follows that could use the service, `shutdown`,
    /// `reboot` and `mount`, and programs that wait for a person: `vim`, `nano`, `top`, `ssh`
    /// without a command.
    ///
    /// ## Why it matters
    /// The processes of a `RUN` end with it, and there is no init, no terminal and no right to
    /// mount. What is started there does not run in the container.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update && apt-get install -y --no-install-recommends nginx && service nginx start
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update && apt-get install -y --no-install-recommends nginx
    /// CMD ["nginx", "-g", "daemon off;"]
    /// ```
    pub(crate) static POINTLESS_COMMAND = {
        name: "pointless-command",
        clause: Clause::NoNeedlessPackages,
        summary: "a command that does nothing in a build",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3001"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for it in facts.run_commands() {
        // Most commands are none of these; their names are all that is looked at.
        let Some(program) = it.command.program() else { continue };
        let Some(why) = pointless(program, it.command.args()) else { continue };
        if why == Why::Service && something_follows(&it) {
            continue;
        }
        if program == "mount" && it.run.security.is_some() {
            continue;
        }
        let message = match why {
            Why::Service => format!("what `{program}` starts ends with this `RUN`"),
            Why::System => format!("`{program}` has no system to act on in a build"),
            Why::Person => format!("`{program}` waits for a person, and a build has none"),
        };
        let help = match why {
            Why::Service => "Start it in `ENTRYPOINT` or `CMD`, in the foreground.",
            Why::System | Why::Person => "Leave it out.",
        };
        cx.report(it.command.span, message).help(help).done();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Service,
    System,
    Person,
}

fn pointless(program: &str, args: &[ShellWord<'_>]) -> Option<Why> {
    let is = |at: usize, words: &[&str]| args.get(at).is_some_and(|it| words.contains(&&*it.value));
    let asks = || args.iter().any(|it| matches!(&*it.value, "--version" | "-V" | "--help"));
    match program {
        "service" if is(1, &["start", "restart", "reload"]) => Some(Why::Service),
        "systemctl" if is(0, &["start", "restart", "reload"]) => Some(Why::Service),
        "shutdown" | "reboot" | "halt" | "poweroff" if !asks() => Some(Why::System),
        // Without arguments it lists what is mounted.
        "mount" if args.len() > 1 && !asks() => Some(Why::System),
        "top" | "htop" if !args.iter().any(|it| it.value.starts_with("-b")) && !asks() => Some(Why::Person),
        "nano" | "less" | "more" if args.len() == 1 && !asks() => Some(Why::Person),
        _ => None,
    }
}

/// Whether the same `RUN` goes on with something that may use what was started.
fn something_follows(it: &RunCommand<'_, '_>) -> bool {
    let after = it.script.commands.iter().filter(|other| other.span.start() > it.command.span.end());
    let harmless = ["rm", "true", "echo", "exit", ":"];
    let mut after = after.filter(|other| {
        !other.program().is_some_and(|name| harmless.contains(&name))
    });
    after.next().is_some()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "pointless-command";

    #[test]
    fn services_that_are_used_in_the_same_run_are_fine() {
        let text = "FROM a\nRUN service mysql start && mysql -e 'create database x'\n\
                    RUN systemctl enable nginx && mount | grep shm && kill 1 && ps\n\
                    RUN apt-get install -y vim nano less\n";
        check(RULE, text, "");
    }

    #[test]
    fn what_ends_with_the_run() {
        let text = "FROM a\nRUN sudo service nginx restart && rm -rf /x\nRUN <<EOF\nmount -o loop a /b\nEOF\n";
        let expected = "2:5 note: what `service` starts ends with this `RUN`\n\
                        4:1 note: `mount` has no system to act on in a build";
        check(RULE, text, expected);
    }
}
