//! What holds for every script.

use proptest::prelude::*;

use super::super::parse;
use super::dump::{joined, spans_hold};

/// Pieces that shells care about.
const PIECES: &[&str] = &[
    " ",
    "\n",
    "\t",
    "\r\n",
    ";",
    ";;",
    "&",
    "&&",
    "|",
    "||",
    "(",
    ")",
    "((",
    "))",
    "{ ",
    " }",
    "<",
    ">",
    ">>",
    "<<",
    "<<-",
    "<<<",
    "2>&1",
    "&>",
    "<(",
    "$(",
    "$((",
    "${",
    "}",
    "`",
    "'",
    "\"",
    "\\",
    "$",
    "$x",
    "$'",
    "#",
    "!",
    "[[ ",
    " ]]",
    "*",
    "~",
    "=",
    "+",
    "@(",
    "a",
    "bc",
    "é",
    "EOF",
    "\nEOF\n",
    "if ",
    " then ",
    " else ",
    " elif ",
    " fi",
    "for x in ",
    "while ",
    " do ",
    " done",
    "case x in ",
    "esac",
    "function f ",
    "f() ",
    "time ",
    "sh -c ",
    "bash ",
    "eval ",
    "su -c ",
    "cd ",
    "pushd x",
    "set -e",
    "A=",
    "A=(",
    "sudo ",
    "env ",
    "find . -exec sh -c ",
];

fn scripts() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES), 0..40).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn spans_are_parts_of_the_source(script in scripts()) {
        spans_hold(&script);
    }

    #[test]
    fn any_text_can_be_read(script in "\\PC*") {
        spans_hold(&script);
    }

    #[test]
    fn spans_go_through_continuations(lines in proptest::collection::vec(scripts(), 1..5)) {
        let source = lines.join(" \\\n");
        let logical = joined(&source);
        for command in parse(&logical).commands {
            prop_assert!(command.span.slice(&source).is_some());
            for word in &command.words {
                prop_assert!(word.span.slice(&source).is_some());
                prop_assert!(command.span.covers(word.span));
            }
            for assignment in &command.assignments {
                prop_assert!(assignment.span.covers(assignment.value.span));
                prop_assert!(command.span.covers(assignment.span));
            }
            for redirection in &command.redirections {
                prop_assert!(redirection.span.covers(redirection.target.span));
                prop_assert!(command.span.covers(redirection.span));
            }
            // Reading a command's arguments does not fail either.
            let _ = command.has_flag('x', "yes") | command.option(&["-o", "--out"]).is_some();
            let _ = command.operands(&["-o"]).count();
        }
    }

    #[test]
    fn plain_words_are_split_at_blanks(words in proptest::collection::vec("[a-z0-9./:@%,_-]{1,8}", 1..10)) {
        let script = format!("x {}", words.join("  "));
        let logical = crate::Logical::borrowed(&script, 0);
        let parsed = parse(&logical);
        prop_assert_eq!(parsed.commands.len(), 1);
        let values: Vec<_> = parsed.commands[0].words[1..].iter().map(|it| it.value.as_ref()).collect();
        prop_assert_eq!(values, words);
    }
}
