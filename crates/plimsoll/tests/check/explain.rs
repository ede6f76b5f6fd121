//! `plimsoll explain`.

use serde_json::Value;

use crate::fixture::Tree;

#[test]
fn rules_are_explained_by_any_of_their_names() {
    let tree = Tree::new(&[]);
    let page = tree.run(&["explain", "root-user"], "", &[]).ended(0).stdout;
    assert!(page.starts_with("root-user\n\n"), "{page}");
    assert!(page.contains("\nBad\n") && page.contains("\n    FROM "), "{page}");
    assert!(page.lines().all(|it| it.chars().count() <= 100), "{page}");
    assert_eq!(tree.run(&["explain", "dl3002"], "", &[]).ended(0).stdout, page);
    let ran = tree.run(&["explain", "root-usr"], "", &[]).ended(2);
    insta::assert_snapshot!(ran.stderr, @r"
    error: there is nothing to explain
      because: `root-usr` is no rule, clause, alias or group
      help: did you mean `root-user` or `root-service`?
    ");
}

#[test]
fn clauses_and_everything_are_listed() {
    let tree = Tree::new(&[]);
    let clause = tree.run(&["explain", "non-root"], "", &[]).ended(0).stdout;
    assert!(clause.starts_with("non-root\n\n") && clause.contains("- root-user: "), "{clause}");
    let all = tree.run(&["explain"], "", &[]).ended(0).stdout;
    assert!(all.contains("dev-compose: ") && all.contains("  root-user  "), "{all}");
    let group = tree.run(&["explain", "hadolint"], "", &[]).ended(0).stdout;
    assert!(group.contains("  root-user  ") && !group.contains("dev-compose"), "{group}");
}

#[test]
fn the_same_is_told_as_json() {
    let tree = Tree::new(&[]);
    let json = |arguments: &[&str]| -> Value {
        let arguments = [&["explain", "--format", "json"], arguments].concat();
        serde_json::from_str(&tree.run(&arguments, "", &[]).ended(0).stdout).unwrap()
    };
    let rule = json(&["DL3002"]);
    assert_eq!(rule["schema"], "plimsoll/explain/v1");
    assert_eq!(rule["rules"][0]["rule"], "root-user");
    assert_eq!(rule["clauses"], Value::Array(Vec::new()));
    assert_eq!(json(&["non-root"])["clauses"][0]["levels"][2], "run");
    assert_eq!(json(&[])["clauses"].as_array().unwrap().len(), 19);
}
