//! `socket-given-to-scanner`: a scanner's image gets the socket of the engine.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::workflow::acts::ActKind;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports `docker run -v /var/run/docker.sock:…` with the image of a scanner.
    ///
    /// ## Why it matters
    /// Whoever has the socket is root on the machine: he can start any container, read every secret of
    /// the job, and push under its name. In March 2026 images of Trivy were replaced by ones
    /// that looked for just that. A scanner needs the image and nothing else.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker build -t acme/api:1.4.2 .
    ///       - run: |
    ///           docker run --rm -v /var/run/docker.sock:/var/run/docker.sock \
    ///             aquasec/trivy:0.69.3 image --exit-code 1 acme/api:1.4.2
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: docker build -t acme/api:1.4.2 .
    ///       - run: |
    ///           docker save --output api.tar acme/api:1.4.2
    ///           docker run --rm -v "$PWD/api.tar:/api.tar:ro" \
    ///             aquasec/trivy:0.69.3 image --exit-code 1 --input /api.tar
    /// ```
    pub(crate) static SOCKET_GIVEN_TO_SCANNER = {
        name: "socket-given-to-scanner",
        clause: Clause::Scanned,
        summary: "a scanner's image gets the socket of the engine",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    for act in containers.jobs.iter().flat_map(|it| &it.acts) {
        let ActKind::Socket(image) = &act.kind else { continue };
        let message = format!("`{}` gets the engine's socket, and with it the whole machine", image.shown());
        cx.report(image.span, message)
            .help(
                "Write the image to a file with `docker save --output image.tar NAME` and let it scan that: \
                 `trivy image --input /image.tar`, `grype docker-archive:/image.tar`.",
            )
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "socket-given-to-scanner";

    fn workflow(command: &str) -> String {
        format!("jobs:\n  a:\n    steps:\n      - run: {command}\n")
    }

    #[test]
    fn sockets_are_found_however_they_are_given() {
        let message = "gets the engine's socket, and with it the whole machine";
        check(
            RULE,
            &workflow("docker run --rm -v /var/run/docker.sock:/var/run/docker.sock ghcr.io/aquasecurity/trivy image a"),
            &format!("4:33 warning: `ghcr.io/aquasecurity/trivy` {message}"),
        );
        check(
            RULE,
            &workflow("docker run --mount type=bind,src=/run/docker.sock,dst=/var/run/docker.sock anchore/grype:v0.9 a"),
            &format!("4:33 warning: `anchore/grype:v0.9` {message}"),
        );
    }

    #[test]
    fn other_mounts_and_images_are_left_alone() {
        check(RULE, &workflow("docker run -v $PWD:/w aquasec/trivy fs /w"), "");
        check(RULE, &workflow("docker run -v /var/run/docker.sock:/var/run/docker.sock containrrr/watchtower"), "");
        check(RULE, &workflow("trivy image a"), "");
    }
}
