//! `missing-healthcheck`: an image that serves has no health check.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Keyword;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a final image that serves (it has an `EXPOSE`, or stands on a server such as nginx)
    /// and has no `HEALTHCHECK`.
    ///
    /// ## Why it matters
    /// A process that hangs still runs. Without a health check Docker and Compose take it for a
    /// working service: nothing that depends on it waits, and nothing replaces it. Kubernetes has
    /// probes of its own and reads no `HEALTHCHECK`, which is why this is a note.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// EXPOSE 3000
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// The image has neither a shell nor curl, so the program tests itself:
    ///
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// EXPOSE 3000
    /// HEALTHCHECK --interval=10s --timeout=3s CMD ["/server", "healthcheck"]
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static MISSING_HEALTHCHECK = {
        name: "missing-healthcheck",
        clause: Clause::Healthcheck,
        summary: "an image that serves has no `HEALTHCHECK`",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3057", "CIS-DI-0006", "CKV_DOCKER_2"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Images that are servers, listen without an `EXPOSE` here, and have no health check.
const SERVERS: &[&str] = &[
    "nginx",
    "nginxinc/nginx-unprivileged",
    "httpd",
    "caddy",
    "haproxy",
    "traefik",
    "redis",
    "valkey/valkey",
    "postgres",
    "mysql",
    "mariadb",
    "mongo",
    "memcached",
    "tomcat",
];

fn check(cx: &mut Context<'_, '_>) {
    let Some(last) = cx.facts.stages.last() else { return };
    if cx.facts.stages.effective(last.index, Keyword::Healthcheck).is_some() {
        return;
    }
    // Whoever runs it says what it starts, and no check fits all of that.
    if cx.facts.starts_only_a_shell(last.index) {
        return;
    }
    let help = "Add a `HEALTHCHECK` that asks the service itself; in an image without a shell let \
                the program do it: `HEALTHCHECK CMD [\"/app\", \"healthcheck\"]`.";
    if let Some((expose, ports)) = cx.facts.exposed_by(last.index) {
        let noun = if ports.len() == 1 { "port" } else { "ports" };
        let ports: Vec<String> = ports.iter().map(|it| format!("`{it}`")).collect();
        let message =
            format!("the image serves {noun} {}, but has no `HEALTHCHECK`", ports.join(", "));
        cx.report(expose.head(cx.facts.file.text), message).help(help).done();
        return;
    }
    let Some(base) = cx.facts.base_image(last.index) else { return };
    let name = crate::bases::canonical_name(base.name()).to_owned();
    let starts_base = [Keyword::Entrypoint, Keyword::Cmd]
        .iter()
        .all(|it| cx.facts.stages.effective(last.index, *it).is_none());
    if starts_base && SERVERS.contains(&&*name) {
        let span = cx.facts.stages.root(last.index).map_or(last, |it| it).from.image.span;
        let message = format!("the image serves with `{name}`, but has no `HEALTHCHECK`");
        cx.report(span, message).help(help).done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn images_that_serve_are_reported() {
        check(
            "missing-healthcheck",
            "FROM alpine:3.22 AS base\nEXPOSE 80 443/tcp\nFROM base\nCMD [\"/app\"]\n",
            "2:1 note: the image serves ports `80`, `443/tcp`, but has no `HEALTHCHECK`",
        );
        check(
            "missing-healthcheck",
            "FROM docker.io/library/nginx:1.29\nCOPY . /usr/share/nginx/html\n",
            "1:6 note: the image serves with `nginx`, but has no `HEALTHCHECK`",
        );
    }

    #[test]
    fn tools_and_images_with_a_check_are_not() {
        for text in [
            "FROM alpine:3.22\nENTRYPOINT [\"/cli\"]\n",
            "FROM a AS b\nEXPOSE 80\nFROM scratch\nCOPY --from=b /a /a\n",
            "FROM a AS b\nHEALTHCHECK CMD x\nFROM b\nEXPOSE 80\n",
            "FROM a\nEXPOSE 80\nHEALTHCHECK NONE\n",
            "FROM debian:bookworm-slim\nCOPY a b /root/\nEXPOSE 80 81\n",
            "FROM rust:1.91\nEXPOSE 80\n",
            "FROM nginx:1.29\nENTRYPOINT [\"/tool\"]\n",
            "FROM a\nEXPOSE 80\nHEALTHCHECK --nope CMD x\n",
        ] {
            let found = crate::check("Dockerfile", text, &crate::Options::default());
            assert!(found.findings.iter().all(|it| it.rule != "missing-healthcheck"), "{text}");
        }
    }
}
