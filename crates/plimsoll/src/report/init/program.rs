//! What was found out about a program.

use serde::Serialize;

use crate::init::{
    plan::{Probe, Target},
    survey::{Health, Kind, Native, Port, Service, Signals},
};

/// A program, which is a target of the Dockerfile.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ProgramReport {
    pub(super) name: String,
    pub(super) package: String,
    /// The stage of the Dockerfile.
    pub(super) stage: String,
    /// Where it lies in the image.
    pub(super) path: String,
    /// What it does: `service`, `worker` or `command`.
    pub(super) kind: &'static str,
    /// Arguments that make it serve.
    pub(super) arguments: Vec<String>,
    /// Features that it requires.
    pub(super) features: Vec<String>,
    pub(super) ports: Vec<PortReport>,
    pub(super) health: HealthReport,
    pub(super) signals: SignalsReport,
    /// What it needs of the system.
    pub(super) native: Vec<NativeReport>,
    /// Packages that the image gets.
    pub(super) packages: Vec<String>,
    pub(super) services: Vec<ServiceReport>,
    /// Names of the variables that it reads.
    pub(super) variables: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct PortReport {
    pub(super) number: u16,
    /// Why: a place in the sources, or an option.
    pub(super) evidence: String,
    /// The variable that says where to listen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) variable: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct HealthReport {
    /// How it tells its health: `itself`, `http`, `tcp` or `none`.
    pub(super) by: &'static str,
    /// The arguments of its own check, or of the probe with its path; empty where there is no check.
    pub(super) command: Vec<String>,
    /// Why there is no check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SignalsReport {
    /// Whether the program handles SIGTERM itself.
    pub(super) handled: bool,
    /// Where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<String>,
    /// Whether tini is process 1.
    pub(super) tini: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct NativeReport {
    #[serde(rename = "crate")]
    pub(super) crate_name: String,
    /// What it needs: `ssl`, `pq`, `protoc`, `cmake`, `c`, `c++`, …
    pub(super) what: String,
    /// Whether the program loads a shared library because of it.
    pub(super) linked: bool,
    /// Whether it runs in the builder alone.
    pub(super) tool: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ServiceReport {
    /// `postgres`, `mysql`, `redis`, `nats` or `rabbitmq`.
    pub(super) kind: &'static str,
    /// The variable that its address comes from.
    pub(super) variable: String,
    /// The crate that speaks to it.
    #[serde(rename = "crate")]
    pub(super) crate_name: String,
}

impl ProgramReport {
    pub(super) fn new(target: &Target) -> Self {
        let program = &target.program;
        let port = |it: &Port| PortReport {
            number: it.number,
            evidence: it.evidence.clone(),
            variable: it.variable.clone(),
        };
        let native = |it: &Native| NativeReport {
            crate_name: it.crate_name.clone(),
            what: it.what.clone(),
            linked: it.linked,
            tool: it.tool,
        };
        let service = |it: &Service| ServiceReport {
            kind: it.kind.name(),
            variable: it.variable.clone(),
            crate_name: it.crate_name.clone(),
        };
        let evidence = match &program.signals {
            Signals::Handled(evidence) => Some(evidence.clone()),
            Signals::Unhandled => None,
        };
        Self {
            name: program.name.clone(),
            package: program.package.clone(),
            stage: target.stage.clone(),
            path: target.path.clone(),
            kind: match program.kind {
                Kind::Service => "service",
                Kind::Worker => "worker",
                Kind::Command => "command",
            },
            arguments: program.arguments.clone(),
            features: program.features.clone(),
            ports: program.ports.iter().map(port).collect(),
            health: health(target),
            signals: SignalsReport { handled: evidence.is_some(), evidence, tini: target.tini },
            native: program.native.iter().map(native).collect(),
            packages: target.packages.clone(),
            services: program.services.iter().map(service).collect(),
            variables: program.variables.iter().map(|it| it.name.clone()).collect(),
        }
    }
}

/// What was decided of what was found.
fn health(target: &Target) -> HealthReport {
    let by = match target.program.health {
        Health::Itself { .. } => "itself",
        Health::Http { .. } => "http",
        Health::Tcp => "tcp",
        Health::None { .. } => "none",
    };
    let (command, reason) = match &target.probe {
        Probe::Itself { arguments } => (arguments.clone(), None),
        Probe::Static { command } => (command.clone(), None),
        Probe::None { reason } => (Vec::new(), Some(reason.clone())),
    };
    HealthReport { by, command, reason }
}
