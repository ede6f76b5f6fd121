//! `apt-without-yes`: apt-get asks for confirmation during the build.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Manager, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports commands of apt-get that ask before they change packages, and that neither an option
    /// nor the settings answer.
    ///
    /// ## Why it matters
    /// Nobody is there to answer during a build. The command takes silence for a no and fails, or
    /// waits for ever.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the option only answers what would stop the build.
    pub(crate) static APT_WITHOUT_YES = {
        name: "apt-without-yes",
        clause: Clause::NoNeedlessPackages,
        summary: "apt-get asks for confirmation during the build",
        severity: Severity::Error,
        fix: FixAvailability::Always,
        aliases: &["DL3014"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    report::without_yes(cx, Manager::Apt);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const NO_YES: &str = "has no `-y`, and nobody can confirm it during a build";

    #[test]
    fn all_that_changes_packages_asks() {
        for verb in ["remove a", "upgrade", "autoremove"] {
            let name = verb.split(' ').next().unwrap();
            let text =
                format!("FROM a\nENV DEBIAN_FRONTEND=noninteractive\nRUN apt-get {verb}");
            let expected = format!("3:13 warning: `apt-get {name}` {NO_YES}");
            check("apt-without-yes", &text, &expected);
        }
        let expected = format!("2:13 error: `apt-get install` {NO_YES}");
        check("apt-without-yes", "FROM a\nRUN apt-get install a", &expected);
        check("apt-without-yes", "FROM a\nRUN apt-get purge", "");
    }

    #[test]
    fn every_spelling_of_yes_is_known() {
        for options in [
            "-y",
            "--yes",
            "--assume-yes",
            "-qq",
            "-q -q",
            "-q=2",
            "-yq",
            "-qqy",
            "-o APT::Get::Assume-Yes=true",
            "-oAPT::Get::Assume-Yes=1",
            "-s",
            "$OPTIONS",
        ] {
            check("apt-without-yes", &format!("FROM a\nRUN apt-get {options} install a"), "");
            check("apt-without-yes", &format!("FROM a\nRUN apt-get install {options} a"), "");
        }
        check("apt-without-yes", "FROM a\nRUN yes | apt-get install a", "");
    }

    #[test]
    fn settings_written_before_answer() {
        let text = "FROM a AS b\n\
             RUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90x\nFROM b\n\
             RUN apt-get install c";
        check("apt-without-yes", text, "");
        check("apt-without-yes", "FROM a\nCOPY apt.conf /etc/apt/\nRUN apt-get install c", "");
    }

    #[test]
    fn images_that_bring_the_setting_answer() {
        check("apt-without-yes", "FROM cimg/rust:1.81.0\nRUN sudo apt-get install a", "");
        let asked = "FROM cimg:1\nRUN apt-get install a";
        check("apt-without-yes", asked, &format!("2:13 error: `apt-get install` {NO_YES}"));
    }

    #[test]
    fn update_and_clean_do_not_ask() {
        check("apt-without-yes", "FROM a\nRUN apt-get update && apt-get clean", "");
    }

    #[test]
    fn heredocs_and_continued_lines_are_fixed_in_place() {
        check_fixed(
            "apt-without-yes",
            "FROM a\nRUN <<E\napt-get install a\nE\n",
            "FROM a\nRUN <<E\napt-get install -y a\nE\n",
        );
        check_fixed(
            "apt-without-yes",
            "FROM a\r\nRUN apt-get \\\r\n  install \\\r\n  a\r\n",
            "FROM a\r\nRUN apt-get \\\r\n  install -y \\\r\n  a\r\n",
        );
        check_fixed(
            "apt-without-yes",
            "FROM a\nRUN sh -c 'apt-get install a'\n",
            "FROM a\nRUN sh -c 'apt-get install -y a'\n",
        );
    }
}
