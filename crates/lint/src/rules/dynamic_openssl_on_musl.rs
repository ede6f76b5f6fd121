//! `dynamic-openssl-on-musl`: OpenSSL for glibc is installed for a program that is built for musl.

use plimsoll_finding::{Clause, Severity};

use crate::bases::Libc;
use crate::facts::cargo::Choice;
use crate::facts::packages::{Operation, bare_name};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `libssl-dev`, or its like of other distributions with glibc, in a stage where all that
    /// cargo builds is for a musl target. It is silent where the file speaks of a vendored OpenSSL,
    /// of rustls or of an OpenSSL elsewhere.
    ///
    /// ## Why it matters
    /// The package holds a library for glibc: a program for musl can't link it. The build fails in
    /// `openssl-sys`, or the package was never of use.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// RUN apt-get update && apt-get install -y --no-install-recommends musl-tools libssl-dev pkg-config \
    ///     && rustup target add x86_64-unknown-linux-musl
    /// WORKDIR /src
    /// COPY . .
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
    /// RUN apt-get update && apt-get install -y --no-install-recommends musl-tools \
    ///     && rustup target add x86_64-unknown-linux-musl
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked --target x86_64-unknown-linux-musl --features rustls
    ///
    /// FROM scratch
    /// COPY --from=build /src/target/x86_64-unknown-linux-musl/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static DYNAMIC_OPENSSL_ON_MUSL = {
        name: "dynamic-openssl-on-musl",
        clause: Clause::Portable,
        summary: "OpenSSL for glibc is installed for a program that is built for musl",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// What shows that another OpenSSL, or none, is used.
const OTHERS: &[&str] = &[
    "vendored",
    "rustls",
    "OPENSSL_DIR",
    "OPENSSL_STATIC",
    "OPENSSL_LIB_DIR",
    "OPENSSL_INCLUDE_DIR",
    "openssl-src",
    "openssl.org",
    "openssl/openssl",
    "zigbuild",
];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    // Few files install it, and fewer build for musl.
    let of_musl = |it: &Choice| matches!(it, Choice::Is(target) if target.contains("-linux-musl"));
    if !facts.cargo().iter().any(|it| it.kind.compiles() && of_musl(&it.target)) {
        return;
    }
    for stage in &facts.stages.all {
        for command in facts.packages().of_stage(stage.index) {
            let is_openssl = |name: &str| matches!(name, "libssl-dev" | "openssl-devel");
            let package = command
                .packages
                .iter()
                .find(|it| it.known && is_openssl(bare_name(command.manager, &it.text)));
            let Some(package) = package.filter(|_| command.operation == Operation::Install) else {
                continue;
            };
            // The stages that have the package, and what is built in them.
            let mut builds = facts.cargo().iter().filter(|it| {
                it.kind.compiles()
                    && facts.stages.chain(it.stage).any(|below| below.index == stage.index)
            });
            let is_glibc =
                matches!(facts.base(stage.index).and_then(|it| it.libc), Some(Libc::Glibc(_)));
            let Some(first) = builds.next() else { continue };
            let Choice::Is(target) = &first.target else { continue };
            let all = of_musl(&first.target) && builds.all(|it| of_musl(&it.target));
            let is_cross = command.elsewhere || package.text.contains(':');
            if !is_glibc || !all || is_cross || facts.chain_mentions(first.stage, OTHERS) {
                continue;
            }
            let message =
                format!("`{}` is for glibc, but cargo builds for `{target}`", package.text);
            let help = "Use rustls, or the feature `vendored` of the crate `openssl`, which builds \
                        its own; the package is of no use then.";
            cx.report(package.span, message)
                .help(help)
                .related(first.head, "built for musl here")
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn builds(install: &str, cargo: &str, expected: &str) {
        check(
            "dynamic-openssl-on-musl",
            &format!("FROM rust:1.89 AS base\nRUN {install}\nFROM base\nRUN {cargo}\n"),
            expected,
        );
    }

    const INSTALL: &str = "apt-get install -y pkg-config libssl-dev";
    const CARGO: &str = "cargo build --target aarch64-unknown-linux-musl";

    #[test]
    fn a_library_that_can_not_be_linked() {
        builds(
            INSTALL,
            CARGO,
            "2:35 warning: `libssl-dev` is for glibc, but cargo builds for \
             `aarch64-unknown-linux-musl`",
        );
    }

    #[test]
    fn other_ways_to_openssl_are_left_alone() {
        builds(INSTALL, "cargo build", "");
        builds(INSTALL, &format!("cargo build && {CARGO}"), "");
        builds(INSTALL, &format!("{CARGO} --features vendored-openssl"), "");
        builds(INSTALL, &format!("{CARGO} --features rustls-tls"), "");
        builds("apt-get install -y musl-tools", CARGO, "");
        check(
            "dynamic-openssl-on-musl",
            &format!("FROM rust:1.89-alpine\nRUN apk add openssl-dev\nRUN {CARGO}\n"),
            "",
        );
    }
}
