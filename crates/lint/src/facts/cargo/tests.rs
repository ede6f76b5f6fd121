//! Tests of what is read from cargo's command lines.

use plimsoll_syntax::dockerfile;

use super::*;

/// Reads the first cargo command of a stage on the official image.
#[track_caller]
fn with(body: &str, test: impl FnOnce(&CargoCommand, &Facts<'_>)) {
    let text = format!("FROM rust:1\nWORKDIR /app\n{body}\n");
    let file = dockerfile::parse(&text);
    let facts = Facts::new(&file);
    let first = facts.cargo().first().unwrap_or_else(|| panic!("no cargo command in {body}"));
    test(first, &facts);
}

#[track_caller]
fn kind(script: &str, expected: Option<CargoKind>) {
    let text = format!("FROM a\nRUN {script}\n");
    let file = dockerfile::parse(&text);
    let found = Facts::new(&file).cargo().first().map(|it| it.kind);
    assert_eq!(found, expected, "{script}");
}

#[test]
fn subcommands_are_found_behind_whatever_stands_before_them() {
    for script in [
        "cargo build",
        "cargo b --release",
        "/usr/local/cargo/bin/cargo build",
        "cargo +nightly -Z build-std --config a.b=1 build",
        "cargo --locked build",
        "RUSTFLAGS=-g cargo build",
        "env RUSTFLAGS=-g cargo build",
        "cargo auditable build",
        "cargo auditable zigbuild",
        "cargo zigbuild",
        "cargo hack build",
        "cargo xwin build",
        "cross build",
        "xx-cargo build",
        "cargo leptos build --release",
        "cargo lambda build",
        "trunk build",
        "wasm-pack build",
        "rustup run nightly cargo build",
        "mold -run cargo build",
        "sh -c 'cargo build'",
        "cd x && (cargo build)",
        "if true; then cargo build; fi",
    ] {
        kind(script, Some(CargoKind::Build));
    }
    kind("cargo install --path .", Some(CargoKind::InstallPath));
    kind("cargo install --locked --path=cli", Some(CargoKind::InstallPath));
    kind("cargo install ripgrep", Some(CargoKind::InstallTool));
    kind("cargo binstall -y trunk", Some(CargoKind::InstallTool));
    kind("cargo chef cook", Some(CargoKind::Cook));
    kind("cargo +stable chef --quiet prepare", Some(CargoKind::Prepare));
    kind("cargo-chef chef cook", Some(CargoKind::Cook));
    kind("cargo fetch --locked", Some(CargoKind::Fetch));
    kind("cargo nextest run", Some(CargoKind::Test));
    kind("cargo clippy", Some(CargoKind::Check));
    kind("cargo deny check", Some(CargoKind::Other));
}

#[test]
fn what_hides_its_subcommand_is_no_command() {
    for script in
        ["cargo $COMMAND", "cargo --version", "make build", "trunk serve", "echo cargo build"]
    {
        kind(script, None);
    }
}

#[test]
fn options_are_read_in_all_their_forms() {
    with(
        "RUN cargo build -r --target=x -Fa,b --features 'c d' -p one --package=two --bin b",
        |it, _| {
            let arguments = &it.arguments;
            assert_eq!(arguments.profile_directory(), Some("release"));
            assert_eq!(it.target, Choice::Is("x".to_owned()));
            assert_eq!(arguments.features.names.iter().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
            assert_eq!((arguments.packages.len(), arguments.binaries.len()), (2, 1));
            assert!(!arguments.locked && !arguments.hidden);
        },
    );
    with("RUN cargo build --frozen -- --release", |it, _| {
        assert_eq!(it.arguments.profile_directory(), Some("debug"));
        assert!(it.arguments.locked && it.arguments.offline);
    });
    with("RUN cargo install --path .", |it, _| {
        assert_eq!(it.arguments.profile_directory(), Some("release"));
    });
    with("RUN cargo build $FLAGS", |it, _| {
        assert_eq!((it.arguments.profile_directory(), &it.target), (None, &Choice::Hidden));
    });
    with("RUN cargo build --features \"$FEATURES\" --profile bench", |it, _| {
        assert!(!it.arguments.hidden);
        assert_eq!(it.arguments.profile_directory(), Some("release"));
    });
}

#[test]
fn variables_reach_a_command_from_every_side() {
    for body in [
        "ENV CARGO_BUILD_TARGET=t CARGO_TARGET_DIR=/t\nRUN cargo build",
        "ARG T=t\nENV CARGO_BUILD_TARGET=$T\nRUN CARGO_TARGET_DIR=/t cargo build",
        "RUN export CARGO_BUILD_TARGET=t CARGO_TARGET_DIR=/t && cargo build",
        "RUN env CARGO_BUILD_TARGET=t cargo build --target-dir ../t",
    ] {
        with(body, |it, _| {
            assert_eq!(it.target, Choice::Is("t".to_owned()), "{body}");
            assert_eq!(it.target_dir.as_deref(), Some("/t"), "{body}");
        });
    }
}

#[test]
fn directories_follow_workdir_cd_and_manifests() {
    let cases = [
        ("RUN cargo build", Some("/app")),
        ("WORKDIR cli\nRUN cargo build", Some("/app/cli")),
        ("RUN cd cli && cargo build", Some("/app/cli")),
        ("ENV D=/src\nRUN cd $D && cargo build", Some("/src")),
        ("RUN cargo build --manifest-path ./core/Cargo.toml", Some("/app/core")),
        ("RUN cargo install --path cli", Some("/app/cli")),
        ("RUN cargo install --path $PART", Some("/app")),
        ("RUN cd $(find . -name x) && cargo build", None),
        ("RUN [\"cargo\", \"build\"]", Some("/app")),
    ];
    for (body, directory) in cases {
        with(body, |it, _| assert_eq!(it.directory.as_deref(), directory, "{body}"));
    }
}

#[test]
fn results_are_where_the_workspace_may_be() {
    with("WORKDIR cli\nRUN cargo build", |it, _| {
        for path in ["/app/cli/target", "/app/target/release/a", "/target"] {
            assert!(it.writes_to(path), "{path}");
        }
        for path in ["/app/targets", "/app/cli/src/target", "/other/target", "/app/cli"] {
            assert!(!it.writes_to(path), "{path}");
        }
    });
    with("RUN --mount=type=cache,target=target cargo build", |it, facts| {
        assert_eq!(facts.target_mount(it).map(|it| it.path).as_deref(), Some("/app/target"));
    });
}

#[test]
fn failures_that_are_passed_over_are_known() {
    for (script, tolerated) in [
        ("cargo build || true", true),
        ("cargo build; rm -rf src", true),
        ("set -e; cargo build; rm -rf src", false),
        ("cargo build || exit 1", false),
        ("cargo build && a || true", false),
        ("cargo build", false),
    ] {
        with(&format!("RUN {script}"), |it, _| assert_eq!(it.tolerated, tolerated, "{script}"));
    }
}

#[test]
fn names_come_from_variables_whose_value_is_known() {
    for (body, expected) in [
        ("ARG BIN=api\nRUN cargo build --bin $BIN", "api"),
        ("ARG BIN=api\nRUN cargo build --bin=${BIN}", "api"),
        ("ENV BIN=api\nRUN cargo build --bin \"$BIN-cli\"", "api-cli"),
        ("ARG BIN\nRUN cargo build --bin $BIN", "$BIN"),
        ("ARG BIN=\nRUN cargo build --bin $BIN", "$BIN"),
        ("ARG BIN=\"a b\"\nRUN cargo build --bin $BIN", "$BIN"),
        ("ENV b=web\nRUN for b in api; do cargo build --bin $b; done", "$b"),
        ("ENV b=web\nRUN b=api; cargo build --bin $b", "$b"),
        ("ENV b=web\nRUN read -r b < name && cargo build --bin $b", "$b"),
    ] {
        with(body, |it, _| assert_eq!(it.arguments.binaries, [expected], "{body}"));
    }
    with("ARG P=api\nRUN cargo build -p $P", |it, _| assert_eq!(it.arguments.packages, ["api"]));
}
