//! Files that belong together.

use serde_json::Value;

use crate::fixture::Tree;

const DOCKERFILE: &str = "\
FROM scratch
COPY app /app
USER 65532
ENTRYPOINT [\"/app\"]
";
const COMPOSE: &str = "services:\n  api:\n    build: { context: .., dockerfile: api/Dockerfile }\n";

fn json(tree: &Tree, directory: &str, paths: &[&str]) -> Value {
    let arguments =
        [&["--select", "ignored-copy-source", "--format", "json", "--fail-on", "never"], paths]
            .concat();
    serde_json::from_str(&tree.check_in(directory, &arguments).ended(0).stdout).unwrap()
}

#[test]
fn a_place_in_another_file_has_its_line_wherever_one_stands() {
    let tree = Tree::new(&[
        ("api/Dockerfile", DOCKERFILE),
        (".dockerignore", "# all\n*\n!Cargo.*\n"),
        ("deploy/compose.yaml", COMPOSE),
        ("app", ""),
    ]);
    for (directory, paths, expected) in [
        ("", &["."][..], ".dockerignore"),
        ("", &["api/Dockerfile"], ".dockerignore"),
        ("api", &[], "../.dockerignore"),
        ("deploy", &["..", "../api/Dockerfile"], "../.dockerignore"),
    ] {
        let report = json(&tree, directory, paths);
        let finding = &report["findings"][0];
        let related = &finding["related"][0];
        assert_eq!(related["path"], expected, "{directory}: {finding}");
        assert_eq!(related["span"]["start"]["line"], 2, "{directory}: {finding}");
    }
    let arguments = ["--select", "ignored-copy-source", "-q", "api/Dockerfile"];
    insta::assert_snapshot!(tree.check(&arguments).ended(0).stdout, @r"
    warning[ignored-copy-source]: `app` is not in the context: `.dockerignore` excludes it
     --> api/Dockerfile:2:6
      |
    2 | COPY app /app
      |      ^^^
      |
     ::: .dockerignore:2:1
      |
    2 | *
      | ^ this pattern excludes it
      |
      = help: Change the pattern `*` in `.dockerignore`, or take the file out of the COPY.
      = clause: context: .dockerignore keeps the build context small and clean
    ");
}

#[test]
fn contexts_are_measured_where_somebody_asks() {
    let tree = Tree::new(&[
        ("api/Dockerfile", DOCKERFILE),
        ("api/Dockerfile.test", DOCKERFILE),
        (
            "compose.yaml",
            "services: { api: { build: { context: ., dockerfile: api/Dockerfile } } }\n",
        ),
        (".dockerignore", "data/b\n"),
        ("app", "12345"),
        ("data/a", "123"),
        ("data/b/c", "1234567"),
    ]);
    let ran = tree.check(&["--statistics", "--format", "json"]).ended(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let contexts = report["contexts"].as_array().unwrap();
    let context = contexts.iter().find(|it| it["dockerfiles"][0] == "api/Dockerfile").unwrap();
    assert_eq!(
        (&context["path"], &context["dockerignore"]),
        (&".".into(), &".dockerignore".into())
    );
    assert!(
        context["directories"]
            .as_array()
            .unwrap()
            .contains(&serde_json::json!({"path": "data", "bytes": 3}))
    );
    let ran = tree.check(&["--format", "json"]).ended(0);
    assert!(!ran.stdout.contains("contexts"));
    tree.write("plimsoll.toml", "[check]\ncontext-limit = \"2 B\"\n");
    tree.write("all.Dockerfile", "FROM scratch\nCOPY . /\nUSER 1\n");
    let ran = tree.check(&["--extend-select", "large-context", "--format", "concise"]).ended(0);
    assert!(
        ran.stdout.contains("of the context are taken, and 2 bytes are allowed"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_a_fix_changes_in_one_file_counts_in_the_others() {
    let text = "FROM rust AS b\nCOPY . .\nRUN cargo build\n";
    let tree = Tree::new(&[
        ("Dockerfile", text),
        (".dockerignore", "*\n!src\n  # !app\n"),
        ("other.Dockerfile", "FROM scratch\nCOPY README.md /\nUSER 1\n"),
        ("Cargo.toml", ""),
        ("backend/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("backend/.dockerignore", ".git\n"),
        ("backend/Dockerfile", text),
    ]);
    let select = ["--select", "context", "--ignore", "git-not-ignored"];
    let ran = tree
        .check(&[&select[..], &["--fix", "--fail-on", "never", "--format", "concise"]].concat())
        .ended(0);
    assert_eq!(tree.read("backend/.dockerignore"), ".git\ntarget\n");
    assert_eq!(tree.read(".dockerignore"), "*\n!src\n# !app\n");
    assert!(!ran.stdout.contains(".dockerignore:"), "{}", ran.stdout);
    // Made once, there is nothing left to make.
    let again = tree.check(&[&select[..], &["--diff"]].concat()).ended(0);
    assert_eq!(again.stdout, "");
}

#[test]
fn builds_are_known_when_a_file_is_checked_alone() {
    let ignored = ("api/.dockerignore", "app\n");
    let tree = Tree::new(&[("api/Dockerfile", DOCKERFILE), ("api/app", ""), ignored]);
    let count =
        |tree: &Tree| json(tree, "", &["api/Dockerfile"])["findings"].as_array().unwrap().len();
    assert_eq!(count(&tree), 1);
    // From here on another directory is the context, which has nothing that is ignored.
    tree.write("app", "");
    tree.write(
        "compose.yaml",
        "services: { api: { build: { context: ., dockerfile: api/Dockerfile } } }\n",
    );
    let arguments = ["--select", "ignored-copy-source", "api/Dockerfile"];
    tree.check(&arguments).ended(0);
}
