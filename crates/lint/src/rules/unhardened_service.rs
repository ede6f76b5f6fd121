//! `unhardened-service`: nothing limits what a service may do.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Service;

use crate::compose::hardening::{Hardening, is_hopeless};
use crate::compose::images::{is_ours, role_of};
use crate::compose::jobs::is_job;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service that sets none of `read_only`, `cap_drop` and `no-new-privileges`. Where no
    /// service of the file sets any of them, one finding stands for all; files to develop and test
    /// with are left alone then. Services that set some and lack others are the affair of
    /// `writable-root`, `kept-capabilities` and `privilege-escalation`.
    ///
    /// ## Why it matters
    /// Whoever takes over the process may rewrite the program, use fourteen capabilities of root, and
    /// gain more by any setuid program of the image. Three lines take all of that away, and most
    /// services never miss it.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     ports: ["127.0.0.1:3000:3000"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     restart: unless-stopped
    ///     ports: ["127.0.0.1:3000:3000"]
    ///     read_only: true
    ///     tmpfs: ["/tmp:size=16m"]
    ///     cap_drop: [ALL]
    ///     security_opt: ["no-new-privileges:true"]
    /// ```
    pub(crate) static UNHARDENED_SERVICE = {
        name: "unhardened-service",
        clause: Clause::ReadOnly,
        summary: "nothing limits what a service may do",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

const HELP: &str = "Add `read_only: true` with `tmpfs: [/tmp]`, `cap_drop: [ALL]` and \
                    `security_opt: [\"no-new-privileges:true\"]`, and give back what the program needs.";

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.adds_to_services() {
        return;
    }
    let compose = &cx.facts.compose;
    let purpose = cx.purpose();
    let somebody_cares = compose.services.iter().any(|it| Hardening::of(it).count() > 0);
    if purpose.is_development() && !somebody_cares {
        return;
    }
    let is_meant = |it: &Service<'_>| {
        (is_ours(it)
            || purpose.is_production() && it.get("image").is_some() && role_of(it).is_none())
            && Hardening::of(it).count() == 0
            && !it.extends_elsewhere()
            && !is_hopeless(it)
            && !is_job(compose, it)
    };
    let severity = |it: &Service<'_>| {
        let is_heavy = is_ours(it) && (purpose.is_production() || somebody_cares);
        if is_heavy { Severity::Warning } else { Severity::Note }
    };
    let services: Vec<&Service<'_>> = compose.services.iter().filter(|it| is_meant(it)).collect();
    if somebody_cares {
        for it in services {
            let name = it.name;
            let message = format!(
                "`{name}` sets none of `read_only`, `cap_drop` and `no-new-privileges`, unlike other services"
            );
            cx.report(it.key.written(), message).severity(severity(it)).help(HELP).done();
        }
        return;
    }
    for part in cx.parted(services, |it| it.key.written()) {
        if let Some(first) = part.first() {
            report(cx, &part, severity(first));
        }
    }
}

/// Reports some services together.
fn report(cx: &mut ComposeContext<'_, '_>, services: &[&Service<'_>], severity: Severity) {
    let Some((first, others)) = services.split_first() else { return };
    let name = first.name;
    let message = match others.len() {
        0 => format!("`{name}` sets none of `read_only`, `cap_drop` and `no-new-privileges`"),
        1 => format!(
            "`{name}` and another service set none of `read_only`, `cap_drop` and `no-new-privileges`"
        ),
        more => format!(
            "`{name}` and {more} other services set none of `read_only`, `cap_drop` and `no-new-privileges`"
        ),
    };
    cx.report(first.key.written(), message)
        .severity(severity)
        .help(HELP)
        .members(others.iter().map(|it| it.key.written()), "it sets none of them either")
        .done();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("unhardened-service", text, expected);
    }

    #[test]
    fn one_finding_stands_for_a_file_that_does_not_care() {
        finds(
            "services:\n  db: {image: 'postgres:17', restart: always}\n  api: {build: ., restart: always}\n  \
             job: {build: ., restart: always}\n",
            "3:3 warning: `api` and another service set none of `read_only`, `cap_drop` and \
             `no-new-privileges`",
        );
        finds(
            "services:\n  api:\n    build: .\n",
            "2:3 note: `api` sets none of `read_only`, `cap_drop` and `no-new-privileges`",
        );
    }

    #[test]
    fn where_somebody_cares_each_service_counts() {
        finds(
            "services:\n  api: {build: ., read_only: true}\n  web: {build: ., volumes: ['.:/app']}\n",
            "3:3 warning: `web` sets none of `read_only`, `cap_drop` and `no-new-privileges`, unlike \
             other services",
        );
    }

    #[test]
    fn development_jobs_and_the_images_of_others_are_left_alone() {
        finds("services: {api: {build: ., volumes: ['.:/app']}}\n", "");
        finds("services: {db: {image: 'postgres:17', restart: always}}\n", "");
        finds("services: {api: {image: 'a/b:1'}}\n", "");
        finds("services: {migrate: {build: .}}\n", "");
        finds("x-a: &a {cap_drop: [ALL]}\nservices: {api: {<<: *a, build: .}}\n", "");
    }
}
