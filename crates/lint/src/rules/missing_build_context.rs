//! `missing-build-context`: the directory that a service is built from is not there.

use std::collections::BTreeSet;

use plimsoll_finding::{Clause, Severity};
use plimsoll_project::files;
use plimsoll_syntax::compose::Build;

use crate::compose::sources::{Sources, is_literal};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a `build` whose context is a directory that does not exist. Contexts with variables,
    /// URLs, submodules and what `.gitignore` keeps out of the repository are left alone.
    ///
    /// ## Why it matters
    /// `docker compose build` and the first `docker compose up` fail. Paths are seen from the
    /// directory that the Compose file is in.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: ./backend
    /// ```
    /// ```dockerfile services/backend/Dockerfile
    /// FROM scratch
    /// COPY api /api
    /// ENTRYPOINT ["/api"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: ./services/backend
    /// ```
    /// ```dockerfile services/backend/Dockerfile
    /// FROM scratch
    /// COPY api /api
    /// ENTRYPOINT ["/api"]
    /// ```
    pub(crate) static MISSING_BUILD_CONTEXT = {
        name: "missing-build-context",
        clause: Clause::DevCompose,
        summary: "the directory that a service is built from is not there",
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
        let Some(context) = service.build().as_ref().and_then(Build::context) else { continue };
        let Some(found) = cx.service_image(service) else { continue };
        let Some(path) = found.build.context.filter(|_| is_literal(context.text)) else { continue };
        // Services may share a build by an anchor, or extend one another.
        if !seen.insert(context.span) {
            continue;
        }
        if sources.may_be_missing(&path) && !sources.is_elsewhere(context.text, None) {
            let name = place.files().name(&path);
            let message = format!("the build context of `{}`, `{name}`, is not there", service.name);
            let mut report = cx.report(context.span, message);
            if files::parent(place.directory()).is_some() {
                report = report.help("The path is seen from the directory that the Compose file is in.");
            }
            report.done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "missing-build-context";

    #[test]
    fn contexts_are_seen_from_the_file() {
        let compose = "services:\n  a: {build: ./api}\n  b:\n    build:\n      context: web\n  c: {build: api/x}\n";
        check_project(
            RULE,
            &[("deploy/compose.yaml", compose), ("deploy/web/Dockerfile", "FROM a\n")],
            "2:14 error: the build context of `a`, `deploy/api`, is not there\n\
             6:14 error: the build context of `c`, `deploy/api/x`, is not there",
        );
    }

    #[test]
    fn what_may_be_elsewhere_is_left_alone() {
        let compose = "services:\n  a: {build: $DIR}\n  b: {build: https://x/y.git}\n  c: {build: ./sub}\n  \
                       d: {build: ../other}\n  e: {build: ignored/x}\n  f: {image: x}\n  g: {build: {context: 'service:a'}}\n  \
                       h: {build: '${DIR:-nowhere}'}\n";
        check_project(
            RULE,
            &[
                ("compose.yaml", compose),
                (".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n"),
                (".gitignore", "/ignored/\n"),
            ],
            "",
        );
    }

    #[test]
    fn a_file_for_another_directory_is_left_alone() {
        // As with `docker compose -f deploy/compose.yaml --project-directory .`.
        check_project(
            RULE,
            &[
                ("deploy/compose.yaml", "services:\n  a: {build: ./api}\n"),
                ("api/Dockerfile", "FROM a\n"),
            ],
            "",
        );
    }
}
