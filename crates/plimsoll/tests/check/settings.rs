//! `[check]`, the environment and the command line.

use std::fs;

use crate::fixture::{GOOD, ROOT, Tree, left_out};

fn paths(tree: &Tree, arguments: &[&str], variables: &[(&str, &str)]) -> Vec<String> {
    let ran = tree.run(&[&["check", "--format", "concise"], arguments].concat(), "", variables);
    assert!(ran.code < 2, "{}", ran.stderr);
    let lines = ran.stdout.lines().filter(|it| it.contains("[root-user]"));
    lines.filter_map(|it| it.split(':').next()).map(str::to_owned).collect()
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_settings() {
    let tree = Tree::new(&[("Dockerfile", ROOT)]);
    assert_eq!(paths(&tree, &[], &[]).len(), 1, "on by default");
    tree.write("plimsoll.toml", "[check]\nignore = [\"DL3002\"]\n");
    assert_eq!(paths(&tree, &[], &[]), [""; 0]);
    let select = [("PLIMSOLL_EXTEND_SELECT", "root-user")];
    assert_eq!(paths(&tree, &[], &select).len(), 1);
    assert_eq!(paths(&tree, &["--ignore", "non-root"], &select), [""; 0]);
    let ignore = [("PLIMSOLL_IGNORE", "root-user,DL1000")];
    assert_eq!(paths(&tree, &["--select", "DL3002"], &ignore).len(), 1);
}

#[test]
fn only_a_rule_that_is_named_speaks_of_every_service() {
    let tree =
        Tree::new(&[("compose.yaml", "services:\n  a: {image: 'x/y:1'}\n  b: {image: 'x/z:1'}\n")]);
    let count = |arguments: &[&str]| {
        let ran = tree.run(&[&["check", "--format", "concise"], arguments].concat(), "", &[]);
        assert!(ran.code < 2, "{}", ran.stderr);
        ran.stdout.lines().filter(|it| it.contains("[missing-limits]")).count()
    };
    assert_eq!(count(&[]), 0);
    assert_eq!(count(&["--ignore", "read-only"]), 0, "who ignores a clause asks for nothing more");
    assert_eq!(count(&["--select", "default", "--ignore", "unhardened-service"]), 0);
    for named in ["missing-limits", "limits"] {
        assert_eq!(count(&["--select", named]), 2, "{named}");
        assert_eq!(count(&["--extend-select", named]), 2, "{named}");
    }
    tree.write("plimsoll.toml", "[check]\nselect = [\"missing-limits\"]\n");
    assert_eq!(count(&[]), 2);
    assert_eq!(count(&["--select", "default"]), 0, "who selects others names anew");
    tree.write("plimsoll.toml", "[check.severity]\nunhardened-service = \"off\"\n");
    assert_eq!(count(&[]), 0);
}

#[test]
fn some_paths_have_rules_of_their_own() {
    let tree = Tree::new(&[
        ("Dockerfile", ROOT),
        ("old/a/Dockerfile", ROOT),
        ("old/api.Dockerfile", ROOT),
        ("vendor/Dockerfile", ROOT),
        (
            "plimsoll.toml",
            "[check]\nexclude = [\"vendor/\"]\n\n[[check.per-path]]\npath = \"old/*/\"\nignore = [\"root-user\"]\n",
        ),
    ]);
    assert_eq!(paths(&tree, &[], &[]), ["Dockerfile", "old/api.Dockerfile"]);
    // What is named itself is not left out, and settings hold wherever one stands.
    assert_eq!(
        paths(&tree, &["vendor/Dockerfile", "old/a/Dockerfile"], &[]),
        ["vendor/Dockerfile"]
    );
    assert_eq!(paths(&tree, &["old"], &[]), ["old/api.Dockerfile"]);
}

#[test]
fn a_rule_may_be_turned_off_or_weigh_less() {
    let tree = Tree::new(&[("Dockerfile", ROOT)]);
    tree.write("plimsoll.toml", "[check.severity]\nDL3002 = \"off\"\n");
    assert_eq!(paths(&tree, &[], &[]), [""; 0]);
    tree.write("plimsoll.toml", "[check]\nfail-on = \"never\"\nformat = \"github\"\n");
    let ran = tree.check(&[]).ended(0);
    assert!(ran.stdout.starts_with("::error file=Dockerfile,line=1,"), "{}", ran.stdout);
}

#[test]
fn words_that_mean_nothing_are_errors_with_what_may_be_meant() {
    let tree = Tree::new(&[("Dockerfile", GOOD)]);
    let ran = tree.run(&["check", "--select", "root-usr"], "", &[]).ended(2);
    insta::assert_snapshot!(ran.stderr, @r"
    error: --select names an unknown rule
      because: `root-usr` is no rule, clause, alias or group
      help: did you mean `root-user` or `root-service`?
    ");
    tree.write("plimsoll.toml", "[check]\nfail_on = \"note\"\n");
    let ran = tree.check(&[]).ended(2);
    assert!(ran.stderr.contains("help: did you mean `fail-on`?"), "{}", ran.stderr);
    tree.write("plimsoll.toml", "[check.severity]\nroot-user = \"bad\"\n");
    let ran = tree.check(&[]).ended(2);
    assert!(ran.stderr.contains("`bad` is no severity"), "{}", ran.stderr);
    tree.write("plimsoll.toml", "[check]\nexclude = [\"{a\"]\n");
    let ran = tree.check(&[]).ended(2);
    assert!(ran.stderr.contains("`check.exclude`: `{a` is no pattern"), "{}", ran.stderr);
}

#[test]
fn scripts_go_through_shellcheck_where_the_settings_ask_for_it() {
    let tree = Tree::new(&[
        ("Dockerfile", "FROM scratch\nUSER 1\nRUN echo \\\n  $HOME\n"),
        ("plimsoll.toml", "[check]\nselect = [\"none\"]\nshellcheck = true\n"),
    ]);
    let arguments = ["check", "--format", "concise", "--fail-on", "note"];
    let nowhere = tree.path("").display().to_string();
    let ran = tree.run(&arguments, "", &[("PATH", &nowhere)]).ended(2);
    insta::assert_snapshot!(ran.stderr, @r"
    error: the settings ask for ShellCheck, and there is no program `shellcheck` on PATH
      help: install shellcheck, or set `shellcheck = false` in [check]
    ");
    if std::process::Command::new("shellcheck").arg("--version").output().is_err() {
        left_out("shellcheck", "it is not installed");
        return;
    }
    let ran = tree.run(&arguments, "", &[]).ended(1);
    insta::assert_snapshot!(ran.stdout, @"Dockerfile:4:3: note[shellcheck/SC2086] Double quote to prevent globbing and word splitting");
    tree.run(&[&arguments[..], &["--ignore", "SC2086"]].concat(), "", &[]).ended(0);
}

#[test]
fn settings_of_a_neighbour_do_not_hold_above_it() {
    let none = "[check]\nselect = [\"none\"]\n";
    let tree = Tree::new(&[("a/plimsoll.toml", none), ("b/Dockerfile", ROOT)]);
    fs::create_dir(tree.path("a/.git")).unwrap();
    let there = ["check", "--format", "concise", "a/../b"];
    assert!(tree.run(&there, "", &[]).ended(1).stdout.contains("root-user"));
}

#[test]
fn patterns_hold_whatever_way_leads_to_a_file() {
    let settings =
        "[[check.per-path]]\npath = \"a/\"\nignore = [\"root-user\"]\n[check]\nexclude = [\"c\"]\n";
    let tree = Tree::new(&[
        ("plimsoll.toml", settings),
        ("a/Dockerfile", ROOT),
        ("b/Dockerfile", ROOT),
        ("c/Dockerfile", ROOT),
    ]);
    let paths = |path: &str| {
        let run = ["check", "--format", "concise", path];
        let ran = tree.run(&run, "", &[]);
        let lines = ran.stdout.lines().filter(|it| it.contains("[root-user]"));
        lines.map(|it| it.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(paths("."), ["b/Dockerfile"]);
    assert_eq!(paths("b/.."), ["b/../b/Dockerfile"]);
    assert_eq!(paths("b/../a"), [""; 0]);
}

#[test]
fn a_rule_weighs_what_is_said_of_it_and_not_of_its_clause() {
    // By name, the clause comes before the rule in one and after it in the other.
    for (clause, rule) in [("note", "error"), ("off", "error"), ("error", "off")] {
        let settings = format!(
            "[check.severity]\nnon-root = \"{clause}\"\nroot-user = \"{rule}\"\nall = \"note\"\n"
        );
        let tree = Tree::new(&[("plimsoll.toml", &settings), ("Dockerfile", ROOT)]);
        let ran = tree.run(&["check", "--format", "concise"], "", &[]);
        assert_eq!(ran.stdout.contains("error[root-user]"), rule == "error", "{}", ran.stdout);
    }
}

#[test]
fn a_list_of_nothing_selects_nothing_else_either() {
    let tree = Tree::new(&[("Dockerfile", ROOT)]);
    let ran = tree.run(&["check", "--format", "concise", "--select", ""], "", &[]).ended(1);
    assert!(ran.stdout.contains("root-user"), "{}", ran.stdout);
}
