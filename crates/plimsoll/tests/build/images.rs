//! What is in the images.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{fixture::Project, reading::Layout};

const PROGRAM: &str = "usr/local/bin/app";

fn built(project: &Project, arguments: &[&str]) -> Layout {
    project.build(arguments).succeeded();
    Layout::at(&project.path().join("target/plimsoll/app.oci"))
}

#[test]
fn an_image_has_the_program_and_says_how_to_run_it() {
    let project = Project::app();
    let settings = r#"
        [image]
        cmd = ["--fast"]
        ports = [3000]
        env = { MODE = "x" }
        volumes = ["/data"]
        workdir = "/data"
        labels = { team = "hull" }
        stop-signal = "SIGINT"
        healthcheck = { cmd = ["/usr/local/bin/app", "h"], interval = "5s" }
        files = [{ from = "src", to = "/srv" }, { from = "Cargo.toml", to = "/etc/app/", mode = "0400", owner = "5:6" }]
    "#;
    project.write("plimsoll.toml", settings);
    let layout = built(&project, &[]);
    insta::assert_json_snapshot!(layout.config(), {
        ".architecture" => "[architecture]",
        ".rootfs.diff_ids[1]" => "[diff id]",
    });
    let app = layout.layer(1);
    let shape: Vec<_> =
        app.iter().map(|(path, it)| format!("{:04o} {:?} {path}", it.mode, it.owner)).collect();
    insta::assert_snapshot!(shape.join("\n"));
    assert!(app[PROGRAM].content.starts_with(b"\x7fELF"));
    // Nothing about a plain build says when or where it was.
    let annotations = &layout.manifest()["annotations"];
    assert_eq!(annotations["org.opencontainers.image.created"], "1970-01-01T00:00:00Z");
    assert_eq!(annotations["org.opencontainers.image.version"], "1.2.3");
}

#[test]
fn a_second_build_writes_nothing_and_gives_the_same_image() {
    let project = Project::app();
    let digest = built(&project, &[]).digest();
    let layer = fs::read_dir(project.path().join("target/plimsoll/cache/blobs")).unwrap().count();
    let index = project.path().join("target/plimsoll/app.oci/index.json");
    let before = fs::metadata(&index).unwrap().modified().unwrap();
    let ran = project.build(&["--format", "json"]).succeeded();
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["digest"], digest);
    assert_eq!(report["outputs"][0]["changed"], false);
    assert_eq!(fs::metadata(&index).unwrap().modified().unwrap(), before);
    let blobs = project.path().join("target/plimsoll/cache/blobs");
    assert_eq!(fs::read_dir(blobs).unwrap().count(), layer);
}

#[test]
fn a_changed_program_is_never_served_from_the_cache() {
    let project = Project::app();
    let mut digests = BTreeSet::new();
    for text in ["one", "two", "six"] {
        // The same length, and as fast after each other as can be.
        project.write("src/main.rs", &format!("fn main() {{ println!(\"{text}\"); }}\n"));
        let layout = built(&project, &["-q"]);
        let program = &layout.layer(1)[PROGRAM].content;
        let found = program.windows(3).any(|it| it == text.as_bytes());
        assert!(found, "the image has another program than `{text}`");
        digests.insert(layout.digest());
    }
    assert_eq!(digests.len(), 3);
}

#[test]
fn all_outputs_hold_the_same_image() {
    let project = Project::app();
    for compression in ["gzip", "zstd", "none"] {
        let arguments = [
            "--compression",
            compression,
            "-o",
            "oci:x.oci",
            "-o",
            "oci-archive:x.tar",
            "-o",
            "docker-archive:d.tar",
        ];
        project.build(&arguments).succeeded();
        let unpacked = project.path().join("unpacked");
        if unpacked.exists() {
            fs::remove_dir_all(&unpacked).unwrap();
        }
        let archive = fs::File::open(project.path().join("x.tar")).unwrap();
        tar::Archive::new(archive).unpack(&unpacked).unwrap();
        let (layout, archive) = (Layout::at(&project.path().join("x.oci")), Layout::at(&unpacked));
        assert_eq!(layout.digest(), archive.digest(), "{compression}");
        assert_eq!(layout.layer(1), archive.layer(1), "{compression}");
        let manifest = docker_manifest(&project.path().join("d.tar"));
        assert_eq!(manifest[0]["RepoTags"][0], "docker.io/library/app:1.2.3", "{compression}");
    }
}

fn docker_manifest(path: &Path) -> serde_json::Value {
    let mut archive = tar::Archive::new(fs::File::open(path).unwrap());
    let mut entries = archive.entries().unwrap().map(Result::unwrap);
    let manifest = entries.find(|it| it.path().unwrap().ends_with("manifest.json")).unwrap();
    serde_json::from_reader(manifest).unwrap()
}

#[test]
fn several_binaries_go_into_one_image() {
    let project = Project::app();
    project.write("src/bin/worker.rs", "fn main() {}");
    project.write("plimsoll.toml", "[build]\nbin = [\"app\", \"worker\"]\n");
    let layout = built(&project, &[]);
    assert_eq!(layout.config()["config"]["Entrypoint"][0], "/usr/local/bin/app");
    let app = layout.layer(1);
    assert!(app.contains_key(PROGRAM) && app.contains_key("usr/local/bin/worker"));
}

#[test]
fn a_program_built_elsewhere_makes_the_same_image() {
    let project = Project::app();
    let with_cargo = built(&project, &[]);
    // What is in the image has the list of crates; packing it again adds nothing.
    let program = with_cargo.layer(1).remove(PROGRAM).unwrap().content;
    let path = project.path().join("elsewhere/app");
    fs::create_dir(path.parent().unwrap()).unwrap();
    fs::write(&path, program).unwrap();
    let arguments = ["--binary", "elsewhere/app", "-o", "oci:b.oci"];
    // No cargo, no rustc: they are not even there.
    let variables = [("PATH", "/nowhere"), ("CARGO", "/nowhere/cargo")];
    project.build_with(&arguments, &variables).succeeded();
    assert_eq!(Layout::at(&project.path().join("b.oci")).digest(), with_cargo.digest());
}

#[test]
fn the_list_of_crates_has_what_is_linked_and_nothing_else() {
    let package = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{more}")
    };
    let project = Project::new(&[
        (
            "Cargo.toml",
            &package(
                "app",
                "[workspace]\nmembers = [\"*-crate\"]\nresolver = \"2\"\n\
                 [features]\nextra = [\"dep:optional-crate\"]\n\
                 [dependencies]\nlinked-crate = { path = \"linked-crate\" }\n\
                 macro-crate = { path = \"macro-crate\" }\n\
                 optional-crate = { path = \"optional-crate\", optional = true }\n\
                 [target.'cfg(windows)'.dependencies]\nwindows-crate = { path = \"windows-crate\" }\n\
                 [build-dependencies]\nbuild-crate = { path = \"build-crate\" }\n\
                 [dev-dependencies]\ntest-crate = { path = \"test-crate\" }\n",
            ),
        ),
        ("src/main.rs", "fn main() { linked_crate::f(); }"),
        ("build.rs", "fn main() { build_crate::f(); }"),
        ("linked-crate/Cargo.toml", &package("linked-crate", "")),
        (
            "macro-crate/Cargo.toml",
            &package(
                "macro-crate",
                "[lib]\nproc-macro = true\n[dependencies]\nmacro-helper-crate = { path = \"../macro-helper-crate\" }\n",
            ),
        ),
        ("macro-crate/src/lib.rs", ""),
        // It turns on the feature, but is not what is built.
        (
            "other-crate/Cargo.toml",
            &package(
                "other-crate",
                "[dependencies]\napp-features = { path = \"..\", package = \"app\", features = [\"extra\"] }\n",
            ),
        ),
        ("other-crate/src/lib.rs", ""),
    ]);
    for name in ["linked", "optional", "windows", "build", "test", "macro-helper"] {
        project.write(&format!("{name}-crate/Cargo.toml"), &package(&format!("{name}-crate"), ""));
        project.write(&format!("{name}-crate/src/lib.rs"), "pub fn f() {}");
    }
    // A library that another package can depend on.
    project.write("src/lib.rs", "");
    project.lock();
    let crates = |arguments: &[&str]| {
        let layout = built(&project, arguments);
        let program = &layout.layer(1)[PROGRAM].content;
        let limits = auditable_info::Limits::default();
        let info = auditable_info::audit_info_from_slice(program, limits.decompressed_json_size);
        let names: Vec<_> = info.unwrap().packages.into_iter().map(|it| it.name).collect();
        names.join(" ")
    };
    assert_eq!(crates(&["-p", "app"]), "app linked-crate");
    assert_eq!(crates(&["-p", "app", "-F", "extra"]), "app linked-crate optional-crate");
}

#[test]
fn time_zones_are_a_layer_of_their_own() {
    let project = Project::app();
    project.write("plimsoll.toml", "[image]\ntzdata = true\n");
    let layout = built(&project, &["-q"]);
    assert_eq!(layout.manifest()["layers"].as_array().unwrap().len(), 3);
    let zones = layout.layer(1);
    assert!(zones["usr/share/zoneinfo/Asia/Tokyo"].content.starts_with(b"TZif"));
    // The same data under another name is a hard link.
    assert!(zones["usr/share/zoneinfo/Japan"].content.is_empty());
    assert!(layout.layer(2).contains_key(PROGRAM));
}

#[test]
fn default_features_are_on_unless_they_are_turned_off() {
    let project = Project::app();
    let manifest = "[package]\nname = \"app\"\nversion = \"1.2.3\"\nedition = \"2021\"\n\
                    [features]\ndefault = [\"on\"]\non = []\n";
    project.write("Cargo.toml", manifest);
    project.write("src/main.rs", "fn main() { println!(\"default is {}\", cfg!(feature = \"on\")); }\n\
                                  #[cfg(feature = \"on\")]\n#[no_mangle]\npub static HAS_DEFAULT_FEATURE: u8 = 1;\n");
    let has_default = |arguments: &[&str]| {
        let program = built(&project, arguments).layer(1).remove(PROGRAM).unwrap().content;
        program.windows(19).any(|it| it == b"HAS_DEFAULT_FEATURE")
    };
    assert!(has_default(&[]));
    assert!(!has_default(&["--no-default-features"]));
    project.write("plimsoll.toml", "[build]\nprofile = \"release\"\n");
    assert!(has_default(&[]));
    project.write("plimsoll.toml", "[build]\ndefault-features = false\n");
    assert!(!has_default(&[]));
}

#[test]
fn the_commit_gives_revision_and_time() {
    let project = Project::app();
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
        git.args(identity).args(arguments).current_dir(project.path());
        git.env("GIT_COMMITTER_DATE", "1700000000 +0000").env("GIT_CONFIG_GLOBAL", "/dev/null");
        let output = git.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    project.write(".gitignore", "/target\n");
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    let head = git(&["rev-parse", "HEAD"]);
    let layout = built(&project, &["-q"]);
    let label = |layout: &Layout, key: &str| {
        layout.config()["config"]["Labels"][format!("org.opencontainers.image.{key}")].clone()
    };
    assert_eq!(label(&layout, "revision"), *head);
    assert_eq!(layout.config()["created"], "2023-11-14T22:13:20Z");
    project.write("src/main.rs", "fn main() {}\n");
    let layout = built(&project, &["-q"]);
    assert_eq!(label(&layout, "revision"), format!("{head}-dirty"));
    project.build_with(&["-q"], &[("SOURCE_DATE_EPOCH", "86400")]).succeeded();
    assert_eq!(layout_of(&project).config()["created"], "1970-01-02T00:00:00Z");
}

fn layout_of(project: &Project) -> Layout {
    Layout::at(&project.path().join("target/plimsoll/app.oci"))
}

#[test]
fn quiet_prints_the_reference_alone_and_dry_run_builds_nothing() {
    let project = Project::app();
    let ran = project.build(&["--dry-run"]).succeeded();
    assert!(ran.stdout.contains("binaries") && ran.stdout.contains("app"), "{}", ran.stdout);
    assert!(!project.path().join("target").exists());
    let ran = project.build(&["-q"]).succeeded();
    assert_eq!((&*ran.stdout, &*ran.stderr), ("target/plimsoll/app.oci\n", ""));
}
