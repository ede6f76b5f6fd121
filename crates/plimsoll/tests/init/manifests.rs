//! `docker/manifests.sh`, by itself: what the layer of dependencies is made from.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const SCRIPT: &str = include_str!("../../src/init/templates/manifests.sh");

/// A workspace with two members, of which one takes the place of a crate, and a package beside them.
struct Sources(tempfile::TempDir);

impl Sources {
    fn new() -> Self {
        let sources = Self(tempfile::tempdir().unwrap());
        sources.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"crates/*\"]\nexclude = [\"aside\"]\n\n\
             [patch.crates-io]\nmask = { path = \"crates/mask\" }\n",
        );
        sources
            .write("Cargo.lock", "[[package]]\nname = \"app\"\n\n[[package]]\nname = \"mask\"\n");
        sources.package("crates/app", "app", "build = \"make.rs\"\n");
        sources.write("crates/app/make.rs", "fn main() { println!(\"cargo:rustc-cfg=made\"); }\n");
        sources.write("crates/app/src/main.rs", "fn main() { app::run(); }\n");
        sources.write("crates/app/src/lib.rs", "pub fn run() {}\n");
        sources.package("crates/mask", "mask", "");
        sources.write("crates/mask/src/lib.rs", "pub fn wear() {}\n");
        sources.package("aside", "aside", "");
        sources.write("aside/src/lib.rs", "pub fn stays() {}\n");
        sources
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn package(&self, directory: &str, name: &str, more: &str) {
        let text = format!(
            "[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2021\"\n{more}"
        );
        self.write(&format!("{directory}/Cargo.toml"), &text);
    }

    /// What the script makes of it, by path.
    fn manifests(&self) -> BTreeMap<String, String> {
        let output = tempfile::tempdir().unwrap();
        let script = output.path().join("manifests.sh");
        fs::write(&script, SCRIPT).unwrap();
        let made = output.path().join("made");
        let ran = Command::new("sh")
            .args([&script, self.0.path(), &made])
            .current_dir(self.0.path())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let mut files = BTreeMap::new();
        read(&made, &made, &mut files);
        files
    }
}

fn read(root: &Path, directory: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn manifests_are_taken_and_sources_are_stubs() {
    let made = Sources::new().manifests();
    assert_eq!(made[".members"], "--package app\n");
    assert!(made["crates/app/src/main.rs"].ends_with("fn main() {}\n"));
    assert!(made["crates/app/make.rs"].ends_with("fn main() {}\n"));
    assert!(!made["crates/app/src/lib.rs"].contains("run"));
    assert!(made.contains_key("Cargo.lock") && made.contains_key("crates/app/Cargo.toml"));
}

#[test]
fn a_member_that_takes_the_place_of_a_crate_keeps_its_sources() {
    let made = Sources::new().manifests();
    assert_eq!(made["crates/mask/src/lib.rs"], "pub fn wear() {}\n");
}

#[test]
fn edits_of_sources_change_nothing_and_new_members_are_found() {
    let sources = Sources::new();
    let before = sources.manifests();
    sources.write("crates/app/src/lib.rs", "pub fn run() { println!(\"again\") }\npub mod more;\n");
    sources.write("crates/app/src/more.rs", "");
    sources.write("aside/src/lib.rs", "pub fn goes() {}\n");
    sources.write("README.md", "more");
    assert_eq!(sources.manifests(), before);
    sources.package("crates/new", "new", "");
    sources.write("crates/new/src/lib.rs", "pub fn a() {}\n");
    assert_eq!(sources.manifests()[".members"], "--package app\n--package new\n");
}
