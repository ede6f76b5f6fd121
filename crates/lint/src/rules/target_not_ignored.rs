//! `target-not-ignored`: what cargo builds on the host goes into the build context.

use plimsoll_finding::{Clause, Fix, Severity};
use plimsoll_project::files::{self, FileKind, Files};

use crate::dockerignore::users::Users;
use crate::rule::declare_rule;
use crate::{DockerignoreContext, FixAvailability};

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
    for workspace in workspaces(place.files(), &users.root) {
        let target = within(&workspace, "target");
        let kept = ["debug", "release"].into_iter().find(|profile| {
            !cx.file.ignores(&format!("{target}/{profile}/deps/x"))
        });
        let Some(kept) = kept else { continue };
        if takes_parts(users, &target) {
            continue;
        }
        let taker = users.dockerfiles.iter().find_map(|user| {
            let whole = if workspace.is_empty() { "." } else { &workspace };
            let taken = user.taken.iter().find(|it| it.copied && it.covers(whole))?;
            Some((user, taken))
        });
        let Some((user, taken)) = taker else { continue };
        let all = cx.file.ignores(&format!("{target}/debug/deps/x"));
        let shown = if all { format!("{target}/{kept}") } else { target.clone() };
        let is_made = users.dockerfiles.iter().all(|it| it.runs_cargo);
        // Behind an exception, a pattern at the end would take away what it brings back.
        let edit = cx.append(&target).filter(|_| !cx.file.may_take_back_below(&target));
        let fix = edit.map(|edit| {
            let title = format!("Add `{target}`");
            if is_made { Fix::safe(title, [edit]) } else { Fix::risky(title, [edit]) }
        });
        let mut report = cx
            .report_file(format!("`{shown}` is in the build context: no pattern excludes it"))
            .help(format!(
                "Add a line `{target}`: patterns begin at the root of the context, unlike those of git."
            ))
            .related_in(&user.name, Some(taken.span), "this takes it into a layer");
        if let Some(fix) = fix {
            report = report.fix(fix);
        }
        report.done();
    }
}

/// Whether some Dockerfile wants what is in the directory.
fn takes_parts(users: &Users, target: &str) -> bool {
    let mut taken = users.dockerfiles.iter().flat_map(|it| &it.taken);
    let prefix = format!("{target}/");
    taken.any(|it| it.path == target || it.path.starts_with(&prefix))
}

/// The directories of Cargo workspaces in a context, which is the empty path itself.
fn workspaces(files: &dyn Files, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![(String::new(), 0, false)];
    let mut count = 0;
    while let Some((directory, depth, is_member)) = left.pop() {
        count += 1;
        if count > MOST_DIRECTORIES {
            break;
        }
        let entries = files.list(&files::join(root, &directory));
        let has = |name: &str| entries.iter().any(|it| it.name == name && it.kind == FileKind::File);
        let is_package = has("Cargo.toml");
        if is_package && (!is_member || has("Cargo.lock")) {
            found.push(directory.clone());
        }
        if depth == MOST_DEPTH {
            continue;
        }
        let is_left_out = |name: &str| name.starts_with('.') || matches!(name, "node_modules" | "target" | "vendor");
        let below = entries.iter().filter(|it| it.kind == FileKind::Directory && !is_left_out(&it.name));
        left.extend(below.map(|it| (within(&directory, &it.name), depth + 1, is_member || is_package)));
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

    fn check(ignore: &str, dockerfile: &str, others: &[&str], expected: &str) {
        let mut files = vec![(".dockerignore", ignore), ("Dockerfile", dockerfile)];
        files.extend(others.iter().map(|it| (*it, "")));
        check_project("target-not-ignored", &files, expected);
    }

    fn kept(path: &str) -> String {
        format!("warning: `{path}` is in the build context: no pattern excludes it")
    }

    #[test]
    fn every_spelling_of_the_directory_counts() {
        for ignore in ["target", "/target/", "**/target", "target/**", "*\n!src", "target/*\n!target/x"] {
            check(ignore, BUILD, &["Cargo.toml"], "");
        }
        check("targets\n", BUILD, &["Cargo.toml"], &kept("target"));
        check("target/debug\n", BUILD, &["Cargo.toml"], &kept("target/release"));
        check("*\n!target\n!src\n", BUILD, &["Cargo.toml"], &kept("target"));
    }

    #[test]
    fn workspaces_below_have_one_of_their_own() {
        let files = ["Cargo.toml", "crates/a/Cargo.toml", "fuzz/Cargo.toml", "fuzz/Cargo.lock"];
        check("target\n", BUILD, &files, &kept("fuzz/target"));
        check("**/target\n", BUILD, &files, "");
        check("target\n", BUILD, &["backend/Cargo.toml"], &kept("backend/target"));
        let part = "FROM rust:1 AS a\nCOPY backend .\nRUN cargo build\n";
        check("x\n", part, &["backend/Cargo.toml", "Cargo.toml"], "");
        check("x\n", part, &["backend/Cargo.toml"], &kept("backend/target"));
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
