//! The examples of the container standard in the form in which they are usually copied, and what must
//! be found in each.
//!
//! Each text in `standard/` holds some files, which are put beside the example's Cargo workspace, and
//! the list of what `plimsoll check` finds there: `FILE:LINE SEVERITY RULE`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{fs, path::Path, process::Command};

#[test]
fn what_is_wrong_with_the_standards_own_examples_is_found() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/standard");
    let mut texts: Vec<_> = fs::read_dir(directory).unwrap().map(|it| it.unwrap().path()).collect();
    texts.sort();
    assert_eq!(texts.len(), 6);
    let mut wrong = Vec::new();
    for path in texts {
        let text = fs::read_to_string(&path).unwrap();
        let parts: Vec<(&str, &str)> =
            text.split("==> ").skip(1).map(|it| it.split_once(" <==\n").unwrap()).collect();
        let (("found", expected), files) = parts.split_last().unwrap() else {
            panic!("{}: the last part is what must be found", path.display());
        };
        let found = findings(files);
        if found.trim_end() != expected.trim_end() {
            wrong.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "found otherwise in\n{}", wrong.join("\n"));
}

/// What is found in some files beside the example's workspace, a line each.
fn findings(files: &[(&str, &str)]) -> String {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/html-to-markdown");
    let directory = tempfile::tempdir().unwrap();
    for name in ["Cargo.toml", "Cargo.lock"] {
        fs::copy(example.join(name), directory.path().join(name)).unwrap();
    }
    copy(&example.join("crates"), &directory.path().join("crates"));
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["check", "--format", "json"])
        .current_dir(directory.path())
        .env_clear()
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let line = |it: &serde_json::Value| {
        let text = |key: &str| it[key].as_str().unwrap().to_owned();
        let line = it["span"]["start"]["line"].as_u64().unwrap_or(0);
        format!("{}:{line} {} {}\n", text("path"), text("severity"), text("rule"))
    };
    report["findings"].as_array().unwrap().iter().map(line).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
