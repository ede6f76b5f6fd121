//! `missing-dockerfile`: the Dockerfile of a service is not there.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_project::files;
use plimsoll_syntax::compose::Service;

use crate::compose::sources::{Sources, is_literal};
use crate::rule::declare_rule;
use crate::spelling::closest;
use crate::{ComposeContext, FileType, FixAvailability, Place};

declare_rule! {
    /// ## What it does
    /// Reports a `build` whose Dockerfile does not exist in its context.
    ///
    /// ## Why it matters
    /// The build fails. `dockerfile` is seen from the build context, not from the directory of the
    /// Compose file.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build:
    ///       context: ./api
    ///       dockerfile: api/Dockerfile
    /// ```
    /// ```dockerfile api/Dockerfile
    /// FROM scratch
    /// COPY api /api
    /// ENTRYPOINT ["/api"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build:
    ///       context: ./api
    ///       dockerfile: Dockerfile
    /// ```
    /// ```dockerfile api/Dockerfile
    /// FROM scratch
    /// COPY api /api
    /// ENTRYPOINT ["/api"]
    /// ```
    pub(crate) static MISSING_DOCKERFILE = {
        name: "missing-dockerfile",
        clause: Clause::DevCompose,
        summary: "the Dockerfile of a service is not there",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let Some(place) = cx.place() else { return };
    let sources = Sources::of(place);
    let mut seen = BTreeSet::new();
    for service in &cx.facts.compose.services {
        let Some(missing) = missing(cx, &sources, place, service) else { continue };
        // Services may share a build by an anchor, or extend one another.
        if !seen.insert(missing.span) {
            continue;
        }
        let files = place.files();
        let tried = files.name(&missing.path);
        let message = format!("the Dockerfile of `{}`, `{tried}`, is not there", service.name);
        let help = match &missing.meant {
            Some(meant) => format!("`dockerfile` is seen from the context: did you mean `{meant}`?"),
            None => "`dockerfile` is seen from the build context.".to_owned(),
        };
        cx.report(missing.span, message).help(help).done();
    }
}

struct Missing {
    path: String,
    span: Span,
    meant: Option<String>,
}

fn missing<'y>(
    cx: &ComposeContext<'_, 'y>,
    sources: &Sources<'_>,
    place: &Place,
    service: &Service<'y>,
) -> Option<Missing> {
    let build = service.build()?;
    let found = cx.service_image(service)?.build;
    let (context, path) = (found.context?, found.dockerfile?);
    let (written, dockerfile) = (build.context(), build.dockerfile());
    let is_plain = written.is_none_or(|it| is_literal(it.text))
        && dockerfile.is_none_or(|it| is_literal(it.text) && !it.text.contains("://"));
    let files = place.files();
    if !is_plain || !files.is_directory(&context) || sources.is_from_elsewhere(&context) {
        return None;
    }
    let name = dockerfile.map_or("Dockerfile", |it| it.text);
    if !sources.may_be_missing(&path) || sources.is_elsewhere(written.map_or(".", |it| it.text), Some(name)) {
        return None;
    }
    let span = dockerfile.or(written).map_or(found.origin.span, |it| it.span);
    Some(Missing { meant: meant(place, &context, name), path, span })
}

/// The Dockerfile of the context that may be meant, as seen from there.
fn meant(place: &Place, context: &str, name: &str) -> Option<String> {
    let files = place.files();
    // A path that is seen from the Compose file.
    let from_file = place.resolve(name);
    if let Some(below) = files::below(context, &from_file).filter(|_| files.is_file(&from_file)) {
        return Some(below.to_owned());
    }
    let (directory, last) = match name.rsplit_once('/') {
        Some((directory, last)) => (files::join(context, directory), last),
        None => (context.to_owned(), name),
    };
    let list = files.list(&directory);
    let mut names = list.iter().map(|it| &*it.name).filter(|it| FileType::of(it) == Some(FileType::Dockerfile));
    let likely = closest(last, names.clone()).or_else(|| names.next().filter(|_| names.next().is_none()));
    let path = files::join(&directory, likely?);
    files::below(context, &path).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "missing-dockerfile";

    #[test]
    fn the_path_that_was_tried_is_named() {
        let compose = "services:\n  a: {build: .}\n  b: {build: {dockerfile: Dockerfile.prd}}\n  c: {build: {context: api, dockerfile: api/Dockerfile}}\n";
        check_project(
            RULE,
            &[("compose.yaml", compose), ("Dockerfile.prod", "FROM a\n"), ("api/Dockerfile", "FROM a\n")],
            "2:14 error: the Dockerfile of `a`, `Dockerfile`, is not there\n\
             3:27 error: the Dockerfile of `b`, `Dockerfile.prd`, is not there\n\
             4:41 error: the Dockerfile of `c`, `api/api/Dockerfile`, is not there",
        );
    }

    #[test]
    fn what_may_come_from_elsewhere_is_left_alone() {
        let compose = "services:\n  a: {build: {context: sub}}\n  b: {build: {dockerfile: $X}}\n  c: {build: {dockerfile_inline: FROM a}}\n  d: {build: https://x/y}\n  e: {build: {dockerfile: made.Dockerfile}}\n  f: {build: nowhere}\n";
        check_project(
            RULE,
            &[
                ("compose.yaml", compose),
                ("sub/x", ""),
                (".gitmodules", "[submodule \"s\"]\npath = sub\n"),
                (".gitignore", "made.Dockerfile\n"),
            ],
            "",
        );
        check_project(
            RULE,
            &[("compose.yaml", "services:\n  a: {build: .}\n"), ("dockerfile", "FROM a\n")],
            "",
        );
        let below = "services:\n  a: {build: {dockerfile: docker/Dockerfile}}\n";
        check_project(RULE, &[("docker/compose.yaml", below), ("docker/Dockerfile", "FROM a\n")], "");
    }
}
