//! Scans of images for known vulnerabilities: by actions and by commands.

use plimsoll_finding::Span;
use plimsoll_syntax::shell::{Joined, Script, ShellWord};
use plimsoll_syntax::workflow::{Field, Job, Step};

use super::commands::{Engine, Verb, arguments, run_image, values};
use super::images::Text;
use super::variables::Variables;

/// A scan.
#[derive(Clone, Debug)]
pub(crate) struct Scan<'y> {
    /// What scans.
    pub(crate) tool: Tool,
    /// What is scanned.
    pub(crate) target: Target,
    /// Whether it fails when it finds something.
    pub(crate) gate: Gate,
    /// The file that it writes SARIF to, with the place of the format.
    pub(crate) sarif: Option<Span>,
    /// `severity` of `trivy-action`.
    pub(crate) severity: Option<Field<'y>>,
    /// Whether `limit-severities-for-sarif` is given.
    pub(crate) limited: bool,
}

/// What scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    TrivyAction,
    Trivy,
    GrypeAction,
    Grype,
    SnykAction,
    Snyk,
    ScoutAction,
    Scout,
}

/// What is scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// An image by its name.
    Image(Text),
    /// An image in a file.
    Archive,
    /// The sources.
    Files,
}

/// Whether a scan fails when it finds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// It does.
    Closed,
    /// It does not, and why.
    Open(Open, Span),
    /// It can't be known.
    Unknown,
}

/// Why a scan can't fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Open {
    /// Nothing says that it should.
    Unset,
    /// Something says that it should not: `exit-code: 0`, `fail-build: false`.
    Off,
    /// `continue-on-error`
    ContinueOnError,
    /// `|| true`
    OrTrue,
    /// A pipe, of which the last command decides.
    Piped,
}

impl Tool {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TrivyAction | Self::Trivy => "Trivy",
            Self::GrypeAction | Self::Grype => "Grype",
            Self::SnykAction | Self::Snyk => "Snyk",
            Self::ScoutAction | Self::Scout => "Docker Scout",
        }
    }

    /// What makes it fail.
    pub(crate) fn gate(self) -> &'static str {
        match self {
            Self::TrivyAction => "`exit-code: 1`",
            Self::Trivy => "`--exit-code 1`",
            Self::GrypeAction => "`fail-build: true`",
            Self::Grype => "`--fail-on high`",
            Self::SnykAction | Self::Snyk => "nothing more than its own exit code",
            Self::ScoutAction => "`exit-code: true`",
            Self::Scout => "`--exit-code`",
        }
    }
}

impl<'y> Scan<'y> {
    /// The scan of a step that uses an action.
    pub(super) fn by_action(
        step: Step<'y>,
        tool: Tool,
        span: Span,
        variables: &Variables<'y>,
    ) -> Option<Self> {
        let image = |name: &str| step.input(name).map(|it| Target::Image(variables.text(it)));
        let given = |name: &str| step.input(name).is_some();
        let is_sarif = |it: &Field<'y>| it.text().eq_ignore_ascii_case("sarif");
        let (target, gate, sarif) = match tool {
            Tool::TrivyAction => {
                let kind = step.input("scan-type").map_or("image", Field::text);
                let target = match kind {
                    "image" if given("input") => Target::Archive,
                    "image" => image("image-ref").or_else(|| image("scan-ref"))?,
                    "fs" | "repo" | "rootfs" => Target::Files,
                    _ => return None,
                };
                if step.input("format").is_some_and(|it| is_bill_of_materials(it.text())) {
                    return None;
                }
                let elsewhere =
                    given("trivy-config") || variables.field("TRIVY_EXIT_CODE").is_some();
                (
                    target,
                    exit_code(step, "exit-code", span, elsewhere),
                    step.input("format").filter(is_sarif),
                )
            }
            Tool::GrypeAction => {
                let target = image("image")
                    .or_else(|| (given("path") || given("sbom")).then_some(Target::Files))?;
                let gate = match step.input("fail-build") {
                    None => Gate::Closed,
                    Some(it) => match it.as_bool() {
                        Some(true) => Gate::Closed,
                        Some(false) => Gate::Open(Open::Off, it.span()),
                        None => Gate::Unknown,
                    },
                };
                // It writes SARIF unless told otherwise, but who doesn't ask reads its table.
                (target, gate, step.input("output-format").filter(is_sarif))
            }
            Tool::SnykAction => {
                let command = step.input("command").map_or("test", Field::text);
                if command != "test" {
                    return None;
                }
                (image("image")?, Gate::Closed, None)
            }
            Tool::ScoutAction => {
                let command = step.input("command").map(Field::text)?;
                if !command.split(',').any(|it| it.trim() == "cves") {
                    return None;
                }
                let gate = match step.input("exit-code") {
                    None => Gate::Open(Open::Unset, span),
                    Some(it) => match it.as_bool() {
                        Some(true) => Gate::Closed,
                        Some(false) => Gate::Open(Open::Off, it.span()),
                        None => Gate::Unknown,
                    },
                };
                (image("image")?, gate, step.input("sarif-file"))
            }
            _ => return None,
        };
        let limited =
            step.input("limit-severities-for-sarif").is_some_and(|it| it.as_bool() != Some(false));
        Some(Self {
            tool,
            target,
            gate: of_step(step, gate),
            sarif: sarif.map(Field::span),
            severity: step.input("severity"),
            limited,
        })
    }

    /// The scan of a command of a script.
    pub(super) fn by_command(
        step: Step<'y>,
        script: &Script<'y>,
        index: usize,
        variables: &Variables<'y>,
    ) -> Option<(Self, Span)> {
        let command = script.commands.get(index)?;
        let (program, words, span) = scanner(command)?;
        let flags = match program {
            Tool::Trivy => TRIVY_FLAGS,
            Tool::Grype => GRYPE_FLAGS,
            Tool::Snyk => SNYK_FLAGS,
            _ => SCOUT_FLAGS,
        };
        let found = arguments(words, flags, false);
        let operands: Vec<_> = values(&found, &[""]).collect();
        let text = |it: &super::commands::Argument<'_>| Text {
            text: variables.shell(it.value),
            span: it.span,
        };
        let first = operands.first().map_or("", |it| it.value);
        let option = |names: &[&str]| values(&found, names).next().copied();
        if option(&["--format", "-f", "-o", "--output"])
            .is_some_and(|it| is_bill_of_materials(it.value))
        {
            return None;
        }
        if option(&["--help", "-h", "--version", "--download-db-only"]).is_some() {
            return None;
        }
        let (target, gate) = match program {
            Tool::Trivy => {
                let target = match first {
                    "image" | "i" if option(&["--input"]).is_some() => Target::Archive,
                    "image" | "i" => Target::Image(text(operands.get(1)?)),
                    "fs" | "filesystem" | "repo" | "rootfs" => Target::Files,
                    _ => return None,
                };
                let elsewhere = option(&["--config", "-c"]).is_some()
                    || variables.field("TRIVY_EXIT_CODE").is_some();
                let gate = match option(&["--exit-code"]) {
                    Some(it) if it.value == "0" => Gate::Open(Open::Off, it.span),
                    Some(it) if it.value.contains('$') => Gate::Unknown,
                    Some(_) => Gate::Closed,
                    None if elsewhere => Gate::Unknown,
                    None => Gate::Open(Open::Unset, span),
                };
                (target, gate)
            }
            Tool::Grype => {
                if matches!(
                    first,
                    "" | "db" | "version" | "config" | "explain" | "completion" | "help"
                ) {
                    return None;
                }
                let target = match first.split_once(':') {
                    Some(("sbom" | "dir" | "file" | "purl", _)) => Target::Files,
                    Some(("docker-archive" | "oci-archive" | "oci-dir", _)) => Target::Archive,
                    Some(("docker" | "registry" | "podman", image)) => Target::Image(Text {
                        text: variables.shell(image),
                        span: operands.first()?.span,
                    }),
                    _ if first.starts_with(['.', '/']) => Target::Files,
                    _ => Target::Image(text(operands.first()?)),
                };
                let elsewhere = option(&["--config", "-c"]).is_some()
                    || variables.field("GRYPE_FAIL_ON_SEVERITY").is_some();
                let gate = match option(&["--fail-on", "-f"]) {
                    Some(_) => Gate::Closed,
                    None if elsewhere => Gate::Unknown,
                    None => Gate::Open(Open::Unset, span),
                };
                (target, gate)
            }
            Tool::Snyk => {
                if first != "container" || operands.get(1).is_none_or(|it| it.value != "test") {
                    return None;
                }
                (Target::Image(text(operands.get(2)?)), Gate::Closed)
            }
            _ => {
                if first != "cves" {
                    return None;
                }
                let gate = match option(&["--exit-code", "-e"]) {
                    Some(_) => Gate::Closed,
                    None => Gate::Open(Open::Unset, span),
                };
                (Target::Image(text(operands.get(1)?)), gate)
            }
        };
        let gate = of_step(step, of_command(step, script, index, gate));
        let sarif =
            option(&["--format", "-f", "-o"]).filter(|it| it.value == "sarif").map(|it| it.span);
        let scan = Self { tool: program, target, gate, sarif, severity: None, limited: true };
        Some((scan, span))
    }

    /// The image that is scanned.
    pub(crate) fn image(&self) -> Option<&Text> {
        match &self.target {
            Target::Image(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is an image that is scanned, by whatever name.
    pub(crate) fn is_of_image(&self) -> bool {
        self.target != Target::Files
    }
}

const TRIVY_FLAGS: &[&str] = &[
    "--ignore-unfixed",
    "--no-progress",
    "--quiet",
    "-q",
    "--debug",
    "-d",
    "--list-all-pkgs",
    "--skip-db-update",
    "--skip-update",
    "--light",
    "--dependency-tree",
    "--removed-pkgs",
    "--insecure",
    "--offline-scan",
    "--clear-cache",
    "--reset",
    "--exit-on-eol",
    "--help",
    "-h",
    "--version",
    "--download-db-only",
    "--skip-java-db-update",
    "--skip-check-update",
    "--disable-telemetry",
    "--skip-version-check",
    "--show-suppressed",
];
const GRYPE_FLAGS: &[&str] = &[
    "--only-fixed",
    "--only-notfixed",
    "--by-cve",
    "-q",
    "--quiet",
    "-v",
    "-vv",
    "--verbose",
    "--add-cpes-if-none",
    "--show-suppressed",
    "-h",
    "--help",
    "--version",
];
const SNYK_FLAGS: &[&str] = &[
    "--json",
    "--sarif",
    "--debug",
    "-d",
    "--app-vulns",
    "--exclude-app-vulns",
    "--exclude-base-image-vulns",
    "--print-deps",
    "--fail-on",
    "--nested-jars-depth",
];
const SCOUT_FLAGS: &[&str] = &[
    "--exit-code",
    "-e",
    "--only-fixed",
    "--only-unfixed",
    "--details",
    "--only-base",
    "--ignore-base",
    "--locations",
    "--ignore-suppressed",
];

/// The scanner that a command runs, be it in a container, with its arguments.
fn scanner<'c, 't>(
    command: &'c plimsoll_syntax::shell::ShellCommand<'t>,
) -> Option<(Tool, &'c [ShellWord<'t>], Span)> {
    let tool = match command.program()? {
        "trivy" => Tool::Trivy,
        "grype" => Tool::Grype,
        "snyk" => Tool::Snyk,
        _ => {
            let engine = Engine::of(command)?;
            return match engine.verb {
                Verb::Scout => Some((Tool::Scout, engine.args, engine.span)),
                Verb::Run => {
                    let (image, words) = run_image(&engine)?;
                    let tool = image_tool(image.value)?;
                    Some((tool, words, image.span))
                }
                _ => None,
            };
        }
    };
    let program = command.effective().first()?.span;
    let verb = command.args().iter().take(2).take_while(|it| {
        !it.value.starts_with('-') && it.value.bytes().all(|it| it.is_ascii_lowercase())
    });
    let span = verb.fold(program, |span, it| span.union(it.span));
    Some((tool, command.args(), span))
}

/// The scanner that an image holds.
pub(crate) fn image_tool(image: &str) -> Option<Tool> {
    let name = super::images::Image::of(image).repository;
    match name {
        _ if name.ends_with("aquasec/trivy") || name.ends_with("aquasecurity/trivy") => {
            Some(Tool::Trivy)
        }
        _ if name.ends_with("anchore/grype") => Some(Tool::Grype),
        _ if name.ends_with("snyk/snyk") => Some(Tool::Snyk),
        _ => None,
    }
}

/// Whether a format is that of a list of what is inside, which finds nothing.
fn is_bill_of_materials(format: &str) -> bool {
    format.starts_with("cyclonedx") || format.starts_with("spdx") || format == "github"
}

/// What an input with an exit code says.
fn exit_code(step: Step<'_>, name: &str, span: Span, elsewhere: bool) -> Gate {
    match step.input(name) {
        Some(it) if it.text().trim() == "0" => Gate::Open(Open::Off, it.span()),
        Some(it) if it.literal().is_none() => Gate::Unknown,
        Some(_) => Gate::Closed,
        None if elsewhere => Gate::Unknown,
        None => Gate::Open(Open::Unset, span),
    }
}

/// What becomes of a failure in its step and job.
fn of_step(step: Step<'_>, gate: Gate) -> Gate {
    let fields = [step.continue_on_error(), step.job().and_then(Job::continue_on_error)];
    for field in fields.into_iter().flatten() {
        match (field.as_bool(), &gate) {
            (Some(true), _) => return Gate::Open(Open::ContinueOnError, field.span()),
            (None, Gate::Closed) => return Gate::Unknown,
            _ => {}
        }
    }
    gate
}

/// What becomes of a failure in its script.
fn of_command(step: Step<'_>, script: &Script<'_>, index: usize, gate: Gate) -> Gate {
    let Some(command) = script.commands.get(index) else { return gate };
    let source = step.value.source();
    let before = source.get(..command.span.start()).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_end();
    let asked = ["if", "while", "until", "elif", "!"].iter().any(|it| {
        line.strip_suffix(it)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', ';', '\t']))
    });
    if asked || command.parent.is_some() {
        return Gate::Unknown;
    }
    let same_list = |it: &&plimsoll_syntax::shell::ShellCommand<'_>| {
        it.depth == command.depth && it.parent == command.parent
    };
    let next = script.commands[index + 1..].iter().find(same_list);
    let is_last = next.is_none();
    match next.map(|it| it.joined) {
        Some(Joined::Or) => {
            let next = next.map(|it| it.program().unwrap_or_default());
            match (next, next.is_some()) {
                (Some("true" | ":" | "echo" | "printf"), _) => {
                    Gate::Open(Open::OrTrue, command.span)
                }
                _ => Gate::Unknown,
            }
        }
        Some(Joined::Pipe) if !command.pipefail => Gate::Open(Open::Piped, command.span),
        Some(Joined::Background) => Gate::Unknown,
        _ if !command.errexit && !is_last => Gate::Unknown,
        _ => gate,
    }
}
