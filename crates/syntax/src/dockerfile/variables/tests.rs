//! Words and their values.

use proptest::prelude::*;

use super::*;

const VALUES: &[(&str, &str)] = &[
    ("HOME", "/root"),
    ("EMPTY", ""),
    ("SPACED", " one  two "),
    ("VERSION", "v1.21.3"),
    ("TARGETARCH", "arm64"),
    ("größe", "breit"),
    ("QUOTE", "it's"),
    ("STAR", "*."),
    ("HASH", "#*."),
];

fn value_of(name: &str) -> Option<Cow<'static, str>> {
    VALUES.iter().find(|it| it.0 == name).map(|it| Cow::Borrowed(it.1))
}

fn word(lexer: Lexer, text: &str) -> Result<String, ExpandErrorKind> {
    lexer.word(text, &value_of).map(|it| it.value.into_owned()).map_err(|it| it.kind)
}

#[track_caller]
fn values(lexer: Lexer, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(word(lexer, text).as_deref(), Ok(*expected), "{text}");
    }
}

const PLAIN: Lexer = Lexer::new('\\');

#[test]
fn quotes_and_escapes_are_removed() {
    values(
        PLAIN,
        &[
            ("a b", "a b"),
            ("a'b c'd", "ab cd"),
            (r#""a 'b' c""#, "a 'b' c"),
            (r#"'a "b" c'"#, r#"a "b" c"#),
            (r"a\ b\tc\\", r"a btc\"),
            (r"it\'s", "it's"),
            (r"'C:\dir\'", r"C:\dir\"),
            (r#""C:\dir\\ \" \$x""#, r#"C:\dir\ " $x"#),
            (r"end\", "end"),
            ("\u{feff}mark", "mark"),
            (r"\$HOME '$HOME'", "$HOME $HOME"),
            ("größe\\'", "größe'"),
        ],
    );
}

#[test]
fn the_escape_character_may_be_a_backtick() {
    values(
        Lexer::new('`'),
        &[(r"C:\a`$b", r"C:\a$b"), ("\"`\"`x``\"", "\"`x`"), (r"\$HOME", r"\/root")],
    );
}

#[test]
fn quotes_and_escapes_can_be_kept() {
    let kept = Lexer { quotes: Quotes::Kept, ..PLAIN };
    values(kept, &[(r#"a'b'"c\"$HOME""#, r#"a'b'"c"/root""#)]);
    let raw = Lexer { raw_escapes: true, ..kept };
    values(raw, &[(r#"\a "\"" "\x""#, r#"\a "\"" "\\x""#), (r"a\", r"a\"), (r"${X:-\a}", "a")]);
    let ordinary = Lexer { quotes: Quotes::Ordinary, ..PLAIN };
    values(ordinary, &[("it's '$HOME' \"", "it's '/root' \""), ("${X:-\"}", "\"")]);
}

#[test]
fn names_end_where_shells_end_them() {
    values(
        PLAIN,
        &[
            ("$HOME.x", "/root.x"),
            ("${HOME}x", "/rootx"),
            ("$HOMEx", ""),
            ("$größe!", "breit!"),
            ("a$12b", "ab"),
            ("a$@@$$$!x", "a@x"),
            ("$0x$#x$-x$*x$?x", "xxxxx"),
            ("$", "$"),
            ("$.$/", "$.$/"),
            ("$(pwd)", "$(pwd)"),
            ("\"$\"", "$"),
            ("${?}${-}${#}${!}", ""),
        ],
    );
}

#[test]
fn values_are_not_read_again() {
    values(PLAIN, &[("$QUOTE", "it's"), ("\"${QUOTE}\"", "it's")]);
}

#[test]
fn defaults_alternatives_and_required_values() {
    values(
        PLAIN,
        &[
            ("${HOME-d} ${EMPTY-d} ${NONE-d}", "/root  d"),
            ("${HOME:-d} ${EMPTY:-d} ${NONE:-d}", "/root d d"),
            ("${HOME+a} ${EMPTY+a} ${NONE+a}", "a a "),
            ("${HOME:+a} ${EMPTY:+a} ${NONE:+a}", "a  "),
            ("${HOME?e} ${EMPTY?e} ${HOME:?e}", "/root  /root"),
            ("${NONE:-${NONE:-${HOME}}/x}", "/root/x"),
            ("${NONE:-'a}' \"b}\" \\}}", "a} b} }"),
            ("${NONE:--x}", "-x"),
            ("${NONE:-{}}", "{}"),
            ("${+a}|", "|"),
        ],
    );
    let unset = |message: Option<&str>| ExpandErrorKind::Unset {
        name: "NONE".to_owned(),
        message: message.map(str::to_owned),
    };
    assert_eq!(word(PLAIN, "${NONE?}"), Err(unset(None)));
    assert_eq!(word(PLAIN, "${NONE:?set $HOME}"), Err(unset(Some("set /root"))));
    let empty = ExpandErrorKind::Empty { name: "EMPTY".to_owned(), message: None };
    assert_eq!(word(PLAIN, "${EMPTY:?}"), Err(empty));
    // What isn't needed is read all the same.
    assert_eq!(word(PLAIN, "${HOME:-${NONE?}}"), Err(unset(None)));
}

#[test]
fn the_shortest_or_longest_start_or_end_is_cut_off() {
    values(
        PLAIN,
        &[
            ("${VERSION#v}", "1.21.3"),
            ("${VERSION#*.}", "21.3"),
            ("${VERSION##*.}", "3"),
            ("${VERSION%.*}", "v1.21"),
            ("${VERSION%%.*}", "v1"),
            ("${VERSION#x}${VERSION%x}", "v1.21.3v1.21.3"),
            ("${VERSION#?1}", ".21.3"),
            ("${VERSION#}${VERSION##}${VERSION%}", "v1.21.3v1.21.3v1.21.3"),
            ("${VERSION#$STAR}", "21.3"),
            ("${VERSION#$HASH}", "3"),
            ("${VERSION%[0-9]}", "v1.21.3"),
            (r"${VERSION#\*}", "v1.21.3"),
            ("${NONE#x}", ""),
        ],
    );
    let pattern = r"\v".to_owned();
    assert_eq!(word(PLAIN, r"${VERSION#\v}"), Err(ExpandErrorKind::InvalidPattern { pattern }));
}

#[test]
fn the_first_or_every_match_is_replaced() {
    values(
        PLAIN,
        &[
            ("${TARGETARCH/arm64/aarch64}", "aarch64"),
            ("${VERSION/./-} ${VERSION//./-}", "v1-21.3 v1-21-3"),
            ("${HOME//\\//_} ${HOME/\\/root/}", "_root "),
            ("${VERSION/.*/}", "v1"),
            ("${VERSION/$NONE/x}", "xv1.21.3"),
            ("${VERSION///}", "v1.21.3"),
            ("${VERSION/1/$HOME}", "v/root.21.3"),
            (r"${VERSION/v/\$x} ${VERSION//v/\$x}", r"\$x1.21.3 \1.21.3"),
        ],
    );
    assert_eq!(word(PLAIN, "${VERSION/v}"), Err(ExpandErrorKind::UnclosedPattern));
    assert_eq!(word(PLAIN, "${VERSION/v/x"), Err(ExpandErrorKind::UnclosedBrace));
}

#[test]
fn what_buildkit_refuses_is_an_error() {
    let modifier = |it: &str| ExpandErrorKind::UnsupportedModifier { modifier: it.to_owned() };
    for (text, kind) in [
        ("it's", ExpandErrorKind::UnclosedSingleQuote),
        ("a\"b\\\"", ExpandErrorKind::UnclosedDoubleQuote),
        ("${", ExpandErrorKind::UnclosedBrace),
        ("${HOME", ExpandErrorKind::UnclosedBrace),
        ("${HOME:", ExpandErrorKind::UnclosedBrace),
        ("${HOME:-a", ExpandErrorKind::UnclosedBrace),
        ("${HOME:-${HOME}", ExpandErrorKind::UnclosedBrace),
        ("${}", ExpandErrorKind::MissingName),
        ("${{HOME}}", ExpandErrorKind::MissingName),
        ("${:-a}", ExpandErrorKind::MissingName),
        ("${HOME=a}", modifier("=")),
        ("${HOME:=a}", modifier(":=")),
        ("${HOME:1}", modifier(":1")),
        ("${HOME:#a}", modifier(":#")),
        ("${HOME^^}", modifier("^")),
        ("${!HOME}", modifier("H")),
    ] {
        assert_eq!(word(PLAIN, text), Err(kind), "{text}");
    }
    let error = PLAIN.word("ab ${HOME^^} c", &value_of).unwrap_err();
    assert_eq!(error.range, 3..10);
}

#[test]
fn unset_variables_can_stay_as_they_are() {
    let lexer = Lexer { skip_unset: true, ..PLAIN };
    values(
        lexer,
        &[
            ("$NONE ${NONE} $HOME", "$NONE ${NONE} /root"),
            ("${NONE:-$HOME} ${NONE#*.} ${NONE?}", "${NONE:-/root} ${NONE#*.} ${NONE?}"),
            ("${NONE/a/b} ${NONE//a/b} ${NONE:=x}", "${NONE/a/b} ${NONE/a/b} ${NONE:=x}"),
            ("'$NONE'", "$NONE"),
        ],
    );
}

#[test]
fn names_are_told_apart_by_whether_they_have_a_value() {
    let text = "$HOME ${NONE:-$EMPTY} ${OTHER+${HOME}} '$QUOTED' \\$ESCAPED ${+x}";
    let expanded = PLAIN.word(text, &value_of).unwrap();
    let names = |it: &BTreeSet<String>| it.iter().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(names(&expanded.used), "EMPTY HOME");
    assert_eq!(names(&expanded.unmatched), " NONE OTHER");
}

#[test]
fn a_word_without_variables_and_quotes_is_borrowed() {
    assert!(matches!(PLAIN.word("a b:c", &value_of).unwrap().value, Cow::Borrowed("a b:c")));
    assert!(matches!(
        Lexer::new('`').word(r"C:\", &value_of).unwrap().value,
        Cow::Borrowed(r"C:\")
    ));
}

#[test]
fn words_are_split_after_values_are_put_in() {
    for (text, expected) in [
        ("  a  b ", &["a", "b"][..]),
        ("a'b c'  d", &["ab c", "d"]),
        (r"a\ b c", &["a b", "c"]),
        ("x${SPACED}y", &["x", "one", "two", "y"]),
        ("x\"${SPACED}\"y", &["x one  two y"]),
        ("'' \"\" $EMPTY", &[]),
        ("", &[]),
        ("a\u{a0}b\nc", &["a", "b", "c"]),
        ("cat << EOF x", &["cat", "<< EOF", "x"]),
        ("a < b", &["a", "<", "b"]),
        // The word before a modifier is lost, as in BuildKit.
        ("8${NONE:-0 1} x", &["0", "1", "x"]),
        ("a b\"c${NONE:-d}\"", &["a", "cd"]),
    ] {
        assert_eq!(PLAIN.words(text, &value_of).unwrap(), expected, "{text}");
    }
    assert!(PLAIN.words("a 'b", &value_of).is_err());
}

fn shown(text: &str, escape: char) -> String {
    let mut out = Vec::new();
    for it in references(text, escape) {
        assert_eq!(&text[it.name_range.clone()], it.name);
        let colon = if it.colon { ":" } else { "" };
        let nested = if it.nested { "^" } else { "" };
        out.push(format!("{nested}{:?}{colon} {}", it.modifier, &text[it.range]));
    }
    out.join(", ")
}

#[test]
fn references_are_found_with_those_in_modifiers() {
    assert_eq!(shown("a$B/${C}", '\\'), "Plain $B, Plain ${C}");
    assert_eq!(
        shown("${A:-x${B#p}y}$C", '\\'),
        "Default: ${A:-x${B#p}y}, ^TrimPrefix ${B#p}, Plain $C"
    );
    assert_eq!(
        shown("${A+1}${A:?e}${A%%x}${A//b/$C}", '\\'),
        "Alternative ${A+1}, Required: ${A:?e}, TrimSuffix ${A%%x}, Replace ${A//b/$C}, ^Plain $C"
    );
    assert_eq!(shown(r#"'$A' \$B "$C" "\$D""#, '\\'), "Plain $C");
    assert_eq!(shown(r"\$A `$B", '`'), "Plain $A");
    assert_eq!(shown("$ $( nothing", '\\'), "");
}

#[test]
fn references_are_found_after_a_fault() {
    assert_eq!(shown("${} $A ${B^^} ${C:=$D} $E '$F", '\\').split(", ").count(), 5);
    assert_eq!(shown("${A:=$B}", '\\'), "Unsupported: ${A:=$B}, ^Plain $B");
    assert_eq!(shown("${A:-$B", '\\'), "Default: ${A:-$B, ^Plain $B");
}

#[test]
fn deep_nesting_is_refused_and_still_searched() {
    let text = format!("{}{}", "${A:-".repeat(100_000), "}".repeat(100_000));
    assert!(matches!(word(PLAIN, &text), Err(ExpandErrorKind::TooDeep { .. })));
    assert_eq!(references(&text, '\\').len(), 100_000);
    let text = format!("{}x{}", "${A:-".repeat(100), "}".repeat(100));
    assert_eq!(word(PLAIN, &text).as_deref(), Ok("x"));
}

#[test]
fn values_may_not_grow_without_end() {
    let long = "x".repeat(1 << 16);
    let text = "$A".repeat(1 << 10);
    let error = PLAIN.word(&text, &|_| Some(Cow::Borrowed(&*long))).unwrap_err();
    assert!(matches!(error.kind, ExpandErrorKind::TooLong { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn reading_never_panics_and_all_ways_agree(
        text in r#"([$\{\}:+?#%/*'"\\`< a-cé\n-]|\$\{[a-c]|\$\{HOME[:#%/-])*"#,
        backtick: bool,
        raw_escapes: bool,
        skip_unset: bool,
        quotes in prop::sample::select(vec![Quotes::Removed, Quotes::Kept, Quotes::Ordinary]),
    ) {
        let escape = if backtick { '`' } else { '\\' };
        let lexer = Lexer { escape, quotes, raw_escapes, skip_unset };
        let value = lexer.word(&text, &value_of);
        prop_assert_eq!(value.is_ok(), lexer.words(&text, &value_of).is_ok());
        if let Err(error) = &value {
            prop_assert!(text.get(error.range.clone()).is_some());
        }
        let references = references(&text, escape);
        for it in &references {
            prop_assert!(text[it.range.clone()].starts_with('$'));
            prop_assert_eq!(&text[it.name_range.clone()], it.name);
        }
        prop_assert!(references.windows(2).all(|it| it[0].range.start < it[1].range.start));
        if let (Ok(value), Quotes::Removed | Quotes::Kept) = (value, quotes) {
            let names: BTreeSet<&str> = references.iter().map(|it| it.name).collect();
            prop_assert!(value.used.union(&value.unmatched).all(|it| names.contains(&**it)));
        }
    }
}
