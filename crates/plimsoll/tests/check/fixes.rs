//! `--fix`, `--unsafe-fixes` and `--diff`.

use std::fs;

use crate::fixture::{ROOT, Ran, Tree};

/// A file with a fix that is safe: `MAINTAINER` is deprecated.
const OLD: &str = "FROM scratch\nMAINTAINER nobody\nUSER 1\n";
const NEW: &str = "FROM scratch\nLABEL org.opencontainers.image.authors=\"nobody\"\nUSER 1\n";

fn run(tree: &Tree, input: &str, arguments: &[&str]) -> Ran {
    let select = ["check", "--select", "MaintainerDeprecated", "--fail-on", "note"];
    tree.run(&[&select, arguments].concat(), input, &[])
}

#[test]
fn fixes_are_written_and_what_is_left_reported() {
    let tree = Tree::new(&[("Dockerfile", OLD)]);
    run(&tree, "", &[]).ended(1);
    assert_eq!(tree.read("Dockerfile"), OLD);
    let ran = run(&tree, "", &["--fix"]).ended(0);
    assert!(ran.stdout.contains("1 fixed"), "{}", ran.stdout);
    assert_eq!(tree.read("Dockerfile"), NEW);
    let modified = fs::metadata(tree.path("Dockerfile")).unwrap().modified().unwrap();
    run(&tree, "", &["--fix"]).ended(0);
    assert_eq!(fs::metadata(tree.path("Dockerfile")).unwrap().modified().unwrap(), modified);
}

#[test]
fn a_diff_writes_nothing_and_ends_with_1_if_there_is_one() {
    let tree = Tree::new(&[("a/Dockerfile", OLD)]);
    let ran = run(&tree, "", &["--diff"]).ended(1);
    insta::assert_snapshot!(ran.stdout, @r#"
    --- a/a/Dockerfile
    +++ b/a/Dockerfile
    @@ -1,3 +1,3 @@
     FROM scratch
    -MAINTAINER nobody
    +LABEL org.opencontainers.image.authors="nobody"
     USER 1
    "#);
    assert_eq!(tree.read("a/Dockerfile"), OLD);
    run(&tree, "", &["--fix"]).ended(0);
    assert_eq!(run(&tree, "", &["--diff"]).ended(0).stdout, "");
}

#[test]
fn standard_input_comes_back_fixed() {
    let tree = Tree::new(&[]);
    let ran = run(&tree, OLD, &["--fix", "-"]).ended(0);
    assert_eq!(ran.stdout, NEW);
    assert!(ran.stderr.contains("1 fixed"), "{}", ran.stderr);
    // Also where there is nothing to fix.
    assert_eq!(run(&tree, ROOT, &["--fix", "-", "-q"]).ended(0).stdout, ROOT);
}

#[test]
fn dockerfiles_in_markdown_are_fixed_where_they_stand() {
    let tree = Tree::new(&[]);
    let guide = |text: &str| {
        let lines = text.trim_end().replace('\n', "\n> ");
        format!("Text.\n\n> ```dockerfile\n> {lines}\n> ```\n")
    };
    tree.write("GUIDE.md", guide(OLD));
    run(&tree, "", &["--fix", "GUIDE.md"]).ended(0);
    assert_eq!(tree.read("GUIDE.md"), guide(NEW));
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let tree = Tree::new(&[("a/Dockerfile", OLD), ("b/Dockerfile", OLD)]);
    // Where the new text would be prepared; that stops root too.
    fs::create_dir(tree.path("a/.Dockerfile.plimsoll-new")).unwrap();
    let ran = run(&tree, "", &["--fix"]).ended(2);
    assert!(ran.stderr.starts_with("error: cannot write a/Dockerfile"), "{}", ran.stderr);
    assert_eq!((tree.read("a/Dockerfile"), tree.read("b/Dockerfile")), (OLD.into(), NEW.into()));
}

#[test]
fn unsafe_fixes_need_a_word_more() {
    let ran = run(&Tree::new(&[("Dockerfile", OLD)]), "", &["--unsafe-fixes"]).ended(2);
    assert!(ran.stderr.contains("--fix") && ran.stderr.contains("--diff"), "{}", ran.stderr);
}

#[test]
fn what_was_not_written_is_not_reported_as_fixed() {
    let tree = Tree::new(&[("Dockerfile", OLD)]);
    fs::create_dir(tree.path(".Dockerfile.plimsoll-new")).unwrap();
    let ran = run(&tree, "", &["--fix", "--format", "concise"]).ended(2);
    assert!(ran.stdout.starts_with("Dockerfile:2:1: "), "{}", ran.stdout);
}

#[test]
fn standard_input_that_cannot_be_fixed_does_not_become_a_report() {
    let ran = Tree::new(&[]).check(&["--fix", "--stdin"]);
    assert!(ran.stderr.contains("the file has no instructions"), "{ran:?}");
    let ran = run(&Tree::new(&[]), &"x".repeat(11 << 20), &["--fix", "-"]).ended(2);
    assert_eq!(ran.stdout, "");
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_fixed_once() {
    let tree = Tree::new(&[("a/Dockerfile", OLD)]);
    std::os::unix::fs::symlink("a/Dockerfile", tree.path("link")).unwrap();
    run(&tree, "", &["--fix", "a/Dockerfile", "link", "a/../a/Dockerfile", "a"]).ended(0);
    assert_eq!(tree.read("a/Dockerfile"), NEW);
}
