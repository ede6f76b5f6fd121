//! `private-source-without-secret`: cargo fetches over SSH, and the build gives it no key.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_project::cargo_files::{DependencySource, LockedSource};
use plimsoll_syntax::dockerfile::{Command, MountKind};

use crate::facts::cargo::{CargoCommand, CargoKind};
use crate::rule::declare_rule;
use crate::surroundings::{CargoBuild, Presence, Surroundings};
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command that has to fetch a dependency over SSH (`git = "ssh://…"`), without
    /// `--mount=type=ssh` or a secret, and without anything else in the file that speaks of keys.
    ///
    /// ## Why it matters
    /// Builds have no keys: `failed to authenticate when downloading repository`. Keys that are copied
    /// into the builder instead stay in a layer; a mount is there only while the command runs.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    ///
    /// [dependencies]
    /// protocol = { git = "ssh://git@github.com/example/protocol" }
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-trixie AS build
    /// WORKDIR /src
    /// ENV CARGO_NET_GIT_FETCH_WITH_CLI=true
    /// COPY . .
    /// RUN --mount=type=ssh cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    ///
    /// [dependencies]
    /// protocol = { git = "ssh://git@github.com/example/protocol" }
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static PRIVATE_SOURCE_WITHOUT_SECRET = {
        name: "private-source-without-secret",
        clause: Clause::NoSecrets,
        summary: "cargo fetches over SSH, and the build gives it no key",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// What shows that a build has keys, or sources of another kind.
const KEYS: &[&str] = &[
    "insteadOf",
    ".ssh",
    "id_rsa",
    "id_ed25519",
    "netrc",
    "TOKEN",
    "token",
    "SSH_",
    "credential",
    "GIT_",
    "type=ssh",
    "type=secret",
    "cargo vendor",
];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(around) = cx.surroundings() else { return };
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts) else { continue };
        let fetches = command.kind.compiles() || command.kind == CargoKind::Fetch;
        if !fetches
            || command.tolerated
            || command.arguments.offline
            || facts.chain_mentions(command.stage, KEYS)
            || facts.has_foreign_results(command)
            || has_mounts(facts, command)
            || is_vendored(build, around)
        {
            continue;
        }
        let Some((name, address, place)) = over_ssh(build, around) else { continue };
        let message = format!(
            "`{name}` is fetched from `{address}`, and `{}` has no key for that",
            command.name()
        );
        cx.report(command.head, message)
            .help(
                "Give the RUN `--mount=type=ssh`, build with `--ssh default`, and set \
                 `CARGO_NET_GIT_FETCH_WITH_CLI=true`.",
            )
            .related_in(place.0, Some(place.1), "fetched over SSH")
            .done();
        return;
    }
}

/// A dependency that is fetched over SSH: its name, its host, and where it stands.
fn over_ssh(build: &CargoBuild, around: &Surroundings) -> Option<(String, String, (String, Span))> {
    let workspace = &build.workspace;
    let built = build.built()?;
    let choice = build.choice.as_ref()?;
    for member in built {
        for (dependency, _) in workspace.active(member, choice) {
            if let DependencySource::Git(address) = &dependency.source
                && is_ssh(address)
            {
                let place = around.named(&dependency.source_place);
                return Some((dependency.name.clone(), host(address), place));
            }
        }
    }
    let lock = workspace.lock.as_ref()?;
    let is_there = matches!(build.presence(around, &lock.source.path), Presence::There(_));
    // The lock file is fetched as a whole, whatever is built.
    let locked = lock.packages.iter().filter(|_| is_there).find_map(|it| match &it.source {
        LockedSource::Git(address) if is_ssh(address) => Some((it, address)),
        _ => None,
    });
    let (package, address) = locked?;
    let span = Span::new(package.span.start, package.span.end);
    Some((package.name.clone(), host(address), (around.files().name(&lock.source.path), span)))
}

fn is_ssh(address: &str) -> bool {
    address.starts_with("ssh://")
}

/// `ssh://git@github.com/example/protocol` without what a fetch adds to it.
fn host(address: &str) -> String {
    address.split(['?', '#']).next().unwrap_or(address).to_owned()
}

fn has_mounts(facts: &Facts<'_>, command: &CargoCommand) -> bool {
    let instruction = facts.file.instructions.get(command.index).map(|it| &it.command);
    let Some(Command::Run(run)) = instruction else { return true };
    run.mounts.iter().any(|it| matches!(it.kind, MountKind::Ssh | MountKind::Secret))
}

/// Whether sources lie beside the project, or are taken from elsewhere.
fn is_vendored(build: &CargoBuild, around: &Surroundings) -> bool {
    build.workspace.configs.iter().any(|it| {
        !it.replacements.is_empty()
            && !matches!(build.presence(around, &it.source.path), Presence::Missing)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn app(body: &str, dependency: &str, more: &[(&str, &str)], expected: &str) {
        let text = format!("FROM rust:1.89\nWORKDIR /w\n{body}\n");
        let manifest = format!("[package]\nname = \"a\"\n[dependencies]\n{dependency}\n");
        let mut files =
            vec![("Dockerfile", &*text), ("Cargo.toml", &*manifest), ("src/main.rs", "")];
        files.extend(more);
        check_project("private-source-without-secret", &files, expected);
    }

    const ALL: &str = "COPY . .\nRUN cargo build";
    const SSH: &str = "p = { git = \"ssh://git@example.com/p.git\", branch = \"main\" }";

    #[test]
    fn keys_are_needed_for_ssh() {
        let found = "4:5 error: `p` is fetched from `ssh://git@example.com/p.git`, and `cargo build` \
                     has no key for that";
        app(ALL, SSH, &[], found);
        let lock = "version = 4\n[[package]]\nname = \"p\"\nversion = \"1.0.0\"\n\
                    source = \"git+ssh://git@example.com/p.git?branch=main#00\"\n";
        app(ALL, "", &[("Cargo.lock", lock)], found);
    }

    #[test]
    fn keys_that_are_there_or_not_needed() {
        app(ALL, "p = { git = \"https://example.com/p.git\" }", &[], "");
        for body in [
            "COPY . .\nRUN --mount=type=ssh cargo build",
            "COPY . .\nRUN --mount=type=secret,id=key cargo build",
            "RUN git config --global url.https://x.insteadOf ssh://git@\nCOPY . .\nRUN cargo build",
            "COPY id_rsa /root/.ssh/\nCOPY . .\nRUN cargo build",
            "COPY . .\nRUN cargo build --offline",
            "COPY . .\nRUN --mount=type=ssh cargo fetch\nRUN cargo build",
        ] {
            app(body, SSH, &[("id_rsa", "")], "");
        }
        let vendored = "[source.\"ssh://git@example.com/p.git\"]\nreplace-with = \"v\"\n";
        app(ALL, SSH, &[(".cargo/config.toml", vendored)], "");
        app(ALL, &SSH.replace(" }", ", optional = true }"), &[], "");
    }
}
