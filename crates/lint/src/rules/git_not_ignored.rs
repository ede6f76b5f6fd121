//! `git-not-ignored`: the repository itself goes into the build context.

use plimsoll_finding::{Clause, Fix, Severity};
use plimsoll_project::files;

use crate::rule::declare_rule;
use crate::{DockerignoreContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a `.dockerignore` that leaves `.git` in the build context, where a Dockerfile copies the
    /// whole context. Left alone are Dockerfiles that run git, and workspaces with a crate that asks git
    /// for the version.
    ///
    /// ## Why it matters
    /// `.git` has everything that was ever committed, and changes with every commit, fetch and checkout:
    /// the builder starts over from the `COPY`, though no source has changed.
    ///
    /// ## Bad
    /// ```dockerignore
    /// target
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    /// ```gitconfig
    /// [core]
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
    /// ```gitconfig
    /// [core]
    /// ```
    ///
    /// ## Fix safety
    /// Adds `.git` at the end. Unsafe, as a build script may ask git for something without its saying so.
    pub(crate) static GIT_NOT_IGNORED = {
        name: "git-not-ignored",
        clause: Clause::Context,
        summary: "`.dockerignore` leaves `.git` in the context",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        dockerignore: check,
    }
}

/// Crates that read the repository while they are built.
const READERS: &[&str] = &[
    "\"build-info\"", "\"built\"", "\"git-version\"", "\"git2\"", "\"gix\"", "\"shadow-rs\"",
    "\"vergen\"", "\"vergen-git2\"", "\"vergen-gitcl\"", "\"vergen-gix\"",
];

fn check(cx: &mut DockerignoreContext<'_>) {
    let (Some(users), Some(place)) = (cx.users(), cx.place()) else { return };
    if cx.file.ignores(".git/HEAD") || cx.file.ignores(".git/objects/x") || !cx.file.errors.is_empty() {
        return;
    }
    let is_wanted = |it: &crate::dockerignore::users::User| it.runs_git || it.text.contains(".git");
    if users.dockerfiles.iter().any(is_wanted) {
        return;
    }
    let taker = users.dockerfiles.iter().find_map(|user| {
        Some((user, user.taken.iter().find(|it| it.copied && it.is_all())?))
    });
    let Some((user, taken)) = taker else { return };
    let at = |name: &str| files::join(&users.root, name);
    if place.files().kind(&at(".git")).is_none() {
        return;
    }
    // Who needs the repository in the build says so in the lock file, by a crate.
    let lock = place.files().text(&at("Cargo.lock"));
    if lock.is_some_and(|text| READERS.iter().any(|it| text.contains(&format!("name = {it}")))) {
        return;
    }
    let fix = cx.append(".git").map(|it| Fix::risky("Add `.git`", [it]));
    let mut report = cx
        .report_file("`.git` is in the build context: no pattern excludes it")
        .help("Add a line `.git`; what a build wants to know of git, it can have as an `ARG`.")
        .related_in(&user.name, Some(taken.span), "this takes it into a layer");
    if let Some(fix) = fix {
        report = report.fix(fix);
    }
    report.done();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    fn check(ignore: &str, dockerfile: &str, lock: &str, expected: &str) {
        let files = [
            (".dockerignore", ignore),
            ("Dockerfile", dockerfile),
            ("Cargo.lock", lock),
            (".git/HEAD", ""),
        ];
        check_project("git-not-ignored", &files, expected);
    }

    const MESSAGE: &str = "warning: `.git` is in the build context: no pattern excludes it";

    #[test]
    fn a_repository_that_nobody_asks_for() {
        check("target\n", "FROM a\nCOPY . .\n", "", MESSAGE);
        check("*.git\n.gitignore\n", "FROM a\nADD ./ /src\n", "", "");
        check("**/.gitignore\n", "FROM a\nADD ./ /src\n", "", MESSAGE);
        check("target\n", "FROM a\nCOPY src .\nRUN --mount=target=. make\n", "", "");
        check(".git/\n", "FROM a\nCOPY . .\n", "", "");
    }

    #[test]
    fn builds_that_ask_git_are_left_alone() {
        check("target\n", "FROM a\nCOPY . .\nRUN git describe > v\n", "", "");
        check("target\n", "FROM a\nCOPY . .\n", "[[package]]\nname = \"vergen\"\n", "");
        check("target\n", "FROM a\nCOPY .git .git\nCOPY . .\n", "", "");
    }
}
