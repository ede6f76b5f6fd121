//! The commands of `docker` and its kin in scripts of workflows.

use plimsoll_finding::Span;
use plimsoll_syntax::shell::{ShellCommand, ShellWord};

/// A command of `docker`, `podman`, `nerdctl` or `buildah`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Engine<'c, 't> {
    /// What it does.
    pub(crate) verb: Verb,
    /// From the program to the words that say what it does.
    pub(crate) span: Span,
    /// What follows.
    pub(crate) args: &'c [ShellWord<'t>],
}

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Build,
    /// `docker buildx build`, which knows platforms and caches.
    BuildxBuild,
    Bake,
    Push,
    Login,
    Tag,
    Run,
    /// `docker buildx create`
    CreateBuilder,
    /// `docker buildx imagetools create`
    CreateManifest,
    /// `docker scout`
    Scout,
    Compose,
    Other,
}

/// An option with its value, or an operand with an empty name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Argument<'c> {
    /// With its dashes.
    pub(crate) name: &'c str,
    /// The value; empty where there is none.
    pub(crate) value: &'c str,
    /// The place of the value, or of both.
    pub(crate) span: Span,
}

/// Options of `docker` itself that take a value.
const GLOBAL: &[&str] =
    &["--config", "-c", "--context", "-H", "--host", "-l", "--log-level", "--root", "--url"];

/// Options of builds that take no value.
pub(crate) const BUILD_FLAGS: &[&str] = &[
    "--check",
    "--compress",
    "--debug",
    "-D",
    "--force-rm",
    "--load",
    "--no-cache",
    "--pull",
    "--push",
    "--quiet",
    "-q",
    "--rm",
    "--squash",
    "--disable-content-trust",
    "--layers",
    "--print",
];

/// Options of `run` that take no value.
pub(crate) const RUN_FLAGS: &[&str] = &[
    "--rm",
    "-d",
    "--detach",
    "-i",
    "--interactive",
    "-t",
    "--tty",
    "-it",
    "-ti",
    "-dit",
    "-itd",
    "-di",
    "-P",
    "--publish-all",
    "--privileged",
    "--init",
    "--read-only",
    "--no-healthcheck",
    "-q",
    "--quiet",
    "--oom-kill-disable",
    "--sig-proxy",
    "--replace",
];

impl<'c, 't> Engine<'c, 't> {
    /// The command, if it is one of these programs.
    pub(crate) fn of(command: &'c ShellCommand<'t>) -> Option<Self> {
        let program = command.program()?;
        if !matches!(program, "docker" | "podman" | "nerdctl" | "buildah" | "docker-compose") {
            return None;
        }
        let start = command.effective().first()?.span;
        let mut rest = command.args();
        let mut words = Vec::new();
        let mut end = start;
        while let Some((word, after)) = rest.split_first() {
            let value = word.value.as_ref();
            if value.starts_with('-') {
                if !words.is_empty() {
                    break;
                }
                let skip = usize::from(GLOBAL.contains(&value));
                rest = after.get(skip..).unwrap_or_default();
                continue;
            }
            let group = words.is_empty()
                && matches!(value, "buildx" | "builder" | "image" | "container" | "manifest")
                || words == ["buildx"] && value == "imagetools";
            words.push(value);
            end = word.span;
            rest = after;
            if !group {
                break;
            }
        }
        let verb = match (program, &*words) {
            ("docker-compose", _) | (_, ["compose", ..]) => Verb::Compose,
            ("buildah", ["bud" | "build"]) | (_, ["build"] | ["image" | "builder", "build"]) => {
                Verb::Build
            }
            (_, ["buildx", "build" | "b"]) => Verb::BuildxBuild,
            (_, ["buildx", "bake"] | ["bake"]) => Verb::Bake,
            (_, ["push"] | ["image" | "manifest", "push"]) => Verb::Push,
            (_, ["login"]) => Verb::Login,
            (_, ["tag"] | ["image", "tag"]) => Verb::Tag,
            (_, ["run"] | ["container", "run"]) => Verb::Run,
            (_, ["buildx", "create"]) => Verb::CreateBuilder,
            (_, ["buildx", "imagetools", "create"]) => Verb::CreateManifest,
            (_, ["scout"]) => Verb::Scout,
            _ => Verb::Other,
        };
        Some(Self { verb, span: start.union(end), args: rest })
    }
}

/// Reads arguments. `flags` are the options that take no value; with `command`, what follows the
/// first operand is left to it.
pub(crate) fn arguments<'c>(
    words: &'c [ShellWord<'_>],
    flags: &[&str],
    command: bool,
) -> Vec<Argument<'c>> {
    let mut found = Vec::new();
    let mut rest = words;
    while let Some((word, after)) = rest.split_first() {
        rest = after;
        let value = word.value.as_ref();
        if !value.starts_with('-') || value == "-" {
            found.push(Argument { name: "", value, span: word.span });
            if command {
                break;
            }
        } else if let Some((name, value)) =
            value.split_once('=').filter(|it| it.0.starts_with("--"))
        {
            found.push(Argument { name, value, span: word.span });
        } else if flags.contains(&value) {
            found.push(Argument { name: value, value: "", span: word.span });
        } else if value.len() > 2 && !value.starts_with("--") && !value.contains('=') {
            // `-tname`
            let (name, value) = value.split_at(2);
            found.push(Argument { name, value, span: word.span });
        } else {
            let Some((next, after)) = rest.split_first() else {
                found.push(Argument { name: value, value: "", span: word.span });
                break;
            };
            rest = after;
            found.push(Argument { name: value, value: &next.value, span: next.span });
        }
    }
    found
}

/// The values of options of any of some names.
pub(crate) fn values<'a, 'c>(
    arguments: &'a [Argument<'c>],
    names: &'a [&str],
) -> impl Iterator<Item = &'a Argument<'c>> {
    arguments.iter().filter(move |it| names.contains(&it.name))
}

/// The image that `docker run` runs, and the words of its command.
pub(crate) fn run_image<'c, 't>(
    engine: &Engine<'c, 't>,
) -> Option<(Argument<'c>, &'c [ShellWord<'t>])> {
    let found = arguments(engine.args, RUN_FLAGS, true);
    let image = *found.last().filter(|it| it.name.is_empty())?;
    let at = engine.args.iter().position(|it| it.span == image.span)?;
    Some((image, engine.args.get(at + 1..).unwrap_or_default()))
}
