//! Lists, compounds, substitutions and scripts in scripts.

use super::super::{ShellOptions, parse, parse_with};
use super::dump::{check, dump, joined};
use crate::Logical;

#[test]
fn operators_join_commands() {
    check("a && b || c ; d & e | f |& g", &["a", "&& b", "|| c ?", "; d", "& e", "| f", "| g"]);
    check("a;b&c", &["a", "; b", "& c"]);
    check("a &&\n b\nc\n\n\nd", &["a", "&& b", "; c", "; d"]);
    check("; a", &["a"]);
    check("", &[]);
}

#[test]
fn what_may_be_left_out_is_conditional() {
    check("a || b | c && d", &["a", "|| b ?", "| c ?", "&& d"]);
    check("[ -f x ] && a && b; c", &["[·-f·x·]", "&& a ?", "&& b ?", "; c"]);
    check("test x && a || b", &["test·x", "&& a ?", "|| b ?"]);
    check("[ x = y ] && a", &["[·x·=·y·]", "&& a"]);
    check("a || { b; c; } && d", &["a", "b ?", "; c ?", "&& d"]);
}

#[test]
fn subshells_and_groups() {
    check("(a && b); c", &["  a", "  && b", "; c"]);
    check("{ a; b; } && c", &["a", "; b", "&& c"]);
    check("((a); b) | c", &["    a", "  ; b", "| c"]);
    check("(a) > x; (b)<y|c", &["  a", "  b", "| c"]);
    check("echo {a} }", &["echo·{a}·}"]);
}

#[test]
fn branches() {
    check(
        "if a && b; then c; elif d; then e; else f; fi && g",
        &["a", "&& b", "c ?", "d ?", "e ?", "f ?", "&& g"],
    );
    check("if ! a; then b; fi", &["a", "b ?"]);
    check("if a\nthen\nb\nfi\nc", &["a", "b ?", "; c"]);
    check("echo if then fi", &["echo·if·then·fi"]);
}

#[test]
fn loops() {
    check("for x in a b; do c; d; done; e", &["c", "; d", "; e"]);
    check("for x in $(ls); do c; done", &["  ls", "c ?"]);
    check("for x in $y; do c; done | d", &["c ?", "| d"]);
    check("for x\ndo c\ndone", &["c ?"]);
    check("for ((i=0; i<3; i++)); do c; done", &["c ?"]);
    check("while a; do b; done < <(c) && d", &["a", "b ?", "  c", "&& d"]);
    check("until a; do b & done", &["a", "b ?"]);
}

#[test]
fn cases() {
    check(
        "case \"$(uname -m)\" in x86_64|amd64) a; b;; (arm*) c ;& *) d; esac; e",
        &["  uname·-m", "a ?", "; b ?", "c ?", "d ?", "; e"],
    );
    check("case $x in\n# a comment\n 'a b')\n a\n ;;\n esac\nb", &["a ?", "; b"]);
    check("case x in a) if b; then c; fi;; esac", &["b ?", "c ?"]);
    check("case x in esac; a", &["; a"]);
    check("(case x in a) b;; esac)", &["  b ?"]);
    check("x=$(case y in a) b;; esac) c", &["x=~$(case y in a) b;; esac) c", "  b ^0 ?"]);
}

#[test]
fn functions() {
    check("f() { a; cd x; }; f", &["a ?", "; cd·x ?", "; f"]);
    check("function f { a; }\nf", &["a ?", "; f"]);
    check("function f ()\n(\na)\nf", &["  a ?", "; f"]);
    check("f () ( a )", &["  a ?"]);
    // No function: what feeds a command must stay with it.
    check("<<E f();\n$(a)\nE\n", &["f <<E", "  a ^0"]);
}

#[test]
fn negation_time_and_tests() {
    check("! a && time b; time -p { c; }", &["a", "&& time·b", "c"]);
    check(
        "[[ $a == x* && b < c || ( -f d ) ]] && e",
        &["[[·~$a·==·~x*·&&·b·<·c·||·(·-f·d·)·]]", "&& e"],
    );
    check("[[ a =~ ^(x|y)$ ]]; b", &["[[·a·=~·^(x|y)$·]]", "; b"]);
    check("(( i > 3 && $(a) )) && b", &["  a", "&& b"]);
}

#[test]
fn substitutions_are_nested() {
    check(
        "a \"$(b | c $(d))\" `e`",
        &["a·~$(b | c $(d))·~`e`", "  b ^0", "  | c·~$(d) ^0", "    d ^2", "  e ^0"],
    );
    check("a $((1 + $(b) * (2))) $(( x ))", &["a·~$((1 + $(b) * (2)))·~$(( x ))", "  b ^0"]);
    check("a $((b); c)", &["a·~$((b); c)", "    b ^0", "  ; c ^0"]);
    check("a ${x:-$(b 'c}')} ${y#*}", &["a·~${x:-$(b 'c}')}·~${y#*}", "  b·c} ^0"]);
    check("diff <(a) >(b)", &["diff·~<(a)·~>(b)", "  a ^0", "  b ^0"]);
    check("X=$(a) b", &["X=~$(a) b", "  a ^0"]);
    check("A=1 B=\"$(a)\"; c", &["A=1 B=~$(a)", "  a ^0", "; c"]);
    check(r"a `b \`c\` \$d`", &[r"a·~`b \`c\` \$d`", "  b·~`c`·~$d ^0", "    c ^1"]);
}

#[test]
fn shells_in_arguments() {
    check(
        "sh -c 'a && b \"c d\"' && e",
        &["sh·-c·a && b \"c d\"", "  a ^0", "  && b·c d ^0", "&& e"],
    );
    check("bash -euxo pipefail -c \"a\"", &["bash·-euxo·pipefail·-c·a", "  a ^0 ep"]);
    check("sudo -u x bash -lc 'a'", &["sudo·-u·x·bash·-lc·a", "  a ^0"]);
    check("su - user -c 'a'", &["su·-·user·-c·a", "  a ^0 @!"]);
    check("su user --command='a b'", &["su·user·--command=a b", "  a·b ^0"]);
    check(
        "cd x && eval 'cd y; a' && b",
        &["cd·x", "&& eval·cd y; a @x", "cd·y ^1 @x", "; a ^1 @x/y", "&& b @x/y"],
    );
    check(
        "find . -exec sh -c 'a $1' _ {} \\;",
        &["find·.·-exec·sh·-c·a $1·_·{}·;", "  a·~$1 ^0 ?"],
    );
    check("sh script.sh; bash", &["sh·script.sh", "; bash"]);
    check(
        "sh -c \"$X\"; eval \"$(a)\"; eval `b`",
        &["sh·-c·~$X", "; eval·~$(a)", "  a ^1", "; eval·~`b`", "  b ^3"],
    );
}

#[test]
fn scripts_in_double_quotes_lose_one_level_of_escapes() {
    check(
        r#"sh -c "a \"b c\" \$x $(d) \$(e)" f"#,
        &[r#"sh·-c·~a "b c" $x $(d) $(e)·f"#, "  a·b c·~$x·~$(d)·~$(e) ^0", "  d ^0", "    e ^1"],
    );
    let source = r#"sh -c "a \"b c\"""#;
    let logical = Logical::borrowed(source, 0);
    let script = parse(&logical);
    let spans: Vec<_> =
        script.commands[1].words.iter().map(|it| it.span.slice(source).unwrap()).collect();
    assert_eq!(spans, ["a", r#""b c\""#]);
}

#[test]
fn directories_are_followed() {
    check("cd /a && b && cd c && d", &["cd·/a", "&& b @/a", "&& cd·c @/a", "&& d @/a/c"]);
    check("(cd a && b) && c", &["  cd·a", "  && b @a", "&& c"]);
    check("cd a; cd ..; b; cd -; c", &["cd·a", "; cd·.. @a", "; b", "; cd·-", "; c @a"]);
    check(
        "cd $x; a; cd b; c; cd /d; e",
        &["cd·~$x", "; a @!", "; cd·b @!", "; c @!", "; cd·/d @!", "; e @/d"],
    );
    check("pushd a && b && popd && c", &["pushd·a", "&& b @a", "&& popd @a", "&& c"]);
    check("cd a || cd b; c", &["cd·a", "|| cd·b ?@a", "; c @!"]);
    check("if a; then cd b; c; fi; d", &["a", "cd·b ?", "; c ?@b", "; d @!"]);
    check("for x in a; do cd b; cd ..; done; c", &["cd·b", "; cd·.. @b", "; c"]);
    check("x=$(cd a && b); c", &["x=~$(cd a && b)", "  cd·a ^0", "  && b ^0 @a", "; c"]);
    check("cd; a", &["cd", "; a @!"]);
}

#[test]
fn options_of_the_shell() {
    check("set -e; a; set +e; b", &["set·-e", "; a e", "; set·+e e", "; b"]);
    check("set -euxo pipefail && a | b", &["set·-euxo·pipefail", "&& a ep", "| b ep"]);
    check("(set -o pipefail; a); b", &["  set·-o·pipefail", "  ; a p", "; b"]);
    let logical = Logical::borrowed("a | b", 0);
    let options = ShellOptions::from_arguments(["-o", "pipefail", "-c"]);
    assert_eq!(dump(&parse_with(&logical, options)), ["a p", "| b p"]);
}

#[test]
fn heredocs_are_data() {
    check("cat <<EOF > x\nif then $(a)\n'\nEOF\nb", &["cat <<EOF >x", "  a ^0", "; b"]);
    check("cat <<'EOF' && c\n$(a)\nEOF\nb", &["cat <<EOF", "&& c", "; b"]);
    check("cat <<-A <<\"B C\"\nx\n\tA\ny\nB C\nb", &["cat <<-A <<B C", "; b"]);
    check("cat <<EOF\nnever ends", &["cat <<EOF"]);
    check(
        "bash -e <<EOF && c\na \\$x\nb\nEOF\nd",
        &["bash·-e <<EOF", "&& c", "  a·~$x ^0 e", "  ; b ^0 e", "; d"],
    );
    check("bash x.sh <<EOF\na\nEOF", &["bash·x.sh <<EOF"]);
    check("sudo sh -s <<'X'\na\nX", &["sudo·sh·-s <<X", "  a ^0"]);
    check("sh -c 'a\nb' <<E\nx\nE\nc", &["sh·-c·a\nb <<E", "  a ^0", "  ; b ^0", "; c"]);
    check("{ a; } <<EOF\nif\nEOF\nb", &["a", "; b"]);
    check("python3 - <<EOF\nimport os\nEOF", &["python3·- <<EOF"]);
}

#[test]
fn other_languages_are_left_alone() {
    check("#!/usr/bin/env python3\nimport os\n", &[]);
    check("#!/bin/bash -e\na\n", &["a"]);
    check("#!/usr/bin/env -S bash\na\n", &["a"]);
}

#[test]
fn a_comment_ends_with_the_line() {
    check("a # b && c\nd #e", &["a", "; d"]);
    check("a#b '#c' # d", &["a#b·#c"]);
    let logical = joined("a && \\\n b # c && \\\n d");
    assert_eq!(dump(&parse(&logical)), ["a", "&& b"]);
}

#[test]
fn mistakes_do_not_hide_the_rest() {
    check("a; fi; done; } ; ) ; esac; b", &["a", "; b"]);
    check("if a; then (b; fi; c", &["a", "  b ?", "  ; c ?"]);
    check("{ if a; }; b", &["a", "; b"]);
    check("case x in ;; esac", &[]);
}
