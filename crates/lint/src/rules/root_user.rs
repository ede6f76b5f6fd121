//! `root-user`: the final stage runs as root.

use plimsoll_finding::{Clause, Fix, Severity};
use plimsoll_syntax::dockerfile::{Command, CommandLine, Form, Keyword, Stage};

use super::privileged_port;
use crate::bases::{Family, User};
use crate::facts::users::RunsAs;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a final stage whose process runs as root: `USER` says so, or nothing in the stages
    /// and in the base image says otherwise. It is silent where something in the image drops the
    /// privileges of root when it starts, such as `gosu` or `su-exec`. Images that start no program
    /// of their own, and bases of which it isn't known what user they set, are left alone.
    ///
    /// ## Why it matters
    /// A process that escapes its container keeps its user: root stays root on the host, unless a
    /// user namespace maps it to another. Inside, root may rewrite the program it runs.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY app /usr/local/bin/app
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM gcr.io/distroless/static-debian13:nonroot
    /// USER root
    /// COPY app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM gcr.io/distroless/static-debian13:nonroot
    /// COPY app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: the program may write to files that only root owns. No fix is offered where `USER`
    /// names root, which is its author's decision, or where a port below 1024 is exposed.
    pub(crate) static ROOT_USER = {
        name: "root-user",
        clause: Clause::NonRoot,
        summary: "the final stage runs as root",
        severity: Severity::Error,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3002", "CIS-DI-0001", "CKV_DOCKER_3", "CKV_DOCKER_8"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// What drops the privileges of root when a container starts.
const DROPPERS: &[&str] = &[
    "gosu",
    "su-exec",
    "setpriv",
    "setuidgid",
    "chpst",
    "runuser",
    "s6-overlay",
    "sudo -u",
    "su -",
    "\"su\"",
    "PUID",
    "fixuid",
];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    match facts.runs_as(last.index) {
        RunsAs::Named(user) => {
            if user.is_hidden() || !user.is_root() || facts.chain_mentions(last.index, DROPPERS) {
                return;
            }
            // Whoever builds can give another user in place of an argument.
            let is_argument = user.word.text.contains('$');
            let severity = match serves(facts, last) {
                Some(true) if !is_argument => Severity::Error,
                _ => Severity::Warning,
            };
            let message = format!("the final stage runs as `{}`", user.text);
            let help = "Switch to another user after the steps that need root.";
            cx.report(user.word.span, message).severity(severity).help(help).done();
        }
        RunsAs::Base(User::Root) => without_user(cx, last),
        // Whether an unknown image sets a user can't be told from here.
        RunsAs::Base(_) | RunsAs::Unknown => {}
    }
}

/// Reports an image that starts a program as root because nothing says otherwise. Images to work in,
/// to build with and to build on are left alone.
fn without_user(cx: &mut Context<'_, '_>, last: &Stage<'_>) {
    let facts = cx.facts;
    let Some(image) = facts.base_image(last.index) else { return };
    let windows = image.describe().is_some_and(|it| it.family == Family::Windows);
    if serves(facts, last) != Some(true) || windows || facts.chain_mentions(last.index, DROPPERS) {
        return;
    }
    let fix = fix(cx, last);
    let span = last.instruction.head(facts.file.text);
    let report = cx.report(span, "the final stage has no `USER`, so it runs as root");
    let report = report.help("Add `USER 65532:65532`, or another number, before the entrypoint.");
    match fix {
        Some(fix) => report.fix(fix).done(),
        None => report.done(),
    }
}

/// Whether the image starts a program: not a shell; `None` where nothing in the file says what it
/// starts.
fn serves(facts: &Facts<'_>, last: &Stage<'_>) -> Option<bool> {
    let line = |kind| {
        let instruction = facts.stages.effective(last.index, kind)?;
        match &instruction.command {
            Command::Entrypoint(line) | Command::Cmd(line) => Some(line),
            _ => None,
        }
    };
    let line = line(Keyword::Entrypoint).or_else(|| line(Keyword::Cmd))?;
    Some(!starts_shell(line))
}

/// Whether a command is a shell to work in, or the first process of a whole system.
fn starts_shell(line: &CommandLine<'_>) -> bool {
    let program = match line.form {
        Form::Exec if line.words.len() <= 2 => line.words.first().map_or("", |it| &*it.text),
        Form::Exec => return false,
        Form::Shell => line.script.text().trim(),
    };
    let program = program.trim_end_matches(" -l").trim_end_matches(" --login");
    let name = program.rsplit('/').next().unwrap_or_default();
    let second = line.words.get(1).map_or("-l", |it| &*it.text);
    matches!(name, "sh" | "bash" | "ash" | "zsh" | "fish" | "dash") && second.starts_with('-')
        || matches!(name, "" | "init" | "systemd" | "true")
        || program.starts_with("sleep")
        || program == "tail" && second == "-f"
}

/// `USER` above the entrypoint, where nothing that needs root follows.
fn fix(cx: &Context<'_, '_>, last: &Stage<'_>) -> Option<Fix> {
    let is_start = |it: Keyword| matches!(it, Keyword::Entrypoint | Keyword::Cmd);
    let as_root = |it: Keyword| {
        matches!(
            it,
            Keyword::Run | Keyword::Copy | Keyword::Add | Keyword::Workdir | Keyword::Unknown
        )
    };
    let after = last.body.iter().rposition(|it| as_root(it.kind)).map_or(0, |it| it + 1);
    let start = last.body[after..].iter().find(|it| is_start(it.kind))?;
    if privileged_port::lowest(cx.facts, last.index).is_some() {
        return None;
    }
    let edit = cx.line_above(start, "USER 65532:65532");
    Some(Fix::risky("Run as user 65532", [edit]))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("root-user", text, expected);
    }

    #[test]
    fn root_by_name_and_number() {
        finds(
            "FROM scratch\nUSER 0:0\nCMD [\"/app\"]\n",
            "2:6 error: the final stage runs as `0:0`",
        );
        finds("FROM rust:1.89 AS build\nUSER root\nFROM scratch\nUSER 65532\nCMD [\"/a\"]\n", "");
        finds(
            "FROM alpine:3.22 AS base\nUSER root\nFROM base\nARG U=root\nENTRYPOINT exec app\n",
            "2:6 error: the final stage runs as `root`",
        );
        finds(
            "FROM debian:12\nARG U=root\nUSER $U\nENTRYPOINT [\"app\"]\n",
            "3:6 warning: the final stage runs as `root`",
        );
        finds("FROM debian:12\nARG U\nUSER $U\nENTRYPOINT [\"app\"]\n", "");
    }

    #[test]
    fn bases_that_set_a_user_are_known() {
        finds("FROM gcr.io/distroless/cc-debian13:nonroot\nCMD [\"/app\"]\n", "");
        finds("FROM cgr.dev/chainguard/static:latest\nCMD [\"/app\"]\n", "");
        finds(
            "FROM gcr.io/distroless/cc-debian13\nCMD [\"/app\"]\n",
            "1:1 error: the final stage has no `USER`, so it runs as root",
        );
        finds("FROM postgres:17\nCOPY a.sql /docker-entrypoint-initdb.d/\n", "");
    }

    #[test]
    fn what_is_not_known_is_left_alone() {
        finds("FROM example.com/base:1\nCMD [\"/app\"]\n", "");
        finds("FROM example.com/base:1\nCOPY a b\n", "");
        finds("ARG BASE\nFROM $BASE\nUSER 5\nCMD [\"/app\"]\n", "");
    }

    #[test]
    fn images_without_a_service_are_left_alone() {
        finds("FROM rust:1.89 AS build\nFROM scratch AS files\nCOPY --from=build /a /\n", "");
        finds("FROM rust:1.89\nRUN rustup component add clippy\n", "");
        finds("FROM ubuntu:24.04\nRUN apt-get update\nCMD [\"/bin/bash\"]\n", "");
        finds(
            "FROM ubuntu:24.04\nCMD [\"bash\", \"start.sh\"]\n",
            "1:1 error: the final stage has no `USER`, so it runs as root",
        );
    }

    #[test]
    fn what_drops_privileges_is_trusted() {
        finds("FROM alpine:3.22\nRUN apk add su-exec\nENTRYPOINT [\"/entrypoint.sh\"]\n", "");
        finds("FROM debian:12\nUSER root\nENTRYPOINT [\"gosu\", \"app\", \"app\"]\n", "");
        finds("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD [\"a.exe\"]\n", "");
    }

    #[test]
    fn the_fix_stands_after_what_needs_root() {
        check_fixed(
            "root-user",
            "FROM debian:12\nCMD [\"-v\"]\nRUN a\n\n# It starts.\nENTRYPOINT [\"/app\"]\n",
            "FROM debian:12\nCMD [\"-v\"]\nRUN a\n\nUSER 65532:65532\n# It starts.\n\
             ENTRYPOINT [\"/app\"]\n",
        );
        for text in [
            "FROM debian:12\nENTRYPOINT [\"/app\"]\nCOPY app /app\n",
            "FROM debian:12\nEXPOSE 80\nENTRYPOINT [\"/app\"]\n",
            "FROM debian:12\nUSER root\nENTRYPOINT [\"/app\"]\n",
        ] {
            check_fixed("root-user", text, text);
        }
    }
}
