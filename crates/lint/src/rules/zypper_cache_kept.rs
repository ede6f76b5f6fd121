//! `zypper-cache-kept`: the cache of zypper stays in the image.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Cache, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` in the shipped image that fills the cache of zypper and neither keeps it
    /// out, nor removes it, nor has it on a cache mount.
    ///
    /// ## Why it matters
    /// The image carries files that nothing reads again. Removing them in a later `RUN` doesn't
    /// help: the layer keeps them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install openssl
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM opensuse/leap:15.6
    /// RUN zypper --non-interactive install openssl && zypper clean
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: a command is added at the end of the same `RUN`, which only removes what was fetched
    /// to be read once.
    pub(crate) static ZYPPER_CACHE_KEPT = {
        name: "zypper-cache-kept",
        clause: Clause::NoNeedlessPackages,
        summary: "the cache of zypper stays in the image",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3036"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Add `zypper clean` to the end of the same `RUN`.";
    report::kept(cx, Cache::Zypper, help, |found| {
        found.first().map(|_| "zypper clean".to_owned())
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn any_way_to_empty_it_will_do() {
        for end in [
            "zypper clean --all",
            "zypper cc -a",
            "zypper -n clean",
            "rm -rf /var/cache/zypp/*",
        ] {
            check("zypper-cache-kept", &format!("FROM a\nRUN zypper -n in b && {end}"), "");
        }
        check_fixed(
            "zypper-cache-kept",
            "FROM a\nRUN zypper ref && zypper -n in b\n",
            "FROM a\nRUN zypper ref && zypper -n in b && zypper clean\n",
        );
    }
}
