//! `build-tools-shipped`: compilers or headers are installed in the shipped image.

use plimsoll_finding::{Clause, Severity};

use plimsoll_syntax::dockerfile::{Command, Keyword, Stage};

use crate::Facts;
use crate::facts::packages::{Manager, Operation, Package, PackageCommand, bare_name};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports compilers, build tools and packages of headers (`-dev`, `-devel`) that the shipped
    /// image installs and keeps, in a file that has a stage for building. Images that are made for
    /// developing, or build on an image of a language's tools, are left alone.
    ///
    /// ## Why it matters
    /// They are hundreds of megabytes and a gift for an intruder. The builder has them already; the
    /// shipped image needs the libraries alone.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:trixie-slim
    /// RUN apt-get update && apt-get install -y --no-install-recommends libssl-dev pkg-config \
    ///     && rm -rf /var/lib/apt/lists/*
    /// COPY --from=build /src/target/release/server /usr/local/bin/
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:trixie-slim
    /// RUN apt-get update && apt-get install -y --no-install-recommends libssl3t64 \
    ///     && rm -rf /var/lib/apt/lists/*
    /// COPY --from=build /src/target/release/server /usr/local/bin/
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static BUILD_TOOLS_SHIPPED = {
        name: "build-tools-shipped",
        clause: Clause::NoNeedlessPackages,
        summary: "compilers or headers are installed in the shipped image",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Packages of every distribution that only building needs.
const TOOLS: &[&str] = &[
        "build-essential", "build-base", "base-devel", "gcc", "g++", "gcc-c++", "clang",
    "make", "cmake",     "gmake", "ninja", "ninja-build", "meson", "autoconf", "automake",
    "libtool", "pkg-config",     "pkgconf", "pkgconfig", "rustc", "cargo", "rust", "rustup",
    "golang", "go", "bison", "flex",     "gfortran", "gcc-gfortran", "kernel-headers", "linux-headers", "linux-libc-dev", "dpkg-dev",     "devscripts", "debhelper", "protobuf-compiler", "alpine-sdk", "abuild",
];

/// What makes a stage one for people who build.
const DEVELOPING: &[&str] = &[
        "dev", "devel", "develop", "development", "test", "tests", "testing", "ci", "build",
    "builder",     "toolchain", "sdk", "devcontainer", "debug", "lint", "compile", "compiler",
    "buildenv", "env",
];

/// Programs that people who build start.
const STARTED: &[&str] = &[
        "bash", "sh", "zsh", "fish", "ash", "cargo", "rustc", "gcc", "clang", "make", "cmake",
    "ninja", "go",     "sleep", "tail", "sshd", "jupyter", "code-server",
];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    let has_builder = facts.stages.chain(last.index).any(|it| {
        it.uses.iter().any(|it| facts.stages.all.get(it.stage).is_some_and(|it| !it.shipped))
    });
    if !has_builder || is_for_developing(facts, last) {
        return;
    }
    let mut shipped: Vec<usize> = facts.stages.chain(last.index).map(|it| it.index).collect();
    shipped.reverse();
    for stage in shipped {
        for install in facts.packages().of_stage(stage) {
            if install.operation != Operation::Install
                || install.elsewhere
                || is_conditional(facts, install)
            {
                continue;
            }
            let mut found = install
                .packages
                .iter()
                .filter(|it| it.known && is_tool(install.manager, it))
                .filter(|it| !is_set_up(facts, install, it));
            let Some(first) = found.next().filter(|_| !goes_again(facts, install)) else { continue };
            let name = bare_name(install.manager, &first.text);
            let message = match found.count() {
                0 => format!("`{name}` is for building and is shipped"),
                1 => format!("`{name}` and another package for building are shipped"),
                more => format!("`{name}` and {more} other packages for building are shipped"),
            };
            cx.report(first.span, message)
                .help("Build in the builder stage, and install only what the program loads.")
                .done();
        }
    }
}

fn is_tool(manager: Manager, package: &Package<'_>) -> bool {
    use Manager::{Apk, Apt, Dnf, Pacman, Yum, Zypper};
    let of_system = matches!(manager, Apt | Apk | Yum | Dnf | Zypper | Pacman);
    let name = bare_name(manager, &package.text);
    let headers = name.ends_with("-dev") || name.ends_with("-devel") || name.ends_with("-headers");
    of_system && (headers || TOOLS.contains(&name) || is_versioned(name))
}

/// Whether an install is one branch of a script: a build argument may ask for a variant that needs
/// the tools, and the image that is built by default has none.
fn is_conditional<'d>(facts: &Facts<'d>, install: &PackageCommand<'d>) -> bool {
    facts.place(install).is_some_and(|it| it.command().conditional)
}

/// Whether a package is rustup and the image sets it up: then the program compiles when it runs.
fn is_set_up(facts: &Facts<'_>, install: &PackageCommand<'_>, package: &Package<'_>) -> bool {
    bare_name(install.manager, &package.text) == "rustup"
        && facts.stages.chain(facts.stages.all.len() - 1).any(|stage| {
            facts.run_commands_of(stage).any(|it| it.command.name() == Some("rustup"))
        })
}

/// `gcc-12`, `clang-19`, `g++-14`, `golang-1.22`, `linux-headers-amd64`.
fn is_versioned(name: &str) -> bool {
    let Some((tool, version)) = name.rsplit_once('-') else { return false };
    let number = version.starts_with(|it: char| it.is_ascii_digit());
    number && matches!(tool, "gcc" | "g++" | "clang" | "golang" | "rustc" | "cargo" | "llvm")
}

/// Whether packages go again in the `RUN` that brings them. Where anything for building is removed,
/// by a group or a variable too, all of it is believed to go: who cleans up once knows how.
fn goes_again(facts: &Facts<'_>, install: &PackageCommand<'_>) -> bool {
    let later = facts.packages().of_run(install.index).iter().filter(|it| {
        it.at > install.at
            && it.operation == Operation::Remove
            && it.manager.family() == install.manager.family()
    });
    let group = install.group.as_ref().map(|it| it.text.as_ref());
    later.into_iter().any(|removal| {
        let vague = |it: &Package<'_>| {
            !it.known || it.text.contains('*') || group == Some(it.text.as_ref())
        };
        let tool = |it: &Package<'_>| is_tool(removal.manager, it);
        removal.packages.is_empty() || removal.packages.iter().any(|it| vague(it) || tool(it))
    })
}

/// Whether a stage is made for people who build, or nothing tells what it is for.
fn is_for_developing(facts: &Facts<'_>, last: &Stage<'_>) -> bool {
    let named = facts.stages.chain(last.index).any(|it| {
        let name = it.name.as_deref().unwrap_or_default();
        name.split(['-', '_', '.']).any(|it| DEVELOPING.contains(&it))
    });
    named || is_toolchain(facts, last.index) || starts_a_tool(facts, last)
}

/// Whether the base image is one of a language's tools, or names itself so.
fn is_toolchain(facts: &Facts<'_>, stage: usize) -> bool {
    let Some(image) = facts.base_image(stage) else { return false };
    let words = image.name().split(['-', '_', '.', '/']);
    let tag = image.tag().unwrap_or_default().split(['-', '_', '.']);
    let named = words.chain(tag).any(|it| {
        matches!(it, "devel" | "dev" | "sdk" | "builder" | "build" | "devcontainers")
    });
    let told = image.describe().and_then(|it| it.toolchain);
    named || told.is_some_and(|it| it.only_builds) || image.name().contains('$')
}

/// Whether the image starts a shell or a tool, or nothing at all: a base for others.
fn starts_a_tool(facts: &Facts<'_>, last: &Stage<'_>) -> bool {
    let entrypoint = facts.stages.effective(last.index, Keyword::Entrypoint);
    let started = entrypoint.or_else(|| facts.stages.effective(last.index, Keyword::Cmd));
    let Some(started) = started else { return true };
    let (Command::Entrypoint(line) | Command::Cmd(line)) = &started.command else { return true };
    let first = match line.words.first() {
        Some(word) if line.words.len() == 1 || !is_plain_shell(&word.text) => word.text.as_ref(),
        Some(_) => return false,
        None => line.script.text().split_whitespace().next().unwrap_or_default(),
    };
    let program = first.rsplit('/').next().unwrap_or_default();
    STARTED.contains(&program)
}

/// Whether a program is a shell that `["sh", "-c", "…"]` hands a script to.
fn is_plain_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash"))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const BUILDER: &str = "FROM rust:1.89 AS build\nRUN cargo build\n";
    const REST: &str = "COPY --from=build /a /a\nENTRYPOINT [\"/a\"]\n";

    fn finds(base: &str, script: &str, expected: &str) {
        check(
            "build-tools-shipped",
            &format!("{BUILDER}FROM {base}\nRUN {script}\n{REST}"),
            expected,
        );
    }

    #[test]
    fn tools_of_every_distribution_are_known() {
        finds(
            "debian:trixie",
            "apt-get install -y curl gcc-14",
            "4:29 warning: `gcc-14` is for building and is shipped",
        );
        finds(
            "alpine:3.22",
            "apk add --no-cache build-base openssl-dev~3",
            "4:24 warning: `build-base` and another package for building are shipped",
        );
        finds(
            "fedora:43",
            "dnf install -y openssl-devel make cmake",
            "4:20 warning: `openssl-devel` and 2 other packages for building are shipped",
        );
    }

    #[test]
    fn what_only_a_variant_installs_is_left_alone() {
        finds(
            "debian:trixie",
            "if [ \"$ASAN\" = 1 ]; then apt-get update && apt-get install -y gcc; fi",
            "",
        );
        finds("debian:trixie", "[ -z \"$DEBUG\" ] || apt-get install -y gcc", "");
    }

    #[test]
    fn rustup_that_is_set_up_is_meant() {
        finds("debian:trixie", "apt-get install -y rustup\nRUN rustup set profile minimal", "");
        finds(
            "debian:trixie",
            "apt-get install -y rustup",
            "4:24 warning: `rustup` is for building and is shipped",
        );
        finds(
            "debian:trixie",
            "apt-get install -y rustup protobuf-compiler && rustup show",
            "4:31 warning: `protobuf-compiler` is for building and is shipped",
        );
    }

    #[test]
    fn what_goes_again_in_the_same_run_is_fine() {
        finds("alpine:3.22", "apk add --no-cache -t .d gcc && x && apk del .d", "");
        finds("debian:trixie", "apt-get install -y gcc && x && apt-get purge -y gcc", "");
        finds(
            "debian:trixie",
            "d='gcc make'; apt-get install -y $d && x && apt-get purge -y $d",
            "",
        );
        finds("debian:trixie", "apt-get install -y gcc && x && apt-get purge -y --auto-remove", "");
    }

    #[test]
    fn libraries_and_tools_for_running_are_fine() {
        finds(
            "debian:trixie",
            "apt-get install -y libssl3 git gcc-14-base libgcc-s1 && pip install cmake",
            "",
        );
    }

    #[test]
    fn images_for_developing_are_left_alone() {
        for from in [
            "rust:1.89",
            "debian:trixie AS dev",
            "mcr.microsoft.com/devcontainers/base:trixie",
            "nvidia/cuda:12.4.1-devel-ubuntu22.04",
            "debian:trixie AS ci-image",
        ] {
            finds(from, "apt-get install -y gcc", "");
        }
        for start in [
            "",
            "CMD [\"bash\"]\n",
            "CMD sleep infinity\n",
            "ENTRYPOINT [\"/usr/bin/make\"]\n",
        ] {
            check(
                "build-tools-shipped",
                &format!(
                    "{BUILDER}FROM debian:trixie\nRUN apt-get install -y gcc\n\
                     COPY --from=build /a /a\n{start}",
                ),
                "",
            );
        }
    }

    #[test]
    fn a_file_without_a_builder_is_left_alone() {
        check(
            "build-tools-shipped",
            "FROM debian:trixie\nRUN apt-get install -y gcc\nCMD [\"x\"]",
            "",
        );
    }
}
