//! Images on bases that lie in a directory.

use std::{collections::BTreeMap, path::Path};

use plimsoll_image::{
    Blob, Bundle, Compression, ImageConfig, RootFs,
    bundle::Part,
    layer::{Attributes, LayerWriter},
    layout,
};
use serde_json::json;

use crate::{fixture::Project, reading::Layout};

/// Makes a base for the platforms: one layer with a user, a link for a directory, and a program.
fn base(path: &Path, platforms: &[&str]) {
    let parts = platforms.iter().map(|platform| {
        let mut writer = LayerWriter::new(Vec::new(), Compression::Gzip, 1, 7);
        let (directory, file) = (Attributes::root(0o755), Attributes::root(0o644));
        let passwd = b"root:x:0:0:root:/:/bin/sh\napp:x:100:101::/:/bin/sh\n";
        writer.symlink("bin", "usr/bin").unwrap();
        writer.directory("etc", directory).unwrap();
        writer.file("etc/passwd", file, passwd.len() as u64, &passwd[..]).unwrap();
        writer.directory("usr", directory).unwrap();
        writer.directory("usr/bin", Attributes { mode: 0o700, uid: 1, gid: 1 }).unwrap();
        writer.file("usr/bin/check", directory, 0, &b""[..]).unwrap();
        let (bytes, layer) = writer.finish().unwrap();
        let config: ImageConfig = serde_json::from_value(json!({
            "created": "2026-01-01T00:00:00Z",
            "architecture": platform.split('/').nth(1),
            "os": "linux",
            "config": {
                "User": "app",
                "Env": ["PATH=/bin", "MODE=base"],
                "Cmd": ["sh"],
                "WorkingDir": "/work",
                "Labels": {"org.opencontainers.image.title": "base", "team": "base"},
                "Healthcheck": {"Test": ["CMD", "/bin/check"]},
                "OnBuild": ["RUN true"]
            },
            "rootfs": RootFs::of(vec![layer.diff_id]),
            "history": [
                {"created_by": "ADD rootfs"},
                {"created_by": "ENV MODE=base", "empty_layer": true}
            ]
        }))
        .unwrap();
        Part { config, layers: vec![(layer, Blob::of(bytes))], annotations: BTreeMap::new() }
    });
    let bundle = Bundle::new(parts.collect(), &BTreeMap::new(), BTreeMap::new()).unwrap();
    layout::write(path, &bundle, "base", "1").unwrap();
}

fn project(settings: &str) -> Project {
    let project = Project::app();
    base(&project.path().join("base"), &["linux/amd64", "linux/arm64"]);
    project.write("plimsoll.toml", &format!("[image]\nbase = \"./base\"\n{settings}"));
    project
}

#[test]
fn an_image_on_a_base_has_its_layers_and_inherits_its_configuration() {
    let settings = r#"
        env = { MODE = "own" }
        files = [{ from = "Cargo.toml", to = "/bin/app.toml" }]
        volumes = ["/data"]
    "#;
    let project = project(settings);
    let ran = project.build(&["--format", "json", "--platform", "linux/amd64"]).succeeded();
    assert!(ran.stderr.contains("ONBUILD"), "{}", ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let steps = report["images"][0]["layers"].as_array().unwrap().iter();
    let steps: Vec<_> = steps.map(|it| it["created_by"].as_str().unwrap()).collect();
    let system = "system: certificate authorities";
    assert_eq!(steps, ["base", system, "app: programs and files"]);

    let image = Layout::at(&project.path().join("target/plimsoll/app.oci"));
    let config = image.config();
    let run = &config["config"];
    assert_eq!(run["User"], "100:101");
    let ca = "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt";
    assert_eq!(run["Env"], json!(["PATH=/bin", "MODE=own", ca]));
    assert_eq!(run["Entrypoint"], json!(["/usr/local/bin/app"]));
    assert_eq!(run["Cmd"], json!(null));
    assert_eq!(run["WorkingDir"], "/work");
    assert_eq!(run["Healthcheck"]["Test"], json!(["CMD", "/bin/check"]));
    assert_eq!(run["OnBuild"], json!(null));
    assert_eq!(run["Labels"]["team"], "base");
    assert_eq!(run["Labels"]["org.opencontainers.image.title"], "app");
    let history = config["history"].as_array().unwrap();
    let with_layer = history.iter().filter(|it| it["empty_layer"] != true).count();
    assert_eq!((history.len(), with_layer), (4, 3));
    assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 3);

    // What would lie below the link lies where it leads, and the base's directories are not named again.
    let app = image.layer(2);
    let paths: Vec<_> = app.keys().map(String::as_str).collect();
    let expected =
        ["data/", "usr/bin/app.toml", "usr/local/", "usr/local/bin/", "usr/local/bin/app"];
    assert_eq!(paths, expected);
    assert_eq!(app["data/"].owner, (100, 101));

    let annotations = &image.manifest()["annotations"];
    let base = Layout::at(&project.path().join("base"));
    let index: serde_json::Value =
        serde_json::from_slice(&base.blob(&base.index()["manifests"][0])).unwrap();
    let key = "org.opencontainers.image.base.digest";
    assert_eq!(annotations[key], index["manifests"][0]["digest"]);
    let of_base: serde_json::Value =
        serde_json::from_slice(&base.blob(&index["manifests"][0])).unwrap();
    assert_eq!(image.manifest()["layers"][0], of_base["layers"][0]);
    // A base in a directory is not locked.
    assert!(!project.path().join("plimsoll.lock").exists());
}

#[test]
fn what_a_base_does_not_have_is_said() {
    let project = project("user = \"web\"\n");
    let arguments = ["-q", "--platform", "linux/amd64"];
    insta::assert_snapshot!(project.build(&arguments).failed(), @r#"
    error: the image has no user or group `web`: the base oci:[project]/base has none in its /etc/passwd and /etc/group
      help: write the user as a number, such as `user = "1000:1000"`
    "#);
    let text = "[image]\nbase = \"./base\"\nhealthcheck = { cmd = [\"/bin/no\"] }\n";
    project.write("plimsoll.toml", text);
    let error = project.build(&arguments).failed();
    assert!(error.starts_with("error: `image.healthcheck` names /bin/no"), "{error}");
    project.write("plimsoll.toml", &text.replace("/bin/no", "/bin/check"));
    project.build(&arguments).succeeded();
    project.write("plimsoll.toml", &text.replace("/bin/no\"", "NONE\""));
    project.build(&arguments).succeeded();
    let image = Layout::at(&project.path().join("target/plimsoll/app.oci"));
    assert_eq!(image.config()["config"]["Healthcheck"]["Test"], json!(["NONE"]));
    // The command line wins over the settings.
    project.build(&["-q", "--platform", "linux/amd64", "--base", "scratch"]).succeeded();
    let image = Layout::at(&project.path().join("target/plimsoll/app.oci"));
    assert_eq!(image.config()["config"]["User"], "65532:65532");
}

#[test]
fn a_base_that_is_not_there_for_the_platform_is_said_before_anything_is_built() {
    let project = project("");
    base(&project.path().join("other"), &["linux/s390x", "linux/ppc64le"]);
    let arguments = ["--base", "oci:other", "--platform", "linux/amd64"];
    insta::assert_snapshot!(project.build(&arguments).failed(), @r"
    error: the base oci:[project]/other is not there for linux/amd64; it is there for linux/s390x, linux/ppc64le
      help: choose another platform with --platform, or another base
    ");
    assert!(!project.path().join("target").exists(), "it was compiled for nothing");
    insta::assert_snapshot!(project.build(&["--base", "oci:src"]).failed(), @r"
    error: [project]/src can't be used as a base: its index.json can't be read: No such file or directory (os error 2)
      help: a base by its directory is an OCI layout: `skopeo copy docker://IMAGE oci:DIR`
    ");
}
