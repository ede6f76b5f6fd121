//! `cargo metadata` on real workspaces, and the choice of a binary in them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use plimsoll_project::{
    select::select,
    workspace::{
        DependencyKind, Features, MetadataOptions, Package, Source, Workspace, WorkspaceError, load,
    },
};

use crate::fixture::{Fixture, cargo, package};

fn options() -> MetadataOptions {
    MetadataOptions { cargo: cargo().to_owned(), offline: true, ..MetadataOptions::default() }
}

fn load_quietly(directory: &Path, options: &MetadataOptions) -> Result<Workspace, WorkspaceError> {
    load(directory, options, &mut |_| {})
}

/// A virtual workspace: two programs, a library that one of them renames, a `-sys` crate with a
/// build script, and a procedural macro.
fn virtual_workspace() -> Fixture {
    let server = package(
        "server",
        "default-run = \"serve\"\ndescription = \"Serves\"\nlicense.workspace = true\n\
         repository = \"https://example.com/r\"\nauthors = [\"A\"]\n\
         [features]\ntls = [\"dep:native-sys\"]\n\
         [dependencies]\nshared = { path = \"../core\", package = \"core-lib\" }\n\
         native-sys = { path = \"../native-sys\", optional = true }\n\
         [dev-dependencies]\nmacros = { path = \"../macros\" }\n\
         [target.'cfg(windows)'.dependencies]\nwindows-only = { path = \"../windows-only\" }\n\
         [[bin]]\nname = \"secure\"\npath = \"src/secure.rs\"\nrequired-features = [\"tls\"]\n\
         [[bin]]\nname = \"serve\"\npath = \"src/main.rs\"\n",
    );
    let native = package(
        "native-sys",
        "links = \"native\"\nbuild = \"build.rs\"\n[build-dependencies]\ncc = { path = \"../cc\" }\n",
    );
    let fixture = Fixture::new(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\nexclude = [\"crates/cc\"]\n\
             [workspace.package]\nlicense = \"MIT\"\n",
        ),
        ("crates/server/Cargo.toml", &server),
        ("crates/server/src/main.rs", "fn main() {}"),
        ("crates/server/src/secure.rs", "fn main() {}"),
        ("crates/server/examples/example.rs", "fn main() {}"),
        ("crates/server/tests/test.rs", ""),
        ("crates/tool/Cargo.toml", &package("tool", "")),
        ("crates/tool/src/main.rs", "fn main() {}"),
        ("crates/core/Cargo.toml", &package("core-lib", "")),
        ("crates/core/src/lib.rs", ""),
        ("crates/windows-only/Cargo.toml", &package("windows-only", "")),
        ("crates/windows-only/src/lib.rs", ""),
        ("crates/native-sys/Cargo.toml", &native),
        ("crates/native-sys/src/lib.rs", ""),
        ("crates/native-sys/build.rs", "fn main() {}"),
        ("crates/cc/Cargo.toml", &package("cc", "")),
        ("crates/cc/src/lib.rs", ""),
        ("crates/macros/Cargo.toml", &package("macros", "[lib]\nproc-macro = true\n")),
        ("crates/macros/src/lib.rs", ""),
    ]);
    fixture.lock();
    fixture
}

fn named<'a>(workspace: &'a Workspace, name: &str) -> &'a Package {
    workspace.packages.values().find(|it| it.name == name).unwrap()
}

#[test]
fn a_virtual_workspace_is_modelled() {
    let fixture = virtual_workspace();
    let features = Features { named: vec!["server/tls".to_owned()], ..Features::default() };
    let triple = Some("x86_64-unknown-linux-musl".to_owned());
    let options = MetadataOptions { features, triple, ..options() };
    let workspace = load_quietly(&fixture.path("crates/server/src"), &options).unwrap();

    assert_eq!(workspace.root, fixture.path(""));
    assert_eq!(workspace.target_directory, fixture.path("target"));
    let names: Vec<_> = workspace.members.iter().map(|it| it.facts.name.as_str()).collect();
    assert_eq!(names, ["core-lib", "macros", "native-sys", "server", "tool", "windows-only"]);

    let server = workspace.current_member().unwrap();
    assert_eq!(server.facts.description.as_deref(), Some("Serves"));
    assert_eq!(server.facts.license.as_deref(), Some("MIT"));
    assert_eq!(server.facts.authors, ["A"]);
    assert_eq!(server.facts.version.to_string(), "1.2.3");
    assert_eq!(server.default_run.as_deref(), Some("serve"));
    assert_eq!(server.manifest_path, fixture.path("crates/server/Cargo.toml"));
    let binaries: Vec<_> = server.binaries.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(binaries, ["secure", "serve"], "an example or a test is no binary");
    assert_eq!(server.binaries[0].required_features, ["tls"]);
    assert_eq!(server.binaries[1].src_path, fixture.path("crates/server/src/main.rs"));

    let edges: Vec<_> = workspace.resolve[&server.id]
        .dependencies
        .iter()
        .map(|it| (it.name.as_str(), workspace.packages[&it.package].name.as_str(), &it.kinds))
        .collect();
    let (normal, development) =
        (BTreeSet::from([DependencyKind::Normal]), BTreeSet::from([DependencyKind::Development]));
    let expected = [
        ("shared", "core-lib", &normal),
        ("macros", "macros", &development),
        ("native_sys", "native-sys", &normal),
    ];
    assert_eq!(edges, expected, "renamed as in the code, and nothing for Windows");
    assert_eq!(workspace.resolve[&server.id].features, ["tls"]);

    let native = named(&workspace, "native-sys");
    assert_eq!(native.links.as_deref(), Some("native"));
    assert!(native.build_script && !native.proc_macro);
    assert_eq!(native.build_dependencies, BTreeSet::from(["cc".to_owned()]));
    assert_eq!(native.source, Source::Local);
    assert!(named(&workspace, "macros").proc_macro);
}

#[test]
fn binaries_are_chosen_in_a_real_workspace() {
    let fixture = virtual_workspace();
    let chosen = |directory: &str, package: Option<&str>, bins: &[String]| {
        let workspace = load_quietly(&fixture.path(directory), &options()).unwrap();
        let choices = select(&workspace, package, bins).map_err(|it| it.to_string())?;
        Ok::<_, String>(choices.into_iter().map(|it| it.binary).collect::<Vec<_>>().join(" "))
    };
    // Of the whole workspace, `server` alone says which binary is to be run.
    assert_eq!(chosen("", None, &[]).as_deref(), Ok("serve"));
    assert_eq!(chosen("crates/tool", None, &[]).as_deref(), Ok("tool"));
    assert_eq!(chosen("crates/core/src", Some("server@1.2.3"), &[]).as_deref(), Ok("serve"));
    let both = ["tool".to_owned(), "secure".to_owned()];
    assert_eq!(chosen("crates/core", None, &both).as_deref(), Ok("tool secure"));
    let error = chosen("", None, &["tol".to_owned()]).unwrap_err();
    assert!(error.contains("did you mean `tool`?"), "{error}");
    assert!(!error.contains("example"), "{error}");
}

#[test]
fn default_members_are_known() {
    let fixture = Fixture::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\ndefault-members = [\"a\"]\n"),
        ("a/Cargo.toml", &package("a", "")),
        ("a/src/main.rs", "fn main() {}"),
        ("b/Cargo.toml", &package("b", "")),
        ("b/src/main.rs", "fn main() {}"),
    ]);
    fixture.lock();
    let workspace = load_quietly(&fixture.path(""), &options()).unwrap();
    assert_eq!(workspace.default_members.len(), 1);
    assert_eq!(select(&workspace, None, &[]).unwrap()[0].binary, "a");
}

#[test]
fn a_missing_manifest_is_told_with_the_place() {
    let fixture = Fixture::new(&[("sub/file", "")]);
    let error = load_quietly(&fixture.path("sub"), &options()).unwrap_err();
    assert!(
        matches!(&error, WorkspaceError::NoManifest { directory } if *directory == fixture.path("sub"))
    );
    let error = load_quietly(&fixture.path("missing"), &options()).unwrap_err();
    assert!(matches!(error, WorkspaceError::Directory { .. }), "{error}");
    let error = load_quietly(&fixture.path("sub/file"), &options()).unwrap_err();
    assert!(matches!(error, WorkspaceError::Directory { .. }), "{error}");
}

#[test]
fn a_missing_lock_file_is_told_from_an_outdated_one() {
    let fixture = Fixture::new(&[
        ("Cargo.toml", &package("a", "[workspace]\nmembers = [\"b\"]\n")),
        ("src/main.rs", "fn main() {}"),
        ("b/Cargo.toml", &package("b", "")),
        ("b/src/lib.rs", ""),
    ]);
    let lock_file = fixture.path("Cargo.lock");
    let error = load_quietly(&fixture.path("b"), &options()).unwrap_err();
    assert!(
        matches!(&error, WorkspaceError::NoLockFile { lock_file: it } if *it == lock_file),
        "{error}"
    );
    assert!(!lock_file.exists());

    fixture.lock();
    fixture.write("b/Cargo.toml", &package("c", ""));
    let error = load_quietly(&fixture.path("b"), &options()).unwrap_err();
    assert!(
        matches!(&error, WorkspaceError::LockFileOutdated { lock_file: it, .. } if *it == lock_file),
        "{error}"
    );

    let unlocked = MetadataOptions { locked: false, ..options() };
    assert!(load_quietly(&fixture.path("b"), &unlocked).is_ok());
}

#[test]
fn a_broken_manifest_is_told_in_cargo_s_words_and_as_they_come() {
    let fixture = Fixture::new(&[("Cargo.toml", "[package]\nname = 1\n")]);
    let mut lines = Vec::new();
    let error =
        load(&fixture.path(""), &options(), &mut |line| lines.push(line.to_owned())).unwrap_err();
    let WorkspaceError::Metadata { stderr, .. } = error else { panic!("{error}") };
    assert!(stderr.starts_with("error:") && stderr.contains("name = 1"), "{stderr}");
    assert_eq!(lines.join("\n").trim(), stderr);
}

#[test]
fn a_missing_cargo_is_told() {
    let fixture = Fixture::new(&[("Cargo.toml", &package("a", "")), ("src/main.rs", "")]);
    let cargo = PathBuf::from("cargo-that-is-not-there");
    let error =
        load_quietly(&fixture.path(""), &MetadataOptions { cargo, ..options() }).unwrap_err();
    assert!(matches!(error, WorkspaceError::CargoNotFound { .. }), "{error}");
}
