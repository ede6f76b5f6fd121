//! `expose-casing`: the protocol of a port has capitals.

use plimsoll_finding::{Clause, Edit, Fix, Severity};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a protocol in `EXPOSE` that is not in lower case.
    ///
    /// ## Why it matters
    /// The image's configuration holds it in lower case, and so do all other places that name it.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// EXPOSE 5353/UDP
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// EXPOSE 5353/udp
    /// ```
    ///
    /// ## Fix safety
    /// Safe: builders write it in lower case themselves. None is offered where it comes from a
    /// variable.
    pub(crate) static EXPOSE_CASING = {
        name: "expose-casing",
        clause: Clause::Portable,
        summary: "the protocol of a port has capitals",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &["ExposeProtoCasing"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for port in cx.facts.exposed_ports() {
        let protocol = port.protocol();
        let lower = protocol.to_ascii_lowercase();
        if protocol == lower {
            continue;
        }
        let span = port.at.place(port.word.span);
        let mut report = cx
            .report(span, format!("the protocol of `{}` is not in lower case", port.text))
            .help(format!("Write `{lower}`."));
        if let (Some(start), true) = (port.protocol, port.word.text == port.text)
            && port.at.triggered_by.is_none()
        {
            let span = port.at.instruction.span_in_word(port.word, start..port.text.len());
            report = report.fix(Fix::safe(format!("Write `{lower}`"), [Edit::replace(span, lower)]));
        }
        report.done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn protocols_with_capitals_are_reported() {
        check(
            "expose-casing",
            "FROM a\nENV P=90/UDP\nEXPOSE 80/TCP 81 82/Sctp-x 83/tcp $P\n",
            "3:8 note: the protocol of `80/TCP` is not in lower case\n\
             3:35 note: the protocol of `90/UDP` is not in lower case",
        );
    }

    #[test]
    fn the_protocol_is_replaced() {
        check_fixed(
            "expose-casing",
            "FROM a\nEXPOSE 80 \\\n  81/Tcp 8\\\n2/UDP\n",
            "FROM a\nEXPOSE 80 \\\n  81/tcp 8\\\n2/udp\n",
        );
    }
}
