//! `mount-hides-program`: a bind mount hides what the image of a service starts.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_project::files;
use plimsoll_syntax::compose::{Mount, MountKind, Service};

use crate::compose::sources::is_literal;
use crate::facts::paths;
use crate::image_facts::{ImageFacts, StartLine};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability, Place};

declare_rule! {
    /// ## What it does
    /// Reports a directory of the host that is mounted over the one which holds the program that the
    /// service's image starts, unless the program is in the mounted directory as well. Also reports one
    /// over the directory in which the Dockerfile installs packages of npm.
    ///
    /// ## Why it matters
    /// A bind mount shows the host's files alone: the container does not find its program, or its
    /// packages, and ends at once. Volumes, unlike bind mounts, begin with what the image has.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     volumes:
    ///       - .:/app
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:bookworm-slim
    /// WORKDIR /app
    /// COPY --from=builder /src/target/release/server /app/server
    /// ENTRYPOINT ["/app/server"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     volumes:
    ///       - ./config:/app/config:ro
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-bookworm AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:bookworm-slim
    /// WORKDIR /app
    /// COPY --from=builder /src/target/release/server /app/server
    /// ENTRYPOINT ["/app/server"]
    /// ```
    pub(crate) static MOUNT_HIDES_PROGRAM = {
        name: "mount-hides-program",
        clause: Clause::DevCompose,
        summary: "a bind mount hides what the image of a service starts",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let Some(place) = cx.place() else { return };
    for service in &cx.facts.compose.services {
        if !service.is_built() {
            continue;
        }
        let mounts = service.volumes();
        let is_bind = |it: &&Mount<'_>| it.kind == MountKind::Bind;
        if !mounts.iter().any(|it| is_bind(&it)) {
            continue;
        }
        let Some(image) = cx.image_of(service) else { continue };
        for mount in mounts.iter().filter(is_bind) {
            let Some(found) = hidden(place, service, mount, &mounts, &image) else { continue };
            cx.report(mount.span, found.message)
                .severity(found.severity)
                .help(found.help)
                .related_in(image.name.clone(), image.place(found.place), "what it hides")
                .done();
        }
    }
}

struct Hidden {
    message: String,
    help: String,
    severity: Severity,
    place: Span,
}

fn hidden(
    place: &Place,
    service: &Service<'_>,
    mount: &Mount<'_>,
    mounts: &[Mount<'_>],
    image: &ImageFacts,
) -> Option<Hidden> {
    let (source, target) = (mount.source?, mount.target?);
    if !is_literal(source.text) || !is_literal(target.text) || source.text.starts_with('~') {
        return None;
    }
    let source = place.resolve(source.text);
    let target = paths::join("/", target.text);
    if target == "/" || !place.files().is_directory(&source) {
        return None;
    }
    program(place, service, &source, &target, mounts, image)
        .or_else(|| packages(service, &target, mounts, image))
}

/// The program that a mount hides: one that another stage compiled.
fn program(
    place: &Place,
    service: &Service<'_>,
    source: &str,
    target: &str,
    mounts: &[Mount<'_>],
    image: &ImageFacts,
) -> Option<Hidden> {
    if service.entrypoint().is_some() || image.entrypoint.is_none() && service.command().is_some() {
        return None;
    }
    let start = image.entrypoint.as_ref().or(image.cmd.as_ref())?;
    let word = first_program(&start.value, image)?;
    let directory = image.workdir.as_ref().map_or("/", |it| &it.value);
    let own = service.text("working_dir").map_or(directory, |it| it.text);
    let path = match word.contains('/') {
        true => paths::join(own, &word),
        false => image.copies.iter().find(|it| paths::file_name(&it.path) == word && it.path.contains("bin/"))?.path.clone(),
    };
    let copied = image.copies.iter().find(|it| it.path == path && !it.from_context)?;
    if !paths::is_in(&path, target) || is_covered(mounts, &path, target) {
        return None;
    }
    let relative = path.strip_prefix(target)?.trim_start_matches('/');
    let host = files::join(source, relative);
    let is_there = if relative.is_empty() { source.to_owned() } else { host };
    if place.files().kind(&is_there).is_some() {
        return None;
    }
    Some(Hidden {
        message: format!("the mount at `{target}` hides `{path}`, which `{}` starts", service.name),
        help: "Mount what changes alone, such as its configuration, or build a stage which compiles at run time.".to_owned(),
        severity: Severity::Warning,
        place: copied.span,
    })
}

/// The program that an image starts, an init left out.
fn first_program(line: &StartLine, image: &ImageFacts) -> Option<String> {
    if line.is_shell {
        let mut words = line.words.first()?.split_whitespace().skip_while(|it| *it == "exec");
        return words.next().filter(|it| !it.contains(['$', '=', '(', '"', '\''])).map(str::to_owned);
    }
    let words = line.words.iter().filter(|it| !it.starts_with('-'));
    let skipped = usize::from(image.init.is_some());
    words.skip(skipped).next().cloned()
}

/// The packages of npm that a mount hides.
fn packages(
    service: &Service<'_>,
    target: &str,
    mounts: &[Mount<'_>],
    image: &ImageFacts,
) -> Option<Hidden> {
    let workdir = image.workdir.as_ref()?;
    // Another command may install them first.
    if workdir.value != target || service.command().is_some() || service.entrypoint().is_some() {
        return None;
    }
    let stage = image.stages.get(image.stage?)?;
    let is_install = |it: &String| {
        matches!(it.as_str(), "npm ci" | "npm install" | "npm i" | "yarn install" | "pnpm install" | "yarn")
    };
    if !stage.runs.iter().any(is_install) || is_covered(mounts, &format!("{target}/node_modules"), target) {
        return None;
    }
    let starts = image.cmd.as_ref().or(image.entrypoint.as_ref())?;
    let installs = starts.value.words.iter().any(|it| it.contains("install") || it == "ci" || it.contains(".sh"));
    (!installs).then(|| Hidden {
        message: format!("the mount at `{target}` hides the packages that the image of `{}` has there", service.name),
        help: format!("Add the volume `{target}/node_modules`, which begins with what the image has."),
        severity: Severity::Note,
        place: workdir.span,
    })
}

/// Whether a mount nearer to a path shows something else there.
fn is_covered(mounts: &[Mount<'_>], path: &str, target: &str) -> bool {
    mounts.iter().filter_map(|it| it.target).any(|it| {
        let other = paths::join("/", it.text);
        other != target && paths::is_in(&other, target) && paths::is_in(path, &other) || it.text.contains('$')
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn check(service: &str, dockerfile: &str, expected: &str) {
        let compose = format!("services:\n  a:\n    build: .\n{service}");
        check_project(
            "mount-hides-program",
            &[("compose.yaml", &compose), ("Dockerfile", dockerfile), ("bin/tool", "")],
            expected,
        );
    }

    const RUST: &str = "FROM rust:1 AS b\nFROM debian:12\nWORKDIR /app\nCOPY --from=b /x/target/release/server ./\nCMD [\"./server\"]\n";
    const NODE: &str = "FROM node:22\nWORKDIR /app\nRUN npm ci\nCOPY . .\nCMD [\"node\", \"x.js\"]\n";

    #[test]
    fn programs_and_packages_are_hidden() {
        check(
            "    volumes: ['.:/app']\n",
            RUST,
            "4:15 warning: the mount at `/app` hides `/app/server`, which `a` starts",
        );
        let tini = RUST.replace("CMD [", "ENTRYPOINT [\"tini\", \"--\", ");
        check(
            "    volumes: [{type: bind, source: ., target: /app}]\n    command: --x\n",
            &tini,
            "4:15 warning: the mount at `/app` hides `/app/server`, which `a` starts",
        );
        check(
            "    volumes: ['./:/app/']\n",
            NODE,
            "4:15 note: the mount at `/app` hides the packages that the image of `a` has there",
        );
    }

    #[test]
    fn what_is_still_there_is_left_alone() {
        check("    volumes: ['./bin:/app/bin']\n", RUST, "");
        check("    volumes: ['.:/app']\n    command: cargo run\n", RUST, "");
        check("    volumes: ['.:/app', 'vol:/app/node_modules']\n", NODE, "");
        check("    volumes: ['.:/app', /app/node_modules]\n", NODE, "");
        check("    volumes: ['.:/app']\n    command: sh -c 'npm i && npm start'\n", NODE, "");
        check("    volumes: ['$X:/app', '~/x:/app', './nowhere:/app', 'x:/app']\n", RUST, "");
        let there = RUST.replace("release/server", "release/tool").replace("./server", "./tool");
        check("    volumes: ['./bin:/app']\n", &there, "");
        let compiled = "FROM rust:1\nWORKDIR /app\nCOPY . .\nCMD [\"cargo\", \"run\"]\n";
        check("    volumes: ['.:/app']\n", compiled, "");
    }
}
