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
