//! `expose-host-port`: an `EXPOSE` names an address or a port of the host.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports an `EXPOSE` with an address or a port of the host.
    ///
    /// ## Why it matters
    /// An image can't say which ports of a host are used: the part before the colon has no effect.
    /// BuildKit will refuse it one day.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// EXPOSE 127.0.0.1:8080:3000
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// EXPOSE 3000
    /// ```
    pub(crate) static EXPOSE_HOST_PORT = {
        name: "expose-host-port",
        clause: Clause::Portable,
        summary: "an `EXPOSE` names an address or a port of the host",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["ExposeInvalidFormat"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for port in cx.facts.exposed_ports().filter(|it| it.has_host) {
        let container = port.text.rsplit(':').next().unwrap_or_default();
        cx.report(port.at.place(port.word.span), format!("`{}` names more than a port", port.text))
            .help(format!(
                "Write `{container}`, and publish it with `docker run --publish` or in Compose."
            ))
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn addresses_and_ports_of_the_host_are_reported() {
        check(
            "expose-host-port",
            "FROM a\nEXPOSE 80:80 0.0.0.0:80:80 [::1]::80 80/tcp 8000-9000 :80\n",
            "2:8 warning: `80:80` names more than a port\n\
             2:14 warning: `0.0.0.0:80:80` names more than a port\n\
             2:28 warning: `[::1]::80` names more than a port",
        );
    }
}
