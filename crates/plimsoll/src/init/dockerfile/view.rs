//! What the template of the Dockerfile sees.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    allowances::{Allowance, Allowances},
    finals::{self, Final},
    has_probe,
    platforms::{self, Asked, Case},
    stages::Stages,
};
use crate::init::{
    plan::{self, Linking, Plan, Target},
    survey::{Native, PrivateSource},
};

/// Where the build context lies in the builder.
pub(super) const CONTEXT: &str = "/app";

/// All of it; texts are ready for the shell or for the Dockerfile.
#[derive(Serialize)]
pub(super) struct View {
    title: String,
    targets: Vec<StageName>,
    builder: String,
    builder_allow: Vec<Allowance>,
    native_builder: bool,
    stages: Stages,
    context: &'static str,
    /// The script that makes stubs of sources.
    manifests: &'static str,
    directory: String,
    environment: Vec<Variable>,
    tools: Vec<String>,
    install_tools: Vec<String>,
    mode: Mode,
    /// Whether C code is compiled, or libraries of the system are linked: a compiler for the target is
    /// needed, beside rustc.
    c: bool,
    cxx: bool,
    /// Packages for the platform of the image.
    packages: Vec<String>,
    platforms: Vec<Case>,
    /// Lines of the shell that give cargo the tokens of registries.
    credentials: Vec<String>,
    mounts: String,
    cargo: String,
    binaries: Vec<String>,
    probe: Option<Probe>,
    tini: Vec<String>,
    rootfs: Vec<String>,
    dev: String,
    finals: Vec<Final>,
}

#[derive(Serialize)]
struct StageName {
    stage: String,
}

#[derive(Serialize)]
struct Variable {
    name: &'static str,
    value: String,
    why: &'static str,
}

#[derive(Serialize)]
struct Probe {
    source: String,
    command: Vec<String>,
}

/// What programs are linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    /// musl, statically.
    Musl,
    /// glibc, statically: for C++, whose library Debian has for glibc alone.
    GnuStatic,
    /// glibc and libraries of Debian.
    Gnu,
    /// musl and libraries of Alpine.
    Alpine,
}

impl View {
    pub(super) fn of(plan: &Plan) -> Self {
        let survey = &plan.survey;
        let native: Vec<&Native> = plan.targets.iter().flat_map(|it| &it.program.native).collect();
        let is_alpine = plan.linking == Linking::Alpine;
        let cxx = native.iter().any(|it| it.what == "c++");
        let mode = match plan.linking {
            Linking::Static if cxx => Mode::GnuStatic,
            Linking::Static => Mode::Musl,
            Linking::Debian => Mode::Gnu,
            Linking::Alpine => Mode::Alpine,
        };
        let tools = packages(&native, |it| it.tool && !is_alpine, |it| &it.apt_build);
        let mut packages = if is_alpine {
            packages(&native, |_| true, |it| &it.apk_build)
        } else {
            packages(&native, |it| !it.tool && !is_compiler(it), |it| &it.apt_build)
        };
        // It is a program of the builder, whoever asks for it.
        let mut tools: BTreeSet<String> = tools.into_iter().collect();
        if !is_alpine && packages.iter().any(|it| it == "pkg-config") {
            packages.retain(|it| it != "pkg-config");
            tools.insert("pkg-config".to_owned());
        }
        let tools: Vec<String> = tools.into_iter().collect();
        let c = mode != Mode::Musl && !is_alpine || native.iter().any(|it| it.what == "c");
        let stages = Stages::of(plan);
        Self {
            title: one_line(&survey.name),
            targets: plan.targets.iter().map(|it| StageName { stage: it.stage.clone() }).collect(),
            builder: plan.images.builder.reference(),
            builder_allow: Vec::new(),
            native_builder: !is_alpine,
            context: CONTEXT,
            manifests: super::MANIFESTS,
            directory: join(CONTEXT, &survey.below_context),
            environment: environment(plan),
            install_tools: if tools.is_empty() { Vec::new() } else { apt(&tools) },
            tools,
            mode,
            c,
            cxx,
            platforms: platforms::cases(
                &plan.platforms,
                Asked {
                    musl: mode == Mode::Musl,
                    debian: c || plan.targets.iter().any(|it| it.tini),
                },
            ),
            packages,
            credentials: survey.private.iter().filter_map(credential).collect(),
            mounts: mounts(&survey.private),
            cargo: cargo(plan),
            binaries: plan.targets.iter().map(|it| it.program.name.clone()).collect(),
            probe: has_probe(plan).then(|| probe(plan, mode)),
            tini: if plan.targets.iter().any(|it| it.tini) { tini(is_alpine) } else { Vec::new() },
            rootfs: finals::rootfs(plan),
            dev: dev(plan, &stages),
            finals: finals::finals(plan, &stages),
            stages,
        }
    }

    /// Writes above images why they are named as they are.
    pub(super) fn allow(&mut self, allowances: &Allowances) {
        self.builder_allow = allowances.get(&self.stages.rust);
        for target in &mut self.finals {
            target.allow = allowances.get(&target.stage);
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn join(directory: &str, below: &str) -> String {
    if below.is_empty() { directory.to_owned() } else { format!("{directory}/{below}") }
}

/// Compilers of C and C++ are chosen by the platform, not by what asks for them.
fn is_compiler(native: &Native) -> bool {
    matches!(native.what.as_str(), "c" | "c++")
}

fn packages<'n>(
    native: &[&'n Native],
    wanted: impl Fn(&Native) -> bool,
    of: impl Fn(&'n Native) -> &'n Vec<String>,
) -> Vec<String> {
    let found: BTreeSet<&String> =
        native.iter().filter(|it| wanted(it)).flat_map(|it| of(it)).collect();
    found.into_iter().cloned().collect()
}

/// Installs packages of Debian, and leaves no lists behind.
pub(super) fn apt(packages: &[String]) -> Vec<String> {
    vec![
        "apt-get update".to_owned(),
        format!("apt-get install -y --no-install-recommends {}", packages.join(" ")),
        "rm -rf /var/lib/apt/lists/* /var/cache/apt/*".to_owned(),
    ]
}

fn environment(plan: &Plan) -> Vec<Variable> {
    let variable = |name, value: &str, why| Variable { name, value: value.to_owned(), why };
    let mut variables = vec![
        variable("CARGO_TARGET_DIR", "/target", ""),
        variable(
            "CARGO_PROFILE_RELEASE_STRIP",
            "symbols",
            "No symbols of debuggers in the image. Drop the line for backtraces that name functions.",
        ),
    ];
    let rust = &plan.survey.rust;
    if rust.has_toolchain_file {
        let value = if rust.version.starts_with(|it: char| it.is_ascii_digit()) {
            format!("${{RUST_VERSION:-{}}}", rust.version)
        } else {
            rust.version.clone()
        };
        variables.push(variable(
            "RUSTUP_TOOLCHAIN",
            &value,
            "The Rust of the image, which rust-toolchain.toml would have rustup download again.",
        ));
    }
    if plan.survey.sqlx_offline {
        variables.push(variable(
            "SQLX_OFFLINE",
            "true",
            "Queries were checked before (.sqlx): no database is asked.",
        ));
    }
    variables
}

/// The one command that compiles dependencies and programs. Options decide about features, and with
/// them about which dependencies are compiled how: both must be the same.
fn cargo(plan: &Plan) -> String {
    let programs = || plan.targets.iter().map(|it| &it.program);
    let mut words = vec!["cargo build --locked --release".to_owned()];
    let packages: BTreeSet<&str> = programs().map(|it| it.package.as_str()).collect();
    words.extend(packages.into_iter().map(|it| format!("--package {it}")));
    words.extend(programs().map(|it| format!("--bin {}", it.name)));
    let features: BTreeSet<String> = programs()
        .flat_map(|it| it.features.iter().map(|feature| format!("{}/{feature}", it.package)))
        .collect();
    if !features.is_empty() {
        words.push(format!("--features {}", features.into_iter().collect::<Vec<_>>().join(",")));
    }
    words.join(" ")
}

/// Whether cargo can take the token of a registry of this name from a variable.
fn has_variable(source: &PrivateSource) -> bool {
    let is_fit = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    !source.ssh && !source.name.is_empty() && source.name.chars().all(is_fit)
}

fn credential(source: &PrivateSource) -> Option<String> {
    let name = has_variable(source).then_some(&source.name)?;
    let variable = name.to_ascii_uppercase().replace('-', "_");
    let file = format!("/run/secrets/cargo-registry-{name}");
    Some(format!("[ ! -f {file} ] || export CARGO_REGISTRIES_{variable}_TOKEN=\"$(cat {file})\""))
}

/// The mounts of whatever runs cargo, one a line.
fn mounts(private: &[PrivateSource]) -> String {
    // Locked, because Cargo's own lock lies outside of these directories.
    let mut mounts = vec![
        "type=cache,target=/usr/local/cargo/registry,sharing=locked".to_owned(),
        "type=cache,target=/usr/local/cargo/git,sharing=locked".to_owned(),
    ];
    for source in private.iter().filter(|it| has_variable(it)) {
        mounts.push(format!("type=secret,id=cargo-registry-{}", source.name));
    }
    if private.iter().any(|it| !it.ssh && !has_variable(it)) {
        mounts.push(
            "type=secret,id=cargo-credentials,target=/usr/local/cargo/credentials.toml".to_owned(),
        );
    }
    if private.iter().any(|it| it.ssh) {
        mounts.push("type=ssh".to_owned());
        mounts.push("type=secret,id=known_hosts,target=/etc/ssh/ssh_known_hosts".to_owned());
    }
    let mounts: Vec<String> = mounts.into_iter().map(|it| format!("--mount={it} \\")).collect();
    mounts.join("\n    ")
}

fn probe(plan: &Plan, mode: Mode) -> Probe {
    // Those that cargo would take, which rustc knows nothing of.
    let linker =
        if mode == Mode::Alpine { "" } else { " ${PROBE_LINKER:+-C linker=$PROBE_LINKER}" };
    Probe {
        source: join(&plan.survey.below_context, super::PROBE).trim_start_matches('/').to_owned(),
        command: vec![
            format!("rustc --edition 2021 --target \"$CARGO_BUILD_TARGET\"{linker}"),
            "-C opt-level=s -C panic=abort -C strip=symbols -C target-feature=+crt-static"
                .to_owned(),
            "-o /out/healthcheck /probe/healthcheck.rs".to_owned(),
        ],
    }
}

fn tini(is_alpine: bool) -> Vec<String> {
    let commands: &[&str] = if is_alpine {
        &["apk add --no-cache tini-static", "mkdir /out", "cp /sbin/tini-static /out/tini"]
    } else {
        &[
            ". /etc/build.env",
            "dpkg --add-architecture \"$DEBIAN_ARCHITECTURE\"",
            "apt-get update",
            "cd /tmp",
            "apt-get download \"tini:$DEBIAN_ARCHITECTURE\"",
            "dpkg -x tini_*.deb /tmp/tini",
            "mkdir /out",
            "cp /tmp/tini/usr/bin/tini-static /out/tini",
            "rm -rf /tmp/tini* /var/lib/apt/lists/*",
        ]
    };
    commands.iter().map(|&it| it.to_owned()).collect()
}

/// Where an image has the static probe.
fn static_probe(target: &Target) -> Option<&String> {
    match &target.probe {
        plan::Probe::Static { command } => command.first(),
        plan::Probe::Itself { .. } | plan::Probe::None { .. } => None,
    }
}

/// The stage that compose.yaml builds in, with the sources mounted.
fn dev(plan: &Plan, stages: &Stages) -> String {
    let mut lines = vec![
        "# For compose.yaml, which mounts the sources: docker/dev.sh builds and runs them."
            .to_owned(),
        format!("FROM {} AS dev", stages.toolchain),
        "ARG DEV_USER=1000:1000".to_owned(),
        "RUN mkdir -p /target /usr/local/cargo/registry /usr/local/cargo/git \\".to_owned(),
        "    && chown \"$DEV_USER\" /target /usr/local/cargo/registry /usr/local/cargo/git"
            .to_owned(),
    ];
    let probes: BTreeSet<&String> = plan.targets.iter().filter_map(static_probe).collect();
    for path in probes {
        lines.push(format!("COPY --from={} /out/healthcheck {path}", stages.probe));
    }
    lines.extend([
        format!("WORKDIR {}", join("/workspace", &plan.survey.below_context)),
        "USER ${DEV_USER}".to_owned(),
        "ENTRYPOINT [\"sh\", \"docker/dev.sh\"]".to_owned(),
    ]);
    format!("{}\n", lines.join("\n"))
}
