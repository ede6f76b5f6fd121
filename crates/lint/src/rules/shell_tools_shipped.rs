//! `shell-tools-shipped`: tools for people at a terminal are installed in the shipped image.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};

use plimsoll_syntax::dockerfile::Keyword;

use crate::Facts;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports editors, download tools and network tools that the shipped image installs and keeps,
    /// and that its `HEALTHCHECK`, `ENTRYPOINT` and `CMD` don't name.
    ///
    /// ## Why it matters
    /// A service needs none of them. They help an intruder to look around and to bring more.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates curl vim-tiny \
    ///     && rm -rf /var/lib/apt/lists/*
    /// COPY server /usr/local/bin/
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl \
    ///     && rm -rf /var/lib/apt/lists/*
    /// COPY server /usr/local/bin/
    /// HEALTHCHECK CMD ["curl", "--fail", "http://localhost:3000/health"]
    /// USER 65532:65532
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static SHELL_TOOLS_SHIPPED = {
        name: "shell-tools-shipped",
        clause: Clause::NoNeedlessPackages,
        summary: "tools for people at a terminal are installed in the shipped image",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

/// Each package, and the program that it is for.
const TOOLS: &[(&str, &str)] = &[
    ("curl", "curl"),
    ("wget", "wget"),
    ("git", "git"),
    ("vim", "vim"),
    ("vim-tiny", "vi"),
    ("nano", "nano"),
    ("emacs", "emacs"),
    ("less", "less"),
    ("telnet", "telnet"),
    ("netcat", "nc"),
    ("netcat-openbsd", "nc"),
    ("netcat-traditional", "nc"),
    ("nmap", "nmap"),
    ("net-tools", "netstat"),
    ("iputils-ping", "ping"),
    ("iputils", "ping"),
    ("dnsutils", "dig"),
    ("bind-tools", "dig"),
    ("iproute2", "ip"),
    ("tcpdump", "tcpdump"),
    ("strace", "strace"),
    ("htop", "htop"),
    ("openssh-client", "ssh"),
    ("openssh-server", "sshd"),
    ("sudo", "sudo"),
    ("rsync", "rsync"),
    ("man-db", "man"),
    ("tmux", "tmux"),
    ("screen", "screen"),
];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    let started = started(facts, last.index);
    let mut found: Vec<_> = facts
        .packages()
        .installed_packages(&facts.stages, last.index)
        .filter_map(|(_, name, package)| {
            let (_, program) = TOOLS.iter().find(|it| it.0 == name)?;
            Some((package.span, name, program))
        })
        .filter(|it| !started.contains(it.2))
        .collect();
    found.sort_unstable();
    for (span, name, _) in found {
        cx.report(span, format!("`{name}` is shipped, and nothing starts it"))
            .help("Use it in a stage that is not shipped, and take only the result.")
            .done();
    }
}

/// The words of what the container starts.
fn started<'f>(facts: &'f Facts<'_>, stage: usize) -> BTreeSet<&'f str> {
    let in_name = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
    let starts = [Keyword::Healthcheck, Keyword::Entrypoint, Keyword::Cmd];
    let starts = starts.iter().filter_map(|it| facts.stages.effective(stage, *it));
    starts.flat_map(|it| it.arguments.text().split(move |it| !in_name(it))).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn what_is_removed_or_started_is_fine() {
        check(
            "shell-tools-shipped",
            "FROM a\nRUN apk add curl wget && apk del wget\nHEALTHCHECK CMD curl -f localhost",
            "",
        );
        check(
            "shell-tools-shipped",
            "FROM a\nRUN apk add wget\nHEALTHCHECK CMD curl -f localhost",
            "2:13 note: `wget` is shipped, and nothing starts it",
        );
    }

    #[test]
    fn builders_are_left_alone() {
        check(
            "shell-tools-shipped",
            "FROM a AS b\nRUN apk add curl\nFROM c\nCOPY --from=b /d /d",
            "",
        );
    }
}
