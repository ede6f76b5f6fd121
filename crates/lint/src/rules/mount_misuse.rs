//! `mount-misuse`: a `RUN` writes a mounted secret into the image.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::{Instruction, Mount, MountKind, Run};
use plimsoll_syntax::shell::{Script, ShellCommand};

use crate::facts::paths;
use crate::facts::secret_arguments::references;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` that copies a secret mount to a file, prints it into one, or stores it with
    /// `git config` and its like, and leaves the file there.
    ///
    /// ## Why it matters
    /// A secret mount keeps the secret out of the layers. What the command writes is in the layer,
    /// also when a later instruction deletes it.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN --mount=type=secret,id=github_token \
    ///     git config --global url."https://$(cat /run/secrets/github_token)@github.com/".insteadOf https://github.com/ \
    ///  && cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN --mount=type=secret,id=gitconfig,target=/root/.gitconfig \
    ///     cargo build --release --locked
    /// ```
    pub(crate) static MOUNT_MISUSE = {
        name: "mount-misuse",
        clause: Clause::NoSecrets,
        summary: "a `RUN` writes a mounted secret into the image",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Where the secrets of a `RUN` are while it runs.
#[derive(Debug, Default)]
struct Secrets {
    paths: Vec<String>,
    variables: Vec<String>,
}

fn check(cx: &mut Context<'_, '_>) {
    let mut last = None;
    let mut found = Vec::new();
    for at in cx.facts.run_commands() {
        // Once for each instruction.
        if last.replace(at.index) == Some(at.index) || !has_secret(at.run) {
            continue;
        }
        let secrets = secrets(cx, at.index, at.run, at.script);
        for command in &at.script.commands {
            if let Some(leak) = leak(at.instruction, at.run, &secrets, command)
                && !is_removed(at.script, command, leak.file.as_deref())
            {
                found.push(leak);
                break;
            }
        }
    }
    for leak in found {
        let message = match &leak.file {
            Some(file) => format!("the secret is written to `{file}`, which stays in the layer"),
            None => format!("`{}` stores the secret in a file that stays in the layer", leak.by),
        };
        cx.report(leak.span, message)
            .help(
                "Mount the secret where the program looks for it (`target=…`) or as a variable \
                 (`env=…`), or remove the file in the same `RUN`.",
            )
            .done();
    }
}

fn has_secret(run: &Run<'_>) -> bool {
    run.mounts.iter().any(|it| it.kind == MountKind::Secret)
}

fn secrets(cx: &Context<'_, '_>, index: usize, run: &Run<'_>, script: &Script<'_>) -> Secrets {
    let mut secrets = Secrets::default();
    for mount in run.mounts.iter().filter(|it| it.kind == MountKind::Secret) {
        let text = |key: &str| mount.get(key).map(|it| cx.facts.expand(index, it).into_owned());
        if let Some(name) = text("env") {
            secrets.variables.push(name);
        }
        match (text("target"), text("id").or_else(|| text("source"))) {
            (Some(target), _) => secrets.paths.push(paths::join(cx.facts.directory(index), &target)),
            (None, Some(id)) if mount.get("env").is_none() => {
                secrets.paths.push(format!("/run/secrets/{}", paths::file_name(&id)));
            }
            _ => {}
        }
    }
    // `TOKEN=$(cat /run/secrets/token)`
    for command in &script.commands {
        for it in &command.assignments {
            if secrets.are_in(&it.value.value) {
                secrets.variables.push(it.name.clone().into_owned());
            }
        }
        if command.name() == Some("export") {
            for (name, value) in command.args().iter().filter_map(|it| it.value.split_once('=')) {
                if secrets.are_in(value) {
                    secrets.variables.push(name.to_owned());
                }
            }
        }
    }
    secrets
}

impl Secrets {
    /// Whether a word holds the value of a secret.
    fn are_in(&self, text: &str) -> bool {
        let substituted = text.contains(['$', '`']);
        substituted
            && (self.variables.iter().any(|it| references(text, it).next().is_some())
                || self.paths.iter().any(|it| {
                    text.contains(&format!("cat {it}")) || text.contains(&format!("<{it}"))
                        || text.contains(&format!("< {it}"))
                }))
    }

    fn is_path(&self, text: &str) -> bool {
        self.paths.iter().any(|it| it == text)
    }
}

/// A secret that is written.
struct Leak {
    span: Span,
    /// The file; `None` where a program chooses it.
    file: Option<String>,
    /// The program.
    by: String,
}

fn leak(
    instruction: &Instruction<'_>,
    run: &Run<'_>,
    secrets: &Secrets,
    command: &ShellCommand<'_>,
) -> Option<Leak> {
    let program = command.program()?;
    let args = command.args();
    let leak = |file: Option<&str>| Leak {
        span: command.span,
        file: file.map(str::to_owned),
        by: format!("{program}{}", args.first().map_or(String::new(), |it| format!(" {}", it.value))),
    };
    if matches!(program, "cp" | "mv" | "install" | "ln") {
        let operands: Vec<&str> = command
            .operands(&["-m", "-o", "-g", "--mode", "--owner", "--group"])
            .map(|it| &*it.value)
            .collect();
        let (destination, from) = operands.split_last()?;
        // A link to the mount holds nothing.
        return (program != "ln" && from.iter().any(|it| secrets.is_path(it)) && stays(run, destination))
            .then(|| leak(Some(destination)));
    }
    let output = command.redirections.iter().find(|it| {
        matches!(it.operator, ">" | ">>" | ">|" | "&>") && it.descriptor.is_none_or(|it| it == 1)
    });
    if let Some(output) = output {
        let file = &*output.target.value;
        let heredoc = command.redirections.iter().any(|input| {
            let body = instruction.heredocs.iter().find(|it| input.span.covers(it.start));
            body.is_some_and(|it| secrets.are_in(it.body))
        });
        let printed = matches!(program, "echo" | "printf") && args.iter().any(|it| secrets.are_in(&it.value))
            || program == "cat" && args.iter().any(|it| secrets.is_path(&it.value))
            || heredoc;
        return (printed && stays(run, file)).then(|| leak(Some(file)));
    }
    let first = args.first().map_or("", |it| &*it.value);
    let stores = match program {
        "git" => first == "config",
        "npm" | "pnpm" | "yarn" | "pip" | "bundle" | "poetry" | "go" => {
            matches!(first, "config" | "set" | "env")
        }
        _ => false,
    };
    (stores && args.iter().any(|it| secrets.are_in(&it.value))).then(|| leak(None))
}

/// Whether a file is in the layer: it is on no other mount, and no device.
fn stays(run: &Run<'_>, file: &str) -> bool {
    let mounted = |mount: &Mount<'_>| {
        mount.target().is_some_and(|it| paths::is_in(file, it.text.trim_end_matches('/')))
    };
    !file.starts_with("/dev/") && !file.starts_with("/proc/") && !file.starts_with("/run/secrets")
        && !file.starts_with('&') && !run.mounts.iter().any(mounted)
}

/// Whether the same script takes the file away again.
fn is_removed(script: &Script<'_>, leak: &ShellCommand<'_>, file: Option<&str>) -> bool {
    let later = script.commands.iter().filter(|it| it.span.start() > leak.span.start());
    let name = file.map(paths::file_name);
    let mut later = later.filter_map(|it| Some((it.program()?, it.args())));
    later.any(|(program, args)| match program {
        "rm" | "shred" | "unlink" | "trap" => match name {
            Some(name) => args.iter().any(|it| {
                let value = it.value.trim_end_matches('/');
                value.contains(name) || file.is_some_and(|file| paths::is_in(file, value))
            }),
            None => args.iter().any(|it| {
                [".gitconfig", ".npmrc", ".netrc", ".config", "config"]
                    .iter()
                    .any(|file| it.value.contains(file))
            }),
        },
        "git" | "npm" | "pnpm" | "yarn" | "pip" => args.iter().any(|it| {
            matches!(&*it.value, "--unset" | "--unset-all" | "--remove-section" | "unset" | "delete" | "rm")
        }),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn run(script: &str, expected: &str) {
        let text = format!("FROM a\nRUN --mount=type=secret,id=t {script}\n");
        check("mount-misuse", &text, expected);
    }

    #[test]
    fn secrets_that_are_written() {
        let to = |file: &str| {
            format!("2:30 error: the secret is written to `{file}`, which stays in the layer")
        };
        run("cp /run/secrets/t /root/.netrc", &to("/root/.netrc"));
        run("cat /run/secrets/t > ~/.npmrc && npm ci", &to("~/.npmrc"));
        run("echo \"t=$(cat /run/secrets/t)\" >> .npmrc", &to(".npmrc"));
        run(
            "T=$(cat /run/secrets/t) && printf %s \"$T\" > /x",
            "2:57 error: the secret is written to `/x`, which stays in the layer",
        );
        run(
            "git config --global url.\"https://$(cat /run/secrets/t)@h/\".insteadOf https://h/",
            "2:30 error: `git config` stores the secret in a file that stays in the layer",
        );
        check(
            "mount-misuse",
            "FROM a AS b\nRUN --mount=type=secret,id=t,env=T <<EOF\nset -e\necho $T > /x\nEOF\nFROM a\n",
            "4:1 warning: the secret is written to `/x`, which stays in the layer",
        );
    }

    #[test]
    fn secrets_that_are_only_read_or_removed() {
        for script in [
            "cargo login \"$(cat /run/secrets/t)\" --dry",
            "TOKEN=$(cat /run/secrets/t) cargo build > /build.log",
            "cp /run/secrets/t /root/.netrc && git clone x && rm /root/.netrc",
            "cat /run/secrets/t > ~/.npmrc && npm ci && rm -f ~/.npmrc",
            "git config --global a.b \"$(cat /run/secrets/t)\" && x && git config --global --unset a.b",
            "cat /run/secrets/t > /dev/null",
            "test -s /run/secrets/t || echo missing > /x",
            "--mount=type=tmpfs,target=/k cp /run/secrets/t /k/t",
            "ln -s /run/secrets/t /root/.netrc",
        ] {
            run(script, "");
        }
        check("mount-misuse", "FROM a\nRUN cp /run/secrets/t /x\n", "");
    }
}
