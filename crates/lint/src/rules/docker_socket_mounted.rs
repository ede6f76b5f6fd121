//! `docker-socket-mounted`: a service can give orders to the container engine.

use plimsoll_finding::{Clause, Severity};
use crate::compose::images;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a mount of the socket of Docker, Podman or containerd. It makes no difference whether it
    /// is read-only: a socket is not written to as a file. Tools that are made to speak to the engine,
    /// such as Traefik or Portainer, are notes, as is every service of a file to develop or test with; proxies that filter what may be asked are left alone.
    ///
    /// ## Why it matters
    /// Whoever can speak to the engine can start a privileged container with the host's disk in it: the
    /// socket is root on the host.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   proxy:
    ///     image: tecnativa/docker-socket-proxy:v0.4.1
    ///     environment: {CONTAINERS: 1}
    ///     volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
    /// ```
    pub(crate) static DOCKER_SOCKET_MOUNTED = {
        name: "docker-socket-mounted",
        clause: Clause::NonRoot,
        summary: "a service can give orders to the container engine",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

const SOCKETS: &[&str] = &["docker.sock", "podman.sock", "containerd.sock", "crio.sock"];

/// Parts of names of images that are made to speak to the engine.
const TOOLS: &[&str] = &[
    "traefik", "portainer", "watchtower", "dozzle", "autoheal", "nginx-proxy", "docker-gen", "acme-companion",
    "letsencrypt-nginx-proxy", "cadvisor", "promtail", "diun", "ouroboros", "ctop", "lazydocker", "dockge",
    "telegraf", "datadog", "gitlab-runner", "act_runner", "alloy", "vector", "netdata", "homepage",
    "swarmpit", "docker:", "dind", "ofelia", "localstack", "actions-runner", "github-runner",
    "woodpecker", "drone", "jenkins", "selenium/", "beszel", "glances", "yacht", "dockcheck", "caddy-docker",
    "dgoss",
];

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        if service.get("volumes").is_none() {
            continue;
        }
        for mount in service.volumes() {
            let Some(source) = mount.source else { continue };
            if !SOCKETS.iter().any(|it| source.text.contains(it)) {
                continue;
            }
            let image = images::of(service);
            let is = |part: &str| image.as_ref().is_some_and(|it| it.full.contains(part));
            if is("socket-proxy") || is("docker-proxy") || service.name.contains("socket-proxy") {
                continue;
            }
            let is_tool = TOOLS.iter().any(|it| is(it) || service.name.contains(it))
                || service.name == "proxy";
            // There the socket is the developer's own.
            let is_light = is_tool || cx.purpose().is_development();
            let severity = if is_light { Severity::Note } else { Severity::Warning };
            let message = format!(
                "`{}` can give orders to the container engine, and so become root on the host",
                service.name
            );
            let help = "Put a proxy such as docker-socket-proxy before the socket that allows what is needed \
                        alone, or do without.";
            cx.report(mount.span, message).severity(severity).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn both_forms_and_variables_are_read() {
        let message = "can give orders to the container engine, and so become root on the host";
        check(
            "docker-socket-mounted",
            "services:\n  a:\n    volumes:\n      - ${SOCK:-/var/run/docker.sock}:/var/run/docker.sock\n      - type: bind\n        \
             source: /run/podman/podman.sock\n        target: /x\n  traefik:\n    image: traefik:v3\n    \
             volumes: [/var/run/docker.sock:/var/run/docker.sock:ro]\n",
            &format!("4:9 warning: `a` {message}\n5:9 warning: `a` {message}\n10:15 note: `traefik` {message}"),
        );
        check(
            "docker-socket-mounted",
            "services:\n  sut:\n    image: x/dgoss:1\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n  a:\n    \
             image: x\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n",
            &format!("4:15 note: `sut` {message}\n7:15 note: `a` {message}"),
        );
        check("docker-socket-mounted", "services: {a: {volumes: ['./a:/var/run/docker.sock']}}\n", "");
    }
}
