//! Which variables hold where.

use super::super::{Dockerfile, Keyword, Stages, parse};
use super::*;

/// The number of the instruction that begins on a line.
fn at(file: &Dockerfile<'_>, line: usize) -> usize {
    file.instructions.iter().position(|it| it.first_line == line).expect("an instruction")
}

/// The path of the `WORKDIR` on the last line: what every build knows, and the value that one has.
fn workdir(text: &str) -> (String, String) {
    let file = parse(text);
    assert_eq!(file.errors, [], "{text}");
    let scopes = Scopes::new(&file, &Stages::new(&file));
    let index = file.instructions.len() - 1;
    let Command::Workdir(word) = &file.instructions[index].command else { panic!("no WORKDIR") };
    let stage = scopes.stage_of(index).expect("a stage");
    let exact = scopes.evaluate(stage, index, word.as_str()).expect("a value");
    (scopes.expand(index, word).into_owned(), exact.value.into_owned())
}

fn same(text: &str, expected: &str) {
    assert_eq!(workdir(text), (expected.to_owned(), expected.to_owned()), "{text}");
}

fn differ(text: &str, known: &str, exact: &str) {
    assert_eq!(workdir(text), (known.to_owned(), exact.to_owned()), "{text}");
}

#[test]
fn instructions_see_what_stands_above_them() {
    same("FROM a\nENV A=/a\nENV A=$A/b B=$A/c\nWORKDIR $A$B", "/a/b/a/c");
    same("FROM a\nARG A=/a B=$A/b\nWORKDIR $B", "/a/b");
    same("FROM a\nENV A=/a\nARG A\nWORKDIR $A", "/a");
    same("FROM a\nENV A=/a\nARG A=/b\nWORKDIR $A", "/b");
    same("FROM a\nENV A \"/a b\"\nWORKDIR ${A}", "/a b");
    differ("FROM a\nWORKDIR $A/x", "$A/x", "/x");
    differ("FROM a\nWORKDIR $A/x\nENV A=/a\nWORKDIR $B", "$B", "");
}

#[test]
fn the_preamble_is_seen_through_an_argument_without_default() {
    same("ARG A=/a\nARG B=$A/b\nFROM a\nARG B\nWORKDIR $B", "/a/b");
    differ("ARG A=/a\nFROM a\nWORKDIR $A", "$A", "");
    same("ARG A=/a\nFROM a\nARG A=/c\nWORKDIR $A", "/c");
    differ("ARG A\nFROM a\nARG A\nWORKDIR /$A", "/$A", "/");
}

#[test]
fn stages_inherit_from_the_stage_below_and_its_triggers() {
    same("FROM a AS b\nENV A=/a\nARG B=/b\nFROM b\nWORKDIR $A$B", "/a/b");
    differ("FROM a AS b\nENV A=/a\nFROM a\nWORKDIR /$A", "/$A", "/");
    same("FROM a AS b\nONBUILD ENV A=/a\nFROM b\nENV B=$A/b\nWORKDIR $B", "/a/b");
    differ("FROM a AS b\nONBUILD ENV A=/a\nWORKDIR /$A", "/$A", "/");
    // BuildKit runs the triggers of the next stage alone.
    differ("FROM a AS b\nONBUILD ENV A=/a\nFROM b AS c\nFROM c\nWORKDIR $A", "/a", "/a");
}

#[test]
fn what_differs_between_builds_stays_as_written() {
    differ("FROM a\nARG TARGETARCH\nWORKDIR /${TARGETARCH}", "/${TARGETARCH}", "/amd64");
    differ(
        "FROM a\nARG TARGETARCH\nENV A=/x/$TARGETARCH\nWORKDIR $A/b",
        "/x/$TARGETARCH/b",
        "/x/amd64/b",
    );
    differ("FROM a AS Last\nARG TARGETSTAGE\nWORKDIR /$TARGETSTAGE", "/$TARGETSTAGE", "/last");
    differ("FROM a\nWORKDIR /$TARGETARCH", "/$TARGETARCH", "/");
    same("ARG TARGETARCH=arm64\nFROM a\nARG TARGETARCH\nWORKDIR /$TARGETARCH", "/arm64");
}

#[test]
fn every_stage_has_a_path_but_on_windows() {
    differ("FROM a\nWORKDIR ${PATH##*:}", "${PATH##*:}", "/bin");
    differ("FROM --platform=windows/amd64 a\nWORKDIR /${PATH##*:}", "/${PATH##*:}", "/");
    same("FROM a\nENV PATH=/x\nWORKDIR $PATH", "/x");
}

#[test]
fn lookups_tell_declared_from_undefined() {
    let file = parse("ARG A=1\nFROM a AS b\nARG A\nARG B\nENV C=3\nFROM b\nUSER 1\nENV D=4\n");
    let scopes = Scopes::new(&file, &Stages::new(&file));
    let user = at(&file, 7);
    assert_eq!(scopes.stage_of(user), Some(1));
    let value = |name| scopes.value(1, user, name);
    assert_eq!(value("A"), Lookup::Value("1"));
    assert_eq!(value("B"), Lookup::Declared);
    assert_eq!(value("C"), Lookup::Value("3"));
    assert_eq!(value("D"), Lookup::Undefined);
    assert_eq!(value("PATH"), Lookup::Declared);
    assert_eq!(value("HTTP_PROXY"), Lookup::Undefined);
    assert_eq!(value("BUILDKIT_SBOM_SCAN_STAGE"), Lookup::Declared);
    let names: Vec<&str> = scopes.names(1, user).collect();
    assert_eq!(names, ["C", "A", "PATH"]);
    let from = file.instructions.iter().rposition(|it| it.kind == Keyword::From);
    assert_eq!(from.and_then(|it| scopes.stage_of(it)), None);
}

#[test]
fn images_are_expanded_with_the_preamble() {
    let file = parse("ARG A=1\nARG B\nARG C=${A}-${B:-2}\nFROM x\n");
    let preamble = Preamble::new(&file.instructions, file.escape);
    let exact = |text| preamble.expand(text).map(|it| it.value.into_owned());
    let known = |text| preamble.expand_known(text).map(|it| it.value.into_owned());
    assert_eq!(exact("x:$C"), Ok("x:1-2".to_owned()));
    assert_eq!(exact("x:$B$BUILDARCH"), Ok("x:amd64".to_owned()));
    assert_eq!(known("x:$B$BUILDARCH"), Ok("x:$B$BUILDARCH".to_owned()));
    assert!(preamble.declares("B") && preamble.declares("TARGETOS") && !preamble.declares("D"));
}

#[test]
fn a_value_that_is_refused_stays_as_written() {
    same("FROM a\nENV A=${B?no}\nWORKDIR /x", "/x");
    same("FROM a\nENV A=${B?no}\nWORKDIR $A", "${B?no}");
}

#[test]
fn words_and_documents_are_evaluated_in_their_own_ways() {
    let file = parse("FROM a\nENV A=\"x y\" B='z'\nEXPOSE $A\n");
    let scopes = Scopes::new(&file, &Stages::new(&file));
    let words = scopes.evaluate_words(0, 2, "$A \"$A\"");
    assert_eq!(words, Ok(["x", "y", "x y"].map(str::to_owned).into()));
    let raw = scopes.evaluate_raw(0, 2, "'$B' \"$A\"").map(|it| it.value.into_owned());
    assert_eq!(raw, Ok("'z' \"x y\"".to_owned()));
}
