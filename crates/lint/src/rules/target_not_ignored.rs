//! `target-not-ignored`: what cargo builds on the host goes into the build context.

use plimsoll_finding::{Clause, Fix, Severity, Span};
use plimsoll_project::files::{self, FileKind};

use crate::dockerignore::users::{User, Users};
use crate::rule::declare_rule;
use crate::{DockerignoreContext, FixAvailability, Place};

declare_rule! {
    /// ## What it does
    /// Reports a `.dockerignore` that leaves the `target` directory of a Cargo workspace in the build
    /// context, where a Dockerfile takes the whole context, or all of the workspace. Workspaces below
    /// the root count too: `target` alone means the one at the root.
    ///
    /// ## Why it matters
    /// `target` has gigabytes. They are sent to the builder and put into a layer, and as every build on
    /// the host changes them, the builder starts over from there.
    ///
    /// ## Bad
    /// ```dockerignore
    /// .git
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// ```
    ///
    /// ## Good
    /// ```dockerignore
    /// .git
    /// target
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// ```
    ///
    /// ## Fix safety
    /// Adds the directory at the end. Safe where every Dockerfile that takes it runs cargo, and so has a
    /// `target` of its own; unsafe where one may run what the host has built.
    pub(crate) static TARGET_NOT_IGNORED = {
        name: "target-not-ignored",
        clause: Clause::Context,
        summary: "`.dockerignore` leaves the `target` directory of a Cargo workspace in the context",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        dockerignore: check,
    }
}

/// How deep workspaces are looked for.
const MOST_DEPTH: usize = 2;
/// More directories than this are not looked into.
const MOST_DIRECTORIES: usize = 200;

fn check(cx: &mut DockerignoreContext<'_>) {
    let (Some(users), Some(place)) = (cx.users(), cx.place()) else { return };
    if users.dockerfiles.iter().all(|it| it.taken.is_empty()) || !cx.file.errors.is_empty() {
        return;
    }
    let mut found: Vec<Kept> = Vec::new();
    for workspace in workspaces(place, &users.root) {
        let target = within(&workspace, "target");
        let is_kept =
            |profile: &&str| !cx.file.ignores(&format!("{target}/{profile}/deps/x"));
        let kept: Vec<&str> = ["debug", "release"].into_iter().filter(is_kept).collect();
        if kept.is_empty() || takes_parts(users, &target) {
            continue;
        }
        let whole = if workspace.is_empty() { "." } else { &workspace };
        let taker = users.dockerfiles.iter().find_map(|user| {
            Some((user, user.taken.iter().find(|it| it.copied && it.covers(whole))?.span))
        });
        let Some((user, span)) = taker else { continue };
        let shown = match &*kept {
            [profile] => format!("{target}/{profile}"),
            _ => target.clone(),
        };
        found.push(Kept { target, shown, user, span });
    }
    let Some(first) = found.first() else { return };
    let names: Vec<String> = found.iter().map(|it| format!("`{}`", it.shown)).collect();
    let (message, lines) = match &*names {
        [one] => (format!("{one} is in the build context: no pattern excludes it"), "a line"),
        [one, other] => {
            (format!("{one} and {other} are in the build context: no pattern excludes them"), "lines")
        }
        [one, rest @ ..] => {
            let count = rest.len();
            (format!("{one} and {count} more of cargo's directories are in the build context"), "lines")
        }
        [] => return,
    };
    let targets: Vec<&str> = found.iter().map(|it| &*it.target).collect();
    let is_made = users.dockerfiles.iter().all(|it| it.runs_cargo);
    // Behind an exception, a pattern at the end would take away what it brings back.
    let is_free = !targets.iter().any(|it| cx.file.may_take_back_below(it));
    let edit = cx.append(&targets.join("\n")).filter(|_| is_free);
    let fix = edit.map(|edit| {
        let title = format!("Add {}", names.join(", "));
        if is_made { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) }
    });
    let (user, span) = (first.user.name.clone(), first.span);
    // Outside of the main workspace, few people build on the host.
    let is_main = found.iter().any(|it| !it.target.contains('/')) || users.dockerfiles.iter().any(|it| {
        it.text.contains("cargo") && found.iter().any(|kept| it.text.contains(kept.workspace()))
    });
    let mut report = cx
        .report_file(message)
        .help(format!(
            "Add {lines} with {}: patterns begin at the root of the context, unlike those of git.",
            names.join(", ")
        ))
        .related_in(user, Some(span), "this takes it into a layer");
    if !is_main {
        report = report.severity(Severity::Note);
    }
    if let Some(fix) = fix {
        report = report.fix(fix);
    }
    report.done();
}

/// A directory that nothing excludes.
struct Kept<'u> {
    target: String,
    /// The part of it that is kept.
    shown: String,
    user: &'u User,
    span: Span,
}

impl Kept<'_> {
    /// The directory of the workspace.
    fn workspace(&self) -> &str {
        self.target.strip_suffix("/target").unwrap_or_default()
    }
}

/// Whether some Dockerfile wants what is in the directory.
fn takes_parts(users: &Users, target: &str) -> bool {
    let mut taken = users.dockerfiles.iter().flat_map(|it| &it.taken);
    let prefix = format!("{target}/");
    taken.any(|it| it.path == target || it.path.starts_with(&prefix))
}

/// The directories of Cargo workspaces in a context, which is the empty path itself.
fn workspaces(place: &Place, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![(String::new(), 0)];
    let mut count = 0;
    while let Some((directory, depth)) = left.pop() {
        count += 1;
        if count > MOST_DIRECTORIES {
            break;
        }
        let at = files::join(root, &directory);
        let entries = place.files().list(&at);
        let has_manifest = entries.iter().any(|it| it.name == "Cargo.toml");
        // What cargo builds in a member lies in the workspace that it belongs to.
        if has_manifest && place.project.workspace(&at).is_some_and(|it| it.directory == at) {
            found.push(directory.clone());
        }
        if depth == MOST_DEPTH {
            continue;
        }
        let is_left_out =
            |name: &str| name.starts_with('.') || matches!(name, "node_modules" | "target" | "vendor");
        let below = entries.iter().filter(|it| {
            it.kind == FileKind::Directory && !it.is_link && !is_left_out(&it.name)
        });
        left.extend(below.map(|it| (within(&directory, &it.name), depth + 1)));
    }
    found.sort();
    found
}

fn within(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const BUILD: &str = "FROM rust:1 AS a\nCOPY . .\nRUN cargo build\n";
    const PACKAGE: &str = "[package]\nname = \"a\"\n";

    fn check(ignore: &str, dockerfile: &str, others: &[&str], expected: &str) {
        let mut files = vec![(".dockerignore", ignore), ("Dockerfile", dockerfile)];
        files.extend(others.iter().map(|it| (*it, PACKAGE)));
        check_project("target-not-ignored", &files, expected);
    }

    fn kept(severity: &str, path: &str) -> String {
        format!("{severity}: `{path}` is in the build context: no pattern excludes it")
    }

    #[test]
    fn every_spelling_of_the_directory_counts() {
        for ignore in ["target", "/target/", "**/target", "target/**", "*\n!src", "target/*\n!target/x"] {
            check(ignore, BUILD, &["Cargo.toml"], "");
        }
        check("targets\n", BUILD, &["Cargo.toml"], &kept("warning", "target"));
        check("target/debug\n", BUILD, &["Cargo.toml"], &kept("warning", "target/release"));
        check("*\n!target\n!src\n", BUILD, &["Cargo.toml"], &kept("warning", "target"));
    }

    #[test]
    fn workspaces_below_have_one_of_their_own() {
        let root = "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"fuzz\", \"wasm\"]\n";
        let mut files = vec![
            (".dockerignore", "target\n"),
            ("Dockerfile", BUILD),
            ("Cargo.toml", root),
            ("crates/a/Cargo.toml", PACKAGE),
            ("crates/a/Cargo.lock", ""),
            ("fuzz/Cargo.toml", PACKAGE),
        ];
        check_project("target-not-ignored", &files, &kept("note", "fuzz/target"));
        files.push(("wasm/Cargo.toml", PACKAGE));
        let both = "note: `fuzz/target` and `wasm/target` are in the build context: no pattern excludes them";
        check_project("target-not-ignored", &files, both);
        files.push(("Dockerfile", "FROM rust AS a\nCOPY . .\nRUN cd wasm && cargo build\n"));
        check_project("target-not-ignored", &files, &both.replace("note", "warning"));
        files[0].1 = "**/target\n";
        check_project("target-not-ignored", &files, "");
    }

    #[test]
    fn only_what_is_taken_counts() {
        let part = "FROM rust:1 AS a\nCOPY backend .\nRUN cargo build\n";
        check("x\n", part, &["Cargo.toml"], "");
        check("x\n", part, &["backend/Cargo.toml"], &kept("warning", "backend/target"));
    }

    #[test]
    fn what_nobody_takes_or_somebody_wants_is_left_alone() {
        check("x\n", "FROM a\nCOPY src src\nRUN cargo build\n", &["Cargo.toml"], "");
        check("x\n", "FROM a\nCOPY . .\nCOPY target/release/app /\n", &["Cargo.toml"], "");
        check("x\n", "FROM a\nRUN --mount=target=. cargo build\n", &["Cargo.toml"], "");
        check("x\n", "FROM a\nCOPY --exclude=target . .\n", &["Cargo.toml"], "");
        check("x\n", BUILD, &["package.json"], "");
        check("x\n", BUILD, &["Dockerfile.dockerignore", "Cargo.toml"], "");
    }
}
