//! Holds the guide against the program: its examples are valid, and it names all that there is.

#![expect(clippy::unwrap_used, reason = "here a panic is a failed test")]

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};

/// What the guide says of a command, and a call that reads its settings and changes nothing.
struct Guide {
    command: &'static str,
    text: &'static str,
    /// Of this command or of another with the same settings.
    call: &'static [&'static str],
    /// The sections about settings, each with a text that has a key that isn't known there.
    sections: &'static [(&'static str, &'static str)],
}

const BUILD: Guide = Guide {
    command: "build",
    text: include_str!("../../../docs/guide/build.md"),
    call: DRY_RUN,
    sections: &[
        ("[build]", "[build]\nnonsense = 1\n"),
        ("[image]", "[image]\nnonsense = 1\n"),
        ("[image.healthcheck]", "[image.healthcheck]\nnonsense = 1\n"),
        ("[[image.files]]", "[[image.files]]\nnonsense = 1\n"),
    ],
};

const CHECK: Guide = Guide {
    command: "check",
    text: include_str!("../../../docs/guide/check.md"),
    call: &["check", "--fail-on", "never"],
    sections: &[
        ("[check]", "[check]\nnonsense = 1\n"),
        ("[[check.per-path]]", "[[check.per-path]]\nnonsense = 1\n"),
    ],
};

const PUSH: Guide = Guide {
    command: "push",
    text: include_str!("../../../docs/guide/push.md"),
    call: DRY_RUN,
    sections: &[("[registry]", "[registry]\nnonsense = 1\n"), ("[push]", "[push]\nnonsense = 1\n")],
};

const TAGS: Guide = Guide {
    command: "tags",
    text: include_str!("../../../docs/guide/tags.md"),
    call: &["tags", "--tag", "type=raw,value=x"],
    sections: &[("[tags]", "[tags]\nnonsense = 1\n")],
};

const INIT: Guide = Guide {
    command: "init",
    text: include_str!("../../../docs/guide/init.md"),
    call: DRY_RUN,
    sections: &[("[init]", "[init]\nnonsense = 1\n")],
};

const ALL: [Guide; 5] = [BUILD, CHECK, INIT, PUSH, TAGS];

const DRY_RUN: &[&str] = &["build", "--dry-run", "--format", "json", "--binary", "my-service"];

#[test]
fn examples_of_settings_are_valid() {
    let mut seen = BTreeSet::new();
    for (guide, block) in ALL.iter().flat_map(|it| it.blocks("toml").map(move |b| (it, b))) {
        // The first line says which file it is.
        let name = block.lines().next().unwrap().trim_start_matches("# ");
        seen.insert(name);
        let output = match name {
            "plimsoll.toml" => guide.run(&[("Cargo.toml", PACKAGE), (name, block)]),
            "Cargo.toml" => guide.run(&[(name, &format!("{PACKAGE}{block}"))]),
            ".cargo/config.toml" => {
                block.parse::<toml::Table>().unwrap();
                continue;
            }
            other => panic!("an example does not say which file it is, but `{other}`"),
        };
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{block}\n{errors}");
        // What was not read can't be wrong; a check does not say what it has read.
        let plan = String::from_utf8_lossy(&output.stdout);
        assert!(
            matches!(guide.command, "check" | "tags") || plan.contains(&format!("/{name}\"")),
            "{block}\n{plan}"
        );
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

#[test]
fn every_setting_is_described() {
    for guide in ALL {
        for (place, text) in guide.sections {
            let output = guide.run(&[("Cargo.toml", PACKAGE), ("plimsoll.toml", text)]);
            assert_eq!(output.status.code(), Some(2), "{place}");
            let errors = String::from_utf8(output.stderr).unwrap();
            let (_, known) = errors.split_once("`nonsense`, expected ").unwrap();
            let known = known.lines().next().unwrap().split('`').skip(1).step_by(2);
            let known: Vec<_> = known.collect();
            assert!(!known.is_empty(), "{errors}");
            let (_, section) = guide.text.split_once(&format!("### `{place}`\n")).unwrap();
            let section = section.split("\n## ").next().unwrap().split("\n### ").next().unwrap();
            for key in known {
                assert!(section.contains(&format!("| `{key}` |")), "{place} lacks `{key}`");
            }
        }
    }
}

#[test]
fn every_option_is_described_and_no_other() {
    for guide in ALL {
        let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let help = program.args([guide.command, "--help"]).output();
        let help = String::from_utf8(help.unwrap().stdout).unwrap();
        let known = options(&help);
        assert!(known.len() > 5, "{help}");
        // What stands before belongs to another program.
        let call = format!("plimsoll {}", guide.command);
        let calls = guide.blocks("console").flat_map(str::lines);
        for (_, arguments) in calls.filter_map(|line| line.split_once(&*call)) {
            for option in options(arguments) {
                assert!(known.contains(option), "the guide calls with {option}, which is unknown");
            }
        }
        let described = options(guide.text);
        for option in known.iter().filter(|it| **it != "--help") {
            assert!(described.contains(option), "the guide lacks {option}");
        }
    }
}

#[test]
fn every_variable_is_described() {
    let variables = include_str!("../src/environment.rs");
    let known: BTreeSet<_> =
        variables.split('"').filter(|it| it.starts_with("PLIMSOLL_")).collect();
    assert!(!known.is_empty());
    for variable in &known {
        let row = format!("| `{variable}` |");
        assert!(ALL.iter().any(|it| it.text.contains(&row)), "no guide has {variable}");
    }
    let described = ALL.into_iter().flat_map(|it| it.text.split('`'));
    let described = described.filter(|it| it.starts_with("PLIMSOLL_"));
    let unknown: Vec<_> = described.filter(|it| !known.contains(it)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_variable_of_a_ci_system_is_described() {
    let ours = include_str!("../src/environment.rs");
    let systems = include_str!("../../project/src/ci.rs");
    let (_, systems) = systems.split_once("pub const VARIABLES").unwrap();
    let known = ours.split('"').chain(systems.split("];").next().unwrap().split('"'));
    let known = known.filter(|it| it.starts_with("GITHUB_") || it.starts_with("CI_"));
    let mut count = 0;
    for variable in known {
        count += 1;
        let quoted = format!("`{variable}`");
        assert!(ALL.iter().any(|it| it.text.contains(&quoted)), "no guide has {variable}");
    }
    assert!(count > 20);
}

/// A package to build, with the end of its manifest open.
const PACKAGE: &str = "[workspace]\n[package]\nname = \"my-service\"\nversion = \"0.1.0\"\n";

impl Guide {
    /// Runs the command in a project with these files.
    fn run(&self, files: &[(&str, &str)]) -> Output {
        let directory = tempfile::tempdir().unwrap();
        // What the examples put into images, and a program: any will do, as nothing is packed.
        fs::create_dir_all(directory.path().join("assets")).unwrap();
        fs::create_dir_all(directory.path().join("config")).unwrap();
        fs::write(directory.path().join("config/production.toml"), "").unwrap();
        fs::write(directory.path().join("Dockerfile"), "FROM scratch\nUSER 1\n").unwrap();
        fs::copy(env!("CARGO_BIN_EXE_plimsoll"), directory.path().join("my-service")).unwrap();
        for (name, text) in files {
            fs::write(directory.path().join(name), text).unwrap();
        }
        Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(self.call)
            .current_dir(directory.path())
            .env_clear()
            .env("PATH", Path::new("/usr/bin"))
            .output()
            .unwrap()
    }

    /// The blocks in one language.
    fn blocks(&self, language: &str) -> impl Iterator<Item = &'static str> {
        let fence = format!("```{language}\n");
        let text = self.text;
        let starts: Vec<_> = text.match_indices(&fence).map(|(at, _)| at + fence.len()).collect();
        starts.into_iter().map(|start| text[start..].split_once("```").unwrap().0)
    }
}

/// The long options that a text names.
fn options(text: &str) -> BTreeSet<&str> {
    text.match_indices("--")
        .map(|(start, _)| {
            let end = text[start..].find(|it: char| it != '-' && !it.is_ascii_lowercase());
            &text[start..end.map_or(text.len(), |end| start + end)]
        })
        // A rule of a table, and ` -- `, are no options.
        .filter(|it| it.len() > 3 && !it.starts_with("---"))
        .collect()
}
