//! `shared-target-directory`: Cargo in a container writes into the `target` directory of the machine.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::{Mount, MountKind, Service};

use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports services that run Cargo in a directory of the machine which is mounted as a whole, with
    /// nothing mounted over `target` and no `CARGO_TARGET_DIR` elsewhere.
    ///
    /// ## Why it matters
    /// Both sides build into one directory with another compiler and other paths: each build throws
    /// away what the other made, they wait for one another's lock, and files of root are left behind.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     image: rust:1.95
    ///     working_dir: /app
    ///     command: cargo watch -x run
    ///     volumes:
    ///       - .:/app
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   app:
    ///     image: rust:1.95
    ///     working_dir: /app
    ///     command: cargo watch -x run
    ///     volumes:
    ///       - .:/app
    ///       - target:/app/target
    /// volumes:
    ///   target:
    /// ```
    pub(crate) static SHARED_TARGET_DIRECTORY = {
        name: "shared-target-directory",
        clause: Clause::DevCompose,
        summary: "Cargo in a container builds into the `target` directory of the machine",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for (at, service) in cx.services().iter().enumerate() {
        if service.get("volumes").is_none() {
            continue;
        }
        let mounts = service.volumes();
        let Some((mount, target)) = mounts.iter().find_map(|it| sources(cx, service, it)) else { continue };
        let covered = format!("{}/target", target.trim_end_matches('/'));
        let is_covered = mounts.iter().any(|it| {
            it.target.is_some_and(|it| it.text.trim_end_matches('/') == covered || it.text.contains('$'))
        }) || service.texts("tmpfs").iter().any(|it| it.text.starts_with(&*covered));
        let moved = cx.environment(at).is_none_or(|it| {
            it.get("CARGO_TARGET_DIR").is_some() || it.get("CARGO_BUILD_TARGET_DIR").is_some()
        });
        if is_covered || moved {
            continue;
        }
        let message = format!("`{}` builds into `target` of the machine: `{covered}` is a part of this mount", service.name);
        cx.report(mount.span, message)
            .help(format!("Mount a volume over it (`target:{covered}`), or set `CARGO_TARGET_DIR`."))
            .done();
    }
}

/// A mount of a Cargo project in which the service runs Cargo, and where it is mounted.
fn sources<'m, 'y>(
    cx: &ComposeContext<'_, 'y>,
    service: &Service<'y>,
    mount: &'m Mount<'y>,
) -> Option<(&'m Mount<'y>, &'y str)> {
    let (source, target) = (mount.source?, mount.target?);
    if mount.kind != MountKind::Bind || mount.read_only || target.is_templated() || source.is_templated() {
        return None;
    }
    let commands = [service.command(), service.entrypoint()];
    let says_cargo = |it: &str| {
        it.split([' ', '\n', ';', '&']).any(|it| matches!(it, "cargo" | "cargo-watch" | "bacon"))
    };
    let runs_cargo = commands.iter().flatten().any(|it| {
        it.words.iter().any(|it| says_cargo(&it.text)) || it.text.is_some_and(|it| says_cargo(it.text))
    });
    if !runs_cargo {
        return None;
    }
    // With the files at hand the manifest decides, else the way that people write it.
    let has_manifest = match cx.place() {
        Some(place) => place.files().is_file(&place.resolve(&format!("{}/Cargo.toml", source.text))),
        None => matches!(source.text.trim_end_matches('/'), "." | ".."),
    };
    let is_home = target.text.contains("/cargo") || target.text.contains(".cargo");
    (has_manifest && !is_home).then_some((mount, target.text))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const RULE: &str = "shared-target-directory";

    fn text(command: &str, rest: &str) -> String {
        format!("services:\n  app:\n    build: {{context: ., target: dev}}\n    command: {command}\n    volumes: ['./:/app'{rest}]\n")
    }

    #[test]
    fn cargo_writes_into_the_mount() {
        for command in ["cargo run", "sh -c 'cargo install x && cargo watch'", "[cargo, watch, -x, run]"] {
            check(RULE, &text(command, ""), "5:15 warning: `app` builds into `target` of the machine: `/app/target` is a part of this mount");
        }
        let files = |manifest| [("compose.yaml", "services: {app: {image: rust, command: cargo run, volumes: ['./api:/src']}}"), (manifest, "")];
        check_project(RULE, &files("api/Cargo.toml"), "1:61 warning: `app` builds into `target` of the machine: `/src/target` is a part of this mount");
        check_project(RULE, &files("Cargo.toml"), "");
    }

    #[test]
    fn a_volume_over_it_or_another_directory_is_fine() {
        for (command, rest) in [
            ("cargo run", ", 'target:/app/target'"),
            ("cargo run", ", /app/target"),
            ("npm start", ""),
        ] {
            check(RULE, &text(command, rest), "");
        }
        let moved = text("cargo run", "") + "    environment: [CARGO_TARGET_DIR=/build]\n";
        check(RULE, &moved, "");
    }
}
