//! `yum-cache-kept`: the cache of yum stays in the image.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Cache, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` in the shipped image that fills the cache of yum and neither keeps it out,
    /// nor removes it, nor has it on a cache mount.
    ///
    /// ## Why it matters
    /// The image carries files that nothing reads again. Removing them in a later `RUN` doesn't
    /// help: the layer keeps them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM amazonlinux:2
    /// RUN yum install -y openssl
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM amazonlinux:2
    /// RUN yum install -y openssl && yum clean all
    /// COPY server /usr/local/bin/
    /// CMD ["server"]
    /// ```
    ///
    /// ## Fix safety
    /// Safe: a command is added at the end of the same `RUN`, which only removes what was fetched
    /// to be read once.
    pub(crate) static YUM_CACHE_KEPT = {
        name: "yum-cache-kept",
        clause: Clause::NoNeedlessPackages,
        summary: "the cache of yum stays in the image",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["DL3032"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Add `yum clean all` to the end of the same `RUN`.";
    report::kept(cx, Cache::Yum, help, |found| {
        let first = found.first()?;
        Some(format!("{} clean all", first.program()))
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn any_way_to_empty_it_will_do() {
        for end in [
            "yum clean all",
            "yum -y clean all",
            "rm -rf /var/cache/yum",
            "rm -rf /var/cache/*",
            "dnf clean all",
            "rm -rf /var/cache/{yum,ldconfig}/*",
        ] {
            check("yum-cache-kept", &format!("FROM a\nRUN yum install -y b && {end}"), "");
        }
    }

    #[test]
    fn another_layer_or_an_earlier_place_is_of_no_use() {
        check_fixed(
            "yum-cache-kept",
            "FROM a\nRUN yum clean all && yum install -y b\nRUN yum clean all\n",
            "FROM a\nRUN yum clean all && yum install -y b && yum clean all\nRUN yum clean all\n",
        );
    }

    #[test]
    fn builders_mounts_and_other_roots_are_left_alone() {
        check(
            "yum-cache-kept",
            "FROM a AS b\nRUN yum install -y c\nFROM a\n\
             RUN --mount=type=cache,target=/var/cache/yum yum install -y c\n\
             RUN yum install -y --installroot /mnt c",
            "",
        );
    }
}
