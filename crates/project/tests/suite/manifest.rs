//! Manifests read without Cargo, held against what Cargo reads.

use plimsoll_project::{
    manifest::{ManifestError, ManifestPackage, find_package},
    workspace::{MetadataOptions, load},
};

use crate::fixture::{Fixture, cargo, package};

fn find(
    fixture: &Fixture,
    directory: &str,
    binary: Option<&str>,
) -> Result<ManifestPackage, ManifestError> {
    find_package(&fixture.path(directory), binary)
}

/// The name of the package that is found, or the error as it is printed, with the root left out.
fn name(fixture: &Fixture, directory: &str, binary: Option<&str>) -> String {
    match find(fixture, directory, binary) {
        Ok(package) => package.facts.name,
        Err(error) => error.to_string().replace(fixture.path("").to_str().unwrap(), ""),
    }
}

fn virtual_workspace() -> Fixture {
    let inheriting = "[package]\nname = \"app\"\nversion.workspace = true\n\
        description.workspace = true\nlicense.workspace = true\nrepository.workspace = true\n\
        homepage.workspace = true\ndocumentation = \"https://docs.example.com\"\n\
        authors.workspace = true\nedition.workspace = true\n";
    Fixture::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\", \"tools/one\"]\nexclude = [\"crates/out\"]\n\
             [workspace.package]\nversion = \"2.0.0-rc.1\"\ndescription = \"Does it\"\n\
             license = \"MIT OR Apache-2.0\"\nrepository = \"https://example.com/r\"\n\
             homepage = \"https://example.com\"\nauthors = [\"A <a@example.com>\", \"B\"]\n\
             edition = \"2024\"\n",
        ),
        ("crates/app/Cargo.toml", inheriting),
        ("crates/app/src/main.rs", "fn main() {}"),
        ("crates/app/src/bin/extra.rs", "fn main() {}"),
        ("crates/app/src/bin/deep/main.rs", "fn main() {}"),
        ("crates/app/src/bin/module/other.rs", ""),
        ("crates/lib/Cargo.toml", &package("lib", "")),
        ("crates/lib/src/lib.rs", ""),
        ("crates/notes/README.md", ""),
        ("crates/out/Cargo.toml", &package("out", "")),
        ("crates/out/src/main.rs", "fn main() {}"),
        (
            "tools/one/Cargo.toml",
            &package("one", "[[bin]]\nname = \"uno\"\npath = \"src/main.rs\"\n"),
        ),
        ("tools/one/src/main.rs", "fn main() {}"),
        ("tools/two/Cargo.toml", &package("two", "")),
        ("tools/two/src/main.rs", "fn main() {}"),
    ])
}

#[test]
fn cargo_reads_the_same() {
    let fixture = virtual_workspace();
    // Cargo wants a manifest wherever a pattern matches; we only look for a binary.
    std::fs::remove_dir_all(fixture.path("crates/notes")).unwrap();
    fixture.lock();
    let options =
        MetadataOptions { cargo: cargo().to_owned(), offline: true, ..MetadataOptions::default() };
    let workspace = load(&fixture.path(""), &options, &mut |_| {}).unwrap();
    assert_eq!(workspace.members.len(), 3);
    for member in &workspace.members {
        let ours = find_package(member.directory(), None);
        if member.binaries.is_empty() {
            continue;
        }
        let ours = ours.unwrap();
        assert_eq!(ours.facts, member.facts);
        assert_eq!(ours.manifest_path, member.manifest_path);
        let binaries: Vec<_> = member.binaries.iter().map(|it| it.name.clone()).collect();
        assert_eq!(ours.binaries, binaries);
    }
}

#[test]
fn a_binary_is_found_among_the_members() {
    let fixture = virtual_workspace();
    for (binary, expected) in [("app", "app"), ("extra", "app"), ("deep", "app"), ("uno", "one")] {
        assert_eq!(name(&fixture, "", Some(binary)), expected);
        assert_eq!(name(&fixture, "crates/lib/src", Some(binary)), expected);
    }
}

#[test]
fn what_is_no_member_is_not_found() {
    let fixture = virtual_workspace();
    for binary in ["out", "one", "two", "module", "lib", "notes"] {
        let error = find(&fixture, "", Some(binary)).unwrap_err();
        let ManifestError::NoSuchBinary { candidates, .. } = error else { panic!("{error}") };
        assert_eq!(candidates, ["app", "deep", "extra", "uno"]);
    }
    assert_eq!(
        name(&fixture, "crates/out", Some("out")),
        "out",
        "an excluded package stands alone"
    );
}

#[test]
fn without_a_name_the_place_decides() {
    let fixture = virtual_workspace();
    let expected = "both /crates/app/Cargo.toml and /tools/one/Cargo.toml have a binary";
    assert_eq!(name(&fixture, "", None), expected);
    assert_eq!(name(&fixture, "crates/app/src", None), "app");
    let root = Fixture::new(&[
        ("Cargo.toml", &package("root", "[workspace]\nmembers = [\"app\"]\n")),
        ("src/lib.rs", ""),
        ("app/Cargo.toml", &package("app", "")),
        ("app/src/main.rs", ""),
    ]);
    assert_eq!(name(&root, "", None), "app");
    std::fs::remove_file(root.path("app/src/main.rs")).unwrap();
    assert_eq!(name(&root, "", None), "root");
    assert_eq!(name(&root, "", Some("x")), "/Cargo.toml: no package has a binary `x`");
}

#[test]
fn declared_binaries_and_found_ones_follow_cargo() {
    let binaries = |more: &str| {
        let fixture = Fixture::new(&[
            ("Cargo.toml", more),
            ("src/main.rs", ""),
            ("src/bin/tool.rs", ""),
            ("src/bin/.hidden.rs", ""),
        ]);
        find(&fixture, "", None).unwrap().binaries
    };
    let bin = "[[bin]]\nname = \"named\"\npath = \"src/main.rs\"\n";
    assert_eq!(binaries(&package("p", "")), ["p", "tool"]);
    assert_eq!(binaries(&package("p", bin)), ["named", "tool"]);
    assert_eq!(binaries(&package("p", &format!("autobins = false\n{bin}"))), ["named"]);
    assert_eq!(binaries("[package]\nname = \"p\"\n"), ["p", "tool"]);
    assert_eq!(binaries(&format!("[package]\nname = \"p\"\n{bin}")), ["named"]);
}

#[test]
fn errors_name_the_manifest_and_the_field() {
    let error =
        |text: &str| name(&Fixture::new(&[("Cargo.toml", text), ("src/main.rs", "")]), "", None);
    assert_eq!(error("[package"), "/Cargo.toml is not a valid manifest");
    assert_eq!(error("[package]\nname = 1"), "/Cargo.toml is not a valid manifest");
    let expected = "`version = \"one\"` in /Cargo.toml is not a version";
    assert_eq!(error("[package]\nname = \"a\"\nversion = \"one\""), expected);
    let expected = "/Cargo.toml inherits `license`, but there is no workspace to inherit from";
    assert_eq!(error("[package]\nname = \"a\"\nlicense.workspace = true"), expected);
    let expected =
        "/Cargo.toml inherits `license`, but `[workspace.package]` of /Cargo.toml does not give it";
    assert_eq!(error("[package]\nname = \"a\"\nlicense.workspace = true\n[workspace]"), expected);
    let none = Fixture::new(&[("sub/file", "")]);
    assert_eq!(name(&none, "sub", None), "no Cargo.toml in /sub or any directory above it");
}

#[test]
fn a_package_may_name_its_workspace() {
    let fixture = Fixture::new(&[
        ("root/Cargo.toml", "[workspace]\nmembers = [\"../app\"]\npackage.license = \"MIT\"\n"),
        ("app/Cargo.toml", &package("app", "workspace = \"../root\"\nlicense.workspace = true\n")),
        ("app/src/main.rs", ""),
    ]);
    assert_eq!(find(&fixture, "app", None).unwrap().facts.license.as_deref(), Some("MIT"));
    assert_eq!(name(&fixture, "root", Some("app")), "app");
}
