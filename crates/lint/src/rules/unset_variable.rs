//! `unset-variable`: a variable of a Compose file has no value.

use plimsoll_finding::{Clause, Severity};
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_finding::Span;
use plimsoll_syntax::compose::interpolation::{Reference, references};
use plimsoll_syntax::compose::{Service, Text};
use plimsoll_syntax::yaml::Value;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a variable without a default (`${NAME}`, `$NAME`) that no `.env` file beside the Compose
    /// file sets; all of a file in one finding. Where the file, or a sample such as `.env.example`
    /// beside it, says that a `.env` is to be made, nothing is reported. Of a file without `.env` that leaves more than two variables without a value, nothing is said: something that knows them starts it. A variable without braces in a
    /// command that the service's own environment sets is meant for the shell inside, and a warning.
    ///
    /// ## Why it matters
    /// Compose puts nothing in its place and goes on with a warning that scrolls away: `image: app:` is
    /// refused, `${DATA}/db:/data` becomes a path below the root, and an empty password is one that
    /// everybody knows.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     image: ghcr.io/example/html-to-markdown:${VERSION}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     image: ghcr.io/example/html-to-markdown:${VERSION:?set it to the version to run}
    /// ```
    pub(crate) static UNSET_VARIABLE = {
        name: "unset-variable",
        clause: Clause::DevCompose,
        summary: "a variable of a Compose file has no value",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// How deep values are looked through.
const DEEPEST: usize = 32;

/// How many variables without a value may be an oversight, where there is no `.env`.
const MOST: usize = 2;

/// Variables that everybody's shell, Compose itself, or a forge's runner sets.
const SET: &[&str] = &[
    "HOME", "USER", "PWD", "PATH", "HOSTNAME", "SHELL", "LANG", "TERM", "LOGNAME", "UID", "GID", "TMPDIR", "DISPLAY",
    "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR", "XAUTHORITY", "CI", "OLDPWD", "EDITOR", "USERPROFILE", "APPDATA",
    "COMPOSE_PROJECT_NAME", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
    "DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "TZ",
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    let text = cx.facts.yaml.text;
    // The `.env` of a file that another one includes may be beside that one.
    if !text.contains('$') || cx.adds_to_services() {
        return;
    }
    let mut seen = Seen::default();
    for root in cx.facts.yaml.documents() {
        for entry in root.own_entries() {
            walk(entry.value, 0, &mut seen);
        }
    }
    for service in &cx.facts.compose.services {
        for key in ["command", "entrypoint"] {
            if let Some(value) = service.get(key) {
                meant_for_shell(service, value, &mut seen);
            }
        }
    }
    seen.unset.retain(|name, _| !seen.set.contains(name) && !SET.contains(name));
    if seen.unset.is_empty() || speaks_of_env_file(text) {
        return;
    }
    let mut knows_env = false;
    if let Some(place) = cx.place() {
        for it in place.project.files.list(place.directory()).iter() {
            if it.name.contains("env") && is_env_file(&it.name) {
                knows_env |= it.name == ".env";
                let file = place.project.files.text(&place.resolve(&it.name)).unwrap_or_default();
                let names: BTreeSet<&str> = file.lines().filter_map(name_of_line).collect();
                seen.unset.retain(|name, _| !names.contains(name));
            }
        }
    }
    // A file that takes all from outside is used by something that knows.
    if seen.unset.len() > MOST && !knows_env {
        return;
    }
    let mut unset: Vec<(&str, Span)> = seen.unset.into_iter().collect();
    unset.sort_by_key(|it| it.1.start());
    for part in cx.parted(unset, |(_, span)| *span) {
        report(cx, &part);
    }
}

/// Reports some variables together, each with its first place.
fn report(cx: &mut ComposeContext<'_, '_>, unset: &[(&str, Span)]) {
    let Some(&(name, span)) = unset.first() else { return };
    let message = match unset.len() {
        1 => format!("nothing beside the file sets `{name}`, and it has no default"),
        2 => format!("nothing beside the file sets `{name}` and another variable, and they have no default"),
        all => format!("nothing beside the file sets `{name}` and {} other variables, and they have no default", all - 1),
    };
    let help = "Give a default with `${NAME:-default}`, or have Compose stop with `${NAME:?reason}`.";
    let others = unset.iter().skip(1).map(|(_, span)| *span);
    cx.report(span, message).help(help).members(others, "it is not set either").done();
}

/// The variables of a file.
#[derive(Default)]
struct Seen<'y> {
    /// Those without a default, with their first place.
    unset: BTreeMap<&'y str, Span>,
    /// Those that have a default, or are asked for, somewhere: whoever uses the file knows of them.
    set: BTreeSet<&'y str>,
}

fn walk<'y>(value: Value<'y>, depth: usize, seen: &mut Seen<'y>) {
    // What an alias stands for is looked through where it is written.
    if depth > DEEPEST || value.is_alias() {
        return;
    }
    if let Some(text) = Text::of(value) {
        if text.text.contains('$') {
            for it in variables(text.text) {
                if it.operator.is_some() {
                    seen.set.insert(it.name);
                } else {
                    seen.unset.entry(it.name).or_insert(text.part(it.range).span);
                }
            }
        }
        return;
    }
    for item in value.items() {
        walk(item, depth + 1, seen);
    }
    for entry in value.own_entries() {
        // Healthchecks run in a shell, and a rule of their own knows them.
        if entry.key.as_str() != Some("healthcheck") {
            walk(entry.value, depth + 1, seen);
        }
    }
}

/// Leaves out what a command means for the shell in the container, which has a rule of its own.
fn meant_for_shell<'y>(service: &Service<'y>, value: Value<'y>, seen: &mut Seen<'y>) {
    let texts = Text::of(value).into_iter().chain(value.items().filter_map(Text::of));
    let mut texts = texts.filter(|it| it.text.contains('$')).peekable();
    if texts.peek().is_none() {
        return;
    }
    let environment = service.environment();
    let names: BTreeSet<&str> = environment.iter().map(|it| it.name.text).collect();
    for text in texts {
        for it in variables(text.text).iter().filter(|it| !it.in_braces) {
            if names.contains(it.name) {
                seen.unset.remove(it.name);
            }
        }
    }
}

/// The variables of a text, without those within defaults.
fn variables(text: &str) -> Vec<Reference<'_>> {
    let mut end = 0;
    let mut all = references(text);
    all.retain(|it| {
        let is_outside = it.range.start >= end;
        end = end.max(it.range.end);
        is_outside
    });
    all
}

/// Whether a file says in so many words that a `.env` belongs to it.
fn speaks_of_env_file(text: &str) -> bool {
    let is_whole = |it: &str| !it.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '_');
    text.match_indices(".env").any(|(at, it)| {
        let before = text.get(..at).unwrap_or_default();
        text.get(at + it.len()..).is_some_and(is_whole) && !before.ends_with("process")
    })
}

/// Whether a file sets variables for Compose, or shows how.
fn is_env_file(name: &str) -> bool {
    let name = name.trim_start_matches('.');
    name == "env" || name.starts_with("env.") || name.rsplit('.').next() == Some("env") || name.starts_with("env-") || name.contains(".env.")
}

/// The name that a line of such a file sets.
fn name_of_line(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(['#', ' ']).trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    Some(line.split_once('=')?.0.trim())
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const TEXT: &str = "services:\n  a:\n    image: x:${TAG}\n    command: echo $OTHER $$X ${HOME} ${D:-1} $D $1 ${E?no}\n";

    #[test]
    fn one_finding_stands_for_a_file() {
        check(
            "unset-variable",
            TEXT,
            "3:14 note: nothing beside the file sets `TAG` and another variable, and they have no default",
        );
    }

    #[test]
    fn files_beside_set_variables() {
        for name in [".env", ".env.example", "env.sample", "prod.env"] {
            check_project("unset-variable", &[("compose.yaml", TEXT), (name, "TAG=1\n# OTHER=2\n")], "");
        }
        check_project(
            "unset-variable",
            &[("compose.yaml", TEXT), (".env", "TAG=1\n")],
            "4:19 note: nothing beside the file sets `OTHER`, and it has no default",
        );
        check("unset-variable", &format!("# Copy x to .env first.\n{TEXT}"), "");
    }

    #[test]
    fn what_is_meant_for_the_shell_inside_is_left_alone() {
        check(
            "unset-variable",
            "services:\n  a:\n    environment: {PORT: 80}\n    command: [sh, -c, 'serve $PORT']\n    healthcheck: {test: 'x $PORT'}\n",
            "",
        );
    }
}
