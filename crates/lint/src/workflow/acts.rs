//! What the steps of a job do with containers, each command of a script by itself.

use plimsoll_finding::Span;
use plimsoll_syntax::shell::ShellCommand;
use plimsoll_syntax::workflow::{Job, Step, UsesKind};

use super::builds::{Build, Builder};
use super::commands::{self, Engine, Verb, arguments, run_image, values};
use super::images::Text;
use super::metadata::Metadata;
use super::scans::{Scan, Tool, image_tool};
use super::variables::Variables;

/// Something that a step does.
#[derive(Clone, Debug)]
pub(crate) struct Act<'y> {
    /// The step.
    pub(crate) step: Step<'y>,
    /// The name of the action, or the words of the command.
    pub(crate) span: Span,
    /// What it does.
    pub(crate) kind: ActKind<'y>,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum ActKind<'y> {
    /// Builds an image.
    Build(Box<Build<'y>>),
    /// Pushes images by their names, as `docker push` does.
    Push(Vec<Text>),
    /// Gives an image another name, which this is.
    Tag(Text),
    /// Gives an image in a registry another name.
    Promote(Vec<Text>),
    /// Looks for known vulnerabilities.
    Scan(Box<Scan<'y>>),
    /// Logs in to a registry; `None` where it isn't known to which.
    Login(Option<Text>),
    /// Makes a builder, on this machine or elsewhere.
    Builder {
        /// Whether it is on this machine.
        local: bool,
    },
    /// Sets up emulators for other platforms.
    Emulators,
    /// Uploads SARIF to code scanning.
    UploadSarif,
    /// Names images.
    Metadata(Box<Metadata>),
    /// Checks sources out; `plain` where they are those of this repository, at the usual place.
    Checkout {
        /// Whether they are.
        plain: bool,
    },
    /// Lets scripts reach the cache of GitHub.
    CacheToken,
    /// Gives the socket of the engine to a scanner, whose image it is.
    Socket(Text),
    /// Checks Dockerfiles.
    Lint,
    /// Something else.
    Other,
}

impl ActKind<'_> {
    /// Whether it is about containers.
    pub(crate) fn is_about_containers(&self) -> bool {
        !matches!(self, Self::Other | Self::Checkout { .. } | Self::UploadSarif | Self::Emulators)
    }

    /// Whether it makes, checks or publishes an image.
    pub(crate) fn is_release(&self) -> bool {
        matches!(self, Self::Build(_) | Self::Push(_) | Self::Scan(_) | Self::Promote(_))
    }
}

/// Words without which a script does nothing that is asked for.
const WORDS: &[&str] = &[
    "docker", "podman", "buildah", "nerdctl", "trivy", "grype", "snyk", "crane", "skopeo",
    "regctl", "oras", "plimsoll", "login",
];

/// What a job does, in order.
pub(super) fn acts_of(job: Job<'_>) -> Vec<Act<'_>> {
    let mut acts = Vec::new();
    for step in job.steps() {
        let before = acts.len();
        if let Some(uses) = step.uses() {
            if let UsesKind::Action(_) | UsesKind::Docker(_) = uses.kind {
                let span = uses.field.inner_span();
                let kind = of_action(step, uses.kind, span);
                acts.push(Act { step, span, kind });
            }
        } else if step.run().is_some_and(|it| WORDS.iter().any(|word| it.text().contains(word))) {
            of_script(step, &mut acts);
        }
        if acts.len() == before {
            // What nobody knows may still matter to what follows.
            let span = step.uses().map_or_else(|| step.span(), |it| it.field.inner_span());
            acts.push(Act { step, span, kind: ActKind::Other });
        }
    }
    acts
}

fn of_action<'y>(step: Step<'y>, kind: UsesKind<'y>, span: Span) -> ActKind<'y> {
    let action = match kind {
        UsesKind::Action(action) => action,
        UsesKind::Docker(image) if image.starts_with("hadolint/") => return ActKind::Lint,
        _ => return ActKind::Other,
    };
    let variables = Variables::of(step);
    let scan = |tool| {
        let scan = Scan::by_action(step, tool, span, &variables);
        scan.map_or(ActKind::Other, |it| ActKind::Scan(Box::new(it)))
    };
    let build = |by| ActKind::Build(Box::new(Build::by_action(step, by, &variables)));
    let owner = action.owner.to_ascii_lowercase();
    let name = action.name.to_ascii_lowercase();
    match (&*owner, &*name) {
        ("docker", "build-push-action") => build(Builder::Action),
        ("docker", "bake-action") => build(Builder::BakeAction),
        ("depot" | "useblacksmith" | "namespacelabs", "build-push-action") => {
            build(Builder::Remote)
        }
        ("docker" | "redhat-actions", "login-action" | "podman-login") => {
            let registry = step.input("registry").map(|it| variables.text(it));
            let by_default = Text { text: "docker.io".to_owned(), span };
            ActKind::Login(Some(registry.unwrap_or(by_default)))
        }
        ("docker", "setup-buildx-action") => {
            let driver = step.input("driver").map_or("docker-container", |it| it.text());
            let local = driver == "docker-container"
                && step.input("endpoint").is_none()
                && step.input("append").is_none();
            ActKind::Builder { local }
        }
        ("docker", "setup-qemu-action") => ActKind::Emulators,
        ("docker", "metadata-action") => {
            ActKind::Metadata(Box::new(Metadata::of(step, &variables)))
        }
        ("docker", "scout-action") => scan(Tool::ScoutAction),
        ("docker", _) if name.starts_with("setup-docker") => ActKind::Builder { local: false },
        ("depot" | "useblacksmith" | "namespacelabs", _) if name.contains("setup") => {
            ActKind::Builder { local: false }
        }
        ("crazy-max", "ghaction-github-runtime") => ActKind::CacheToken,
        ("crazy-max", "ghaction-setup-docker") => ActKind::Builder { local: false },
        ("aquasecurity", "trivy-action") => scan(Tool::TrivyAction),
        ("anchore", "scan-action") => scan(Tool::GrypeAction),
        ("snyk", "actions") if action.path == "docker" => scan(Tool::SnykAction),
        ("hadolint", "hadolint-action") => ActKind::Lint,
        ("github", "codeql-action") if action.path == "upload-sarif" => ActKind::UploadSarif,
        ("actions", "checkout") => ActKind::Checkout {
            plain: ["repository", "path", "ref", "sparse-checkout"]
                .iter()
                .all(|it| step.input(it).is_none()),
        },
        ("redhat-actions", "push-to-registry") => {
            let text = |name: &str| step.input(name).map(|it| variables.text(it).text);
            let name = [text("registry"), text("image")].into_iter().flatten().collect::<Vec<_>>();
            let tag = text("tags").unwrap_or_else(|| "latest".to_owned());
            let text = format!("{}:{tag}", name.join("/"));
            ActKind::Push(vec![Text { text, span }])
        }
        _ if name.contains("login") || name.contains("auth") => ActKind::Login(None),
        _ => ActKind::Other,
    }
}

fn of_script<'y>(step: Step<'y>, acts: &mut Vec<Act<'y>>) {
    let Some(script) = step.script() else { return };
    let mut variables = Variables::of(step);
    for (index, command) in script.commands.iter().enumerate() {
        variables.assign(command);
        if let Some((scan, span)) = Scan::by_command(step, &script, index, &variables) {
            acts.push(Act { step, span, kind: ActKind::Scan(Box::new(scan)) });
        }
        let found = match Engine::of(command) {
            Some(engine) => of_engine(&engine, &variables, &mut |span, kind| {
                acts.push(Act { step, span, kind });
            }),
            None => of_other(command, &variables),
        };
        if let Some(kind) = found {
            acts.push(Act { step, span: span_of(command), kind });
        }
    }
}

fn of_engine<'y>(
    engine: &Engine<'_, '_>,
    variables: &Variables<'y>,
    add: &mut impl FnMut(Span, ActKind<'y>),
) -> Option<ActKind<'y>> {
    let text =
        |it: &commands::Argument<'_>| Text { text: variables.shell(it.value), span: it.span };
    let kind = match engine.verb {
        Verb::Build | Verb::BuildxBuild | Verb::Bake => {
            ActKind::Build(Box::new(Build::by_command(engine, variables)))
        }
        Verb::Push => {
            let flags = ["-a", "--all-tags", "-q", "--quiet", "--purge", "-p", "--all", "--rm"];
            let found = arguments(engine.args, &flags, false);
            // Podman takes what is pushed, and then where it goes.
            let last = values(&found, &[""]).last().map(text)?;
            let name = last.text.strip_prefix("docker://").unwrap_or(&last.text).to_owned();
            let transports =
                ["dir:", "oci:", "oci-archive:", "docker-archive:", "containers-storage:"];
            if transports.iter().any(|it| name.starts_with(it)) {
                return None;
            }
            ActKind::Push(vec![Text { text: name, span: last.span }])
        }
        Verb::Login => {
            let flags = ["--password-stdin"];
            let found = arguments(engine.args, &flags, false);
            let by_default = Text { text: "docker.io".to_owned(), span: engine.span };
            ActKind::Login(Some(values(&found, &[""]).next().map_or(by_default, text)))
        }
        Verb::Tag => {
            let found = arguments(engine.args, &[], false);
            ActKind::Tag(values(&found, &[""]).map(text).nth(1)?)
        }
        Verb::CreateManifest => {
            let found = arguments(engine.args, &["--append", "--dry-run", "--prefer-index"], false);
            ActKind::Promote(values(&found, &["-t", "--tag"]).map(text).collect())
        }
        Verb::CreateBuilder => {
            let found =
                arguments(engine.args, &["--append", "--bootstrap", "--leave", "--use"], false);
            let driver =
                values(&found, &["--driver"]).next().map_or("docker-container", |it| it.value);
            ActKind::Builder { local: driver == "docker-container" }
        }
        Verb::Run => {
            let (image, _) = run_image(engine)?;
            if image.value.contains("binfmt") || image.value.contains("qemu-user-static") {
                add(engine.span, ActKind::Emulators);
            }
            let given = arguments(engine.args, commands::RUN_FLAGS, true);
            let mut mounts = values(&given, &["-v", "--volume", "--mount"]);
            let socket = mounts.find(|it| it.value.contains("docker.sock"))?;
            image_tool(image.value).or_else(|| is_scanner(image.value).then_some(Tool::Trivy))?;
            ActKind::Socket(Text { text: image.value.to_owned(), span: socket.span })
        }
        Verb::Scout | Verb::Compose | Verb::Other => {
            return None;
        }
    };
    add(engine.span, kind);
    None
}

/// Images of further scanners.
fn is_scanner(image: &str) -> bool {
    let name = super::images::Image::of(image).repository;
    [
        "goodwithtech/dockle",
        "wagoodman/dive",
        "anchore/syft",
        "clair",
        "docker/docker-bench-security",
    ]
    .iter()
    .any(|it| name.ends_with(it))
}

fn of_other<'y>(command: &ShellCommand<'_>, variables: &Variables<'y>) -> Option<ActKind<'y>> {
    let program = command.program()?;
    let words: Vec<&str> = command.args().iter().map(|it| it.value.as_ref()).collect();
    match (program, &*words) {
        ("crane" | "gcrane" | "oras", ["copy" | "cp" | "tag", ..])
        | ("skopeo", ["copy", ..])
        | ("regctl", ["image", "copy", ..]) => {
            let last = command.args().last()?;
            let text = variables.shell(last.value.trim_start_matches("docker://"));
            Some(ActKind::Promote(vec![Text { text, span: last.span }]))
        }
        ("plimsoll", ["push", ..]) => {
            let flags = ["--allow-retag", "-q", "--quiet"];
            let found = arguments(command.args().get(1..).unwrap_or_default(), &flags, false);
            // The image comes first, and then the names that it gets.
            let names = values(&found, &[""]).skip(1);
            let names = names.map(|it| Text { text: variables.shell(it.value), span: it.span });
            Some(ActKind::Push(names.collect()))
        }
        (_, words)
            if words
                .iter()
                .any(|it| matches!(*it, "login" | "configure-docker" | "get-login-password")) =>
        {
            Some(ActKind::Login(None))
        }
        _ => None,
    }
}

/// The program's word.
fn span_of(command: &ShellCommand<'_>) -> Span {
    command.effective().first().map_or(command.span, |it| it.span)
}
