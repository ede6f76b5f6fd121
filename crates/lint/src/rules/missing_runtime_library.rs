//! `missing-runtime-library`: a library that is linked in the builder is not in the image.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_project::cargo_files::DependencyKind;
use plimsoll_syntax::dockerfile::{Command, Stage};

use crate::bases::{Description, Libc, PackageManager};
use crate::facts::linked_programs::Linkage;
use crate::facts::paths;
use crate::facts::packages::{Manager, Operation, bare_name};
use crate::libraries::native::Needed;
use crate::libraries::{self, Library};
use crate::rule::declare_rule;
use crate::surroundings::{CargoBuild, native};
use crate::{Context, Facts, FixAvailability, Scope, Surroundings};

declare_rule! {
    /// ## What it does
    /// Reports a library whose package for building (`libpq-dev`, `openssl-dev`) is installed where
    /// cargo builds a program dynamically, and which is neither in the final base nor installed
    /// there. Where the workspace is at hand, its manifests and lock file tell what is linked: a
    /// package that no crate needs is passed over, and a crate is found that links what the full
    /// image of Rust has without being asked (`libpq`, OpenSSL). Which images hold which libraries is
    /// a table's affair; OpenSSL is in distroless `base` and `cc`.
    ///
    /// ## Why it matters
    /// The program ends at once with `error while loading shared libraries`. If the crate builds
    /// and links its own copy, the package in the builder is of no use and can go.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:trixie-slim
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM debian:trixie-slim
    /// RUN apt-get update && apt-get install -y --no-install-recommends libpq5 \
    ///     && rm -rf /var/lib/apt/lists/*
    /// COPY --from=build /src/target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    pub(crate) static MISSING_RUNTIME_LIBRARY = {
        name: "missing-runtime-library",
        clause: Clause::Portable,
        summary: "a library that is linked in the builder is not in the image",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// What shows that a crate builds its own copy of a library.
const OWN_COPIES: &[&str] = &["vendored", "bundled", "_STATIC", "-static\"", "static-link"];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    let mut builders: Vec<usize> = facts
        .programs()
        .iter()
        .filter(|it| matches!(it.linkage, Some(Linkage::Glibc(_) | Linkage::Musl)))
        .map(|it| it.builder)
        .collect();
    builders.dedup();
    let Some(base) = facts.base(last.index).filter(|_| !builders.is_empty()) else { return };
    let Some(image) = facts.base_image(last.index) else { return };
    // Without a C library none of them would help; another rule says so.
    if base.libc == Some(Libc::None) {
        return;
    }
    if copies_libraries(facts, last)
        || installs_out_of_sight(facts, last)
        || runs_program(facts, last)
    {
        return;
    }
    let mut reported: Vec<&str> = Vec::new();
    for builder in builders {
        if facts.chain_mentions(builder, OWN_COPIES) {
            continue;
        }
        let known = known_links(cx.surroundings(), facts, builder);
        let mut all = linked(facts, builder);
        if let Some(known) = &known {
            // The lock file knows better than the packages of the builder.
            all.retain(|(_, _, library)| may_link(&known.1, library));
            all.extend(known.0.iter().map(|it| (it.span, &*it.crate_name, it.library)));
        }
        for (span, package, library) in all {
            if reported.contains(&library.name) || has(facts, last, &base, library) {
                continue;
            }
            reported.push(library.name);
            let by_lock = known.iter().flat_map(|it| &it.0).find(|it| it.library.name == library.name);
            let message = format!(
                "a program that links `lib{}` (`{package}`) misses it in `{}`",
                library.name, image.text
            );
            let manager = base.package_manager;
            let help = match manager.and_then(|it| library.run_package(it)) {
                Some(package) => format!(
                    "Install `{package}` in the final stage; if the crate builds its own copy, \
                     leave the package out of the builder."
                ),
                None => "Ship on a base that has it, or let the crate link its own copy; then \
                         leave the package out of the builder."
                    .to_owned(),
            };
            let mut report = cx.report(span, message).help(help);
            if let Some(root) = facts.stages.all.get(image.root) {
                report = report.related(root.from.image.span, "shipped on this");
            }
            if let Some(Link { place: (path, span), chain, .. }) = by_lock {
                report = report.related_in(path, Some(*span), format!("links it: {chain}"));
            }
            report.done();
        }
    }
}

/// A library that a program links, as the workspace tells.
struct Link {
    /// The command that builds it.
    span: Span,
    crate_name: String,
    library: &'static Library,
    /// Where the dependency stands that leads to the crate.
    place: (String, Span),
    chain: String,
}

/// The libraries that the builds of a stage surely link, and their workspaces; `None` where one of
/// the builds is not known.
fn known_links<'s>(
    around: Option<&'s Surroundings>,
    facts: &Facts<'_>,
    builder: usize,
) -> Option<(Vec<Link>, Vec<&'s CargoBuild>)> {
    let around = around?;
    let all = &around.cargo_builds(facts).all;
    let (mut links, mut builds) = (Vec::new(), Vec::new());
    for command in facts.builds(builder) {
        let build = all.iter().find(|it| it.command(facts).is_some_and(|it| it.span == command.span))?;
        build.workspace.lock.as_ref()?;
        builds.push(build);
        let Some(machine) = native::builder(facts, command) else { continue };
        for need in native::needs_of(around, build) {
            let Needed::Library(library) = need.need.what else { continue };
            // Without it in the builder, nothing is built that could miss it.
            let is_linked = need.dependency.kind == DependencyKind::Normal;
            if is_linked && native::has(facts, command, machine, need.need) {
                links.push(Link {
                    span: command.head,
                    crate_name: need.need.crate_name.to_owned(),
                    library,
                    place: around.named(&need.dependency.place),
                    chain: need.chain.join(" → "),
                });
            }
        }
    }
    Some((links, builds))
}

/// Whether a lock file has a crate that links a library at all.
fn may_link(builds: &[&CargoBuild], library: &Library) -> bool {
    let mut locks = builds.iter().filter_map(|it| it.workspace.lock.as_ref());
    let mut crates = library.crates().peekable();
    // Of some libraries nobody knows all the crates.
    crates.peek().is_none() || locks.any(|lock| library.crates().any(|it| lock.has(it)))
}

/// The libraries whose packages for building a stage installs.
fn linked<'f>(facts: &'f Facts<'_>, builder: usize) -> Vec<(Span, &'f str, &'static Library)> {
    let mut found = Vec::new();
    for stage in facts.stages.chain(builder) {
        for command in facts.packages().of_stage(stage.index) {
            let Some(manager) = table_manager(command.manager) else { continue };
            if command.operation != Operation::Install || command.elsewhere {
                continue;
            }
            for package in command.packages.iter().filter(|it| it.known) {
                let name = bare_name(command.manager, &package.text);
                if let Some(library) = libraries::by_build_package(manager, name)
                    && library.is_linked()
                {
                    found.push((package.span, name, library));
                }
            }
        }
    }
    found
}

/// Whether the final image has a library, or may have it.
fn has(facts: &Facts<'_>, last: &Stage<'_>, base: &Description<'_>, library: &Library) -> bool {
    if library.is_held_by(base) != Some(false) {
        return true;
    }
    let mut installed = facts.packages().installed(&facts.stages, last.index);
    installed.any(|(manager, package)| {
        table_manager(manager).is_some_and(|it| library.comes_with(it, package))
    })
}

/// Whether the final image takes libraries from elsewhere, or a whole root file system.
fn copies_libraries(facts: &Facts<'_>, last: &Stage<'_>) -> bool {
    facts.stages.chain(last.index).any(|stage| {
        stage.body.iter().enumerate().any(|(offset, instruction)| {
            let (Command::Copy(_) | Command::Add(_)) = &instruction.command else { return false };
            facts.copied(stage.first + offset).iter().any(|it| {
                [&*it.source, &*it.path].iter().any(|path| {
                    path.contains(".so")
                        || path.contains("/lib")
                        || path.starts_with("lib")
                        || path.contains(".deb")
                }) || it.path == "/" && it.source.ends_with('/')
            })
        })
    })
}

/// Whether a script, or packages that a variable names, may install what isn't seen.
fn installs_out_of_sight(facts: &Facts<'_>, last: &Stage<'_>) -> bool {
    facts.stages.chain(last.index).any(|stage| {
        let packages = facts.packages().of_stage(stage.index);
        let hidden = packages
            .iter()
            .flat_map(|it| &it.packages)
            .any(|it| !it.known || it.text.contains("-dev") || it.text.starts_with(['.', '/']));
        let scripts = facts.run_commands_of(stage).any(|it| {
            let program = it.command.words.first().map_or("", |it| &*it.value);
            program.contains(".sh")
                || matches!(
                    program,
                    "sh" | "bash" | "make" | "dpkg" | "rpm" | "pip" | "pip3" | "nix"
                )
        });
        hidden || scripts
    })
}

/// Whether a `RUN` of the image starts the program: without a library the build would end there.
fn runs_program(facts: &Facts<'_>, last: &Stage<'_>) -> bool {
    let is_program = |name: &str| facts.programs().iter().any(|it| it.name == name);
    facts.stages.chain(last.index).any(|stage| {
        let in_exec_form = stage.body.iter().any(|it| {
            let Command::Run(run) = &it.command else { return false };
            run.line.words.first().is_some_and(|it| is_program(paths::file_name(&it.text)))
        });
        in_exec_form
            || facts.run_commands_of(stage).any(|it| {
                !it.command.conditional && it.command.name().is_some_and(is_program)
            })
    })
}

fn table_manager(manager: Manager) -> Option<PackageManager> {
    Some(match manager {
        Manager::Apt => PackageManager::Apt,
        Manager::Apk => PackageManager::Apk,
        Manager::Dnf => PackageManager::Dnf,
        Manager::Yum => PackageManager::Yum,
        Manager::Pacman => PackageManager::Pacman,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    #[track_caller]
    fn ships(build: &str, image: &str, expected: &str) {
        let text = format!(
            "FROM {build}\nRUN cargo build -r\nFROM {image}\n\
             COPY --from=0 /w/target/release/app /app\nCMD [\"/app\"]\n"
        );
        check("missing-runtime-library", &text, expected);
    }

    #[test]
    fn libraries_of_several_distributions() {
        let build = "rust:1.89\nRUN apt-get update && apt-get install -y libpq-dev=17.* libssl-dev";
        ships(
            build,
            "debian:bookworm-slim",
            "2:42 warning: a program that links `libpq` (`libpq-dev`) misses it in \
             `debian:bookworm-slim`\n\
             2:57 warning: a program that links `libssl` (`libssl-dev`) misses it in \
             `debian:bookworm-slim`",
        );
        ships(
            build,
            "gcr.io/distroless/cc-debian13",
            "2:42 warning: a program that links `libpq` (`libpq-dev`) misses it in \
             `gcr.io/distroless/cc-debian13`",
        );
        ships(
            "alpine:3.22\nRUN apk add cargo postgresql-dev openssl-dev",
            "alpine:3.22",
            "2:19 warning: a program that links `libpq` (`postgresql-dev`) misses it in \
             `alpine:3.22`",
        );
    }

    #[test]
    fn libraries_that_are_there_are_left_alone() {
        let build = "rust:1.89\nRUN apt-get install -y libssl-dev libpq-dev";
        for install in ["libpq5 openssl", "libpq5 ca-certificates", "postgresql-client libssl3"] {
            ships(build, &format!("debian:bookworm-slim\nRUN apt-get install -y {install}"), "");
        }
        ships(build, "debian:bookworm-slim\nRUN apt-get install -y $PACKAGES", "");
        ships(build, "debian:bookworm-slim\nRUN ./install.sh", "");
        ships(build, "debian:bookworm-slim\nCOPY --from=0 /usr/lib/libpq.so.5 /usr/lib/", "");
        ships(build, "example.com/base:1", "");
    }

    #[test]
    fn a_program_that_the_image_has_run_has_its_libraries() {
        let text = "FROM rust:1.89\nRUN apt-get install -y libpq-dev\nRUN cargo build -r\n\
                    FROM debian:12\nCOPY --from=0 /w/target/release/app /bin/app\n";
        let found = "2:24 warning: a program that links `libpq` (`libpq-dev`) misses it in \
                     `debian:12`";
        let rule = "missing-runtime-library";
        check(rule, &format!("{text}RUN [\"app\", \"--version\"]\n"), "");
        check(rule, &format!("{text}RUN set -e; /bin/app --version\n"), "");
        check(rule, &format!("{text}RUN chmod +x /bin/app\n"), found);
    }

    #[test]
    fn static_programs_and_tools_are_left_alone() {
        ships("rust:1.89-alpine\nRUN apk add openssl-dev postgresql-dev", "scratch", "");
        ships("rust:1.89\nRUN apt-get install -y cmake protobuf-compiler", "debian:12", "");
        ships(
            "rust:1.89\nENV OPENSSL_STATIC=1\nRUN apt-get install -y libssl-dev",
            "debian:12",
            "",
        );
    }

    #[test]
    fn the_lock_file_tells_what_is_linked() {
        let ships = |install: &str, image: &str, crates: &str, expected: &str| {
            let text = format!(
                "FROM rust:1.89\n{install}WORKDIR /w\nCOPY . .\nRUN cargo build -r\nFROM {image}\n\
                 COPY --from=0 /w/target/release/app /app\nCMD [\"/app\"]\n"
            );
            let packages: Vec<_> = crates
            .split_whitespace()
            .map(|it| format!("[[package]]\nname = \"{it}\"\nversion = \"0.12.0\"\n"))
            .collect();
        let packages = packages.concat();
            let lock = format!("version = 4\n{packages}");
            let files = [
                ("Dockerfile", &*text),
                ("Cargo.toml", "[package]\nname = \"app\"\n[dependencies]\ndiesel = { version = \"2\", features = [\"postgres\"] }\n"),
                ("Cargo.lock", &*lock),
                ("src/main.rs", ""),
            ];
            check_project("missing-runtime-library", &files, expected);
        };
        let slim = "debian:trixie-slim";
        ships(
            "",
            slim,
            "diesel pq-sys",
            "4:5 warning: a program that links `libpq` (`pq-sys`) misses it in `debian:trixie-slim`",
        );
        ships("", "debian:trixie-slim\nRUN apt-get install -y libpq5", "diesel pq-sys", "");
        // The package is there, and nothing links it.
        ships("RUN apt-get install -y libssl-dev libsqlite3-dev\n", "debian:bookworm-slim", "diesel", "");
    }
}
