//! `foreign-registry`: an image from a registry that is not allowed.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::Base;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::froms::{Target, froms, target};

declare_rule! {
    /// ## What it does
    /// Reports images of `FROM`, `COPY --from` and `RUN --mount=from=` whose registry is not in the
    /// list of the settings. Without a list it has nothing to report. A `*` at the beginning or the
    /// end of an entry stands for any rest; `docker.io` means images without a registry.
    ///
    /// ## Why it matters
    /// A list of registries is worth something only if nothing comes from elsewhere, in the stages
    /// that build too.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM registry.example.com/rust:1.91 AS build
    /// WORKDIR /src
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// ```
    pub(crate) static FOREIGN_REGISTRY = {
        name: "foreign-registry",
        clause: Clause::Pinned,
        summary: "an image from a registry that the settings do not allow",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["DL3026"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let (facts, allowed) = (cx.facts, &cx.options.allowed_registries);
    if allowed.is_empty() {
        return;
    }
    for stage in &facts.stages.all {
        if stage.base == Base::Image {
            look(cx, &stage.image, stage.from.image.span);
        }
        for from in stage.body.iter().flat_map(froms) {
            let number = from.copies && from.word.text.parse::<usize>().is_ok();
            if !number && target(&facts.stages, stage.index, &from) == Target::Other {
                look(cx, &from.word.text, from.word.span);
            }
        }
    }
}

fn look(cx: &mut Context<'_, '_>, image: &str, span: Span) {
    let Some(registry) = registry(image).filter(|_| image != "scratch") else { return };
    let allowed = &cx.options.allowed_registries;
    if allowed.iter().any(|it| matches(it, registry)) {
        return;
    }
    let list = allowed.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    cx.report(span, format!("`{registry}` is no allowed registry"))
        .help(format!("The settings allow {list}."))
        .done();
}

/// The registry of an image's name; `None` where a variable hides it.
fn registry(image: &str) -> Option<&str> {
    let (first, rest) = image.split_once('/').unwrap_or(("", image));
    let host = first.contains(['.', ':']) || first == "localhost";
    match () {
        () if first.contains('$') || (first.is_empty() && rest.starts_with('$')) => None,
        () if host => Some(first),
        () => Some("docker.io"),
    }
}

fn matches(allowed: &str, registry: &str) -> bool {
    let hub = |it: &str| matches!(it, "docker.io" | "index.docker.io" | "hub.docker.com" | "registry-1.docker.io");
    if let Some(end) = allowed.strip_prefix('*') {
        registry.ends_with(end)
    } else if let Some(start) = allowed.strip_suffix('*') {
        registry.starts_with(start)
    } else {
        registry == allowed || (hub(registry) && hub(allowed))
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_with;

    const RULE: &str = "foreign-registry";

    #[track_caller]
    fn check_allowed(allowed: &[&str], text: &str, expected: &str) {
        let allowed_registries = allowed.iter().map(|it| (*it).to_owned()).collect();
        let options = crate::Options { allowed_registries, ..crate::Options::default() };
        check_with(RULE, options, text, expected);
    }

    #[test]
    fn every_place_where_images_are_named() {
        let text = "ARG R=quay.io\nFROM a AS x\nFROM $R/b:1\nCOPY --from=x / /\nCOPY --from=0 / /\n\
                    COPY --from=ghcr.io/a/b / /\nRUN --mount=from=localhost:5000/a,target=/a true\nFROM scratch\nFROM $U/a\n";
        let expected = "3:6 error: `quay.io` is no allowed registry\n6:13 error: `ghcr.io` is no allowed registry\n\
                        7:18 error: `localhost:5000` is no allowed registry";
        check_allowed(&["docker.io"], text, expected);
        check_allowed(&["hub.docker.com", "*.io", "localhost*"], text, "");
        check_allowed(&[], text, "");
    }

    #[test]
    fn images_without_a_registry_are_of_docker_hub() {
        check_allowed(&["ghcr.io"], "FROM a/b:1\n", "1:6 error: `docker.io` is no allowed registry");
    }
}
