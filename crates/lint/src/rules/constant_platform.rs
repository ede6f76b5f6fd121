//! `constant-platform`: a `FROM` has one platform for all builds.

use plimsoll_finding::{Clause, Severity};

use crate::platform::Platform;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `--platform` of `FROM` that names a platform, unless the stage's name says so too.
    ///
    /// ## Why it matters
    /// The image then has that platform whatever `--platform` the build is given, and runs elsewhere
    /// under emulation, slowly, or not at all.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM --platform=linux/amd64 rust:1.90-alpine AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM --platform=$BUILDPLATFORM rust:1.90-alpine AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM --platform=linux/amd64 alpine:3.22 AS release-amd64
    /// USER 65532:65532
    /// ```
    pub(crate) static CONSTANT_PLATFORM = {
        name: "constant-platform",
        clause: Clause::Portable,
        summary: "a `FROM` has one platform for all builds",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["FromPlatformFlagConstDisallowed", "DL3029"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        let Some(word) = &stage.from.platform else { continue };
        let Ok(value) = facts.scopes().preamble.expand(&word.text) else { continue };
        if !value.used.is_empty() || !value.unmatched.is_empty() {
            continue;
        }
        let Some(platform) = Platform::parse(&value.value) else { continue };
        let name = stage.name.as_deref().unwrap_or_default();
        if name.contains(&platform.os) || name.contains(&platform.architecture) {
            continue;
        }
        cx.report(word.span, format!("the stage is for `{}` alone", value.value))
            .help(
                "Remove the flag, or use `$BUILDPLATFORM` for a stage that compiles. If one platform \
                 is meant, name it in the stage's name.",
            )
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn constants_are_reported() {
        check(
            "constant-platform",
            "FROM --platform=linux/amd64 a\nFROM --platform=arm64 a AS b\nFROM --platform=nonsense a\n",
            "1:17 warning: the stage is for `linux/amd64` alone\n\
             2:17 warning: the stage is for `arm64` alone",
        );
    }

    #[test]
    fn variables_and_names_that_say_so_are_not() {
        check(
            "constant-platform",
            "ARG P=linux/amd64\nFROM --platform=$P a\nFROM --platform=linux/$TARGETARCH a\n\
             FROM --platform=linux/x86_64 a AS b-AMD64\nFROM --platform=linux/arm64 a AS linux-x\n",
            "",
        );
    }
}
