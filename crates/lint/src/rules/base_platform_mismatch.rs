//! `base-platform-mismatch`: the base image's name names another platform than its flag.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Base;
use plimsoll_syntax::ImageName;

use crate::platform::Platform;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `FROM` whose `--platform` is not that of the image's name: `amd64/…`, `arm64v8/…`,
    /// `arm32v7/…` and the like.
    ///
    /// ## Why it matters
    /// Images of these names exist for one platform. The stage then runs programs of another one
    /// than it says.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM --platform=linux/amd64 arm64v8/alpine:3.22 AS amd64
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM --platform=linux/arm64 arm64v8/alpine:3.22 AS arm64
    /// USER 65532:65532
    /// ```
    pub(crate) static BASE_PLATFORM_MISMATCH = {
        name: "base-platform-mismatch",
        clause: Clause::Portable,
        summary: "the base image's name names another platform than its flag",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["InvalidBaseImagePlatform"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// Accounts of Docker Hub that hold the official images of one kind of processor.
const ACCOUNTS: &[(&str, &str)] = &[
    ("amd64", "amd64"),
    ("arm32v5", "arm"),
    ("arm32v6", "arm"),
    ("arm32v7", "arm"),
    ("arm64v8", "arm64"),
    ("i386", "386"),
    ("mips64le", "mips64le"),
    ("ppc64le", "ppc64le"),
    ("riscv64", "riscv64"),
    ("s390x", "s390x"),
];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in facts.stages.all.iter().filter(|it| it.base == Base::Image) {
        let Some(word) = &stage.from.platform else { continue };
        let preamble = &facts.scopes().preamble;
        let (Ok(exact), Ok(known)) =
            (preamble.expand(&word.text), preamble.expand_known(&word.text))
        else {
            continue;
        };
        // A platform that differs between builds may fit.
        if exact.value != known.value {
            continue;
        }
        let Some(platform) = Platform::parse(&exact.value) else { continue };
        let Ok(image) = ImageName::parse(&stage.image) else { continue };
        let account = image.repository.split('/').next().unwrap_or_default();
        let Some(row) = ACCOUNTS.iter().find(|it| image.registry == "docker.io" && it.0 == account)
        else {
            continue;
        };
        if row.1 == platform.architecture {
            continue;
        }
        let message =
            format!("`{account}` has images for {}, not for `{}`", row.1, exact.value);
        cx.report(stage.from.image.span, message)
            .help("Use the image without the account: it exists for all its platforms.")
            .related(word.span, "the platform that is asked for")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn accounts_are_compared_with_the_flag() {
        check(
            "base-platform-mismatch",
            "ARG P=linux/arm/v7\nFROM --platform=linux/arm64 amd64/debian:13\n\
             FROM --platform=$P docker.io/arm64v8/alpine:3.22\n",
            "2:29 warning: `amd64` has images for amd64, not for `linux/arm64`\n\
             3:20 warning: `arm64v8` has images for arm64, not for `linux/arm/v7`",
        );
    }

    #[test]
    fn what_may_fit_is_left_alone() {
        check(
            "base-platform-mismatch",
            "FROM --platform=$BUILDPLATFORM arm64v8/alpine:3.22\nFROM arm64v8/alpine:3.22\n\
             FROM --platform=linux/arm64/v8 arm64v8/alpine:3.22\n\
             FROM --platform=linux/amd64 ghcr.io/arm64v8/x\nFROM --platform=linux/arm/v7 arm32v7/a\n",
            "",
        );
    }
}
