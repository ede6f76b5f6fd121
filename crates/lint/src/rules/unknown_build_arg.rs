//! `unknown-build-arg`: a workflow gives a build argument that the Dockerfile doesn't declare.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{self, Command, Dockerfile};

use crate::rule::declare_rule;
use crate::workflow::files::built;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports build arguments in workflows for which the Dockerfile has no `ARG`. Those that
    /// BuildKit knows by itself (`HTTP_PROXY`, `BUILDKIT_…`, `SOURCE_DATE_EPOCH`) are left alone.
    ///
    /// ## Why it matters
    /// The value goes nowhere: the build warns that the argument was not consumed, and builds with
    /// the default. A version that is set here isn't the one in the image.
    ///
    /// ## Bad
    /// ```yaml .github/workflows/image.yml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           build-args: |
    ///             RUST_VERSION=1.90
    /// ```
    /// ```dockerfile Dockerfile
    /// ARG RUST=1.89
    /// FROM rust:${RUST}-slim-trixie
    /// ```
    ///
    /// ## Good
    /// ```yaml .github/workflows/image.yml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           build-args: |
    ///             RUST=1.90
    /// ```
    /// ```dockerfile Dockerfile
    /// ARG RUST=1.89
    /// FROM rust:${RUST}-slim-trixie
    /// ```
    pub(crate) static UNKNOWN_BUILD_ARG = {
        name: "unknown-build-arg",
        clause: Clause::Pinned,
        summary: "a workflow gives a build argument that the Dockerfile doesn't declare",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

/// Arguments that need no declaration.
const PREDEFINED: &[&str] = &[
    "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY", "SOURCE_DATE_EPOCH",
    "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE", "BUILDPLATFORM", "BUILDOS",
    "BUILDARCH", "BUILDVARIANT",
];

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some((containers, place)) = facts.containers().zip(cx.place()) else { return };
    for (job, act, build) in containers.builds() {
        if build.args.is_empty() {
            continue;
        }
        let files = built(place, job, act, build);
        // With several files each may declare some.
        let [file] = &*files else { continue };
        let Some(text) = &file.text else { continue };
        let parsed = dockerfile::parse(text);
        // A frontend of one's own may know further ones; what is broken may declare any.
        if !parsed.errors.is_empty() || has_other_syntax(text) {
            continue;
        }
        for arg in &build.args {
            let name = arg.text.split('=').next().unwrap_or_default();
            let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
            if !is_name || is_predefined(name) || declares(&parsed, name) {
                continue;
            }
            let message = format!("`{}` declares no argument `{name}`", file.shown);
            let help = match alike(&parsed, name) {
                Some(other) => format!("Is `{other}` meant? Otherwise the Dockerfile needs `ARG {name}`."),
                None => format!("Remove it, or declare it in the Dockerfile with `ARG {name}`."),
            };
            cx.report(arg.span, message)
                .help(help)
                .related_in(file.name.clone(), None, "the Dockerfile")
                .done();
        }
    }
}

fn is_predefined(name: &str) -> bool {
    name.starts_with("BUILDKIT_") || PREDEFINED.iter().any(|it| it.eq_ignore_ascii_case(name))
}

fn has_other_syntax(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default().to_ascii_lowercase();
    first.contains("syntax=") && !first.contains("docker/dockerfile")
}

/// The names of all arguments that are declared, those for the stages that build on the image too.
fn names<'f>(file: &'f Dockerfile<'f>) -> impl Iterator<Item = &'f str> {
    let commands = file.instructions.iter().map(|it| match &it.command {
        Command::Onbuild(inner) => &inner.command,
        command => command,
    });
    commands.flat_map(|it| match it {
        Command::Arg(definitions) => definitions.as_slice(),
        _ => &[],
    })
    .map(|it| it.name.as_str())
}

fn declares(file: &Dockerfile<'_>, name: &str) -> bool {
    names(file).any(|it| it == name)
}

/// A declared name that is nearly the same.
fn alike(file: &Dockerfile<'_>, name: &str) -> Option<String> {
    let distance = |it: &str| strsim::damerau_levenshtein(&it.to_ascii_lowercase(), &name.to_ascii_lowercase());
    let nearest = names(file).min_by_key(|it| distance(it))?;
    let part = nearest.contains(name) || name.contains(nearest);
    (part || distance(nearest) <= 2).then(|| nearest.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "unknown-build-arg";

    #[track_caller]
    fn check(step: &str, dockerfile: &str, expected: &str) {
        let text = format!("jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v7\n      - {step}\n");
        check_project(RULE, &[(".github/workflows/a.yml", &text), ("Dockerfile", dockerfile)], expected);
    }

    #[test]
    fn arguments_that_nobody_declares_are_reported() {
        let dockerfile = "ARG A\nFROM a\nARG B=1 C\n";
        check(
            "uses: docker/build-push-action@v7\n        with:\n          build-args: |\n            A=1\n            D=${{ github.sha }}\n",
            dockerfile,
            "9:13 warning: `Dockerfile` declares no argument `D`",
        );
        check(
            "run: docker build --build-arg C=1 --build-arg c=1 .",
            dockerfile,
            "5:55 warning: `Dockerfile` declares no argument `c`",
        );
    }

    #[test]
    fn known_arguments_and_files_that_cannot_be_read_are_left_alone() {
        check("run: docker build --build-arg http_proxy=x --build-arg BUILDKIT_INLINE_CACHE=1 .", "FROM a\n", "");
        check("run: docker build --build-arg X=1 .", "FROM a\nONBUILD ARG X\n", "");
        check("run: docker build --build-arg $ALL .", "FROM a\n", "");
        check("run: docker build --build-arg X=1 .", "# syntax=acme/frontend\nFROM a\n", "");
        check("run: docker build --build-arg X=1 .", "FROM a\nCOPPY b\n", "");
    }
}
