//! `missing-rust-target`: cargo is to build for a target that nothing installs.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, MountKind, Source};

use crate::bases::{Description, Language, Libc};
use crate::facts::cargo::{CargoCommand, Choice};
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `cargo build --target X`, or `CARGO_BUILD_TARGET`, where the image of Rust does not
    /// have that target and no command before adds it. It is silent where a `rust-toolchain.toml`
    /// may list it, in which case rustup installs it by itself.
    ///
    /// ## Why it matters
    /// The build fails with `can't find crate for std`.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY src src
    /// RUN cargo build --release --locked --target x86_64-unknown-linux-musl
    ///
    /// FROM scratch
    /// COPY --from=build /src/target/x86_64-unknown-linux-musl/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// RUN rustup target add x86_64-unknown-linux-musl
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY src src
    /// RUN cargo build --release --locked --target x86_64-unknown-linux-musl
    ///
    /// FROM scratch
    /// COPY --from=build /src/target/x86_64-unknown-linux-musl/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static MISSING_RUST_TARGET = {
        name: "missing-rust-target",
        clause: Clause::Portable,
        summary: "cargo is to build for a target that nothing installs",
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
    let mut seen = BTreeSet::new();
    for command in facts.cargo() {
        let Choice::Is(target) = &command.target else { continue };
        // The version of glibc that `cargo zigbuild` takes after the target.
        let triple = target.split('.').next().unwrap_or_default();
        let is_plain = matches!(command.through, "" | "zigbuild")
            && triple.contains('-')
            && !target.contains('$')
            && !has_ending(target, "json");
        if !command.kind.compiles() || !is_plain || seen.contains(&(command.stage, triple)) {
            continue;
        }
        let Some(base) = facts.base(command.stage) else { continue };
        let is_rust = base.toolchain.is_some_and(|it| it.language == Language::Rust);
        let has = base.targets.contains(triple) || is_host(&base, triple);
        if !is_rust || !base.is_known || has || may_be_added(facts, command, triple) {
            continue;
        }
        let image = facts.base_image(command.stage).map_or("the image", |it| &it.text);
        let message = format!("`{image}` has no target `{triple}`, and nothing here adds it");
        let help = format!("Add `RUN rustup target add {triple}` before.");
        cx.report(command.head, message).help(help).done();
        seen.insert((command.stage, triple));
    }
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, it)| it == ending)
}

/// Whether a target may be that of the machine that builds.
fn is_host(base: &Description<'_>, triple: &str) -> bool {
    match base.libc {
        Some(Libc::Musl) => triple.ends_with("-linux-musl"),
        Some(Libc::Glibc(_)) => triple.ends_with("-unknown-linux-gnu"),
        _ => true,
    }
}

/// Whether something that ran before may have installed a target.
fn may_be_added(facts: &Facts<'_>, cargo: &CargoCommand, triple: &str) -> bool {
    facts.before(cargo.stage, cargo.index + 1).into_iter().any(|index| {
        let Some(instruction) = facts.file.instructions.get(index) else { return true };
        match &instruction.command {
            Command::Run(run) => {
                let mounted = run.mounts.iter().any(|it| it.kind == MountKind::Bind);
                let Some(script) = facts.script(index) else { return true };
                mounted
                    || script.commands.iter().any(|it| match it.program() {
                        Some("cargo") => false,
                        Some("rustup" | "rustup-init") => it
                            .args()
                            .iter()
                            .any(|word| word.value.contains('$') || word.value.contains(triple)),
                        // A script, or the script of rustup from a pipe.
                        Some(program) => {
                            matches!(program, "sh" | "bash" | "make" | "just")
                                || has_ending(program, "sh")
                                || it.words.iter().any(|word| word.value.contains(triple))
                        }
                        None => true,
                    })
            }
            // A list of targets may come with the sources.
            Command::Copy(copy) | Command::Add(copy) => {
                copy.from.is_some()
                    || copy.sources.iter().any(|source| match source {
                        Source::Path(word) => {
                            let path = facts.expand(index, word);
                            let path = path.trim_start_matches("./").trim_end_matches('/');
                            matches!(path, "" | "." | "*")
                                || path.contains("rust-toolchain")
                                || path.contains('*')
                                || path.contains('$')
                        }
                        Source::Heredoc(..) => copy.destination.text.contains("rust-toolchain"),
                    })
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("missing-rust-target", text, expected);
    }

    #[test]
    fn options_and_variables() {
        finds(
            "FROM rust:1.89\nCOPY src src\nRUN cargo build --target=wasm32-wasip1\n\
             RUN cargo test --target wasm32-wasip1\n",
            "3:5 error: `rust:1.89` has no target `wasm32-wasip1`, and nothing here adds it",
        );
        finds(
            "FROM rust:1.89 AS base\nENV CARGO_BUILD_TARGET=x86_64-unknown-linux-musl\nFROM base\n\
             ADD Cargo.toml src/ ./\nRUN x && cargo install --path .\n",
            "5:10 error: `rust:1.89` has no target `x86_64-unknown-linux-musl`, and nothing here \
             adds it",
        );
    }

    #[test]
    fn targets_that_are_there() {
        finds("FROM rust:1.89\nRUN cargo build --target x86_64-unknown-linux-gnu\n", "");
        finds("FROM rust:1.89-alpine\nRUN cargo build --target x86_64-unknown-linux-musl\n", "");
        finds(
            "FROM clux/muslrust:stable\nRUN cargo build --target x86_64-unknown-linux-musl\n",
            "",
        );
        finds(
            "FROM rust:1.89 AS a\nRUN rustup target add wasm32-wasip1\nFROM a\n\
             RUN cargo build --target wasm32-wasip1\n",
            "",
        );
        finds(
            "FROM rust:1.89\nRUN rustup target add $T\nRUN cargo build --target wasm32-wasip1\n",
            "",
        );
    }

    #[test]
    fn what_may_add_it_and_what_is_not_known() {
        let build = "RUN cargo build --target wasm32-wasip1\n";
        for before in [
            "COPY . .",
            "COPY rust-toolchain.toml Cargo.toml ./",
            "RUN ./setup.sh",
            "RUN curl https://sh.rustup.rs | sh -s -- -y",
            "RUN --mount=type=bind,target=. true",
        ] {
            finds(&format!("FROM rust:1.89\n{before}\n{build}"), "");
        }
        finds(&format!("FROM example.com/rust:1\n{build}"), "");
        finds("FROM rust:1.89\nARG T\nRUN cargo build --target $T\n", "");
        finds("FROM rust:1.89\nRUN cross build --target aarch64-unknown-linux-musl\n", "");
        finds("FROM rust:1.89\nRUN cargo build --target ./my-own-target.json\n", "");
    }
}
