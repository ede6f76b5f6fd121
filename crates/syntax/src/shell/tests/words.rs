//! Words, redirections, programs and arguments.

use super::super::{Script, ShellOptions, parse, parse_text};
use super::dump::{check, joined};

fn script(text: &str) -> Script<'_> {
    parse_text(text, 0, ShellOptions::default())
}

#[test]
fn quotes_and_escapes_are_gone_from_values() {
    check(r#"a'b'"c" 'd e' "f \"g\"" h\ i $'j\tk' $"l" """#, &["abc·d e·f \"g\"·h i·j\tk·l·"]);
    check("a \"b\nc\" 'd\ne'\nf", &["a·b\nc·d\ne", "; f"]);
    check("a \\\n b\\\nc", &["a·bc"]);
    check("a \\;", &["a·;"]);
    check("é 'ü ß' \\ö", &["é·ü ß·ö"]);
}

#[test]
fn variables_and_patterns_are_not_literal() {
    check("a $b ${c} \"$d\" '$e' \\$f $ a$ $1 $@", &["a·~$b·~${c}·~$d·$e·$f·$·a$·~$1·~$@"]);
    check(
        "a *.x b? [cd] '*' \\* [ ] {e,f} {1..3} {g}",
        &["a·~*.x·~b?·~[cd]·*·*·[·]·~{e,f}·~{1..3}·{g}"],
    );
    check("a ~/x x~ '~'", &["a·~~/x·x~·~"]);
    check("rm !(a|b) c@(d)", &["rm·~!(a|b)·~c@(d)"]);
}

#[test]
fn assignments_precede_the_program() {
    check("A=b C+='d e' f G=h", &["A=b C=d e f·G=h"]);
    check("A=(b \"$(c)\" d) e", &["A=~(b \"$(c)\" d) e", "  c ^0"]);
    check("export A=b", &["export·A=b"]);
    check("A[0]=b 1A=c", &["A=b 1A=c"]);
    check("A=~/x; B=", &["A=~~/x", "; B="]);
    let script = script("PATH=\"/x y\":$PATH cmd");
    assert_eq!(script.commands[0].assignments[0].value.raw, "\"/x y\":$PATH");
}

#[test]
fn redirections_of_every_kind() {
    check(
        "a >b >>c <d 2>e 2>&1 >&2 <&- &>f &>>g <>h >|i <<<j",
        &["a >b >>c <d 2>e 2>&1 >&2 <&- &>f &>>g <>h >|i <<<j"],
    );
    check(">a b > c", &["b >a >c"]);
    check("> a", &[">a"]);
    check("a 2 >b x2>c", &["a·2·x2 >b >c"]);
    check("a >\"$(b) c\"", &["a >~$(b) c", "  b ^0"]);
    check("a 2>/dev/null|b", &["a 2>/dev/null", "| b"]);
    let text = "a 2> b c";
    let script = script(text);
    assert_eq!(script.commands[0].redirections[0].span.slice(text), Some("2> b"));
    assert_eq!(script.commands[0].span.slice(text), Some("a 2> b c"));
}

#[test]
fn spans_go_through_continuations() {
    let source = "apt-get \\\n  install \\\n# why\n  cu\\\nrl && x";
    let logical = joined(source);
    let script = parse(&logical);
    let command = &script.commands[0];
    assert_eq!(command.words[1].span.slice(source), Some("install"));
    assert_eq!(command.words[1].raw, "install");
}

#[test]
fn a_word_over_a_continuation_spans_it() {
    let source = "a cu\\\nrl && x";
    let logical = joined(source);
    let script = parse(&logical);
    assert_eq!(script.commands[0].words[1].raw, "curl");
    assert_eq!(script.commands[0].words[1].span.slice(source), Some("cu\\\nrl"));
}

#[test]
fn an_empty_value_stands_where_it_is_written() {
    let source = "A= \\\n  b";
    let logical = joined(source);
    let script = parse(&logical);
    assert_eq!(script.commands[0].assignments[0].value.span.start(), 2);
    check("sh -c A=' ", &["sh·-c·A= ", "  A= ^0"]);
}

#[test]
fn names_are_base_names() {
    let name = |text| script(text).commands[0].name().map(str::to_owned);
    assert_eq!(name("/usr/bin/apt-get update").as_deref(), Some("apt-get"));
    assert_eq!(name("'my prog' x").as_deref(), Some("my prog"));
    assert_eq!(name("$HOME/bin/x y").as_deref(), Some("x"));
    assert_eq!(name("\\rm x").as_deref(), Some("rm"));
    for hidden in ["$x y", "$(dirname /a/b) c", "${x:-/a/b} c", "A=b", "> x", "/"] {
        assert_eq!(name(hidden), None, "{hidden}");
    }
}

#[test]
fn wrappers_are_looked_through() {
    let effective = |text: &str| {
        let script = script(text);
        let words = script.commands[0].effective().iter();
        words.map(|it| it.value.to_string()).collect::<Vec<_>>().join(" ")
    };
    for wrapper in [
        "sudo",
        "sudo -E -u root",
        "sudo -Eu root",
        "sudo A=b -H",
        "sudo --user=x --",
        "doas -u x",
        "env",
        "env -i A=b C=d",
        "env -u A",
        "exec",
        "exec -a name",
        "command",
        "time",
        "time -p",
        "nice -n 5",
        "nice -10",
        "nohup",
        "ionice -c 3",
        "timeout 30",
        "timeout -k 5 --signal TERM 30s",
        "stdbuf -oL",
        "stdbuf -o L",
        "eatmydata",
        "busybox",
        "tini --",
        "tini -g --",
        "catchsegv",
        "fakeroot",
        "xvfb-run -a -s '-screen 0'",
        "setarch x86_64 -R",
        "setarch i386",
        "linux32",
        "gosu user",
        "/usr/bin/sudo nice",
    ] {
        assert_eq!(effective(&format!("{wrapper} apt-get -y install x")), "apt-get -y install x");
    }
    for alone in ["env", "command -v x", "sudo -l", "busybox --install x", "nice -n 5", "xargs rm"]
    {
        assert_eq!(effective(alone), alone);
    }
    assert_eq!(script("sudo /bin/rm -r x").commands[0].program(), Some("rm"));
    assert_eq!(script("sudo rm -r x").commands[0].args().len(), 2);
    assert_eq!(script("A=b").commands[0].program(), None);
}

#[test]
fn flags_are_found_in_clusters() {
    let script = script("apt-get -yq --no-install-recommends --x=1 -oDpkg::y=z -j4 install -- -f");
    let command = &script.commands[0];
    assert!(command.has_flag('y', "yes") && command.has_flag('q', "") && command.has_flag('j', ""));
    assert!(command.has_flag('\0', "no-install-recommends") && command.has_flag('\0', "--x"));
    assert!(
        !command.has_flag('k', "no-install")
            && !command.has_flag('f', "")
            && !command.has_flag('\0', "")
    );
}

#[test]
fn values_of_options() {
    let text = "cargo build --target x -p a --profile='b c' -pd -qO- -fsSLo out --last";
    let script = script(text);
    let command = &script.commands[0];
    let value = |names: &[&str]| command.option(names).map(|it| it.value);
    assert_eq!(value(&["--target"]), Some("x"));
    assert_eq!(value(&["--profile"]), Some("b c"));
    assert_eq!(value(&["-O"]), Some("-"));
    assert_eq!(value(&["-o"]), Some("out"));
    assert_eq!(value(&["--last"]), None);
    assert_eq!(value(&["--pro"]), None);
    let all: Vec<_> = command.option_values(&["-p", "--package"]).map(|it| it.value).collect();
    assert_eq!(all, ["a", "d"]);
    let profile = command.option(&["--profile"]).unwrap();
    assert_eq!((profile.raw, profile.span.slice(text)), ("'b c'", Some("'b c'")));
}

#[test]
fn operands_and_subcommands() {
    let operands = |text: &str, with_value: &[&str]| {
        let script = script(text);
        let all = script.commands[0].operands(with_value);
        all.map(|it| it.value.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(operands("apt-get -o a=b -y install x -- -z", &["-o"]), "install x -z");
    assert_eq!(operands("curl -sSo f url -", &["-o"]), "url -");
    assert_eq!(operands("curl -of url --output g", &["-o", "--output"]), "url");
    assert_eq!(operands("chmod +x f", &[]), "+x f");
    assert_eq!(script("cargo +nightly build x").commands[0].subcommand(&[]), Some("build"));
    assert_eq!(script("sudo apt-get -y install").commands[0].subcommand(&[]), Some("install"));
    assert_eq!(script("apt-get -y").commands[0].subcommand(&[]), None);
}
