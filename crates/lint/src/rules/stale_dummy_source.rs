//! `stale-dummy-source`: cargo may take a dummy program for the real one.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::Command;
use plimsoll_syntax::shell::Joined;

use crate::facts::cargo::CargoCommand;
use crate::facts::copies::{Content, Copied, Origin};
use crate::facts::paths;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a build of sources that were copied over a dummy `main.rs` or `lib.rs` which had
    /// been built before, where nothing makes cargo see the change: no `touch`, no `cargo clean`, no
    /// removal of what the dummy left in `target/`.
    ///
    /// ## Why it matters
    /// Cargo compares times, and `COPY` keeps the time that a file has in the context. That is often
    /// older than the build of the dummy, so cargo finds nothing to do and the dummy is shipped. It
    /// works where a layer from the cache is older than the checkout, and stops working when that
    /// layer is built anew.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY Cargo.toml Cargo.lock ./
    /// RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release --locked
    /// COPY src src
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /app
    /// COPY Cargo.toml Cargo.lock ./
    /// RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release --locked
    /// COPY src src
    /// RUN touch -c src/main.rs && cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: `touch -c` gives the file a new time and makes none that is not there, so cargo compiles
    /// what it should have compiled anyway.
    pub(crate) static STALE_DUMMY_SOURCE = {
        name: "stale-dummy-source",
        clause: Clause::DependencyLayer,
        summary: "cargo may take a dummy program for the real one",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// A source file that a script made for a build of the dependencies.
#[derive(Clone, Debug)]
struct Dummy {
    /// The number of the instruction that made it.
    index: usize,
    /// Its whole path.
    path: String,
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let builds: Vec<_> = facts.cargo().iter().filter(|it| it.kind.builds()).collect();
    if builds.len() < 2 {
        return;
    }
    let mut done = Vec::new();
    for build in &builds {
        let Some((first, copied, dummy)) = stale(facts, build) else { continue };
        if done.contains(&copied.span) {
            continue;
        }
        done.push(copied.span);
        let name = paths::file_name(&dummy.path);
        let message = format!(
            "`{}` may keep the dummy `{name}`: the copied one can be older than the dummy's build",
            build.name()
        );
        let path = within(&dummy.path, build.directory.as_deref());
        let fix = touching(facts, build, path);
        let mut report = cx
            .report(build.head, message)
            .help(format!("Run `touch {path}` before the build."))
            .related(first.head, "the dummy is built here")
            .related(copied.span, "the sources come here");
        if let Some(fix) = fix {
            report = report.fix(fix);
        }
        report.done();
    }
}

/// The build of a dummy that a build can mistake for its own, and the copy between them.
fn stale<'f>(
    facts: &'f Facts<'_>,
    build: &'f CargoCommand,
) -> Option<(&'f CargoCommand, Copied, Dummy)> {
    let before = facts.cargo_before(build);
    let first = *before.iter().find(|it| it.kind.builds() && is_alike(it, build))?;
    let dummies = dummies(facts, first);
    if dummies.is_empty() {
        return None;
    }
    let copies = facts.copies_before(build.stage, build.index);
    let (dummy, copied) = dummies.into_iter().find_map(|dummy| {
        let covers = |it: &&Copied| {
            it.origin == Origin::Context
                && it.index > first.index
                && it.content == Content::Sources
                && paths::is_in(&dummy.path, &it.path)
        };
        let copied = copies.iter().find(covers)?.clone();
        Some((dummy, copied))
    })?;
    // A build script runs again when any file of the package changes, unless it says otherwise, and
    // the program is compiled after it.
    let has_script = copies.iter().any(|it| {
        it.index < first.index && it.content != Content::Sources && it.source.ends_with("build.rs")
    });
    let steps = facts.before(build.stage, build.index + 1);
    let seen = steps.iter().filter(|it| **it >= first.index).any(|it| makes_cargo_look(facts, *it));
    (!has_script && !seen).then_some((first, copied, dummy))
}

/// Whether one command leaves what the other takes for its own result.
fn is_alike(first: &CargoCommand, second: &CargoCommand) -> bool {
    let (a, b) = (&first.arguments, &second.arguments);
    let part = |it: &crate::facts::cargo::Arguments| !(it.packages.is_empty() && it.binaries.is_empty());
    a.profile_directory().is_some()
        && a.profile_directory() == b.profile_directory()
        && a.features == b.features
        && !a.hidden
        && !b.hidden
        && first.target == second.target
        && first.target_dir == second.target_dir
        && first.through == second.through
        && first.rustflags == second.rustflags
        && first.directory == second.directory
        && !first.tolerated
        && (!part(a) || a.packages == b.packages && a.binaries == b.binaries)
}

/// The dummies that scripts make before a build: `echo … > src/main.rs`, `touch src/lib.rs`,
/// `cargo new`.
fn dummies(facts: &Facts<'_>, build: &CargoCommand) -> Vec<Dummy> {
    let mut found = Vec::new();
    for command in facts.stages.chain(build.stage).flat_map(|it| facts.run_commands_of(it)) {
        if (command.index, command.command.span.start()) >= (build.index, build.span.start()) {
            continue;
        }
        let shell = command.command;
        let start = facts.directory(command.index);
        let directory = match &shell.directory {
            Some(directory) => paths::join(start, directory),
            None => start.to_owned(),
        };
        let mut add = |path: &str| {
            if matches!(paths::file_name(path), "main.rs" | "lib.rs") && !path.contains('$') {
                found.push(Dummy { index: command.index, path: paths::join(&directory, path) });
            }
        };
        match shell.program() {
            Some("echo" | "printf" | "cat") => {
                for it in shell.redirections.iter().filter(|it| it.operator.starts_with('>')) {
                    add(&it.target.value);
                }
            }
            Some("touch") => shell.args().iter().for_each(|it| add(&it.value)),
            Some("tee") => shell.args().iter().for_each(|it| add(&it.value)),
            // Whatever rewrites manifests may give the dummy another name.
            Some("sed") => return Vec::new(),
            _ => {}
        }
    }
    let made = facts.cargo_before(build).into_iter();
    for new in made.filter(|it| it.kind == crate::facts::cargo::CargoKind::New) {
        if let (Some(directory), Some(own)) = (&new.directory, &build.directory)
            && (paths::is_in(own, directory))
        {
            found.push(Dummy { index: new.index, path: paths::join(own, "src/main.rs") });
        }
    }
    found.sort_by_key(|it| it.index);
    found
}

/// Whether a `RUN` does something after which cargo sees new sources, or does what can't be told.
fn makes_cargo_look(facts: &Facts<'_>, index: usize) -> bool {
    let Some(script) = facts.script(index) else { return false };
    let is_run = matches!(facts.file.instructions[index].command, Command::Run(_));
    is_run
        && script.commands.iter().any(|it| {
            let words = || it.args().iter().map(|it| &*it.value);
            match it.program() {
                Some("touch") => words().any(|it| !it.starts_with('-')),
                Some("find") => words().any(|it| it == "touch" || it == "-delete"),
                Some("rm") => words().any(|it| {
                    let kept = ["target", "deps", "fingerprint", "$", "incremental"];
                    kept.iter().any(|part| it.contains(part))
                }),
                Some("cargo") => words().any(|it| it == "clean"),
                Some("make" | "just" | "xargs" | "rsync") | None => !it.words.is_empty(),
                Some(name) => {
                    name.rsplit_once('.').is_some_and(|(_, extension)| extension == "sh")
                }
            }
        })
        && !only_makes_dummy(facts, index)
}

/// Whether all that a script touches is the dummy itself.
fn only_makes_dummy(facts: &Facts<'_>, index: usize) -> bool {
    let Some(script) = facts.script(index) else { return false };
    let build = script.commands.iter().rposition(|it| it.program() == Some("cargo"));
    let touches = script.commands.iter().enumerate().filter(|(_, it)| {
        matches!(it.program(), Some("touch" | "rm" | "find" | "make" | "just" | "xargs"))
    });
    let mut touches = touches.peekable();
    touches.peek().is_some()
        && touches.all(|(at, it)| {
            it.program() == Some("touch") && build.is_some_and(|build| at < build)
        })
        && script.commands.iter().any(|it| it.program() == Some("mkdir"))
}

fn within<'p>(path: &'p str, directory: Option<&str>) -> &'p str {
    let inside = directory.and_then(|it| path.strip_prefix(it)?.strip_prefix('/'));
    inside.unwrap_or(path)
}

/// The fix that touches a file before a build.
fn touching(facts: &Facts<'_>, build: &CargoCommand, path: &str) -> Option<Fix> {
    let command = facts.script(build.index)?.commands.get(build.command?)?;
    let plain = matches!(command.joined, Joined::First | Joined::And | Joined::Then);
    let names = |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '.' | '_' | '-');
    let fits = plain && command.parent.is_none() && path.chars().all(names);
    // With `--manifest-path` the file is seen from another directory.
    let here = build.arguments.manifest.is_none() || path.starts_with('/');
    (fits && here).then(|| {
        let edit = Edit::insert(command.span.start(), format!("touch -c {path} && "));
        Fix::safe(format!("Touch `{path}` before the build"), [edit])
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "stale-dummy-source";

    fn text(dummy: &str, rest: &str) -> String {
        format!("FROM rust:1\nWORKDIR /app\nCOPY Cargo.toml Cargo.lock ./\n{dummy}\n{rest}\n")
    }

    fn found(at: &str, name: &str) -> String {
        format!("{at} warning: `cargo build` may keep the dummy `{name}`: the copied one can be older than the dummy's build")
    }

    #[test]
    fn a_dummy_that_was_built_is_kept() {
        let dummy = "RUN mkdir src && echo 'fn main() {}' >src/main.rs && cargo build --release";
        check(RULE, &text(dummy, "COPY src ./src\nRUN cargo build --release"), &found("6:5", "main.rs"));
        let removed = format!("{dummy} && rm -rf src");
        check(RULE, &text(&removed, "COPY . .\nRUN cargo build --release"), &found("6:5", "main.rs"));
        let lib = "RUN mkdir src && touch src/lib.rs && cargo build";
        check(RULE, &text(lib, "COPY . .\nRUN cargo build --locked"), &found("6:5", "lib.rs"));
        let apart = "RUN mkdir src\nRUN echo 'fn main() { panic!() }' > ./src/main.rs\nRUN cargo build -r --bin a\nRUN rm -r src";
        check(RULE, &text(apart, "COPY ./ ./\nRUN cargo build -r --bin a"), &found("9:5", "main.rs"));
        check(
            RULE,
            "FROM rust:1\nRUN cargo new --bin app\nWORKDIR /app\nCOPY Cargo.toml .\nRUN cargo build\nRUN rm src/*.rs\nCOPY src src\nRUN cargo build\n",
            &found("8:5", "main.rs"),
        );
    }

    #[test]
    fn whatever_makes_cargo_look_again_is_fine() {
        let dummy = "RUN mkdir src && echo 'fn main() {}' >src/main.rs && cargo build --release";
        for rest in [
            "COPY src src\nRUN touch src/main.rs && cargo build --release",
            "COPY src src\nRUN touch src/main.rs\nRUN cargo build --release",
            "COPY src src\nRUN find src -name '*.rs' -exec touch {} + && cargo build --release",
            "RUN rm -f target/release/deps/app*\nCOPY src src\nRUN cargo build --release",
            "RUN cargo clean --release -p app\nCOPY src src\nRUN cargo build --release",
            "COPY src src\nRUN cargo build",
            "COPY src src\nRUN cargo build --release --features a",
            "COPY src src\nRUN cargo build --release --target x86_64-unknown-linux-musl",
            "COPY src src\nRUN cargo test --release",
            "COPY --from=other /src src\nRUN cargo build --release",
        ] {
            check(RULE, &text(dummy, rest), "");
        }
        let cleaned = format!("{dummy} && rm -rf src target/release/deps/app*");
        check(RULE, &text(&cleaned, "COPY src src\nRUN cargo build --release"), "");
        let scripted = format!("COPY build.rs .\n{dummy}");
        check(RULE, &text(&scripted, "COPY src src\nRUN cargo build --release"), "");
        let renamed = "RUN echo 'fn main() {}' >dummy.rs && sed -i 's,src/main.rs,dummy.rs,' Cargo.toml && cargo build --release";
        check(RULE, &text(renamed, "COPY . .\nRUN cargo build --release"), "");
    }

    #[test]
    fn the_fix_touches_before_the_whole_command() {
        let dummy = "RUN mkdir src && echo 'fn main() {}' >src/main.rs && cargo build --release";
        check_fixed(
            RULE,
            &text(dummy, "COPY src src\nRUN apt-get update \\\n # why\n && RUST_LOG=1 cargo build --release"),
            &text(dummy, "COPY src src\nRUN apt-get update \\\n # why\n && touch -c src/main.rs && RUST_LOG=1 cargo build --release"),
        );
    }
}
