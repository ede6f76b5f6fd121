//! Which paths are ignored.

use super::*;

#[track_caller]
fn check(text: &str, ignored: &[&str], kept: &[&str]) {
    let file = Dockerignore::parse(text);
    assert_eq!(file.errors, [], "{text}");
    for path in ignored {
        assert!(file.ignores(path), "{text:?} keeps {path}");
    }
    for path in kept {
        assert!(!file.ignores(path), "{text:?} ignores {path}");
    }
}

#[test]
fn patterns_begin_at_the_root() {
    check("target", &["target", "target/a", "target/a/b"], &["a/target", "targets", "targe"]);
    check("/target/", &["target", "target/a"], &["a/target"]);
    check("a/b", &["a/b", "a/b/c"], &["a", "b", "x/a/b"]);
    check("./a/../b", &["b"], &["a"]);
    check("a.b", &["a.b"], &["axb"]);
    check("a+(b)|{c}$", &["a+(b)|{c}$"], &["a"]);
}

#[test]
fn stars_stop_at_slashes_and_two_do_not() {
    check("*.md", &["a.md", ".md"], &["a/b.md", "a.mdx"]);
    check("*/b", &["a/b", "c/b/d"], &["b", "a/c/b"]);
    check("**/*.md", &["a.md", "a/b.md", "a/b/c.md"], &["a.txt"]);
    check("**/b", &["b", "a/b", "a/c/b", "a/b/c"], &["ab", "a/bc"]);
    check("**b", &["b", "ab", "a/cb"], &["bc"]);
    check("a/**", &["a/b", "a/b/c"], &["a", "ab"]);
    check("a**", &["a", "ab", "a/b"], &["b"]);
    check("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["b", "ab", "a/xb"]);
    check("**/a/**", &["a/b", "x/a/b"], &["b/ab"]);
    check("**", &["a", "a/b", ".a"], &[]);
    check("*", &["a", "a/b", ".a"], &[]);
    check("?", &["a", "é", "a/b"], &["ab"]);
}

#[test]
fn classes_match_one_character() {
    check("[a-c]x", &["ax", "cx"], &["dx", "x"]);
    check("[^a]x", &["bx"], &["ax"]);
    check("a\\*", &["a*"], &["ab"]);
    check("a]", &["a]"], &["a"]);
    // The star between brackets makes another expression of it.
    check("[*]", &["[]", "^^]"], &["*"]);
}

#[test]
fn later_patterns_overrule_earlier_ones() {
    check("*\n!a", &["b"], &["a", "a/b"]);
    check("a\n!a/b\na/b/c", &["a", "a/x", "a/b/c"], &["a/b", "a/b/d"]);
    check("!a\na", &["a"], &[]);
    check("**/*.md\n!README.md\nREADME-secret.md", &["a/x.md", "README-secret.md"], &["README.md"]);
    check("! a\na/b\n!a/b", &[], &["a", "a/b"]);
}

#[test]
fn comments_blank_lines_and_marks_are_skipped() {
    let text = "\u{feff}a\r\n# b\r\n\r\n  c  \r\n # d\n";
    check(text, &["a", "c", "# d"], &["b", "# b", "d"]);
    let file = Dockerignore::parse(text);
    let slices: Vec<_> = file.patterns.iter().filter_map(|it| it.span.slice(text)).collect();
    assert_eq!(slices, ["a", "c", "# d"]);
}

#[test]
fn absolute_paths_match_less() {
    let file = Dockerignore::parse("a\n**/b");
    assert!(!file.ignores("/a") && file.ignores("/b") && file.ignores("/x/b/c"));
}

#[test]
fn the_root_is_matched_by_stars_alone() {
    assert!(Dockerignore::parse("*").ignores("."));
    assert!(Dockerignore::parse(".").ignores("."));
    assert!(!Dockerignore::parse("a").ignores("."));
}

#[test]
fn malformed_patterns_are_left_out() {
    let file = Dockerignore::parse("a\n[\n!\nb\\\n!/\n[z-a]\n");
    let kinds: Vec<_> = file.errors.iter().map(|it| (&*it.pattern, it.kind)).collect();
    let malformed = PatternErrorKind::Malformed;
    let empty = PatternErrorKind::Empty;
    let expected =
        [("[", malformed), ("!", empty), ("b\\", malformed), ("!/", empty), ("[z-a]", malformed)];
    assert_eq!(kinds, expected);
    assert!(file.ignores("a"));
}

#[test]
fn the_deciding_pattern_is_the_last_that_changed_something() {
    let file = Dockerignore::parse("*\na\n!b");
    let text = |path| file.deciding(path).map(|it| &*it.text);
    assert_eq!((text("a"), text("b"), text("c")), (Some("*"), Some("b"), Some("*")));
    assert!(file.has_exclusions() && !Dockerignore::parse("a").has_exclusions());
}

#[test]
fn exceptions_below_a_directory_are_told_by_their_text() {
    let may = |text: &str, path: &str| Dockerignore::parse(text).may_take_back_below(path);
    for text in ["*\n!a/b", "!a/b/c", "!*/b", "!**/x", "!a/**", "!?/b", "!a**"] {
        assert!(may(text, "a"), "{text}");
    }
    for text in ["a/b", "!a", "!b/c", "!x/**", "*\n!ab/c"] {
        assert!(!may(text, "a"), "{text}");
    }
    assert!(may("!a/b/c", "a/b") && !may("!a/x/c", "a/b") && may("!a", "."));
}

#[test]
fn slashes_at_the_end_change_little() {
    check("**/", &["a", "a/b", "a/b/", "/"], &[]);
    check("**/**", &["a", "a/b/"], &[]);
    check("a/**", &["a/b/", "a/b/c/"], &["a"]);
    check("**/a/*", &["x/a/b/", "a/b"], &["a", "x/a"]);
    check("a/\n!a/b", &["a/c"], &["a/b"]);
    check("a/*\n!a/b", &["a/c"], &["a/b"]);
}

#[test]
fn stars_before_and_behind_other_text() {
    check("a**/*.md", &["a/x.md", "ab/x.md", "a/b/c/x.md"], &["b/x.md"]);
    check("a/*.md**", &["a/x.md", "a/x.md5"], &["a/b/x.md", "a/x.m"]);
    check("**/**/*.md", &["x.md", "a/b/x.md"], &["x.mdx"]);
    check("x*y*z*/w", &["x1y2z3/w", "xyz/w"], &["xyz/a/w", "xyz/wv", "xzy/w"]);
    check("dist/*.whl", &["dist/a-1.0+b.c-py3.whl"], &["dist/a.wheel"]);
    check("**\n!dist/*.whl", &["a"], &["dist/a-1.0+b.c.whl"]);
}

#[test]
fn characters_are_counted_and_not_bytes() {
    check("x?y", &["xéy", "x€y"], &["x/y", "xy", "xééy"]);
    check("x[^x]y", &["x€y"], &["xxy"]);
    check("x???y", &[], &["x€y"]);
    check("[a-ω]*", &["λ", "az"], &["ѐ"]);
}

#[test]
fn backslashes_take_a_meaning_away() {
    check("[\\]b]", &["]", "b"], &["\\"]);
    check("[\\-b]", &["-", "b"], &["a"]);
    check("[b\\-]", &["-", "b"], &["c"]);
    check("a\\\\", &["a\\"], &["a", "a\\\\"]);
    check("\\!a", &["!a"], &["a"]);
}

#[test]
fn white_space_and_slashes_around_an_exception_are_left_out() {
    check("a\n! /a/b", &["a", "a/c"], &["a/b"]);
    check("a\n   !a/b  ", &["a/c"], &["a/b"]);
    check("! /a/b\na", &["a/b"], &[]);
    assert!(Dockerignore::parse("*\n! \n").errors.len() == 1);
}
