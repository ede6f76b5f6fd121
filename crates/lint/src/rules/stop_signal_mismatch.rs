//! `stop-signal-mismatch`: a service is stopped by another signal than its image says.

use plimsoll_finding::{Clause, Severity};

use crate::compose::sources::is_literal;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a `stop_signal` that is another one than the `STOPSIGNAL` of the service's Dockerfile.
    ///
    /// ## Why it matters
    /// The image says which signal its program takes as the request to end. Another one may be ignored,
    /// so that Docker kills the process after ten seconds, or may end it without cleaning up.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     stop_signal: SIGINT
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// COPY server /usr/local/bin/server
    /// STOPSIGNAL SIGQUIT
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// COPY server /usr/local/bin/server
    /// STOPSIGNAL SIGQUIT
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static STOP_SIGNAL_MISMATCH = {
        name: "stop-signal-mismatch",
        clause: Clause::Signals,
        summary: "a service is stopped by another signal than its image says",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(own) = service.stop_signal().filter(|it| is_literal(it.text)) else { continue };
        let Some(image) = cx.image_of(service) else { continue };
        let Some(images) = image.stop_signal.as_ref().filter(|it| is_literal(&it.value)) else { continue };
        if name(own.text) == name(&images.value) {
            continue;
        }
        let message = format!(
            "`{}` is stopped by {}, and its image says {}",
            service.name, own.text, images.value
        );
        cx.report(own.span, message)
            .help("Leave `stop_signal` out, unless what runs here is not the image's own program.")
            .related_in(image.name.clone(), image.place(images.span), "the signal of the image")
            .done();
    }
}

/// A signal's name without `SIG`, in upper case, for the numbers that people write too.
fn name(signal: &str) -> String {
    let upper = signal.to_ascii_uppercase();
    let name = match &*upper {
        "1" => "HUP",
        "2" => "INT",
        "3" => "QUIT",
        "9" => "KILL",
        "10" => "USR1",
        "12" => "USR2",
        "15" => "TERM",
        "28" => "WINCH",
        other => other.strip_prefix("SIG").unwrap_or(other),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[test]
    fn signals_are_compared_by_what_they_are() {
        let dockerfile = "FROM a AS b\nSTOPSIGNAL SIGQUIT\nFROM b\n";
        for (signal, expected) in [
            ("SIGTERM", "4:18 warning: `a` is stopped by SIGTERM, and its image says SIGQUIT"),
            ("15", "4:18 warning: `a` is stopped by 15, and its image says SIGQUIT"),
            ("SIGQUIT", ""),
            ("quit", ""),
            ("3", ""),
            ("$S", ""),
        ] {
            let compose = format!("services:\n  a:\n    build: .\n    stop_signal: {signal}\n");
            check_project(
                "stop-signal-mismatch",
                &[("compose.yaml", &compose), ("Dockerfile", dockerfile)],
                expected,
            );
        }
        let compose = "services:\n  a:\n    build: .\n    stop_signal: SIGINT\n";
        check_project("stop-signal-mismatch", &[("compose.yaml", compose), ("Dockerfile", "FROM a\n")], "");
    }
}
