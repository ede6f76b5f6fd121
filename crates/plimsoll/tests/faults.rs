//! Single faults in a project without any: each is found, where it is, by its rule, and nothing else
//! is.
//!
//! The project is the example, with its Dockerfile, Compose file and workflow. `faults/faults.tsv`
//! has a line for each fault: its name; the file, the text that is there, and the text that is put in
//! its place (once more for faults that need several files, such as a dependency); and what must be
//! found. `\n` stands for a new line. Where no text is named the other is appended, to a new file if
//! there is none; `!gone` takes the file away. What must be found is `FILE:LINE RULE`, parted by
//! `, `: more than one where one fault has several consequences.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

/// Fewer than this would say little.
const AT_LEAST: usize = 60;

#[test]
fn every_single_fault_is_found_where_it_is_and_nothing_else() {
    let project = project();
    assert_eq!(findings(&project), BTreeSet::new(), "the project itself is not clean");
    let table = include_str!("faults/faults.tsv");
    let mut wrong = Vec::new();
    let mut faults = 0;
    for line in table.lines().filter(|it| !it.starts_with('#') && !it.is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, edits @ .., expected] = &*fields else { panic!("no fields: {line}") };
        assert_eq!(edits.len() % 3, 0, "{name}: a file, a text and another for each edit");
        faults += 1;
        let mut faulty = project.clone();
        for edit in edits.chunks_exact(3) {
            put(&mut faulty, name, edit[0], &plain(edit[1]), &plain(edit[2]));
        }
        let expected: BTreeSet<String> = expected.split(", ").map(str::to_owned).collect();
        let found = findings(&faulty);
        if found != expected {
            wrong.push(format!("{name}: expected {expected:?}\n    found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {faults} faults:\n{}", wrong.len(), wrong.join("\n"));
    assert!(faults >= AT_LEAST, "{faults} faults");
}

/// The files of the project by their names.
type Files = BTreeMap<String, String>;

fn project() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/html-to-markdown");
    let mut files = Files::new();
    collect(&root, "", &mut files);
    assert!(files.contains_key("Dockerfile") && files.contains_key("compose.yaml"));
    files
}

fn collect(directory: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            if name != "target" {
                collect(&entry.path(), &format!("{name}/"), files);
            }
        } else {
            files.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn put(files: &mut Files, name: &str, file: &str, old: &str, new: &str) {
    if new == "!gone" {
        assert!(files.remove(file).is_some(), "{name}: there is no {file}");
    } else if old.is_empty() {
        files.entry(file.to_owned()).or_default().push_str(new);
    } else {
        let text = files.get_mut(file).unwrap_or_else(|| panic!("{name}: there is no {file}"));
        assert_eq!(text.matches(old).count(), 1, "{name}: `{old}` must be in {file} once");
        *text = text.replace(old, new);
    }
}

/// What the program finds, as `FILE:LINE RULE`.
fn findings(files: &Files) -> BTreeSet<String> {
    let directory = tempfile::tempdir().unwrap();
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
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
        panic!("no report: {}", String::from_utf8_lossy(&output.stderr));
    });
    let findings = report["findings"].as_array().unwrap();
    let name = |it: &serde_json::Value| {
        let line = it["span"]["start"]["line"].as_u64().unwrap_or(0);
        format!("{}:{line} {}", it["path"].as_str().unwrap(), it["rule"].as_str().unwrap())
    };
    findings.iter().map(name).collect()
}

/// A field of the table as it is meant.
fn plain(field: &str) -> String {
    field.replace("\\n", "\n")
}
