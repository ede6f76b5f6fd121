//! The flags that Cargo really gives the compiler, and what we say that they are.

use std::{collections::BTreeMap, env, process::Command};

use plimsoll_project::{
    Environment,
    cargo_config::{
        ConfigError, FlagSource, Origin, effective_linker, effective_rustflags, load, native_cpu,
        native_cpu_in_profile,
    },
};

use crate::{
    fixture::{Fixture, cargo, package, text},
    toolchain::toolchain,
};

/// A library, deep enough to have configuration above it, and a home for Cargo beside it.
fn library(files: &[(&str, &str)]) -> Fixture {
    let fixture = Fixture::new(&[
        ("above/lib/Cargo.toml", &package("probe", "[workspace]\n")),
        ("above/lib/src/lib.rs", ""),
        ("home/empty", ""),
    ]);
    for (path, text) in files {
        fixture.write(path, text);
    }
    fixture
}

/// Returns the command line by which Cargo runs the compiler.
fn line_of_cargo(fixture: &Fixture, triple: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(cargo());
    // Nothing of this process's own configuration may show.
    command.env_clear();
    let kept: BTreeMap<_, _> = ["PATH", "HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"]
        .into_iter()
        .filter_map(|it| Some((it, env::var_os(it)?)))
        .collect();
    command.envs(kept).env("CARGO_HOME", fixture.path("home")).envs(variables.iter().copied());
    // What is fresh is not compiled again, and then Cargo prints no line.
    let target = tempfile::tempdir().unwrap();
    command.args(["check", "--verbose", "--offline", "--target", triple, "--target-dir"]);
    let output = fixture.run("above/lib", command.arg(target.path()));
    let stderr = text(&output.stderr);
    let line = stderr.lines().find(|it| it.contains("Running `")).unwrap();
    line.trim_end_matches('`').to_owned()
}

/// Returns the flags that Cargo adds to its own arguments: they come last.
fn flags_of_cargo(fixture: &Fixture, triple: &str, variables: &[(&str, &str)]) -> String {
    let line = line_of_cargo(fixture, triple, variables);
    let (_, tail) = line.rsplit_once("-L dependency=").unwrap();
    tail.split_once(' ').map_or("", |(_, flags)| flags).to_owned()
}

/// Asks Cargo and ourselves, and holds both against what is expected.
#[track_caller]
fn check(fixture: &Fixture, variables: &[(&str, &str)], source: FlagSource, expected: &str) {
    let toolchain = toolchain();
    let triple = &toolchain.host;
    let environment: Environment = variables.iter().copied().collect();
    let config = load(&fixture.path("above/lib"), Some(&fixture.path("home"))).unwrap();
    let mut flags = effective_rustflags(&config, &environment, triple, &[]).unwrap();
    if config.needs_cfgs() {
        let cfgs = toolchain.cfgs(triple, &flags.list()).unwrap();
        flags = effective_rustflags(&config, &environment, triple, &cfgs).unwrap();
    }
    assert_eq!(flags.list().join(" "), expected);
    assert_eq!(flags.source, source);
    assert_eq!(flags_of_cargo(fixture, triple, variables), expected, "Cargo disagrees");
}

fn target_variable() -> String {
    format!("CARGO_TARGET_{}_RUSTFLAGS", toolchain().host.replace(['-', '.'], "_").to_uppercase())
}

#[test]
fn files_are_joined_from_the_home_to_the_directory() {
    let fixture = library(&[
        ("home/config.toml", "build.rustflags = [\"--cfg=home\"]"),
        ("above/.cargo/config.toml", "[build]\nrustflags = [\"--cfg=above\"]"),
        ("above/lib/.cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"deep\"]"),
    ]);
    check(&fixture, &[], FlagSource::Build, "--cfg=home --cfg=above --cfg deep");
    let more = [("CARGO_BUILD_RUSTFLAGS", " --cfg=variable  --cfg=x ")];
    let expected = "--cfg=home --cfg=above --cfg deep --cfg=variable --cfg=x";
    check(&fixture, &more, FlagSource::Build, expected);
}

#[test]
fn of_strings_the_deepest_wins() {
    let fixture = library(&[
        ("above/.cargo/config.toml", "[build]\nrustflags = \"--cfg=above\""),
        ("above/lib/.cargo/config", "[build]\nrustflags = \"--cfg=a  --cfg=b\""),
        ("above/lib/.cargo/config.toml", "[build]\nrustflags = \"--cfg=unread\""),
    ]);
    check(&fixture, &[], FlagSource::Build, "--cfg=a --cfg=b");
}

#[test]
fn target_tables_are_joined_and_replace_build() {
    let host = toolchain().host;
    let fixture = library(&[(
        "above/lib/.cargo/config.toml",
        &format!(
            "[build]\nrustflags = \"--cfg=build\"\n\
             [target.'cfg(unix)']\nrustflags = [\"--cfg=any\"]\n\
             [target.'cfg(all(unix, not(windows)))']\nrustflags = \"--cfg=all\"\n\
             [target.'cfg(windows)']\nrustflags = [\"--cfg=never\"]\n\
             [target.{host}]\nrustflags = [\"--cfg=triple\"]\n\
             [target.pdp11-unknown-unix]\nrustflags = [\"--cfg=other\"]\n"
        ),
    )]);
    check(&fixture, &[], FlagSource::Target, "--cfg=triple --cfg=all --cfg=any");
    let name = target_variable();
    let variables = [(name.as_str(), "--cfg=variable"), ("CARGO_BUILD_RUSTFLAGS", "--cfg=no")];
    let expected = "--cfg=triple --cfg=variable --cfg=all --cfg=any";
    check(&fixture, &variables, FlagSource::Target, expected);
}

#[test]
fn a_cfg_may_depend_on_the_flags_of_the_triple() {
    let host = toolchain().host;
    let fixture = library(&[(
        "above/lib/.cargo/config.toml",
        &format!(
            "[target.{host}]\nrustflags = [\"--cfg=mark\"]\n\
             [target.'cfg(mark)']\nrustflags = [\"--cfg=marked\"]\n"
        ),
    )]);
    check(&fixture, &[], FlagSource::Target, "--cfg=mark --cfg=marked");
}

#[test]
fn an_empty_target_list_leaves_it_to_build() {
    let host = toolchain().host;
    let config = format!("[build]\nrustflags = \"--cfg=build\"\n[target.{host}]\nrustflags = []\n");
    let fixture = library(&[("above/lib/.cargo/config.toml", &config)]);
    check(&fixture, &[], FlagSource::Build, "--cfg=build");
}

#[test]
fn the_variables_of_the_compiler_replace_every_file() {
    let fixture = library(&[("above/lib/.cargo/config.toml", "build.rustflags = \"--cfg=file\"")]);
    check(
        &fixture,
        &[("RUSTFLAGS", " --cfg=a   --cfg=b")],
        FlagSource::Rustflags,
        "--cfg=a --cfg=b",
    );
    check(&fixture, &[("RUSTFLAGS", "")], FlagSource::Rustflags, "");
    let both = [("RUSTFLAGS", "--cfg=a"), ("CARGO_ENCODED_RUSTFLAGS", "--cfg\x1fb")];
    check(&fixture, &both, FlagSource::EncodedRustflags, "--cfg b");
    let both = [("RUSTFLAGS", "--cfg=a"), ("CARGO_ENCODED_RUSTFLAGS", "")];
    check(&fixture, &both, FlagSource::EncodedRustflags, "");
    let name = target_variable();
    let both = [("RUSTFLAGS", "--cfg=a"), (name.as_str(), "--cfg=b")];
    check(&fixture, &both, FlagSource::Rustflags, "--cfg=a");
}

#[test]
fn included_files_rank_below_the_file_that_includes_them() {
    let fixture = library(&[
        (
            "above/lib/.cargo/config.toml",
            "include = [\"one.toml\", { path = \"two.toml\" }, { path = \"no.toml\", optional = true }]\n\
             [build]\nrustflags = [\"--cfg=own\"]\n",
        ),
        (
            "above/lib/.cargo/one.toml",
            "include = [\"sub/three.toml\"]\nbuild.rustflags = [\"--cfg=one\"]",
        ),
        ("above/lib/.cargo/two.toml", "build.rustflags = [\"--cfg=two\"]"),
        ("above/lib/.cargo/sub/three.toml", "build.rustflags = [\"--cfg=three\"]"),
    ]);
    // Earlier ones take no notice of the key.
    if toolchain().release.minor >= 94 {
        check(&fixture, &[], FlagSource::Build, "--cfg=three --cfg=one --cfg=two --cfg=own");
    }
    let config = load(&fixture.path("above/lib"), None).unwrap();
    let read: Vec<_> =
        config.files().iter().map(|it| it.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(read, ["config.toml", "two.toml", "one.toml", "three.toml"]);
}

#[test]
fn a_home_above_the_project_counts_once() {
    let fixture = Fixture::new(&[
        (".cargo/config.toml", "build.rustflags = [\"--cfg=home\"]"),
        ("project/.cargo/config.toml", "build.rustflags = [\"--cfg=project\"]"),
    ]);
    let config = load(&fixture.path("project"), Some(&fixture.path(".cargo"))).unwrap();
    let flags = effective_rustflags(&config, &Environment::default(), "t", &[]).unwrap();
    assert_eq!(flags.list(), ["--cfg=home", "--cfg=project"]);
}

#[test]
fn what_cargo_refuses_is_refused() {
    let error = |files: &[(&str, &str)]| {
        let fixture = library(files);
        let loaded = load(&fixture.path("above/lib"), None)
            .and_then(|config| effective_rustflags(&config, &Environment::default(), "t", &[]));
        loaded.unwrap_err()
    };
    let file = "above/lib/.cargo/config.toml";
    assert!(matches!(error(&[(file, "[build")]), ConfigError::Syntax { .. }));
    assert!(matches!(error(&[(file, "build.rustflags = 1")]), ConfigError::Type { .. }));
    assert!(matches!(error(&[(file, "build.rustflags = [1]")]), ConfigError::Type { .. }));
    assert!(matches!(error(&[(file, "include = \"a.toml\"")]), ConfigError::Type { .. }));
    assert!(matches!(error(&[(file, "include = [\"a.json\"]")]), ConfigError::Type { .. }));
    assert!(matches!(error(&[(file, "include = [\"a.toml\"]")]), ConfigError::Read { .. }));
    let cycle = [
        (file, "include = [\"a.toml\"]"),
        ("above/lib/.cargo/a.toml", "include = [\"config.toml\"]"),
    ];
    assert!(matches!(error(&cycle), ConfigError::IncludeCycle { .. }));
    let mixed = [
        (file, "build.rustflags = \"a\""),
        ("above/.cargo/config.toml", "build.rustflags = [\"a\"]"),
    ];
    let mixed = error(&mixed);
    assert!(
        matches!(&mixed, ConfigError::Mixed { key, .. } if key == "build.rustflags"),
        "{mixed}"
    );
}

#[test]
fn flags_remember_where_they_stand() {
    let text = "[build]\nrustflags = [\n  \"-C\", \"target-cpu=native\",\n]\n";
    let fixture = library(&[("above/lib/.cargo/config.toml", text)]);
    let config = load(&fixture.path("above/lib"), None).unwrap();
    let flags = effective_rustflags(&config, &Environment::default(), "t", &[]).unwrap();
    let native = native_cpu(&flags.flags).unwrap();
    assert_eq!(native.flag, "-C target-cpu=native");
    let Origin::File { path, line, span } = &native.origin else { panic!("{}", native.origin) };
    assert_eq!((path, *line), (&fixture.path("above/lib/.cargo/config.toml"), 3));
    assert_eq!(&text[span.start..span.end], "\"-C\"");

    let environment: Environment = [("RUSTFLAGS", "-Ctarget-cpu=native")].into_iter().collect();
    let flags = effective_rustflags(&config, &environment, "t", &[]).unwrap();
    let native = native_cpu(&flags.flags).unwrap();
    assert_eq!(native.origin.to_string(), "the environment variable RUSTFLAGS");
}

#[test]
fn a_native_cpu_for_another_target_does_not_matter() {
    let config =
        "[target.a]\nrustflags = \"-C target-cpu=native\"\n[target.b]\nrustflags = \"-O\"\n";
    let fixture = library(&[("above/lib/.cargo/config.toml", config)]);
    let config = load(&fixture.path("above/lib"), None).unwrap();
    let native = |triple: &str| {
        let flags = effective_rustflags(&config, &Environment::default(), triple, &[]).unwrap();
        native_cpu(&flags.flags).is_some()
    };
    assert!(native("a") && !native("b") && !native("c"));
}

#[test]
fn profiles_are_searched_with_what_they_inherit() {
    let fixture = library(&[
        (
            "above/lib/.cargo/config.toml",
            "[profile.release.package.\"*\"]\nrustflags = [\"-Ctarget-cpu=native\"]\n",
        ),
        (
            "above/lib/Cargo.toml",
            "[profile.dist]\ninherits = \"release\"\n[profile.fast]\ninherits = \"dev\"\n\
             rustflags = [\"-C\", \"target-cpu=native\"]\n[profile.loop]\ninherits = \"loop\"\n",
        ),
    ]);
    let config = load(&fixture.path("above/lib"), None).unwrap();
    let manifest = fixture.path("above/lib/Cargo.toml");
    let found = |profile: &str, variables: &[(&str, &str)]| {
        let environment: Environment = variables.iter().copied().collect();
        native_cpu_in_profile(&config, &environment, profile, Some(&manifest))
            .unwrap()
            .map(|it| it.origin.to_string())
    };
    let in_config = format!("{}:2", fixture.path("above/lib/.cargo/config.toml").display());
    assert_eq!(found("release", &[]), Some(in_config.clone()));
    assert_eq!(found("dist", &[]), Some(in_config));
    assert_eq!(found("fast", &[]), Some(format!("{}:5", manifest.display())));
    assert_eq!(found("dev", &[]), None);
    assert_eq!(found("loop", &[]), None);
    let variable = [("CARGO_PROFILE_DEV_RUSTFLAGS", "-Ctarget-cpu=native")];
    assert_eq!(
        found("dev", &variable).unwrap(),
        "the environment variable CARGO_PROFILE_DEV_RUSTFLAGS"
    );
}

#[test]
fn the_linker_is_the_one_that_cargo_names() {
    let toolchain = toolchain();
    let triple = &toolchain.host;
    let variable =
        format!("CARGO_TARGET_{}_LINKER", triple.replace(['-', '.'], "_").to_uppercase());
    let cfgs = toolchain.cfgs(triple, &[]).unwrap();
    let given = |config: &str, variables: &[(&str, &str)]| {
        let fixture = library(&[("above/.cargo/config.toml", config)]);
        let config = load(&fixture.path("above/lib"), Some(&fixture.path("home"))).unwrap();
        let environment: Environment = variables.iter().copied().collect();
        let linker = effective_linker(&config, &environment, triple, &cfgs).unwrap();
        let ours = linker.map(|it| it.program.to_str().unwrap().to_owned());

        let line = line_of_cargo(&fixture, triple, variables);
        let theirs =
            line.split(" -C linker=").nth(1).map(|it| it.split(' ').next().unwrap().to_owned());
        assert_eq!(ours, theirs, "Cargo disagrees");
        let root = fixture.path("");
        ours.map(|it| it.replace(root.to_str().unwrap(), "ROOT"))
    };
    let of_triple = format!("[target.{triple}]\nlinker = \"tools/ld\"\n");
    let of_cfg =
        "[target.'cfg(unix)']\nlinker = \"ld-of-cfg\"\n[target.'cfg(windows)']\nlinker = \"x\"\n";
    assert_eq!(given("", &[]), None);
    assert_eq!(given(&of_triple, &[]).as_deref(), Some("ROOT/above/tools/ld"));
    assert_eq!(given(of_cfg, &[]).as_deref(), Some("ld-of-cfg"));
    let both = format!("{of_triple}{of_cfg}");
    assert_eq!(given(&both, &[]).as_deref(), Some("ROOT/above/tools/ld"));
    let variables = [(variable.as_str(), "ld-of-variable")];
    assert_eq!(given(&both, &variables).as_deref(), Some("ld-of-variable"));
    let variables = [(variable.as_str(), "./ld")];
    assert_eq!(given(&both, &variables).as_deref(), Some("ROOT/above/lib/./ld"));
}

#[test]
fn two_linkers_for_one_target_are_refused() {
    let config =
        "[target.'cfg(unix)']\nlinker = \"a\"\n[target.'cfg(not(windows))']\nlinker = \"b\"\n";
    let fixture = library(&[("above/lib/.cargo/config.toml", config)]);
    let config = load(&fixture.path("above/lib"), None).unwrap();
    let cfgs = ["unix".parse().unwrap()];
    let error = effective_linker(&config, &Environment::default(), "t", &cfgs);
    assert!(matches!(error, Err(ConfigError::SeveralLinkers { .. })), "{error:?}");
}
