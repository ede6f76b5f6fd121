//! Plans for tests, written by hand: those of the example, `examples/html-to-markdown`.

use super::{Linking, Plan, Probe, Target};
use crate::{
    args::init::{Base, CiSystem},
    init::{
        images::{Images, PinnedImage},
        survey::{
            Health, Kind, Port, Program, Rust, Service, ServiceKind, Signals, Survey, Variable,
        },
    },
};

/// The example on a base, with digests as a registry would give them.
pub(crate) fn html_to_markdown(base: Base) -> Plan {
    let (linking, image) = match base {
        Base::Scratch => (Linking::Static, None),
        Base::Distroless => (Linking::Static, Some("gcr.io/distroless/static-debian12:nonroot")),
        Base::Alpine => (Linking::Static, Some("alpine:3.23")),
        Base::Debian => (Linking::Debian, Some("debian:bookworm-slim")),
    };
    let program = program();
    Plan {
        survey: survey(program.clone()),
        base,
        kept: Vec::new(),
        base_reason: "all programs can be linked statically".to_owned(),
        linking,
        images: Images {
            builder: pinned("rust:1.95-slim-bookworm", '1'),
            release: "bookworm".to_owned(),
            base: image.map(|name| pinned(name, '2')),
            services: vec![("postgres".to_owned(), pinned("postgres:17", '3'))],
        },
        targets: vec![Target {
            stage: program.name.clone(),
            path: format!("/usr/local/bin/{}", program.name),
            program,
            tini: false,
            probe: Probe::Itself { arguments: vec!["healthcheck".to_owned()] },
            packages: Vec::new(),
        }],
        platforms: vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()],
        repository: "ghcr.io/example/html-to-markdown".to_owned(),
        ci: CiSystem::Github,
        notes: Vec::new(),
    }
}

/// The same where no registry answered: images have names alone, those of the end-to-end tests.
pub(crate) fn undigested(base: Base) -> Plan {
    let mut plan = html_to_markdown(base);
    "rust:1-slim-bookworm".clone_into(&mut plan.images.builder.name);
    let services = plan.images.services.iter_mut().map(|(_, image)| image);
    for image in services.chain([&mut plan.images.builder]).chain(&mut plan.images.base) {
        image.digest = None;
        image.why_not = Some("no registry could be asked for its digest".to_owned());
    }
    plan
}

/// An image with a digest of one character's repetition.
pub(crate) fn pinned(name: &str, digit: char) -> PinnedImage {
    PinnedImage {
        name: name.to_owned(),
        digest: Some(format!("sha256:{}", digit.to_string().repeat(64))),
        why_not: None,
    }
}

fn program() -> Program {
    let variable = |name: &str, value: Option<&str>| Variable {
        name: name.to_owned(),
        value: value.map(str::to_owned),
    };
    Program {
        name: "html-to-markdown".to_owned(),
        package: "html-to-markdown".to_owned(),
        features: Vec::new(),
        kind: Kind::Service,
        arguments: vec!["serve".to_owned()],
        ports: vec![Port {
            number: 3000,
            evidence: "crates/html-to-markdown/src/cli.rs:45".to_owned(),
            variable: Some("LISTEN_ADDR".to_owned()),
        }],
        health: Health::Itself { arguments: vec!["healthcheck".to_owned()] },
        signals: Signals::Handled("crates/html-to-markdown/src/shutdown.rs:17".to_owned()),
        native: Vec::new(),
        services: vec![Service {
            kind: ServiceKind::Postgres,
            variable: "DATABASE_URL".to_owned(),
            crate_name: "tokio-postgres".to_owned(),
        }],
        variables: vec![
            variable("DATABASE_URL", None),
            variable("LISTEN_ADDR", Some("0.0.0.0:3000")),
            variable("RUST_LOG", Some("info")),
        ],
        needs_certificates: false,
    }
}

fn survey(program: Program) -> Survey {
    Survey {
        name: "html-to-markdown".to_owned(),
        below_context: String::new(),
        programs: vec![program],
        members: vec!["html-markdown".to_owned(), "html-to-markdown".to_owned()],
        sources: vec!["crates".to_owned()],
        rust: Rust {
            version: "1.95".to_owned(),
            reason: "rustc 1.95.0 of this machine".to_owned(),
            has_toolchain_file: false,
        },
        has_lock: true,
        has_cargo_config: false,
        sqlx_offline: false,
        private: Vec::new(),
        notes: Vec::new(),
        repository: Some("https://github.com/example/html-to-markdown".to_owned()),
        licence: Some("MIT OR Apache-2.0".to_owned()),
        description: Some(
            "Converts HTML to Markdown, on the command line and as a service".to_owned(),
        ),
    }
}
