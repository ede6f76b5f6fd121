//! `doubled-init`: a service starts an init before the one of its image.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Notes `init: true` of a service whose image starts with `tini`, `dumb-init` or the like itself.
    ///
    /// ## Why it matters
    /// The image's init is no longer PID 1: `tini` warns at each start that it can't reap zombies, and
    /// `s6` refuses to run. One of them is enough.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     init: true
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM alpine:3.22
    /// RUN apk add --no-cache tini=0.19.0-r3
    /// COPY server /usr/local/bin/server
    /// ENTRYPOINT ["/sbin/tini", "--", "server"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM alpine:3.22
    /// RUN apk add --no-cache tini=0.19.0-r3
    /// COPY server /usr/local/bin/server
    /// ENTRYPOINT ["/sbin/tini", "--", "server"]
    /// ```
    pub(crate) static DOUBLED_INIT = {
        name: "doubled-init",
        clause: Clause::Signals,
        summary: "a service starts an init before the one of its image",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(on) = service.get("init").filter(|it| it.as_bool() == Some(true)) else { continue };
        let Some(image) = cx.image_of(service) else { continue };
        let Some(init) = &image.init else { continue };
        // An init in `CMD` is gone with another command.
        let in_entrypoint = image.entrypoint.as_ref().is_some_and(|it| it.span.covers(init.span));
        if service.entrypoint().is_some() || !in_entrypoint && service.command().is_some() {
            continue;
        }
        let message = format!("`{}` has an init, and its image starts `{}` itself", service.name, init.value);
        cx.report(on.span(), message)
            .help("Leave one of them out.")
            .related_in(image.name.clone(), image.place(init.span), "the init of the image")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[test]
    fn one_init_is_enough() {
        let tini = "FROM alpine:3.22\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"x\"]\n";
        let in_cmd = "FROM alpine:3.22\nCMD [\"dumb-init\", \"x\"]\n";
        for (more, dockerfile, expected) in [
            ("", tini, "2:23 note: `a` has an init, and its image starts `tini` itself"),
            (", command: y", tini, "2:23 note: `a` has an init, and its image starts `tini` itself"),
            (", entrypoint: y", tini, ""),
            (", command: y", in_cmd, ""),
            ("", in_cmd, "2:23 note: `a` has an init, and its image starts `dumb-init` itself"),
            ("", "FROM alpine:3.22\nCMD [\"x\"]\n", ""),
        ] {
            let compose = format!("services:\n  a: {{build: ., init: true{more}}}\n");
            check_project("doubled-init", &[("compose.yaml", &compose), ("Dockerfile", dockerfile)], expected);
        }
    }
}
