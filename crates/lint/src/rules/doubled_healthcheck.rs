//! `doubled-healthcheck`: a service repeats the test of its image.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::HealthcheckTest;

use crate::compose::probes::{self, Probe};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Notes a `healthcheck` with a `test` that is the same as the `HEALTHCHECK` of the service's
    /// Dockerfile, or asks the same port and path.
    ///
    /// ## Why it matters
    /// Two copies of a test drift apart. Without `test`, a service has that of its image; `interval`,
    /// `timeout`, `retries` and `start_period` can still be set.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     healthcheck:
    ///       test: ["CMD", "server", "check"]
    ///       interval: 5s
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// COPY server /usr/local/bin/server
    /// HEALTHCHECK CMD ["server", "check"]
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
    /// HEALTHCHECK CMD ["server", "check"]
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static DOUBLED_HEALTHCHECK = {
        name: "doubled-healthcheck",
        clause: Clause::Healthcheck,
        summary: "a service repeats the test of its image",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let Some(own) = service.healthcheck().filter(|it| !it.is_disabled()) else { continue };
        let Some(test) = own.test().filter(|it| !matches!(it, HealthcheckTest::None)) else { continue };
        let Some(span) = own.get("test").map(|it| it.span()) else { continue };
        let Some(image) = cx.image_of(service) else { continue };
        let (Some(health), Some(images)) = (&image.health, probes::text_of_image(&image)) else { continue };
        let own = probes::text_of(&test);
        if !is_same(&own, &images) {
            continue;
        }
        let message = format!("`{}` repeats the health check of its image", service.name);
        cx.report(span, message)
            .help("Leave `test` out: the image's own counts then.")
            .related_in(image.name.clone(), image.place(health.span), "the test of the image")
            .done();
    }
}

/// Whether two tests do the same, `|| exit 1` left out.
fn is_same(own: &str, images: &str) -> bool {
    let plain = |text: &str| {
        let words = text.replace("|| exit 1", "").replace("$$", "$").replace(['"', '\''], "");
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (own, images) = (plain(own), plain(images));
    own == images || Probe::of(&own).is_some_and(|it| Probe::of(&images) == Some(it))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn check(test: &str, expected: &str) {
        let compose = format!("services:\n  a:\n    build: .\n    healthcheck:\n      test: {test}\n");
        let dockerfile = "FROM debian:12\nHEALTHCHECK CMD curl -f http://localhost:3000/health || exit 1\n";
        check_project("doubled-healthcheck", &[("compose.yaml", &compose), ("Dockerfile", dockerfile)], expected);
    }

    #[test]
    fn the_same_test_in_other_words() {
        let found = "5:13 note: `a` repeats the health check of its image";
        check("[CMD, curl, -f, 'http://localhost:3000/health']", found);
        check("curl -f http://localhost:3000/health || exit 1", found);
        check("[CMD-SHELL, 'wget -q http://localhost:3000/health/']", found);
        check("[CMD, curl, -f, 'http://localhost:3000/ready']", "");
        check("[CMD, server, check]", "");
        check("[NONE]", "");
    }
}
