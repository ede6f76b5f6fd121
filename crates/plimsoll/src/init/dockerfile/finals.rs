//! The stages that are shipped.

use serde::Serialize;

use super::{
    allowances::Allowance,
    quote::{exec, label},
    stages::Stages,
    view::apt,
};
use crate::{
    args::init::Base,
    init::{
        image_env,
        images::PinnedImage,
        plan::{Linking, Plan, Probe, Target},
    },
};

/// Certificate authorities, where programs look for them.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Where tini lies in the image.
const TINI: &str = "/usr/local/bin/tini";

/// A stage that is shipped.
#[derive(Serialize)]
pub(super) struct Final {
    pub(super) stage: String,
    pub(super) base: String,
    pub(super) allow: Vec<Allowance>,
    install: Vec<String>,
    copies: Vec<Copied>,
    /// Variables, ready for `ENV`.
    env: Vec<String>,
    ports: Vec<u16>,
    healthcheck: Option<String>,
    no_healthcheck: String,
    entrypoint: String,
    command: Option<String>,
    labels: Vec<String>,
}

#[derive(Serialize)]
struct Copied {
    stage: String,
    from: String,
    to: String,
}

/// All of them. The default one is the last, which is what `docker build` takes without a target.
pub(super) fn finals(plan: &Plan, stages: &Stages) -> Vec<Final> {
    plan.targets.iter().rev().map(|it| of(plan, it, stages)).collect()
}

fn of(plan: &Plan, target: &Target, stages: &Stages) -> Final {
    let program = &target.program;
    let mut copies = Vec::new();
    let mut copy = |stage: &str, from: &str, to: &str| {
        copies.push(Copied { stage: stage.to_owned(), from: from.to_owned(), to: to.to_owned() });
    };
    if !rootfs(plan).is_empty() {
        copy(&stages.files, "/rootfs/", "/");
    }
    if target.tini {
        copy(&stages.tini, "/out/tini", TINI);
    }
    let probe = match &target.probe {
        Probe::Itself { arguments } => {
            Some([std::slice::from_ref(&target.path), arguments.as_slice()].concat())
        }
        Probe::Static { command } => {
            if let Some(path) = command.first() {
                copy(&stages.probe, "/out/healthcheck", path);
            }
            Some(command.clone())
        }
        Probe::None { .. } => None,
    };
    copy(&stages.build, &format!("/out/{}", program.name), &target.path);
    let entrypoint = if target.tini {
        vec![TINI.to_owned(), "--".to_owned(), target.path.clone()]
    } else {
        vec![target.path.clone()]
    };
    Final {
        stage: target.stage.clone(),
        base: plan
            .images
            .base
            .as_ref()
            .map_or_else(|| "scratch".to_owned(), PinnedImage::reference),
        allow: Vec::new(),
        install: install(plan, &target.packages),
        copies,
        env: image_env::of(program)
            .iter()
            .map(|(name, value)| format!("{name}={}", label(value)))
            .collect(),
        ports: program.ports.iter().map(|it| it.number).collect(),
        healthcheck: probe.map(|it| exec(&it)),
        no_healthcheck: match &target.probe {
            Probe::None { reason } => reason.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => String::new(),
        },
        entrypoint: exec(&entrypoint),
        command: (!program.arguments.is_empty()).then(|| exec(&program.arguments)),
        labels: labels(plan, target),
    }
}

fn install(plan: &Plan, packages: &[String]) -> Vec<String> {
    match plan.base {
        _ if packages.is_empty() => Vec::new(),
        Base::Alpine => vec![format!("apk add --no-cache {}", packages.join(" "))],
        Base::Debian => apt(packages),
        // There is nothing in them that could install.
        Base::Scratch | Base::Distroless => Vec::new(),
    }
}

/// Makes /rootfs, with what the base lacks.
pub(super) fn rootfs(plan: &Plan) -> Vec<String> {
    let has_packaged = |it: &Target| it.packages.iter().any(|name| name == "ca-certificates");
    let needs = |it: &Target| it.program.needs_certificates && !has_packaged(it);
    let certificates =
        matches!(plan.base, Base::Scratch | Base::Debian) && plan.targets.iter().any(needs);
    let mut commands = Vec::new();
    if plan.base == Base::Scratch {
        commands.extend([
            "mkdir -p /rootfs/etc /rootfs/tmp".to_owned(),
            "chmod 1777 /rootfs/tmp".to_owned(),
            "echo 'nonroot:x:65532:65532::/:/sbin/nologin' > /rootfs/etc/passwd".to_owned(),
            "echo 'nonroot:x:65532:' > /rootfs/etc/group".to_owned(),
        ]);
    }
    if certificates {
        commands.push("mkdir -p /rootfs/etc/ssl/certs".to_owned());
        if plan.linking == Linking::Alpine {
            commands.push("apk add --no-cache ca-certificates".to_owned());
        }
        commands.push(format!("cp {CERTIFICATES} /rootfs{CERTIFICATES}"));
    }
    commands
}

fn labels(plan: &Plan, target: &Target) -> Vec<String> {
    let survey = &plan.survey;
    let mut labels = vec![("title", label(&target.program.name))];
    let known = [
        ("description", &survey.description),
        ("source", &survey.repository),
        ("licenses", &survey.licence),
    ];
    for (name, value) in known {
        labels.extend(value.iter().map(|it| (name, label(it))));
    }
    labels.extend([
        ("version", "\"$VERSION\"".to_owned()),
        ("revision", "\"$REVISION\"".to_owned()),
        ("created", "\"$CREATED\"".to_owned()),
    ]);
    labels
        .into_iter()
        .map(|(name, value)| format!("org.opencontainers.image.{name}={value}"))
        .collect()
}
