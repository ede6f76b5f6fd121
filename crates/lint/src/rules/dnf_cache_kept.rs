//! `dnf-cache-kept`: the cache of dnf stays in the image.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Cache, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` in the shipped image that fills the cache of dnf and neither keeps it out,
    /// nor removes it, nor has it on a cache mount.
    ///
    /// ## Why it matters
    /// The image carries files that nothing reads again. Removing them in a later `RUN` doesn't
    /// help: the layer keeps them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM fedora:43
    /// RUN dnf install -y openssl
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM fedora:43
    /// RUN dnf install -y openssl && dnf clean all
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ```dockerfile
    /// FROM fedora:43
    /// RUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y openssl
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: a command is added at the end of the same `RUN`, which only removes what was fetched
    /// to be read once.
    pub(crate) static DNF_CACHE_KEPT = {
        name: "dnf-cache-kept",
        clause: Clause::NoNeedlessPackages,
        summary: "the cache of dnf stays in the image",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3040"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Add `dnf clean all` to the end of the same `RUN`, or put the cache on a cache \
                mount.";
    report::kept(cx, Cache::Dnf, help, |found| {
        let first = found.first()?;
        Some(format!("{} clean all", first.program()))
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn the_same_program_cleans() {
        check_fixed(
            "dnf-cache-kept",
            "FROM a\nRUN microdnf install -y b\n",
            "FROM a\nRUN microdnf install -y b && microdnf clean all\n",
        );
        check(
            "dnf-cache-kept",
            "FROM a\nRUN microdnf upgrade && microdnf install -y b && rm -rf /var/cache/dnf",
            "",
        );
    }

    #[test]
    fn fixes_follow_the_layout_of_the_lines() {
        check_fixed(
            "dnf-cache-kept",
            "FROM a\nRUN dnf install -y \\\n      b \\\n  && c\n",
            "FROM a\nRUN dnf install -y \\\n      b \\\n  && c \\\n  && dnf clean all\n",
        );
        check_fixed(
            "dnf-cache-kept",
            "FROM a\nRUN dnf install -y b && \\\n    c\n",
            "FROM a\nRUN dnf install -y b && \\\n    c && \\\n    dnf clean all\n",
        );
        check_fixed(
            "dnf-cache-kept",
            "FROM a\nRUN <<E\nset -e\ndnf install -y b\nE\n",
            "FROM a\nRUN <<E\nset -e\ndnf install -y b\ndnf clean all\nE\n",
        );
    }

    #[test]
    fn an_end_that_is_not_clear_is_not_touched() {
        for text in [
            "FROM a\nRUN dnf install -y b; \n",
            "FROM a\nRUN <<E\ndnf install -y b\nE\n",
            "FROM a\nRUN dnf install -y b # c\n",
            "FROM a\nRUN sudo dnf install -y b\n",
        ] {
            check_fixed("dnf-cache-kept", text, text);
        }
    }
}
