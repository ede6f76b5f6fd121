//! `yum-without-yes`: yum asks for confirmation during the build.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Manager, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports commands of yum that ask before they change packages, and that neither an option nor
    /// the settings answer.
    ///
    /// ## Why it matters
    /// Nobody is there to answer during a build. The command takes silence for a no and fails, or
    /// waits for ever.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM amazonlinux:2
    /// RUN yum install openssl && yum clean all
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM amazonlinux:2
    /// RUN yum install -y openssl && yum clean all
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the option only answers what would stop the build.
    pub(crate) static YUM_WITHOUT_YES = {
        name: "yum-without-yes",
        clause: Clause::NoNeedlessPackages,
        summary: "yum asks for confirmation during the build",
        severity: Severity::Error,
        fix: FixAvailability::Always,
        aliases: &["DL3030"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report::without_yes(cx, Manager::Yum);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn groups_and_removals_ask_too() {
        check(
            "yum-without-yes",
            "FROM a\nRUN yum groupinstall 'A B' && yum -y install c && yum erase c",
            "2:9 error: `yum groupinstall` has no `-y`, and nobody can confirm it during a build\n\
             2:55 warning: `yum erase` has no `-y`, and nobody can confirm it during a build",
        );
    }

    #[test]
    fn options_and_settings_answer() {
        check(
            "yum-without-yes",
            "FROM a\nRUN yum install --assumeyes a && yum --setopt=assumeyes=1 update",
            "",
        );
        check(
            "yum-without-yes",
            "FROM a\nRUN echo assumeyes=1 >> /etc/yum.conf\nRUN yum install a",
            "",
        );
        check_fixed(
            "yum-without-yes",
            "FROM a\nRUN yum update && yum install a\n",
            "FROM a\nRUN yum update -y && yum install -y a\n",
        );
    }
}
