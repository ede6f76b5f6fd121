//! `missing-copy-source`: a `COPY` or `ADD` wants a file that isn't in the context.

use plimsoll_finding::{Clause, Severity};
use plimsoll_project::files::{self, Files};
use plimsoll_syntax::dockerignore::Dockerignore;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, OriginKind, Scope, Surroundings};

declare_rule! {
    /// ## What it does
    /// Reports a source of `COPY`, `ADD` or a bind mount that isn't in the build context, where a Compose
    /// file, a bake file or a workflow says what that is. Left alone is what may be made before the image
    /// is built: what git ignores, and what a script or a workflow names.
    ///
    /// ## Why it matters
    /// The build fails there. Most often the path is written as seen from the Dockerfile's directory,
    /// and the context is another.
    ///
    /// ## Bad
    /// ```dockerfile api/Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml ./
    /// COPY src src
    /// RUN cargo build --release --locked
    /// ```
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: { context: ., dockerfile: api/Dockerfile }
    /// ```
    /// ```toml api/Cargo.toml
    /// [package]
    /// name = "api"
    /// ```
    ///
    /// ## Good
    /// ```dockerfile api/Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml ./
    /// COPY src src
    /// RUN cargo build --release --locked
    /// ```
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: api
    /// ```
    /// ```toml api/Cargo.toml
    /// [package]
    /// name = "api"
    /// ```
    /// ```text api/src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static MISSING_COPY_SOURCE = {
        name: "missing-copy-source",
        clause: Clause::Context,
        summary: "a `COPY` or `ADD` wants a file that isn't in the context",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// Parts of paths that builds make.
const MADE: &[&str] = &[
    "_build", "artifact", "artifacts", "bin", "build", "dist", "generated", "node_modules", "out",
    "output", "pkg", "publish", "release", "releases", "target", "tmp", "vendor",
];
/// Endings of what builds make.
const MADE_ENDINGS: &[&str] =
    &[".apk", ".deb", ".gz", ".jar", ".rpm", ".so", ".tar", ".tgz", ".war", ".wasm", ".whl", ".xz", ".zip", ".zst"];
/// Files whose commands may make something.
const SCRIPTS: &[&str] =
    &["Justfile", "Makefile", "Makefile.toml", "Taskfile.yml", "build.sh", "justfile", "makefile", "package.json"];

fn check(cx: &mut Context<'_, '_>) {
    let Some(around) = cx.surroundings() else { return };
    let context = &around.context;
    let is_given = context.told && context.certain;
    if context.told && !context.certain || !around.files().is_directory(&context.root) {
        return;
    }
    let taken = around.taken(cx.facts);
    if !is_given && !is_likely_root(around, taken.iter().map(|it| &*it.path)) {
        return;
    }
    let is_plain = |path: &str| !path.starts_with("..") && !path.contains(['*', '?', '[', '\\', '$']);
    // Where nothing is there that the Dockerfile wants, the project is not all there.
    let is_there = |path: &str| !matches!(path, "." | "") && is_plain(path) && context.kind_on_disk(path).is_some();
    let is_near = |path: &str| around.files().kind(&files::join(around.place.directory(), path)).is_some();
    if !taken.iter().any(|it| is_there(&it.path) || is_plain(&it.path) && it.path != "." && is_near(&it.path)) {
        return;
    }
    for taken in taken {
        let path = &*taken.path;
        if !is_plain(path) {
            continue;
        }
        if context.kind_on_disk(path).is_some() || context.ignores(path) || may_be_made(around, path) {
            continue;
        }
        if !is_given && !is_written_by_hand(path) {
            continue;
        }
        let directory = match &*around.files().name(&context.root) {
            "" | "." => "the current directory".to_owned(),
            name => format!("`{name}`"),
        };
        let near = files::join(around.place.directory(), path);
        let help = if around.files().kind(&near).is_some() {
            format!(
                "Paths begin at the root of the context, not at the Dockerfile: write `{}`, or build with its directory as the context.",
                context.relative(&near).unwrap_or(path)
            )
        } else {
            "Correct the path, or build with the context that has it.".to_owned()
        };
        let mut report = cx
            .report(taken.span, format!("`{path}` is not in the build context, which is {directory}"))
            .help(help);
        if let Some(build) = around.builds.first() {
            let name = around.files().name(&build.origin.path);
            report = report.related_in(name, Some(build.origin.span), "the context is given here");
        }
        report.done();
    }
}

/// Whether a directory that nobody calls the context is it all the same: the root of a Cargo project
/// that has most of what is copied, while no package below it has all of that.
fn is_likely_root<'t>(around: &Surroundings, taken: impl Iterator<Item = &'t str>) -> bool {
    let files = around.files();
    let wanted: Vec<&str> = taken
        .filter(|it| !matches!(*it, "." | "") && !it.starts_with("..") && !it.contains(['*', '?', '[', '\\', '$']))
        .collect();
    let root = &around.context.root;
    let has = |directory: &str, path: &str| files.kind(&files::join(directory, path)).is_some();
    let there = wanted.iter().filter(|it| has(root, it)).count();
    if there * 2 <= wanted.len() || there == wanted.len() || !has(root, "Cargo.toml") {
        return false;
    }
    let members = around.workspace().map_or(&[][..], |it| &it.members);
    !members.iter().any(|member| wanted.iter().all(|it| has(&member.directory, it)))
}

/// Whether a path is that of a file of a Cargo project which people write and commit.
fn is_written_by_hand(path: &str) -> bool {
    const WRITTEN: &[&str] = &[
        ".cargo", ".sqlx", "Cargo.lock", "Cargo.toml", "benches", "build.rs", "crates", "examples",
        "migrations", "rust-toolchain", "rust-toolchain.toml", "src",
    ];
    path.split('/').next().is_some_and(|it| WRITTEN.contains(&it))
}

/// Whether something that runs before the build may make a path.
fn may_be_made(around: &Surroundings, path: &str) -> bool {
    let mut parts = path.split('/');
    if parts.any(|it| MADE.contains(&it)) || MADE_ENDINGS.iter().any(|it| path.ends_with(it)) {
        return true;
    }
    let (files, context) = (around.files(), &around.context);
    let name = path.rsplit('/').next().unwrap_or(path);
    let names = |at: &str| files.text(at).is_some_and(|it| it.contains(name));
    let directories = [&*context.root, around.place.directory()];
    let is_scripted = directories.iter().any(|at| SCRIPTS.iter().any(|it| names(&files::join(at, it))));
    let in_workflow = around.builds.iter().any(|it| it.origin.kind == OriginKind::Workflow && names(&it.origin.path));
    is_scripted || in_workflow || is_ignored_by_git(files, &context.absolute(path))
}

/// Whether some `.gitignore` from the path upwards may be about it. Whatever may match does: a file
/// that is only made later must not be called missing.
fn is_ignored_by_git(files: &dyn Files, path: &str) -> bool {
    for directory in files::ancestors(path) {
        if let (Some(text), Some(rest)) =
            (files.text(&files::join(directory, ".gitignore")), files::below(directory, path))
        {
            let lines = text.lines().map(str::trim).filter(|it| !it.starts_with(['#', '!']));
            let patterns = lines.map(|it| format!("**/{}", it.trim_matches('/')));
            let patterns = patterns.collect::<Vec<_>>().join("\n");
            if Dockerignore::parse(&patterns).ignores(rest) {
                return true;
            }
        }
        if files.kind(&files::join(directory, ".git")).is_some() {
            break;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #[test]
    fn sources_that_the_project_does_not_have_are_missing_wherever_it_is_built() {
        let dockerfile = "FROM rust:1\nCOPY Cargo.toml Cargo.lock ./\nCOPY src ./src\nCOPY out.txt web ./\n";
        let manifest = "[workspace]\nmembers = [\"crates/*\"]\n";
        let member = "[package]\nname = \"a\"\n";
        let files = [
            ("Dockerfile", dockerfile),
            ("Cargo.toml", manifest),
            ("Cargo.lock", ""),
            ("web/x", ""),
            ("crates/a/Cargo.toml", member),
            ("crates/a/src/main.rs", ""),
        ];
        let expected = "3:6 error: `src` is not in the build context, which is the current directory";
        check_project("missing-copy-source", &files, expected);
        // A package below has it all: that one is the context.
        let all = [("crates/a/Cargo.lock", ""), ("crates/a/out.txt", ""), ("crates/a/web/x", "")];
        check_project("missing-copy-source", &[&files[..], &all].concat(), "");
    }

    use crate::rules::tests::check_project;

    const RULE: &str = "missing-copy-source";
    const COMPOSE: (&str, &str) =
        ("compose.yaml", "services: {a: {build: {context: ., dockerfile: docker/Dockerfile}}}\n");

    #[test]
    fn paths_begin_at_the_context() {
        let files = [
            ("docker/Dockerfile", "FROM a\nCOPY start.sh Cargo.toml nginx.conf /\nCOPY . /x\n"),
            COMPOSE,
            ("docker/start.sh", ""),
            ("Cargo.toml", ""),
        ];
        check_project(
            RULE,
            &files,
            "2:6 error: `start.sh` is not in the build context, which is the current directory\n\
             2:26 error: `nginx.conf` is not in the build context, which is the current directory",
        );
        // Nobody says what the context is.
        let alone: Vec<_> = files.iter().copied().filter(|it| *it != COMPOSE).collect();
        check_project(RULE, &alone, "");
    }

    #[test]
    fn what_may_be_made_or_is_kept_out_is_left_alone() {
        let text = "FROM a\nARG F\nCOPY target/release/app app.tar.gz web made.txt kept sbom.json $F Cargo.loc[k] /\n";
        let files = [
            ("docker/Dockerfile", text),
            COMPOSE,
            (".gitignore", "/web/\n*.txt\n"),
            (".dockerignore", "kept\n"),
            ("Makefile", "build:\n\tcargo sbom > sbom.json\n"),
        ];
        check_project(RULE, &files, "");
    }
}
