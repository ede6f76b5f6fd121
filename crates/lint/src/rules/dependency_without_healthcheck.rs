//! `dependency-without-healthcheck`: a service waits for another one to be healthy that has no test.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::{Condition, Service};
use plimsoll_syntax::dockerfile::{self, Keyword};

use crate::compose::databases::ImageParts;
use crate::rule::declare_rule;
use crate::{ComposeContext, Facts, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `condition: service_healthy` on a service that has no healthcheck: none in the file, and
    /// none in its image as far as that is known (official images have none; Dockerfiles are read).
    ///
    /// ## Why it matters
    /// Compose refuses to start the waiting service: the dependency "has no healthcheck configured".
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     depends_on:
    ///       cache:
    ///         condition: service_healthy
    ///   cache:
    ///     image: redis:8
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   app:
    ///     build: .
    ///     depends_on:
    ///       cache:
    ///         condition: service_healthy
    ///   cache:
    ///     image: redis:8
    ///     healthcheck:
    ///       test: ["CMD", "redis-cli", "ping"]
    /// ```
    pub(crate) static DEPENDENCY_WITHOUT_HEALTHCHECK = {
        name: "dependency-without-healthcheck",
        clause: Clause::DevCompose,
        summary: "a service waits for the health of one that has no healthcheck",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let mut seen = std::collections::BTreeSet::new();
    for service in cx.services() {
        if service.get("depends_on").is_none_or(|it| !it.is_mapping()) {
            continue;
        }
        for dependency in service.depends_on() {
            let Some(target) = cx.facts.compose.service(dependency.name.text) else { continue };
            if dependency.condition != Condition::Healthy || target.extends_elsewhere() {
                continue;
            }
            let place = dependency.condition_text.map_or(dependency.name.span, |it| it.span);
            let (name, asks) = (target.name, service.name);
            let health = target.healthcheck();
            let help = format!(
                "Give `{name}` a healthcheck, or wait for `service_started` or `service_completed_successfully`."
            );
            if health.as_ref().is_some_and(plimsoll_syntax::compose::Healthcheck::is_disabled) {
                if seen.insert(place) {
                    let off = target.get("healthcheck").map_or(place, |it| it.written());
                    cx.report(place, format!("`{asks}` waits for the health of `{name}`, whose healthcheck is switched off"))
                        .help(help)
                        .related(off, "it is switched off here")
                        .done();
                }
                continue;
            }
            let is_tested = health.is_some_and(|it| it.test().is_some());
            if is_tested || cx.is_override() {
                continue;
            }
            let Some(why) = without_test(cx, target) else { continue };
            if seen.insert(place) {
                cx.report(place, format!("`{asks}` waits for the health of `{name}`, which has no healthcheck: {why}"))
                    .help(help)
                    .related(target.key.span(), "the service without a healthcheck")
                    .done();
            }
        }
    }
}

/// Why the image is known to have no healthcheck; `None` where it may have one.
fn without_test(cx: &ComposeContext<'_, '_>, service: &Service<'_>) -> Option<String> {
    if !service.is_built() {
        let image = ImageParts::of(service.image()?, cx.host_variables());
        return has_none(image.name()).then(|| format!("its image `{}` has none", image.name()));
    }
    let build = service.build()?;
    if let Some(inline) = build.dockerfile_inline() {
        return has_no_instruction(inline.text, build.target().map(|it| it.text))
            .then(|| "its Dockerfile has none".to_owned());
    }
    let place = cx.place()?;
    let context = build.context().map_or(".", |it| it.text);
    let file = build.dockerfile().map_or("Dockerfile", |it| it.text);
    if context.contains(['$', ':']) || file.contains('$') {
        return None;
    }
    let path = plimsoll_project::files::join(&place.resolve(context), file);
    let text = place.files().text(&path)?;
    let target = build.target().map(|it| it.text);
    has_no_instruction(&text, target)
        .then(|| format!("`{}` has no `HEALTHCHECK`", place.files().name(&path)))
}

/// Whether a Dockerfile sets no healthcheck in the stage that is built, and neither does its base.
fn has_no_instruction(text: &str, target: Option<&str>) -> bool {
    let file = dockerfile::parse(text);
    let facts = Facts::new(&file);
    let stage = match target {
        Some(name) if name.contains('$') => None,
        Some(name) => facts.stages.named(name, usize::MAX),
        None => facts.stages.last(),
    };
    let Some(stage) = stage else { return false };
    if facts.stages.effective(stage.index, Keyword::Healthcheck).is_some() {
        return false;
    }
    facts.stages.root(stage.index).is_some_and(|root| {
        let name = root.image.split('@').next().unwrap_or_default();
        let name = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => name,
            _ => name,
        };
        let name = name.strip_prefix("docker.io/").unwrap_or(name);
        root.image_known && has_none(name.strip_prefix("library/").unwrap_or(name))
    })
}

/// Whether images of a name are known to have no healthcheck. The rules of the official images
/// forbid it.
fn has_none(name: &str) -> bool {
    let is_official = !name.contains('/') && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
    is_official
        || name.starts_with("gcr.io/distroless/")
        || name.starts_with("bitnami/")
        || name.starts_with("confluentinc/")
        || name.starts_with("prom/")
        || matches!(
            name,
            "valkey/valkey" | "postgis/postgis" | "pgvector/pgvector" | "timescale/timescaledb"
                | "grafana/grafana" | "grafana/loki" | "hashicorp/vault" | "hashicorp/consul"
                | "otel/opentelemetry-collector" | "otel/opentelemetry-collector-contrib"
                | "jaegertracing/all-in-one" | "minio/mc" | "quay.io/keycloak/keycloak"
                | "mcr.microsoft.com/mssql/server"
        )
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const RULE: &str = "dependency-without-healthcheck";

    #[test]
    fn what_has_no_test_is_never_healthy() {
        check(
            RULE,
            "services:\n  a: {image: busybox, depends_on: {b: {condition: service_healthy}}}\n  b: {image: busybox}\n",
            "2:51 error: `a` waits for the health of `b`, which has no healthcheck: its image `busybox` has none",
        );
        check(
            RULE,
            "services:\n  a: {image: a, depends_on: {b: {condition: service_healthy}}}\n  b: {image: x/y, healthcheck: {disable: true}}\n",
            "2:45 error: `a` waits for the health of `b`, whose healthcheck is switched off",
        );
        check(
            RULE,
            "services:\n  a: {image: a, depends_on: {b: {condition: service_healthy}}}\n  b: {image: 'docker.io/library/redis:8', healthcheck: {interval: 5s}}\n",
            "2:45 error: `a` waits for the health of `b`, which has no healthcheck: its image `redis` has none",
        );
    }

    #[test]
    fn dockerfiles_are_read() {
        let compose = "services:\n  a: {image: a, depends_on: {b: {condition: service_healthy}}}\n  b: {build: {context: ./b, target: run}}\n";
        check_project(
            RULE,
            &[("compose.yaml", compose), ("b/Dockerfile", "FROM alpine:3.22 AS run\nFROM run\nHEALTHCHECK CMD true\n")],
            "2:45 error: `a` waits for the health of `b`, which has no healthcheck: `b/Dockerfile` has no `HEALTHCHECK`",
        );
        for text in ["FROM alpine:3.22 AS x\nHEALTHCHECK CMD true\nFROM x AS run\n", "FROM our/base AS run\n"] {
            check_project(RULE, &[("compose.yaml", compose), ("b/Dockerfile", text)], "");
        }
    }

    #[test]
    fn what_may_have_one_is_not_reported() {
        for b in ["image: x/y", "build: .", "image: '${I}'", "image: redis, healthcheck: {test: x}"] {
            let text = format!("services:\n  a: {{image: a, depends_on: {{b: {{condition: service_healthy}}}}}}\n  b: {{{b}}}\n");
            check(RULE, &text, "");
        }
    }
}
