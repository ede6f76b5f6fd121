//! `wrong-target-directory`: a program is taken from a directory that cargo doesn't put it into.

use plimsoll_finding::{Clause, Severity};

use crate::facts::cargo::{CargoKind, Choice};
use crate::facts::paths;
use crate::rule::declare_rule;
use crate::surroundings::results::{self, Out};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a program that is copied out of `target/`, or run from there, where the cargo commands
    /// before it put their results elsewhere: in the directory of another profile, of a target, of
    /// the workspace's root instead of the member's, or of `CARGO_TARGET_DIR` or `.cargo/config.toml`.
    ///
    /// ## Why it matters
    /// The build fails at the `COPY`, after everything was compiled; where the results lie in a cache
    /// mount, an old program may be shipped, or one that was compiled for debugging.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --locked --release
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static WRONG_TARGET_DIRECTORY = {
        name: "wrong-target-directory",
        clause: Clause::MultiStage,
        summary: "a program is taken from a directory that cargo doesn't put it into",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(around) = cx.surroundings() else { return };
    let builds = around.cargo_builds(facts);
    if builds.all.is_empty() {
        return;
    }
    for taken in results::taken(facts) {
        if !is_of_results(&taken.path) {
            continue;
        }
        let Some(makers) = results::makers(around, facts, builds, &taken) else { continue };
        let outs: Option<Vec<(Vec<Out>, _)>> = makers
            .iter()
            .map(|(build, command)| Some((results::out_of(around, facts, build, command)?, *command)))
            .collect();
        let Some(outs) = outs else { continue };
        let parent = paths::parent(&taken.path);
        let all = outs.iter().filter(|it| it.1.kind != CargoKind::InstallPath);
        let all: Vec<_> = all.filter_map(|(outs, it)| Some((outs.first()?, *it))).collect();
        // Results of cargo-chef and whatever else cooks lie there as well, but no programs.
        let Some((out, command)) = all.last() else { continue };
        if all.iter().any(|it| it.0.directory() == parent) {
            continue;
        }
        let name = paths::file_name(&taken.path);
        let directory = out.directory();
        let message =
            format!("`{}` puts its programs into `{directory}`, not `{parent}`", command.name());
        let help = match (&command.arguments.profile, &command.target) {
            (Choice::Default, _) if parent.ends_with("/release") => {
                format!("Add `--release`; without it `{name}` is compiled for debugging.")
            }
            (_, Choice::Is(_)) if !parent.starts_with(&out.root) || !parent.contains("-linux-") => {
                format!("Take it from `{directory}/{name}`: `--target` adds a directory.")
            }
            _ => format!("Take it from `{directory}/{name}`, or change where cargo puts it."),
        };
        let related = "the build";
        cx.report(taken.span, message).help(help).related(command.head, related).done();
    }
}

/// Whether a path looks like that of a program among cargo's results.
fn is_of_results(path: &str) -> bool {
    let Some(at) = path.find("/target/") else { return false };
    let below = &path[at + "/target/".len()..];
    let Some((directories, _)) = results::program(below) else { return false };
    let profile = paths::file_name(directories);
    matches!(profile, "release" | "debug") || directories.contains('/')
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn taken(build: &str, path: &str, more: &[(&str, &str)], expected: &str) {
        let text = format!(
            "FROM rust:1.89 AS b\nWORKDIR /w\nCOPY . .\n{build}\nFROM debian:13\nCOPY --from=b {path} /x\n"
        );
        let root = "[package]\nname = \"app\"\nedition = \"2024\"\n[workspace]\nmembers = [\"cli\"]\n";
        let mut files = vec![
            ("Dockerfile", &*text),
            ("Cargo.toml", root),
            ("src/main.rs", ""),
            ("cli/Cargo.toml", "[package]\nname = \"cli\"\nedition = \"2024\"\n"),
            ("cli/src/main.rs", ""),
        ];
        files.extend(more);
        check_project("wrong-target-directory", &files, expected);
    }

    const RELEASE: &str = "/w/target/release/app";
    const MUSL: &str = "/w/target/x86_64-unknown-linux-musl/release/app";

    #[test]
    fn profiles_targets_and_roots_decide() {
        let wrong = |right: &str, taken: &str| {
            format!("6:15 error: `cargo build` puts its programs into `{right}`, not `{taken}`")
        };
        let release = "/w/target/release";
        let musl = "/w/target/x86_64-unknown-linux-musl/release";
        let with_target = "RUN cargo build -r --target x86_64-unknown-linux-musl";
        taken("RUN cargo build", RELEASE, &[], &wrong("/w/target/debug", release));
        taken("RUN cargo build -r", "/w/target/debug/app", &[], &wrong(release, "/w/target/debug"));
        taken("RUN cargo build --profile dist", RELEASE, &[], &wrong("/w/target/dist", release));
        taken(with_target, RELEASE, &[], &wrong(musl, release));
        taken("RUN cargo build -r", MUSL, &[], &wrong(release, musl));
        taken(
            "ENV CARGO_TARGET_DIR=/out\nRUN cargo build -r",
            RELEASE,
            &[],
            &wrong("/out/release", release).replace("6:", "7:"),
        );
        taken("RUN cd cli && cargo build -r", "/w/cli/target/release/cli", &[], &wrong(release, "/w/cli/target/release"));
        let config = (".cargo/config.toml", "[build]\ntarget = \"x86_64-unknown-linux-musl\"\n");
        taken("RUN cargo build -r", RELEASE, &[config], &wrong(musl, release));
        taken("RUN cargo build -r", MUSL, &[config], "");
        taken("RUN cargo build -r", RELEASE, &[config, (".dockerignore", ".cargo\n")], "");
    }

    #[test]
    fn right_places_are_left_alone() {
        taken("RUN cargo build -r", RELEASE, &[], "");
        taken("RUN cargo build --release --target x86_64-unknown-linux-musl", MUSL, &[], "");
        taken("RUN cargo build --target-dir /o -r", "/o/release/app", &[], "");
        taken("RUN cargo build && cargo build -r", RELEASE, &[], "");
        taken("RUN cd cli && cargo build -r", "/w/target/release/cli", &[], "");
        taken("RUN cargo build -r --target $T", "/w/target/x/release/app", &[], "");
        taken("RUN cargo build $X", RELEASE, &[], "");
        taken("RUN cargo build && cp -r target/debug target/release", RELEASE, &[], "");
        taken("RUN cargo build --profile dist", "/w/target/dist/app", &[], "");
    }
}
