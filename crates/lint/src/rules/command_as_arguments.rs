//! `command-as-arguments`: the program that a service starts becomes an argument of its image's own.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::CommandLine;

use crate::facts::paths;
use crate::image_facts::{ImageFacts, Placed, StartLine};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a `command` that names a program (the image's own again, a shell, `cargo`), while the
    /// `ENTRYPOINT` of the service's Dockerfile is a program that was compiled; and any `command` for an
    /// `ENTRYPOINT` in shell form.
    ///
    /// ## Why it matters
    /// `command` takes the place of `CMD` alone: its words are the arguments of the `ENTRYPOINT`, which
    /// likely refuses them. A shell-form `ENTRYPOINT` never sees them.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     command: server --verbose
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// COPY server /usr/local/bin/server
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     command: --verbose
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// COPY server /usr/local/bin/server
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static COMMAND_AS_ARGUMENTS = {
        name: "command-as-arguments",
        clause: Clause::DevCompose,
        summary: "the program that a service starts becomes an argument of its image's own",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// Programs that are no command of another one.
const PROGRAMS: &[&str] =
    &["sh", "bash", "ash", "cargo", "npm", "yarn", "pnpm", "node", "python", "python3", "tail", "sleep"];

/// Programs that start what they are given, whatever that is.
const STARTERS: &[&str] = &[
    "tini", "dumb-init", "catatonit", "gosu", "su-exec", "env", "exec", "sudo", "nice", "setpriv",
    "chpst", "docker-init", "init", "sh", "bash", "ash", "dash", "time", "strace", "doas",
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        if service.entrypoint().is_some() || service.get("entrypoint").is_some() {
            continue;
        }
        let Some(command) = service.command().filter(|it| !it.words.is_empty()) else { continue };
        let Some(image) = cx.image_of(service) else { continue };
        let Some(entrypoint) = &image.entrypoint else { continue };
        let Some((message, help)) = problem(service.name, &command, entrypoint, &image) else { continue };
        cx.report(command.value.span(), message)
            .help(help)
            .related_in(image.name.clone(), image.place(entrypoint.span), "what always starts")
            .done();
    }
}

fn problem(
    service: &str,
    command: &CommandLine<'_>,
    entrypoint: &Placed<StartLine>,
    image: &ImageFacts,
) -> Option<(String, &'static str)> {
    if entrypoint.value.is_shell {
        // `exec x "$@"` takes the words after the script, but for the first.
        let script = entrypoint.value.words.first()?;
        if script.contains("$@") || script.contains("$*") || script.contains("$1") || script.contains("$0") {
            return None;
        }
        let message = format!("the command of `{service}` has no effect: the ENTRYPOINT of its image is in shell form");
        return Some((message, "Write the ENTRYPOINT in exec form, as in `[\"server\"]`, or set `entrypoint` here."));
    }
    let program = entrypoint.value.words.first()?;
    let name = paths::file_name(program);
    let first = &*command.words.first()?.text;
    let given = paths::file_name(first);
    if name.is_empty() || STARTERS.contains(&name) || is_script(name) {
        return None;
    }
    let is_again = given == name && (first == program || first.contains('/') || entrypoint.value.words.len() == 1);
    let is_other = PROGRAMS.contains(&given) && is_compiled(image, program) && entrypoint.value.words.len() == 1;
    if !is_again && !is_other {
        return None;
    }
    let message = format!("`{first}` becomes an argument of `{name}`, the ENTRYPOINT of `{service}`'s image");
    let help = if is_again {
        "Leave the program out: `command` holds its arguments alone."
    } else {
        "Set `entrypoint` to start another program."
    };
    Some((message, help))
}

/// Whether a program looks like a script, which may start what it is given.
fn is_script(name: &str) -> bool {
    name.contains('.') || name.contains("entrypoint") || name.contains("start") || name.contains("run") || name.contains("init")
}

/// Whether a program is one that the Dockerfile copies from the stage which compiled it.
fn is_compiled(image: &ImageFacts, program: &str) -> bool {
    let name = paths::file_name(program);
    image.copies.iter().any(|it| {
        let is_target = ["/release/", "/debug/", "target/"].iter().any(|part| it.source.contains(part));
        is_target && !it.from_context && (it.path == program || paths::file_name(&it.path) == name)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn check(command: &str, entrypoint: &str, expected: &str) {
        let compose = format!("services:\n  a:\n    build: .\n    command: {command}\n");
        let dockerfile = format!(
            "FROM rust:1 AS build\nFROM debian:12\nCOPY --from=build /app/target/release/server /usr/bin/\nENTRYPOINT {entrypoint}\n"
        );
        check_project("command-as-arguments", &[("compose.yaml", &compose), ("Dockerfile", &dockerfile)], expected);
    }

    #[test]
    fn programs_become_arguments() {
        let found = |it: &str| format!("4:14 warning: `{it}` becomes an argument of `server`, the ENTRYPOINT of `a`'s image");
        check("server --x", "[\"server\"]", &found("server"));
        check("[/usr/bin/server, run]", "[\"/usr/bin/server\", \"-v\"]", &found("/usr/bin/server"));
        check("cargo run", "[\"/usr/bin/server\"]", &found("cargo"));
        check("sh -c 'server'", "[\"server\"]", &found("sh"));
        check("--x", "server", "4:14 warning: the command of `a` has no effect: the ENTRYPOINT of its image is in shell form");
    }

    #[test]
    fn scripts_and_starters_take_programs() {
        check("server --x", "[\"tini\", \"--\"]", "");
        check("sh -c x", "[\"/docker-entrypoint.sh\"]", "");
        check("sh -c x", "[\"other\"]", "");
        check("serve --x", "[\"server\"]", "");
        check("--x", "[\"server\"]", "");
        check("--x", "exec server \"$@\"", "");
        check("''", "[\"server\"]", "");
        check("server\n    entrypoint: ''", "[\"server\"]", "");
    }
}
