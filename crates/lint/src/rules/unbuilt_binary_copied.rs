//! `unbuilt-binary-copied`: a program is taken that no cargo command makes.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_project::cargo_files::{Member, Target};

use crate::facts::paths;
use crate::rule::declare_rule;
use crate::surroundings::results::{self, Made};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a program that is copied out of cargo's results, or run from there, and that the cargo
    /// commands before it don't make: no package has such a binary, `--bin` or `-p` names others, or
    /// the binary needs features that are off.
    ///
    /// ## Why it matters
    /// The build fails at the `COPY`, after everything was compiled; where the results lie in a cache
    /// mount or an older layer, an old program is shipped without a word.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/my_server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "my-server"
    /// edition = "2024"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/my-server /server
    /// ENTRYPOINT ["/server"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "my-server"
    /// edition = "2024"
    /// ```
    /// ```rust src/main.rs
    /// fn main() {}
    /// ```
    pub(crate) static UNBUILT_BINARY_COPIED = {
        name: "unbuilt-binary-copied",
        clause: Clause::MultiStage,
        summary: "a program is taken that no cargo command makes",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(around) = cx.surroundings() else { return };
    let builds = around.cargo_builds(facts);
    if builds.all.is_empty() {
        return;
    }
    for taken in results::taken(facts) {
        let Some(makers) = results::makers(around, facts, builds, &taken) else { continue };
        let mut sets: Vec<Made<'_>> = Vec::new();
        let mut fits = false;
        let mut is_known = true;
        for (build, command) in makers {
            let Some(outs) = results::out_of(around, facts, build, command) else {
                is_known = false;
                break;
            };
            let here = outs.iter().any(|it| paths::parent(&taken.path) == it.directory());
            let Some(made) = results::binaries(facts, build, command) else {
                is_known = false;
                break;
            };
            fits |= here;
            if here {
                sets.push(made);
            }
        }
        let name = paths::file_name(&taken.path);
        let is_program = results::program(&format!("release/{name}")).is_some();
        // What the toolchain itself keeps beside installed programs.
        let is_tool = name.starts_with("cargo") || name.starts_with("rust");
        if !is_known || !fits || !is_program || is_tool {
            continue;
        }
        let has = |list: &[(&Member, &Target)]| list.iter().any(|it| it.1.name == name);
        if sets.iter().any(|it| has(&it.built)) {
            continue;
        }
        report(cx, taken.span, name, &sets);
    }
}

fn report(cx: &mut Context<'_, '_>, span: Span, name: &str, sets: &[Made<'_>]) {
    let Some(around) = cx.surroundings() else { return };
    let place = |member: &Member, target: &Target| {
        let file = around.files().name(&member.manifest.path);
        let range = target.span.clone().unwrap_or_else(|| member.name_span.clone());
        (file, Some(Span::new(range.start, range.end)))
    };
    let named = |list: &[(&Member, &Target)]| {
        let found = list.iter().find(|it| it.1.name == name);
        found.map(|(member, target)| place(member, target))
    };
    let without = sets.iter().find_map(|it| named(&it.without_features));
    let other = sets.iter().find_map(|it| named(&it.others));
    let mut built: Vec<(&Member, &Target)> = sets.iter().flat_map(|it| it.built.clone()).collect();
    built.sort_by_key(|it| &it.1.name);
    built.dedup_by_key(|it| &it.1.name);
    if let Some((file, at)) = without {
        let message = format!("`{name}` needs features that the build leaves off");
        cx.report(span, message)
            .help("Turn its `required-features` on with `--features`; cargo passes it over without a \
                   word.")
            .related_in(file, at, "the binary")
            .done();
    } else if let Some((file, at)) = other {
        let message = format!("`{name}` is not among what cargo is told to build");
        cx.report(span, message)
            .help("Build its package: `-p`, `--bin` and the directory decide which those are.")
            .related_in(file, at, "the binary")
            .done();
    } else {
        let names: Vec<String> = built.iter().map(|it| format!("`{}`", it.1.name)).collect();
        let makes = match names.as_slice() {
            [] => "there are no binaries".to_owned(),
            names if names.len() > 4 => {
                format!("it has {} and {} others", names[..3].join(", "), names.len() - 3)
            }
            names => format!("it has {}", names.join(", ")),
        };
        let message = format!("the workspace has no binary `{name}`: {makes}");
        let mut report = cx.report(span, message).help(
            "Copy a binary by the name that its manifest gives it: that of the package, of \
             `[[bin]]`, or of the file in `src/bin`.",
        );
        let similar = built.iter().max_by(|a, b| {
            let likeness = |it: &Target| strsim::jaro_winkler(&it.name, name);
            likeness(a.1).total_cmp(&likeness(b.1)).then_with(|| b.1.name.cmp(&a.1.name))
        });
        if let Some((member, target)) = similar {
            let (file, at) = place(member, target);
            report = report.related_in(file, at, format!("this is `{}`", target.name));
        }
        report.done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn taken(build: &str, take: &str, expected: &str) {
        let text = format!("FROM rust:1.89 AS b\nWORKDIR /w\nCOPY . .\n{build}\nFROM debian:13\n{take}\n");
        let root = "[package]\nname = \"app\"\nedition = \"2024\"\n[workspace]\nmembers = [\"cli\"]\n\
                    [[bin]]\nname = \"extra\"\nrequired-features = [\"x\"]\n[features]\nx = []\n";
        let files = [
            ("Dockerfile", &*text),
            ("Cargo.toml", root),
            ("src/main.rs", ""),
            ("src/bin/extra.rs", ""),
            ("src/bin/tool.rs", ""),
            ("cli/Cargo.toml", "[package]\nname = \"cli-package\"\nedition = \"2024\"\n[[bin]]\nname = \"cli\"\npath = \"src/main.rs\"\n"),
            ("cli/src/main.rs", ""),
        ];
        check_project("unbuilt-binary-copied", &files, expected);
    }

    const BUILD: &str = "RUN cargo build --release";

    fn copy(name: &str) -> String {
        format!("COPY --from=b /w/target/release/{name} /x")
    }

    #[test]
    fn names_that_nothing_makes() {
        taken(
            BUILD,
            &copy("ap"),
            "6:15 error: the workspace has no binary `ap`: it has `app`, `tool`",
        );
        let other = |name| format!("6:15 error: `{name}` is not among what cargo is told to build");
        taken(BUILD, &copy("cli"), &other("cli"));
        taken("RUN cargo build -r --bin app", &copy("tool"), &other("tool"));
        taken("RUN cargo build -r -p cli-package", &copy("app"), &other("app"));
        taken("RUN cd cli && cargo build -r", &copy("app"), &other("app"));
        taken(
            BUILD,
            &copy("extra"),
            "6:15 error: `extra` needs features that the build leaves off",
        );
        taken(
            "RUN cargo build --release && cp target/release/nope /out",
            "",
            "4:33 error: the workspace has no binary `nope`: it has `app`, `tool`",
        );
        taken(
            "RUN cargo install --path cli",
            "COPY --from=b /usr/local/cargo/bin/cli-package /x",
            "6:15 error: the workspace has no binary `cli-package`: it has `cli`",
        );
        taken(
            "RUN cargo build --release\nCMD [\"./target/release/nope\"]",
            "",
            "5:6 error: the workspace has no binary `nope`: it has `app`, `tool`",
        );
    }

    #[test]
    fn names_that_are_made_somehow() {
        for build in [BUILD, "RUN cargo build -r --bin app --bin tool", "RUN cargo build -r --workspace"] {
            taken(build, &copy("app"), "");
            taken(build, &copy("tool"), "");
        }
        taken("RUN cargo build -r --workspace", &copy("cli"), "");
        taken("RUN cargo build -r\nRUN cargo build -r -p cli-package", &copy("cli"), "");
        taken("RUN cargo build -r --features x", &copy("extra"), "");
        taken("RUN cargo build -r --all-features", &copy("extra"), "");
        taken("RUN cargo install --path cli", "COPY --from=b /usr/local/cargo/bin/cli /x", "");
        taken("RUN cargo install --path cli", "COPY --from=b /usr/local/cargo/bin/rustup /x", "");
    }

    #[test]
    fn what_may_come_from_elsewhere_is_left_alone() {
        for build in [
            "RUN cargo build -r && mv target/release/app target/release/nope",
            "RUN cargo build -r $FLAGS",
            "RUN cargo build -r && ./post.sh",
            "RUN cargo build -r && make install",
            "RUN cargo build -r -p $NAME",
            "RUN cargo build -r --examples",
            "RUN ./build.sh",
            "RUN cargo run -r",
        ] {
            taken(build, &copy("nope"), "");
        }
        for name in ["", "libapp.so", "deps", "*", "$NAME", "build/x"] {
            taken(BUILD, &copy(name), "");
        }
        // The other rule's.
        taken("RUN cargo build", &copy("nope"), "");
    }

    #[test]
    fn binaries_are_named_by_variables() {
        for build in [
            "ARG BIN=cli\nRUN cargo build -r --bin $BIN",
            "ARG BIN=cli\nRUN cargo build -r -p cli-package --bin=${BIN}",
            "ARG BIN\nRUN cargo build -r --bin $BIN",
            "RUN cargo build -r --bin $(cat name)",
            "RUN cargo build -r --bin \"${BIN:-cli}\"",
            "RUN for b in cli; do cargo build -r --bin $b; done",
            "ARG b=app\nRUN for b in cli; do cargo build -r --bin $b; done",
        ] {
            let text = format!("{build} && cp \"target/release/$BIN\" /x");
            let from_workspace = |build: &str, expected: &str| {
                let text = format!("FROM rust:1.89 AS b\nWORKDIR /w\nCOPY . .\n{build}\nFROM debian:13\nCOPY --from=b /w/target/release/cli /x\n");
                let files = [
                    ("Dockerfile", &*text),
                    ("Cargo.toml", "[workspace]\nmembers = [\"cli\"]\n"),
                    ("cli/Cargo.toml", "[package]\nname = \"cli-package\"\nedition = \"2024\"\n[[bin]]\nname = \"cli\"\npath = \"src/main.rs\"\n"),
                    ("cli/src/main.rs", ""),
                ];
                for rule in ["unbuilt-binary-copied", "wrong-target-directory", "build-input-not-copied"] {
                    check_project(rule, &files, expected);
                }
            };
            from_workspace(build, "");
            from_workspace(&text, "");
        }
        let found = "7:15 error: `tool` is not among what cargo is told to build";
        taken("ARG BIN=app\nRUN cargo build -r --bin $BIN", &copy("tool"), found);
    }
}
