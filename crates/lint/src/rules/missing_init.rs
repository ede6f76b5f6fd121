//! `missing-init`: a shell is the first process of a service.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::{CommandLine, Service};

use crate::compose::hardening::is_strict;
use crate::compose::images::{is_ours, is_whole};
use crate::compose::jobs::is_job;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service that is built here and whose command is a shell with a script of several
    /// commands (`sh -c "migrate && serve"`), without `init: true`. Nothing is said where the shell
    /// gives way with `exec`, where `tini` or another init is named, and in files to develop with.
    ///
    /// Selected by its name or clause, the rule speaks of every service without `init`.
    ///
    /// ## Why it matters
    /// The first process of a container gets the signal that stops it, and has to take over orphans. A
    /// shell does neither: `docker compose stop` waits ten seconds and kills what runs, in the middle
    /// of its work.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     command: sh -c "migrate && serve"
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     init: true
    ///     command: sh -c "migrate && exec serve"
    /// ```
    pub(crate) static MISSING_INIT = {
        name: "missing-init",
        clause: Clause::Signals,
        summary: "a shell is the first process of a service",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.adds_to_services() {
        return;
    }
    let compose = &cx.facts.compose;
    let is_strict = is_strict(cx);
    if cx.purpose().is_development() && !is_strict {
        return;
    }
    for service in &compose.services {
        if service.get("init").is_some() || !is_whole(service) {
            continue;
        }
        let help = "Let the shell give way to the program with `exec`, or add `init: true`.";
        if is_strict {
            let message = format!("`{}` runs without an init process", service.name);
            cx.report(service.key.written(), message).help(help).done();
            continue;
        }
        if !is_ours(service) || is_job(compose, service) {
            continue;
        }
        let Some((line, program)) = first_process(service) else { continue };
        let message = format!("the first process of `{}` is `{program}`, which passes no signal on", service.name);
        cx.report(line.value.written(), message).help(help).done();
    }
}

/// The shell that a service starts with, if it stays while others run.
fn first_process<'y>(service: &Service<'y>) -> Option<(CommandLine<'y>, String)> {
    let entrypoint = service.entrypoint().filter(|it| !it.words.is_empty());
    let command = service.command();
    let words = entrypoint.iter().chain(&command).flat_map(|it| &it.words);
    let mut words = words.map(|it| &*it.text);
    let program = words.next()?.to_owned();
    let name = program.rsplit('/').next().unwrap_or_default();
    if !matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh") {
        return None;
    }
    // A script in a file may give way to its program at its end.
    let option = words.next()?;
    if !option.starts_with('-') || !option.ends_with('c') {
        return None;
    }
    let script = words.next()?;
    let mut parts = script.split(|it: char| !it.is_alphanumeric() && it != '-');
    let gives_way = parts.any(|it| matches!(it, "exec" | "tini" | "dumb-init" | "gosu" | "trap"));
    // A shell that is told one simple command becomes that command.
    let mut script = script.trim().trim_end_matches(';');
    if name == "bash" {
        // It becomes the last one of several, too.
        script = script.rsplit(['\n', ';']).next().and_then(|it| it.rsplit("&&").next()).unwrap_or_default();
    }
    let is_simple = !script.trim().contains(['&', ';', '|', '\n']);
    let line = entrypoint.or(command)?;
    (!gives_way && !is_simple).then_some((line, program))
}

#[cfg(test)]
mod tests {
    use crate::{FileType, Options, RuleSet};

    fn found(text: &str) -> Vec<String> {
        let options = Options { rules: Some(RuleSet::of(|it| it.default)), ..Options::default() };
        let found = crate::check_as(FileType::Compose, "compose.yaml", text, &options).findings;
        found.into_iter().filter(|it| it.rule == "missing-init").map(|it| it.message).collect()
    }

    #[test]
    fn shells_that_stay_pass_nothing_on() {
        for (command, program) in [
            ("sh -c 'a && b'", "sh"),
            ("[bash, -c, 'a | b']", "bash"),
            ("/bin/sh -ec 'a\n\n        b'\n    entrypoint: []", "/bin/sh"),
        ] {
            let expected = format!("the first process of `a` is `{program}`, which passes no signal on");
            assert_eq!(found(&format!("services:\n  a:\n    build: .\n    command: {command}\n")), [expected]);
        }
    }

    #[test]
    fn what_gives_way_is_left_alone() {
        for command in ["sh -c 'a && exec b'", "[tini, --, sh, x]", "app", "sh -c app", "[bash, -c, 'a; b']", "sh -c 'a && b'\n    init: false", "sh start.sh", "npm start"] {
            let text = format!("services:\n  a:\n    build: .\n    command: {command}\n");
            assert_eq!(found(&text), Vec::<String>::new(), "{command}");
        }
    }
}
