//! `secret-in-context`: a file with secrets goes along with the whole context.

use plimsoll_finding::{Clause, Severity};
use plimsoll_project::files;

use super::copied_secret::is_harmless;
use crate::facts::taken::Taken;
use crate::rule::declare_rule;
use crate::secrets::settings_hold_secret;
use crate::surroundings::survey::{Depth, Survey};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `COPY` of a directory, or of the whole context, in which there are files that hold
    /// secrets: `.env`, private keys, credentials of clouds and registries. Only files that are really
    /// there count, and that no pattern of `.dockerignore` excludes.
    ///
    /// ## Why it matters
    /// Nobody sees them in the Dockerfile, and they are in a layer for whoever pulls the image; from a
    /// stage that isn't shipped they still go into the build's cache. That git ignores a file doesn't
    /// keep it out of a build.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    /// ```text deploy/id_ed25519
    /// -----BEGIN OPENSSH PRIVATE KEY-----
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    /// ```text deploy/id_ed25519
    /// -----BEGIN OPENSSH PRIVATE KEY-----
    /// ```
    /// ```dockerignore
    /// **/id_*
    /// ```
    pub(crate) static SECRET_IN_CONTEXT = {
        name: "secret-in-context",
        clause: Clause::NoSecrets,
        summary: "a file with secrets goes along with the whole context",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// So many files are named.
const MOST_NAMED: usize = 5;

fn check(cx: &mut Context<'_, '_>) {
    let Some(around) = cx.surroundings() else { return };
    if !around.context.likely {
        return;
    }
    let taken: Vec<&Taken> = around.taken(cx.facts).iter().filter(|it| it.copied).collect();
    let is_directory = |path: &str| {
        path.contains(['*', '?', '[']) || files::Files::is_directory(around.files(), &around.context.absolute(path))
    };
    if !taken.iter().any(|it| is_directory(&it.path)) {
        return;
    }
    let survey = around.place.project.survey(&around.context, Depth::Quick);
    let mut told: Vec<(&str, &str)> = Vec::new();
    for taken in taken.iter().filter(|it| is_directory(&it.path)) {
        let is_told = |path: &str| told.iter().any(|(it, _)| *it == path);
        let mut found = secrets(&survey, |path| taken.covers(path) && !is_told(path), |path| {
            around.files().text(&around.context.absolute(path))
        });
        let again: Vec<_> = told.iter().filter(|(path, _)| taken.covers(path)).copied().collect();
        // What one instruction is allowed to take may still be found where another one takes it.
        let is_allowed = !(found.is_empty() && again.is_empty()) && cx.allows(taken.span);
        if is_allowed {
            found.extend(again);
        }
        let Some((first, _)) = found.first() else { continue };
        let shipped = cx.facts.stages.at(taken.span.start()).is_none_or(|it| it.shipped);
        let place = if shipped { "the image" } else { "the build's cache" };
        let more = match found.len() {
            1 => String::new(),
            2 => " and one more file with secrets".to_owned(),
            count => format!(" and {} more files with secrets", count - 1),
        };
        let go = if found.len() == 1 { "goes" } else { "go" };
        let is_key = found.iter().any(|(_, kind)| *kind != "environment file");
        let mut report = cx
            .report(taken.span, format!("`{first}`{more} {go} along into {place}"))
            .help("List such files in `.dockerignore`, and mount what a build needs of them (`RUN --mount=type=secret`).")
            .severity(if shipped && is_key { Severity::Error } else { Severity::Warning });
        for (path, kind) in found.iter().take(MOST_NAMED) {
            let name = around.files().name(&around.context.absolute(path));
            report = report.related_in(name, None, *kind);
        }
        report.done();
        if !is_allowed {
            told.extend(found);
        }
    }
}

/// The files among those of a survey that hold secrets, as far as their texts show it.
fn secrets(
    survey: &Survey,
    is_taken: impl Fn(&str) -> bool,
    text: impl Fn(&str) -> Option<std::sync::Arc<str>>,
) -> Vec<(&str, &'static str)> {
    let found = survey.secrets.iter().filter(|(path, kind)| {
        is_taken(path) && !is_harmless(path, "", kind) && holds(path, kind, text(path).as_deref())
    });
    found.map(|(path, kind)| (path.as_str(), *kind)).collect()
}

/// Whether a text has what the name promises, where that can be told.
fn holds(path: &str, kind: &str, text: Option<&str>) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    match (kind, text) {
        ("private key" | "SSH private key", Some(text)) => text.contains("PRIVATE KEY"),
        ("environment file" | "secrets" | "credentials", Some(text)) => settings_hold_secret(text),
        (_, Some(text)) if matches!(name, ".npmrc" | ".pypirc") => {
            let is_secret = |it: &str| {
                let lower = it.to_ascii_lowercase();
                let value = it.split_once(['=', ':']).map_or("", |(_, value)| value);
                ["_auth", "password"].iter().any(|it| lower.contains(it)) && !value.contains("${")
            };
            text.lines().any(is_secret)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "secret-in-context";
    const KEY: &str = "-----BEGIN RSA PRIVATE KEY-----\n";

    #[test]
    fn files_that_are_there_and_not_kept_out() {
        let files = [
            ("Dockerfile", "FROM a\nCOPY . .\n"),
            (".env", "TOKEN=abcdef\n"),
            ("tls/server.key", KEY),
            (".npmrc", "//registry/:_authToken=abc\n"),
        ];
        let all = "2:6 error: `.env` and 2 more files with secrets go along into the image";
        check_project(RULE, &files, all);
        let mut kept_out = files.to_vec();
        kept_out.push((".dockerignore", ".*\n**/*.key\n"));
        check_project(RULE, &kept_out, "");
        kept_out.push((".dockerignore", ".env*\n.npmrc\ntls\n!tls/server.key\n"));
        check_project(RULE, &kept_out, "2:6 error: `tls/server.key` goes along into the image");
    }

    #[test]
    fn what_one_instruction_may_take_is_found_where_another_takes_it() {
        let hidden = "# plimsoll: allow(secret-in-context): known\n";
        let project = |first: &str, second: &str, expected: &str| {
            let text = format!("FROM a AS b\n{first}COPY . .\nFROM c\n{second}COPY . .\nCOPY --from=b /x /x\n");
            check_project(RULE, &[("Dockerfile", &text), ("tls/server.key", KEY)], expected);
        };
        project("", "", "2:6 warning: `tls/server.key` goes along into the build's cache");
        project(hidden, "", "5:6 error: `tls/server.key` goes along into the image");
        project("", hidden, "2:6 warning: `tls/server.key` goes along into the build's cache");
        project(hidden, hidden, "");
    }

    #[test]
    fn what_a_directory_brings() {
        let files = [
            ("Dockerfile", "FROM a AS b\nCOPY deploy /d\nCOPY src /s\nFROM c\nCOPY --from=b / /\n"),
            ("deploy/.env.production", "DB_PASSWORD=lighthouse\n"),
            (".env", "TOKEN=abcdef\n"),
            ("src/main.rs", ""),
        ];
        let expected = "2:6 warning: `deploy/.env.production` goes along into the build's cache";
        check_project(RULE, &files, expected);
    }

    #[test]
    fn names_alone_are_not_enough() {
        let files = [
            ("Dockerfile", "FROM a\nCOPY . .\nCOPY id_rsa /\n"),
            (".env", "# nothing\nA=b\nTOKEN=changeme\n"),
            (".env.example", "TOKEN=abcdef\n"),
            ("tests/server.key", KEY),
            ("api/server.key", "public\n"),
            (".npmrc", "engine-strict=true\n//r/:_authToken=${TOKEN}\n"),
        ];
        check_project(RULE, &files, "");
    }
}
