//! `unknown-build-argument`: a service gives a build argument that its Dockerfile doesn't declare.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};

use crate::compose::sources::is_literal;
use crate::image_facts::ImageFacts;
use crate::rule::declare_rule;
use crate::spelling::closest;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports build arguments that no `ARG` of the service's Dockerfile declares. Those that `BuildKit`
    /// knows itself (`HTTP_PROXY`, `BUILDKIT_…`, `TARGETARCH` and so on) are left alone.
    ///
    /// ## Why it matters
    /// Such an argument does nothing: the build goes on with a warning that is easy to miss, and with
    /// the default of the argument that was meant.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build:
    ///       context: .
    ///       args:
    ///         CARGO_FEATURES: postgres
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// ARG FEATURES=sqlite
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked --features "$FEATURES"
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build:
    ///       context: .
    ///       args:
    ///         FEATURES: postgres
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// ARG FEATURES=sqlite
    /// WORKDIR /app
    /// COPY . .
    /// RUN cargo build --release --locked --features "$FEATURES"
    ///
    /// FROM gcr.io/distroless/cc-debian12:nonroot
    /// COPY --from=builder /app/target/release/server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static UNKNOWN_BUILD_ARGUMENT = {
        name: "unknown-build-argument",
        clause: Clause::DevCompose,
        summary: "a service gives a build argument that its Dockerfile doesn't declare",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut seen = BTreeSet::new();
    for service in &cx.facts.compose.services {
        let Some(build) = service.build() else { continue };
        let args = build.args();
        if args.is_empty() {
            continue;
        }
        let Some(image) = cx.service_image(service).and_then(|it| it.image) else { continue };
        if image.is_broken || has_other_frontend(&image) {
            continue;
        }
        for pair in &args {
            let name = pair.name.text;
            if image.declares(name) || is_predefined(name) || !is_literal(name) {
                continue;
            }
            // Services may share a build by an anchor, or extend one another.
            if !seen.insert(pair.name.span) {
                continue;
            }
            let message = format!("`{}` declares no argument `{name}`", image.name);
            let declared = || image.arguments.iter().map(|it| &*it.name);
            let help = match closest(name, declared()) {
                Some(meant) => format!("Did you mean `{meant}`?"),
                None => format!("Add `ARG {name}` to the stage that uses it, or take it out."),
            };
            let known = image.arguments.first().and_then(|it| image.place(it.span));
            let from = || image.stages.first().and_then(|it| image.place(it.span));
            let (place, says) = match known {
                Some(_) => (known, "the first of the arguments that it declares"),
                None => (from(), "it declares none"),
            };
            cx.report(pair.name.span, message)
                .help(help)
                .related_in(image.name.clone(), place, says)
                .done();
        }
    }
}

/// Whether another program than `BuildKit`'s own reads the file, which may know arguments of its own.
pub(crate) fn has_other_frontend(image: &ImageFacts) -> bool {
    let lines = image.text.lines().take_while(|it| it.starts_with('#'));
    let syntax = lines.filter_map(|it| it.trim_start_matches('#').trim().strip_prefix("syntax"));
    let mut names = syntax.filter_map(|it| it.trim_start().strip_prefix('='));
    names.any(|it| !it.contains("docker/dockerfile"))
}

/// Whether `BuildKit` takes an argument without an `ARG`, or Compose gives it a meaning.
pub(crate) fn is_predefined(name: &str) -> bool {
    let is_proxy = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"]
        .iter()
        .any(|it| it.eq_ignore_ascii_case(name));
    is_proxy
        || name.starts_with("BUILDKIT_")
        || matches!(
            name,
            "SOURCE_DATE_EPOCH"
                | "TARGETPLATFORM"
                | "TARGETOS"
                | "TARGETOSVERSION"
                | "TARGETARCH"
                | "TARGETVARIANT"
                | "TARGETSTAGE"
                | "BUILDPLATFORM"
                | "BUILDOS"
                | "BUILDOSVERSION"
                | "BUILDARCH"
                | "BUILDVARIANT"
        )
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "unknown-build-argument";

    #[test]
    fn lists_mappings_and_inherited_builds_are_read() {
        let compose = "services:\n  a: {build: {args: [VERSION=1, VERSON=2, X]}}\n  b: {build: {args: {BASE: b, OTHER: }}}\n  c: {extends: a}\n";
        check_project(
            RULE,
            &[("compose.yaml", compose), ("Dockerfile", "ARG BASE=a\nFROM $BASE\nARG VERSION X\n")],
            "2:33 warning: `Dockerfile` declares no argument `VERSON`\n\
             3:31 warning: `Dockerfile` declares no argument `OTHER`",
        );
    }

    #[test]
    fn arguments_of_the_builder_itself_are_known() {
        let compose = "services:\n  a: {build: {args: [http_proxy, HTTPS_PROXY=x, BUILDKIT_INLINE_CACHE=1, TARGETARCH=x, '$N=1']}}\n";
        check_project(RULE, &[("compose.yaml", compose), ("Dockerfile", "FROM a\n")], "");
        let other = "services:\n  a: {build: {args: [A=1]}}\n";
        check_project(
            RULE,
            &[("compose.yaml", other), ("Dockerfile", "# syntax=corp/frontend:1\nFROM a\n")],
            "",
        );
        check_project(RULE, &[("compose.yaml", other), ("Dockerfile", "FROM b\nONBUILD ARG A\n")], "");
    }
}
