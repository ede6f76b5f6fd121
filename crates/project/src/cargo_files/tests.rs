//! Tests of whole workspaces.

use super::*;
use crate::files::MemoryFiles;

fn workspace(files: &[(&str, &str)], directory: &str) -> Option<CargoWorkspace> {
    CargoWorkspace::find(&MemoryFiles::new(files.iter().copied()), directory)
}

fn names(workspace: &CargoWorkspace) -> Vec<&str> {
    workspace.members.iter().map(|it| &*it.name).collect()
}

fn package(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n{more}")
}

#[test]
fn a_package_is_a_workspace_of_one() {
    let manifest = package("app", "rust-version = \"1.85\"\n");
    let files = [("/w/Cargo.toml", &*manifest), ("/w/src/main.rs", ""), ("/w/src/bin/tool.rs", "")];
    let found = workspace(&files, "/w/src").unwrap();
    assert_eq!((&*found.directory, found.is_virtual, found.complete), ("/w", false, true));
    let member = &found.members[0];
    let binaries: Vec<_> = member.binaries().map(|it| &*it.name).collect();
    assert_eq!(binaries, ["app", "tool"]);
    assert_eq!(&manifest[member.name_span.clone()], "\"app\"");
    let version = member.rust_version.as_ref().unwrap();
    assert_eq!((&*version.value, &manifest[version.place.span.clone()]), ("1.85", "\"1.85\""));
    assert!(workspace(&files, "/v").is_none());
    assert!(workspace(&[("/w/Cargo.toml", "[oh")], "/w").is_none());
}

#[test]
fn members_are_listed_matched_implied_and_excluded() {
    let root = "[workspace]\nmembers = [\"crates/*\", \"tool\"]\nexclude = [\"crates/old\"]\n";
    let core = package(
        "core",
        "[dependencies]\nfar = { path = \"../../libs/far\" }\nout = { path = \"/x\" }\n",
    );
    let files = [
        ("/w/Cargo.toml", root),
        ("/w/crates/core/Cargo.toml", &*core),
        ("/w/crates/old/Cargo.toml", &*package("old", "")),
        ("/w/crates/notes/README.md", ""),
        ("/w/libs/far/Cargo.toml", &*package("far", "")),
        ("/w/libs/alone/Cargo.toml", &*package("alone", "")),
        ("/x/Cargo.toml", &*package("out", "")),
    ];
    let found = workspace(&files, "/w/crates/core/src").unwrap();
    assert_eq!(names(&found), ["core", "far"]);
    assert!(found.is_virtual);
    assert_eq!(&root[found.member("core").unwrap().listed.clone().unwrap()], "\"crates/*\"");
    assert_eq!(found.member("far").unwrap().listed, None);
    assert_eq!(found.outside, ["/x"]);
    assert_eq!(found.missing.len(), 1);
    assert_eq!(found.missing[0].directory, "/w/tool");
    // What is no member stands for itself.
    for alone in ["/w/crates/old", "/w/libs/alone"] {
        assert_eq!(workspace(&files, alone).unwrap().directory, alone);
    }
}

#[test]
fn members_inherit_from_the_root() {
    let root = "[workspace]\nmembers = [\"a\"]\n[workspace.package]\nedition = \"2021\"\n\
                rust-version = \"1.80\"\n[workspace.dependencies]\n\
                b = { path = \"b\", features = [\"x\"] }\nc = \"1\"\n";
    let member = "[package]\nname = \"a\"\nedition.workspace = true\nrust-version = { workspace = true }\n\
                  [dependencies]\nb = { workspace = true, features = [\"y\"], optional = true }\n\
                  [target.'cfg(unix)'.build-dependencies]\nc.workspace = true\n";
    let files = [
        ("/w/Cargo.toml", root),
        ("/w/a/Cargo.toml", member),
        ("/w/b/Cargo.toml", "[package]\nname = \"b\"\n"),
    ];
    let found = workspace(&files, "/w/a").unwrap();
    assert_eq!(names(&found), ["a", "b"]);
    let a = found.member("a").unwrap();
    let edition = a.edition.as_ref().unwrap();
    assert_eq!((&*edition.value, &*edition.place.path), ("2021", "/w/Cargo.toml"));
    assert_eq!(a.rust_version.as_ref().unwrap().value, "1.80");
    let b = a.depends_on("b").next().unwrap();
    assert_eq!((b.path(), b.optional), (Some("/w/b"), true));
    assert_eq!(b.features, ["x", "y"]);
    assert_eq!(&member[b.place.span.clone()], "b");
    assert_eq!(b.source_place.path, "/w/Cargo.toml");
    assert_eq!(&root[b.source_place.span.clone()], "\"b\"");
    let c = a.depends_on("c").next().unwrap();
    assert_eq!((c.kind, c.target.as_deref()), (DependencyKind::Build, Some("cfg(unix)")));
}

#[test]
fn targets_follow_cargos_rules() {
    let manifest = package(
        "app",
        "[lib]\npath = \"lib/lib.rs\"\n[[bin]]\nname = \"other\"\npath = \"src/main.rs\"\n\
         required-features = [\"cli\"]\n[[bench]]\nname = \"speed\"\nharness = false\n",
    );
    let files = [
        ("/w/Cargo.toml", &*manifest),
        ("/w/src/main.rs", ""),
        ("/w/src/bin/a.rs", ""),
        ("/w/src/bin/b/main.rs", ""),
        ("/w/src/bin/b/part.rs", ""),
        ("/w/src/bin/c/part.rs", ""),
        ("/w/examples/x.rs", ""),
    ];
    let found = workspace(&files, "/w").unwrap();
    let member = &found.members[0];
    let all = |kind| member.targets_of(kind).map(|it| &*it.name).collect::<Vec<_>>();
    assert_eq!(all(TargetKind::Binary), ["other", "a", "b"]);
    assert_eq!(all(TargetKind::Example), ["x"]);
    let bench = member.targets_of(TargetKind::Bench).next().unwrap();
    assert_eq!((bench.exists, &*bench.path), (false, "/w/benches/speed.rs"));
    assert!(bench.span.is_some() && member.has_library());
    let other = member.binaries().next().unwrap();
    assert_eq!(other.required_features, ["cli"]);

    let old = "[package]\nname = \"app\"\n[[bin]]\nname = \"only\"\npath = \"src/only.rs\"\n";
    let files = [("/w/Cargo.toml", old), ("/w/src/main.rs", ""), ("/w/src/only.rs", "")];
    let found = workspace(&files, "/w").unwrap();
    assert_eq!(found.binaries().map(|it| &*it.1.name).collect::<Vec<_>>(), ["only"]);
    let none = package("app", "autobins = false\n");
    let found = workspace(&[("/w/Cargo.toml", &*none), ("/w/src/main.rs", "")], "/w").unwrap();
    assert_eq!(found.binaries().count(), 0);
}

#[test]
fn profiles_patches_and_configuration_are_read() {
    let root = package(
        "app",
        "[profile.dist]\ninherits = \"release\"\nstrip = true\n[profile.release.package.a]\nopt-level = 3\n\
         [patch.crates-io]\na = { path = \"vendor/a\" }\n",
    );
    let files = [
        ("/w/Cargo.toml", &*root),
        ("/w/.cargo/config.toml", "[build]\ntarget-dir = \"../out\"\n"),
        ("/w/rust-toolchain", "1.90.0\n"),
        ("/w/Cargo.lock", "version = 4\n"),
    ];
    let found = workspace(&files, "/w").unwrap();
    let dist = found.profile("dist").unwrap();
    assert_eq!(dist.inherits.as_deref(), Some("release"));
    assert_eq!(dist.settings["strip"].0, "true");
    assert!(found.has_profile("bench") && !found.has_profile("fast"));
    assert_eq!((profile_directory("dev"), profile_directory("dist")), ("debug", "dist"));
    assert_eq!(found.patches[0].path(), Some("/w/vendor/a"));
    assert_eq!(found.target_directory(), "/out");
    assert_eq!(found.toolchain().unwrap().channel.as_ref().unwrap().0, "1.90.0");
    assert!(found.lock.is_some());
}

#[test]
fn broken_manifests_give_what_can_be_read() {
    let manifest = package("app", "[dependencies]\na = \"1\"\n[[bin]\n");
    for end in 0..manifest.len() {
        let files = [("/w/Cargo.toml", &manifest[..end]), ("/w/src/main.rs", "")];
        if let Some(found) = workspace(&files, "/w") {
            assert!(found.members.len() <= 1);
        }
    }
    let files = [("/w/Cargo.toml", &*manifest)];
    let found = workspace(&files, "/w").unwrap();
    assert!(!found.complete);
    assert_eq!(found.members[0].dependencies.len(), 1);
}

#[test]
fn dependencies_are_used_as_features_and_targets_say() {
    let check = |manifest: &str, choice: &Choice| {
        let files = [("/w/Cargo.toml", manifest), ("/w/src/main.rs", "")];
        let found = workspace(&files, "/w").unwrap();
        let member = found.members[0].clone();
        let active = found.active(&member, choice).into_iter();
        active
            .map(|(it, features)| format!("{} {}", it.name, features.join(",")))
            .collect::<Vec<_>>()
    };
    let with = |text: &str| package("a", text);
    let choice = Choice::default();
    let plain = "[dependencies]\nx = { version = \"1\", features = [\"f\"] }\n";
    assert_eq!(check(&with(plain), &choice), ["x f"]);
    assert_eq!(check(&with("[dev-dependencies]\nx = \"1\"\n"), &choice), [""; 0]);
    let tests = Choice { tests: true, ..Choice::default() };
    assert_eq!(check(&with("[dev-dependencies]\nx = \"1\"\n"), &tests), ["x "]);
    let windows = with("[target.'cfg(windows)'.dependencies]\nx = \"1\"\n");
    assert_eq!(check(&windows, &choice), [""; 0]);
    let optional = with(
        "[dependencies]\nx = { version = \"1\", optional = true }\n\
         [features]\nnet = [\"dep:x\", \"x?/tls\"]\n",
    );
    assert_eq!(check(&optional, &choice), [""; 0]);
    let net = Choice { features: vec!["net".to_owned()], ..Choice::default() };
    assert_eq!(check(&optional, &net), ["x tls"]);
    let all = Choice { all_features: true, ..Choice::default() };
    assert_eq!(check(&optional, &all), ["x tls"]);
}

#[test]
fn what_code_reads_is_found() {
    let main = r#"
static A: &str = include_str!("../../assets/a.txt");
static B: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/b.bin"));
// include_str!("../README.md")
#[cfg(test)]
mod tests { static C: &str = include_str!("../README.md"); }
#[cfg_attr(doctest, doc = include_str!("../README.md"))]
struct S;
static D: &str = include_str!("../missing.txt");
fn f() { sqlx::migrate!("./migrations").run(); }
#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Web;
#[derive(Template)]
#[template(path = "index.html")]
struct Index;
"#;
    let build = r#"
fn main() {
    println!("cargo:rerun-if-changed=proto");
    tonic_build::configure().compile(&["proto/a.proto"], &["proto"]).unwrap();
    cc::Build::new().file("c/x.c").compile("x");
}
"#;
    let manifest = package("app", "");
    let files = MemoryFiles::new([
        ("/w/app/Cargo.toml", &*manifest),
        ("/w/app/src/main.rs", main),
        ("/w/app/build.rs", build),
        ("/w/app/b.bin", ""),
        ("/w/app/README.md", ""),
        ("/w/app/migrations/1.sql", ""),
        ("/w/app/web/dist/index.html", ""),
        ("/w/app/templates/index.html", ""),
        ("/w/app/proto/a.proto", ""),
        ("/w/app/c/x.c", ""),
        ("/w/app/x/y", ""),
        ("/w/assets/a.txt", ""),
    ]);
    let found = CargoWorkspace::find(&files, "/w/app").unwrap();
    let inputs = found.members[0].inputs(&files);
    let texts: Vec<_> = inputs.iter().map(|it| format!("{} {}", it.reader, it.path)).collect();
    assert_eq!(
        texts,
        [
            "rerun-if-changed /w/app/proto",
            "compile /w/app/proto/a.proto",
            "compile /w/app/proto",
            "file /w/app/c/x.c",
            "include_str! /w/assets/a.txt",
            "include_bytes! /w/app/b.bin",
            "migrate! /w/app/migrations",
            "#[folder] /w/app/web/dist",
            "#[template] /w/app/templates/index.html",
        ]
    );
    let first = &inputs[4].place;
    assert_eq!(&main[first.span.clone()], "../../assets/a.txt");
}

#[test]
fn sqlx_is_known_by_its_macros_and_its_prepared_queries() {
    let manifest =
        package("app", "[dependencies]\nsqlx = { version = \"0.8\", features = [\"postgres\"] }\n");
    let without =
        package("app", "[dependencies]\nsqlx = { version = \"0.8\", default-features = false }\n");
    let find = |manifest: &str, more: &str| {
        let files = MemoryFiles::new([("/w/Cargo.toml", manifest), (more, "{}")]);
        CargoWorkspace::find(&files, "/w").unwrap().sqlx(&files)
    };
    let found = find(&manifest, "/w/.sqlx/query-1.json");
    assert_eq!(found[0].prepared.as_deref(), Some("/w/.sqlx"));
    assert_eq!(find(&manifest, "/w/x")[0].prepared, None);
    assert!(find(&without, "/w/x").is_empty());
    let query = |code: &str| {
        let files = MemoryFiles::new([("/w/Cargo.toml", &*manifest), ("/w/src/main.rs", code)]);
        let found = CargoWorkspace::find(&files, "/w").unwrap().checked_query(&files, 0)?;
        Some(code[found.span].to_owned())
    };
    assert_eq!(query("fn f() { sqlx::query_as!(A, \"\"); }").as_deref(), Some("query_as!"));
    for code in [
        "fn f() { sqlx::query(\"\"); }",
        "// query!(\"\")",
        "fn f() { my_query!(\"\"); }",
        "macro_rules! m { ($a:expr) => { sqlx::query!($a) } }",
        "#[cfg(test)]\nmod tests { fn f() { query!(\"\"); } }",
    ] {
        assert_eq!(query(code), None, "{code}");
    }
}
