//! `port-mismatch`: a service publishes a port that its image doesn't listen on.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::compose::{Port, Service};

use crate::compose::settings::{Settings, mentions};
use crate::image_facts::ImageFacts;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service of which no published port is one that its image exposes (`EXPOSE`) or that
    /// its program listens on by `ENV` or its arguments. Silent where the service gives its program the
    /// port (`environment`, `command`), or where not everything that it is given is known.
    ///
    /// ## Why it matters
    /// Nothing answers at the published port: Docker takes the connection and then resets it. In
    /// `host:container`, the second number is the container's.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     ports:
    ///       - "127.0.0.1:3000:8080"
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM gcr.io/distroless/static-debian12:nonroot
    /// COPY server /server
    /// EXPOSE 3000
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     ports:
    ///       - "127.0.0.1:8080:3000"
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM gcr.io/distroless/static-debian12:nonroot
    /// COPY server /server
    /// EXPOSE 3000
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static PORT_MISMATCH = {
        name: "port-mismatch",
        clause: Clause::DevCompose,
        summary: "a service publishes a port that its image doesn't listen on",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        let ports = service.ports();
        if ports.is_empty() || service.network_mode().is_some() {
            continue;
        }
        let Some(image) = cx.image_of(service) else { continue };
        let settings = Settings::of(cx, service);
        let Some((span, port)) = unanswered(service, &ports, &image, &settings) else { continue };
        let found = expected(&image, port);
        let Some((place, says)) = found else { continue };
        let message = format!("`{}` publishes port {port} of its container, and {says}", service.name);
        cx.report(span, message)
            .help("The second number is the port in the container: name the one that the program listens on.")
            .related_in(image.name.clone(), image.place(place), "the port of the image")
            .done();
    }
}

/// The first of the published ports, if the image has none of them.
fn unanswered(
    service: &Service<'_>,
    ports: &[Port<'_>],
    image: &ImageFacts,
    settings: &Settings,
) -> Option<(Span, u16)> {
    if !image.ports_known || !settings.is_complete || settings.are_templated() {
        return None;
    }
    // A shell, or a tool that serves in place of the program.
    if service.entrypoint().is_some() || service.command().is_some_and(|it| !is_options(&it.words)) {
        return None;
    }
    let varies = image.ports.iter().any(|it| it.varies) || image.program_port.as_ref().is_some_and(|it| it.varies);
    if varies && service.build().is_some_and(|it| !it.args().is_empty()) {
        return None;
    }
    let mut first = None;
    for port in ports {
        // A variable may be any port; one with a default too.
        let range = port.target_range()?;
        for number in range.clone().take(64) {
            let is_program = image.program_port.as_ref().is_some_and(|it| it.value == number);
            if image.exposes(number) || is_program || settings.mention(number) {
                return None;
            }
            let said = image.variables.iter().any(|it| mentions(&it.1.value, number))
                || [&image.entrypoint, &image.cmd]
                    .into_iter()
                    .flatten()
                    .any(|it| it.value.words.iter().any(|it| mentions(it, number)));
            let exposed = service.expose().iter().any(|it| mentions(it.text, number));
            if said || exposed {
                return None;
            }
        }
        first = first.or(Some((port.target.span, *range.start())));
    }
    first
}

/// Whether a command is nothing but options of the image's own program.
fn is_options(words: &[plimsoll_syntax::compose::CommandWord<'_>]) -> bool {
    words.first().is_none_or(|it| it.text.starts_with('-'))
}

/// What the image has instead, and where it says so.
fn expected(image: &ImageFacts, port: u16) -> Option<(Span, String)> {
    if let Some(own) = &image.program_port {
        return Some((own.span, format!("its program listens on {}", own.value)));
    }
    let mut ports: Vec<u16> = image.ports.iter().map(|it| it.value.first).collect();
    ports.sort_unstable();
    ports.dedup();
    let first = image.ports.first()?;
    // What listens on another protocol's port may listen here too.
    if image.ports.iter().all(|it| it.value.protocol != "tcp") || port == 0 {
        return None;
    }
    let list = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    Some((first.span, format!("its image exposes {list} alone")))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "port-mismatch";

    #[track_caller]
    fn check(service: &str, dockerfile: &str, expected: &str) {
        let compose = format!("services:\n  a:\n    build: .\n{service}");
        check_project(RULE, &[("compose.yaml", &compose), ("Dockerfile", dockerfile)], expected);
    }

    const SERVER: &str = "FROM rust:1 AS b\nFROM debian:12 AS run\nEXPOSE 3000\nCMD [\"server\"]\n";

    #[test]
    fn published_ports_are_those_of_the_image() {
        let message = "warning: `a` publishes port 8080 of its container, and its image exposes 3000 alone";
        check("    ports: ['3000:8080']\n", SERVER, &format!("4:19 {message}"));
        check("    ports: [8080]\n", SERVER, &format!("4:13 {message}"));
        check("    ports:\n      - {target: 8080, published: 3000}\n", SERVER, &format!("5:18 {message}"));
        check("    ports: ['127.0.0.1:8080:3000/tcp', '9:9']\n", SERVER, "");
        check("    ports: ['2000-3000:2990-3010']\n", SERVER, "");
    }

    #[test]
    fn the_program_says_its_port_too() {
        let by_arguments = "FROM debian:12\nCMD [\"server\", \"--bind\", \"0.0.0.0:3000\"]\n";
        let message = "4:18 warning: `a` publishes port 80 of its container, and its program listens on 3000";
        check("    ports: ['3000:80']\n", by_arguments, &message.replace("4:18", "4:19"));
        let by_variable = "FROM debian:12\nENV PORT=3000\nEXPOSE 8080\nCMD server\n";
        check("    ports: ['80:80']\n", by_variable, &message.replace("4:18", "4:17"));
        check("    ports: ['80:3000']\n", by_variable, "");
    }

    #[test]
    fn a_service_may_move_the_port() {
        for service in [
            "    ports: ['80:8080']\n    environment: {LISTEN: ':8080'}\n",
            "    ports: ['80:8080']\n    command: ['--port', '8080']\n",
            "    ports: ['80:8080']\n    command: npm run dev\n",
            "    ports: ['80:8080']\n    env_file: .env\n",
            "    ports: ['80:8080']\n    environment: [PORT]\n",
            "    ports: ['80:$PORT']\n",
            "    ports: ['80:8080']\n    expose: [8080]\n",
            "    ports: ['80:8080']\n    volumes: ['./config.toml:/etc/server.toml']\n",
            "    ports: ['80:8080']\n    network_mode: host\n",
        ] {
            check(service, SERVER, "");
        }
        check("    ports: ['80:8080']\n", "FROM corp/base:1\nEXPOSE 3000\n", "");
        check("    ports: ['80:8080']\n", "FROM debian:12\nCMD server\n", "");
        check("    ports: ['80:8080']\n", "FROM debian:12\nARG P\nEXPOSE $P\n", "");
        check("    ports: ['80:80']\n", "FROM nginx:1\nEXPOSE 8080\n", "");
    }
}
