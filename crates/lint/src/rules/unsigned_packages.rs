//! `unsigned-packages`: packages are installed without their signatures being checked.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports options of package managers that install what is not signed, or signed by nobody
    /// known: `--allow-unauthenticated`, `--force-yes`, `--allow-untrusted`, `--nogpgcheck`,
    /// `--no-gpg-checks`, `--nosignature`, the settings of the same meaning, and `[trusted=yes]` in
    /// a source of apt.
    ///
    /// ## Why it matters
    /// The signature is all that tells a package of the distribution from one that somebody put on
    /// a mirror.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY tool.apk /tmp/
    /// RUN apk add --no-cache --allow-untrusted /tmp/tool.apk
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY builder.rsa.pub /etc/apk/keys/
    /// COPY tool.apk /tmp/
    /// RUN apk add --no-cache /tmp/tool.apk
    /// ```
    pub(crate) static UNSIGNED_PACKAGES = {
        name: "unsigned-packages",
        clause: Clause::Pinned,
        summary: "the signatures of packages are not checked",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_9", "CKV2_DOCKER_10", "CKV2_DOCKER_11"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for it in facts.run_commands() {
        let Some(program) = it.command.program() else { continue };
        let unsigned: fn(&str) -> bool = match program {
            "apt-get" | "apt" | "aptitude" => of_apt,
            "apk" => |it| it == "--allow-untrusted",
            "yum" | "dnf" | "microdnf" | "tdnf" | "yum-config-manager" => of_yum,
            "zypper" => |it| it == "--no-gpg-checks" || it == "--no-gpg-check",
            "rpm" => |it| matches!(it, "--nosignature" | "--nogpgcheck" | "--nodigest"),
            "echo" | "printf" => |it| it.contains("[trusted=yes]"),
            _ => continue,
        };
        let args = it.command.args();
        // What is removed needs no signature.
        if args.iter().any(|it| matches!(&*it.value, "remove" | "purge" | "autoremove" | "del" | "clean")) {
            continue;
        }
        let Some(word) = args.iter().find(|it| unsigned(&it.value)) else { continue };
        let message = match program {
            "echo" | "printf" => "`[trusted=yes]` lets apt install packages that nobody signed".to_owned(),
            _ => format!("`{}` lets `{program}` install packages that nobody signed", word.raw),
        };
        cx.report(word.span, message)
            .help("Add the key of who built the package, and leave the option out.")
            .done();
    }
}

fn of_apt(word: &str) -> bool {
    matches!(
        word,
        "--allow-unauthenticated" | "--force-yes" | "--allow-insecure-repositories"
    ) || ["allowunauthenticated", "allowinsecurerepositories"].iter().any(|name| {
        word.split_once('=').is_some_and(|(key, value)| {
            let end = key.len().checked_sub(name.len()).and_then(|it| key.get(it..));
            end.is_some_and(|it| it.eq_ignore_ascii_case(name))
                && ["1", "true", "yes"].iter().any(|it| value.eq_ignore_ascii_case(it))
        })
    })
}

fn of_yum(word: &str) -> bool {
    matches!(word, "--nogpgcheck" | "--no-gpgcheck" | "--no-gpg-checks")
        || word.strip_prefix("--setopt=").unwrap_or(word).trim_start_matches("*.") == "gpgcheck=0"
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "unsigned-packages";

    #[test]
    fn options_of_every_manager() {
        let text = "FROM a\nRUN apt-get install -y --force-yes x\nRUN apt-get -o APT::Get::AllowUnauthenticated=true install x\n\
                    RUN yum -y install --nogpgcheck x\nRUN a && zypper --no-gpg-checks in x\nRUN rpm -i --nosignature x\n\
                    RUN echo 'deb [trusted=yes] https://x y z' > /etc/apt/sources.list.d/x.list\n";
        let expected = "2:24 warning: `--force-yes` lets `apt-get` install packages that nobody signed\n\
                        3:16 warning: `APT::Get::AllowUnauthenticated=true` lets `apt-get` install packages that nobody signed\n\
                        4:20 warning: `--nogpgcheck` lets `yum` install packages that nobody signed\n\
                        5:17 warning: `--no-gpg-checks` lets `zypper` install packages that nobody signed\n\
                        6:12 warning: `--nosignature` lets `rpm` install packages that nobody signed\n\
                        7:10 warning: `[trusted=yes]` lets apt install packages that nobody signed";
        check(RULE, text, expected);
    }

    #[test]
    fn the_words_of_other_programs_are_fine() {
        check(RULE, "FROM a\nRUN echo --force-yes && apt-get install -y x && apk add allow-untrusted && apt-get purge -y --force-yes x\n", "");
    }
}
