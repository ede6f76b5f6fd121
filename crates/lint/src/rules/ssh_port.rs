//! `ssh-port`: the port of SSH is exposed.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Command;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::sources::without_onbuild;

declare_rule! {
    /// ## What it does
    /// Reports `EXPOSE 22`, alone or in a range of no more than a hundred ports.
    ///
    /// ## Why it matters
    /// A container with an SSH server has two services, keys and passwords to look after, and a way
    /// in from outside. `docker exec` opens a shell without any of that.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// EXPOSE 22 3000
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// EXPOSE 3000
    /// USER 65532:65532
    /// ```
    pub(crate) static SSH_PORT = {
        name: "ssh-port",
        clause: Clause::NoNeedlessPackages,
        summary: "port 22 is exposed",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["CKV_DOCKER_1"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// A longer range is not meant for one service.
const LONGEST: u32 = 100;

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (index, outer) in facts.file.instructions.iter().enumerate() {
        let Command::Expose(words) = &without_onbuild(outer).command else { continue };
        for word in words {
            let written = facts.expand(index, word);
            let port = written.split('/').next().unwrap_or_default();
            let (first, last) = port.split_once('-').unwrap_or((port, port));
            let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else { continue };
            if (first..=last).contains(&22) && last - first < LONGEST {
                cx.report(word.span, "port 22, that of SSH, is exposed")
                    .help("Use `docker exec` to get into a container.")
                    .done();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn in_every_spelling() {
        let text = "FROM a\nARG P=22\nEXPOSE 22/tcp 2222\nEXPOSE $P 20-25 1-1000 220 $Q 25-20\n";
        let expected = "3:8 note: port 22, that of SSH, is exposed\n4:8 note: port 22, that of SSH, is exposed\n\
                        4:11 note: port 22, that of SSH, is exposed";
        check("ssh-port", text, expected);
    }
}
