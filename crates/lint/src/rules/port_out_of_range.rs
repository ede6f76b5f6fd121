//! `port-out-of-range`: a port that does not exist.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Command;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::sources::without_onbuild;

declare_rule! {
    /// ## What it does
    /// Reports ports of `EXPOSE` above 65535, port 0, and ranges that end before they begin.
    ///
    /// ## Why it matters
    /// There is no such port. The builder refuses the file.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// EXPOSE 80800
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// EXPOSE 8080
    /// USER 65532:65532
    /// ```
    pub(crate) static PORT_OUT_OF_RANGE = {
        name: "port-out-of-range",
        clause: Clause::Portable,
        summary: "a port above 65535, or a range that ends before it begins",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["DL3011"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (index, outer) in facts.file.instructions.iter().enumerate() {
        let Command::Expose(words) = &without_onbuild(outer).command else { continue };
        for word in words {
            let written = facts.expand(index, word);
            // With an address or a port of the host before it, the port is the last part.
            let port = written.split('/').next().unwrap_or_default();
            let port = port.rsplit(':').next().unwrap_or_default();
            let (first, last) = port.split_once('-').unwrap_or((port, port));
            let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
            if !digits(first) || !digits(last) {
                continue;
            }
            let message = match (first.parse::<u16>(), last.parse::<u16>()) {
                (Ok(0), _) => "there is no port 0".to_owned(),
                (Ok(first), Ok(last)) if first > last => {
                    format!("the range of ports ends at {last}, before it begins at {first}")
                }
                (Ok(_), Ok(_)) => continue,
                (Err(_), _) => format!("there is no port {first}: the last one is 65535"),
                (_, Err(_)) => format!("there is no port {last}: the last one is 65535"),
            };
            cx.report(word.span, message).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn numbers_ranges_and_variables() {
        let text = "FROM a\nARG P=70000\nEXPOSE 65535 65536/udp 0\nEXPOSE 99999999999-8 90-80 80-90 $P $Q x\n\
                    ONBUILD EXPOSE 8080:70001\n";
        let expected = "3:14 error: there is no port 65536: the last one is 65535\n3:24 error: there is no port 0\n\
                        4:8 error: there is no port 99999999999: the last one is 65535\n\
                        4:22 error: the range of ports ends at 80, before it begins at 90\n\
                        4:34 error: there is no port 70000: the last one is 65535\n\
                        5:16 error: there is no port 70001: the last one is 65535";
        check("port-out-of-range", text, expected);
    }
}
