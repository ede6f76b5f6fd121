//! `contradictory-healthchecks`: a service and its image test different things.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::HealthcheckTest;

use crate::compose::probes::{self, Probe};
use crate::image_facts::ImageHealth;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a `healthcheck` that asks another port or path of its container than the `HEALTHCHECK` of
    /// the service's Dockerfile, and one that switches the image's test off.
    ///
    /// ## Why it matters
    /// One of the two is likely left over from before a change. The service's own test counts; where the
    /// image runs without this Compose file, the other one does.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     healthcheck:
    ///       test: ["CMD", "curl", "-f", "http://localhost:8080/health"]
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// COPY server /usr/local/bin/server
    /// EXPOSE 3000
    /// HEALTHCHECK CMD curl -f http://localhost:3000/health
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     healthcheck:
    ///       interval: 5s
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// COPY server /usr/local/bin/server
    /// EXPOSE 3000
    /// HEALTHCHECK CMD curl -f http://localhost:3000/health
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static CONTRADICTORY_HEALTHCHECKS = {
        name: "contradictory-healthchecks",
        clause: Clause::Healthcheck,
        summary: "a service and its image test different things",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(own) = service.healthcheck() else { continue };
        let Some(image) = cx.image_of(service) else { continue };
        let Some(health) = &image.health else { continue };
        if health.value == ImageHealth::Disabled {
            continue;
        }
        let place = image.place(health.span);
        if own.is_disabled() {
            let span = own.get("disable").or_else(|| own.get("test")).map_or(service.key.span(), |it| it.span());
            let message = format!("`{}` switches off the health check of its image", service.name);
            cx.report(span, message)
                .severity(Severity::Note)
                .help("Leave the `healthcheck` out, unless the image's test can't work here.")
                .related_in(image.name.clone(), place, "the test of the image")
                .done();
            continue;
        }
        // Who moves the port by a variable or command moves the test with it.
        if service.command().is_some() || service.entrypoint().is_some() {
            continue;
        }
        let Some(test) = own.test().filter(|it| !matches!(it, HealthcheckTest::None)) else { continue };
        let Some(span) = own.get("test").map(|it| it.span()) else { continue };
        let (own, images) = (probes::text_of(&test), probes::text_of_image(&image));
        let Some((own, images)) = Probe::of(&own).zip(images.as_deref().and_then(Probe::of)) else { continue };
        let Some(difference) = own.difference(&images) else { continue };
        let says = |it: &Probe| match difference {
            "port" => format!("port {}", it.port),
            _ => format!("`{}`", it.path.as_deref().filter(|it| !it.is_empty()).unwrap_or("/")),
        };
        let message =
            format!("`{}` tests {}, and its image {}", service.name, says(&own), says(&images));
        cx.report(span, message)
            .help("Keep one of the two: without `test`, the image's own counts.")
            .related_in(image.name.clone(), place, "the test of the image")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn check(health: &str, dockerfile: &str, expected: &str) {
        let compose = format!("services:\n  a:\n    build: .\n    healthcheck: {health}\n");
        let dockerfile = format!("FROM debian:12\n{dockerfile}\n");
        check_project(
            "contradictory-healthchecks",
            &[("compose.yaml", &compose), ("Dockerfile", &dockerfile)],
            expected,
        );
    }

    const IMAGE: &str = "HEALTHCHECK CMD curl -f http://localhost:3000/health || exit 1";

    #[test]
    fn ports_and_paths_differ() {
        check("{test: curl -f localhost:80/health}", IMAGE, "4:25 warning: `a` tests port 80, and its image port 3000");
        check("{test: [CMD, wget, 'http://127.0.0.1:3000/']}", IMAGE, "4:25 warning: `a` tests `/`, and its image `/health`");
        check("{test: [CMD-SHELL, nc -z localhost 81]}", IMAGE, "4:25 warning: `a` tests port 81, and its image port 3000");
        check("{disable: true}", IMAGE, "4:28 note: `a` switches off the health check of its image");
        check("{test: [NONE]}", IMAGE, "4:25 note: `a` switches off the health check of its image");
    }

    #[test]
    fn the_same_and_the_unknown_are_left_alone() {
        for health in [
            "{test: wget -q http://127.0.0.1:3000/health}",
            "{test: nc -z localhost 3000}",
            "{interval: 5s}",
            "{test: [CMD, server, check]}",
            "{test: 'curl localhost:$$PORT'}",
        ] {
            check(health, IMAGE, "");
        }
        check("{test: curl localhost:80}", "HEALTHCHECK NONE", "");
        check("{test: curl localhost:80}", "CMD x", "");
        check("{disable: true}", "CMD x", "");
    }
}
