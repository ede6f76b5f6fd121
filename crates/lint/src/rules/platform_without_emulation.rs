//! `platform-without-emulation`: a build for a platform that the runner can't run.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::dockerfile::{self, Keyword, Stages};

use crate::rule::declare_rule;
use crate::workflow::acts::{Act, ActKind};
use crate::workflow::builds::Builder;
use crate::workflow::containers::{JobActs, mentions};
use crate::workflow::files::{BuiltFile, built};
use crate::workflow::matrix::expand;
use crate::workflow::runners::Runner;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports a build for a platform that is not the runner's, before which nothing sets up emulators,
    /// and whose Dockerfile runs commands on that platform: a `RUN` in a stage without
    /// `FROM --platform=$BUILDPLATFORM`.
    ///
    /// ## Why it matters
    /// The first such command ends with "exec format error". A Dockerfile that compiles for
    /// another platform on the builder's own needs no emulator, and is faster by far; GitHub also has
    /// runners for ARM.
    ///
    /// ## Bad
    /// ```yaml .github/workflows/image.yml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           platforms: linux/amd64,linux/arm64
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
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
    ///       - uses: docker/setup-qemu-action@96fe6ef7f33517b61c61be40b68a1882f3264fb8 # v4.2.0
    ///       - uses: docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e # v4.3.0
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           platforms: linux/amd64,linux/arm64
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    pub(crate) static PLATFORM_WITHOUT_EMULATION = {
        name: "platform-without-emulation",
        clause: Clause::Portable,
        summary: "a build for a platform that the runner can't run",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some((containers, place)) = facts.containers().zip(cx.place()) else { return };
    for (job, act, build) in containers.builds() {
        let Some(native) = Runner::of(job.job).platform else { continue };
        if build.by == Builder::Remote || emulated(job, act) {
            continue;
        }
        let foreign = build.platforms.iter().find_map(|it| {
            let all = expand(job.job, it);
            all.into_iter().find(|it| is_foreign(it, native)).map(|name| (it, name))
        });
        let Some((platform, name)) = foreign else { continue };
        for file in built(place, job, act, build) {
            let Some((run, stage)) = runs_there(&file, build.target.as_ref().map(|it| &*it.text)) else { continue };
            let message = format!("nothing can run {name} here: the runner is {native}, without emulators");
            cx.report(platform.span, message)
                .help(
                    "Put `docker/setup-qemu-action` before the build, build each platform on a runner of its own \
                     (`ubuntu-24.04-arm`), or compile on `FROM --platform=$BUILDPLATFORM`.",
                )
                .related_in(file.name.clone(), Some(run), format!("the stage `{stage}` runs this on {name}"))
                .done();
            break;
        }
    }
}

/// Whether something before a build may have set up emulators, or other builders.
fn emulated(job: &JobActs<'_>, act: &Act<'_>) -> bool {
    job.before(act).any(|it| match it.kind {
        ActKind::Emulators | ActKind::Builder { local: false } => true,
        ActKind::Builder { local: true } => mentions(it.step, &["append", "endpoint", "driver"]),
        ActKind::Other => {
            mentions(it.step, &["qemu", "binfmt"])
                || it.step.uses().is_some_and(|it| it.action().is_none())
        }
        _ => mentions(it.step, &["qemu", "binfmt"]),
    })
}

/// Whether a runner can't run a platform.
fn is_foreign(platform: &str, native: &str) -> bool {
    let known = ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/ppc64le", "linux/s390x", "linux/riscv64", "linux/arm", "linux/arm64/v8"];
    if !known.contains(&platform) {
        return false;
    }
    // ARM runners of GitHub don't run 32-bit code either.
    platform != native && !(native == "linux/arm64" && platform == "linux/arm64/v8")
}

/// The first command that runs on the platform of the image, and its stage.
fn runs_there(file: &BuiltFile, target: Option<&str>) -> Option<(Span, String)> {
    let parsed = dockerfile::parse(file.text.as_ref()?);
    if !parsed.errors.is_empty() {
        return None;
    }
    let stages = Stages::new(&parsed);
    let last = match target {
        Some(name) => stages.named(name, stages.all.len())?.index,
        None => stages.last()?.index,
    };
    stages.needed_by(last).into_iter().find_map(|index| {
        let stage = stages.all.get(index)?;
        let root = stages.root(index)?;
        // Whoever names a platform knows what he does.
        if root.from.platform.is_some() {
            return None;
        }
        let run = stage.each(Keyword::Run).next()?;
        let name = stage.name.clone().unwrap_or_else(|| index.to_string());
        Some((run.span, name))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "platform-without-emulation";

    #[track_caller]
    fn check(runner: &str, steps: &str, dockerfile: &str, expected: &str) {
        let text = format!(
            "jobs:\n  a:\n    runs-on: {runner}\n    steps:\n{steps}      - uses: docker/build-push-action@v7\n        \
             with: {{platforms: 'linux/amd64,linux/arm64'}}\n"
        );
        check_project(RULE, &[(".github/workflows/a.yml", &text), ("Dockerfile", dockerfile)], expected);
    }

    #[test]
    fn commands_on_other_platforms_need_emulators() {
        let foreign = "error: nothing can run linux/arm64 here: the runner is linux/amd64, without emulators";
        check("ubuntu-latest", "", "FROM a\nRUN x\n", &format!("6:40 {foreign}"));
        check("ubuntu-latest", "", "FROM --platform=$BUILDPLATFORM a AS b\nRUN x\nFROM c\nRUN y\n", &format!("6:40 {foreign}"));
        check(
            "ubuntu-24.04-arm",
            "",
            "FROM a\nRUN x\n",
            "6:28 error: nothing can run linux/amd64 here: the runner is linux/arm64, without emulators",
        );
    }

    #[test]
    fn cross_compilation_emulators_and_unknown_runners_are_left_alone() {
        check("ubuntu-latest", "", "FROM --platform=$BUILDPLATFORM a AS b\nRUN x\nFROM c\nCOPY --from=b /x /x\n", "");
        check("ubuntu-latest", "", "FROM a AS unused\nRUN x\nFROM c\nCOPY x x\n", "");
        check("ubuntu-latest", "      - uses: docker/setup-qemu-action@v4\n", "FROM a\nRUN x\n", "");
        check("ubuntu-latest", "      - run: docker run --privileged tonistiigi/binfmt --install all\n", "FROM a\nRUN x\n", "");
        check("ubuntu-latest", "      - uses: docker/setup-buildx-action@v4\n        with: {driver: cloud}\n", "FROM a\nRUN x\n", "");
        check("self-hosted", "", "FROM a\nRUN x\n", "");
    }
}
