//! The forms of the result.

use crate::fixture::Repository;

fn released() -> Repository {
    let repository = Repository::new();
    repository.tag(&["v1.2.3"]);
    repository
}

const IMAGE: [&str; 2] = ["--image", "ghcr.io/a/b"];

#[test]
fn json_is_the_contract() {
    let repository = released();
    let ran = repository.tags(&[&IMAGE[..], &["--format", "json"]].concat());
    insta::assert_snapshot!(ran.stdout.replace(&repository.id(), "ID"));
}

#[test]
fn flags_fit_into_a_command() {
    let ran = released().tags(&[&IMAGE[..], &["--format", "flags"]].concat());
    let expected = ["1.2.3", "1.2", "1", "latest"].map(|it| format!("--tag ghcr.io/a/b:{it}"));
    assert_eq!(ran.lines(), [expected.join(" ")]);
    for form in ["flags", "args", "bake"] {
        let ran = released().tags(&["--format", form]);
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "without an image's name");
        assert!(ran.stderr.contains("--image"), "{}", ran.stderr);
    }
}

#[test]
fn outputs_of_a_step_go_into_its_file() {
    let repository = released();
    let root = tempfile::tempdir().unwrap();
    let output = root.path().join("output");
    std::fs::write(&output, "before=1\n").unwrap();
    let variables = [
        ("GITHUB_OUTPUT", output.to_str().unwrap()),
        ("RUNNER_TEMP", root.path().to_str().unwrap()),
    ];
    let arguments = [&IMAGE[..], &["--format", "github"]].concat();
    let ran = repository.tags_with(&arguments, &variables);
    assert_eq!(ran.lines()[0], "ghcr.io/a/b:1.2.3");
    let text = std::fs::read_to_string(&output).unwrap();
    assert!(text.starts_with("before=1\nversion<<plimsoll\n1.2.3\nplimsoll\n"), "{text}");
    let names = text.lines().filter_map(|it| it.split_once("<<")).map(|it| it.0);
    assert_eq!(
        names.collect::<Vec<_>>(),
        [
            "version",
            "tags",
            "tag-names",
            "labels",
            "annotations",
            "json",
            "bake-file-tags",
            "bake-file-labels",
            "bake-file-annotations",
            "bake-file"
        ]
    );
    assert!(root.path().join("plimsoll-bake-file.json").is_file());
    // Without a file, the outputs are the result.
    let ran = repository.tags(&arguments);
    assert_eq!(ran.lines()[0], "version<<plimsoll");
}

#[test]
fn variables_are_lines() {
    let ran = released().tags(&[&IMAGE[..], &["--format", "gitlab"]].concat());
    assert_eq!(ran.lines()[0], "DOCKER_METADATA_OUTPUT_VERSION=1.2.3");
    assert_eq!(ran.lines().len(), 4);
}
