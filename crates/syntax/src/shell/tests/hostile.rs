//! Scripts that no person writes, and scripts of other shells.

use super::super::parse;
use super::dump::{check, spans_hold};
use crate::Logical;

#[test]
fn deep_nesting_ends() {
    let count = 100_000;
    for part in [
        "(",
        "$(",
        "${",
        "`",
        "\"$(",
        "{ ",
        "if ",
        "$((",
        "((",
        "<(",
        "a=(",
        "`\\`",
        "[[ ",
        "case x in a) ",
        "f() { ",
        "while ",
        "${x:-\"",
        "@(",
        "sh -c '",
        "eval \"",
        "<<A ",
    ] {
        let text = part.repeat(count);
        let logical = Logical::borrowed(&text, 0);
        assert!(parse(&logical).commands.len() <= count + 1, "{part}");
    }
}

#[test]
fn commands_in_deep_subshells_are_found() {
    let text = format!("{}a{} && b", "( ".repeat(5000), ")".repeat(5000));
    let logical = Logical::borrowed(&text, 0);
    let script = parse(&logical);
    assert_eq!(script.commands.len(), 2);
    assert_eq!((script.commands[0].depth, script.commands[1].depth), (5000, 0));
}

#[test]
fn unfinished_scripts_are_read_to_their_end() {
    for text in [
        "'",
        "\"",
        "`",
        "\\",
        "a \\",
        "$(",
        "a $(b",
        "${",
        "a ${b",
        "<",
        ">",
        "a <<",
        "2>",
        "&",
        "|",
        "[[",
        "[[ a",
        "((",
        "$((",
        "case",
        "case x",
        "case x in",
        "case x in a",
        "for",
        "for x",
        "for x in",
        "function",
        "f()",
        "time",
        "!",
        "a=(",
        "a=(b",
        "<(",
        "$'",
        "$'\\",
        "é\\",
        "\\é",
        "#",
        "a\u{0}b",
        "eval '",
        "sh -c",
        "su -c",
        "sh -o",
    ] {
        spans_hold(text);
    }
}

#[test]
fn scripts_of_other_shells_do_no_harm() {
    check(
        "powershell -Command \"Get-Item 'C:\\x'; exit\"",
        &["powershell·-Command·Get-Item 'C:\\x'; exit"],
    );
    for text in [
        "$ErrorActionPreference = 'Stop'; if (Test-Path C:\\x) { Remove-Item $x } else { foo }; bar",
        "Invoke-WebRequest -Uri ('http://x/{0}' -f $env:V) -OutFile x.zip ; @('a','b') | % { $_ }",
        "if not exist x mkdir x && del /q C:\\temp\\* & echo %PATH% ^ more",
        "for /f %i in ('dir') do @echo %i",
        "@\"\nhere string $(x)\n\"@ | Out-File y",
        "[Environment]::SetEnvironmentVariable('A', \"$env:B;c\", [EnvironmentVariableTarget]::Machine)",
    ] {
        spans_hold(text);
    }
}
