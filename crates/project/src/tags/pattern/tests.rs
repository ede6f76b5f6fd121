//! Expressions against what a JavaScript engine finds.

use super::find;

#[track_caller]
fn finds(pattern: &str, flags: &str, text: &str, expected: &[Option<&str>]) {
    let found = find(pattern, flags, text).unwrap_or_else(|error| panic!("{pattern} {error}"));
    let found = found.unwrap_or_else(|| panic!("{pattern} doesn't match {text}"));
    assert_eq!(found.iter().map(Option::as_deref).collect::<Vec<_>>(), expected, "{pattern}");
}

#[track_caller]
fn finds_nothing(pattern: &str, flags: &str, text: &str) {
    assert_eq!(find(pattern, flags, text), Ok(None), "{pattern}");
}

#[test]
fn versions_are_found() {
    finds(r"\d.\d.\d", "", "v1.2.3", &[Some("1.2.3")]);
    finds(r"^v(\d+)\.(\d+)$", "", "v10.22", &[Some("v10.22"), Some("10"), Some("22")]);
    finds(
        "v(.*)-beta.(.*)",
        "",
        "v2.0.8-beta.67",
        &[Some("v2.0.8-beta.67"), Some("2.0.8"), Some("67")],
    );
    finds("(?<=app-v)\\d+\\.\\d+", "", "app-v1.2.3", &[Some("1.2")]);
    finds("(?<name>[a-z]+)-v(?<v>.*)", "", "api-v1", &[Some("api-v1"), Some("api"), Some("1")]);
    finds("", "", "abc", &[Some("")]);
    finds_nothing(r"^\d", "", "v1");
}

#[test]
fn quantifiers_are_greedy_or_lazy() {
    finds("a*?b", "", "aab", &[Some("aab")]);
    finds("(a+?)(a*)", "", "aaa", &[Some("aaa"), Some("a"), Some("aa")]);
    finds("a{2}", "", "aaaa", &[Some("aa")]);
    finds("a{2,}", "", "aaaa", &[Some("aaaa")]);
    finds("a{1,3}?a", "", "aaaa", &[Some("aa")]);
    finds("a{,3}", "", "a{,3}", &[Some("a{,3}")]);
    finds("x{0}y", "", "xy", &[Some("y")]);
}

#[test]
fn groups_are_forgotten_in_each_round() {
    finds(
        "(z)((a+)?(b+)?(c))*",
        "",
        "zaacbbbcac",
        &[Some("zaacbbbcac"), Some("z"), Some("ac"), Some("a"), None, Some("c")],
    );
    finds("(a*)*", "", "b", &[Some(""), None]);
    finds("(?=(a+))a*b\\1", "", "baaabac", &[Some("aba"), Some("a")]);
    finds(
        "(.*?)a(?!(a+)b\\2c)\\2(.*)",
        "",
        "baaabaac",
        &[Some("baaabaac"), Some("ba"), None, Some("abaac")],
    );
    finds("(?:a|(b))\\1c", "", "ac", &[Some("ac"), None]);
}

#[test]
fn looking_behind_goes_backwards() {
    finds("(?<=(\\d+)(\\d+))$", "", "1053", &[Some(""), Some("1"), Some("053")]);
    finds("(?<=\\1(a))b", "", "aab", &[Some("b"), Some("a")]);
    finds("(?<!v)\\d+", "", "v12", &[Some("2")]);
}

#[test]
fn flags_change_what_is_found() {
    finds("V", "i", "v", &[Some("v")]);
    finds("([B-D])\\1", "i", "abB", &[Some("bB"), Some("b")]);
    finds("\\d", "g", "a1b2", &[Some("1"), Some("2")]);
    finds("x*", "g", "ab", &[Some(""), Some(""), Some("")]);
    finds("^b", "m", "a\nb", &[Some("b")]);
    finds("a.b", "s", "a\nb", &[Some("a\nb")]);
    finds("a(?i:B)c", "", "abc", &[Some("abc")]);
    finds(r"\p{L}+", "u", "1äb", &[Some("äb")]);
    finds("^.$", "u", "\u{1F600}", &[Some("\u{1F600}")]);
    finds_nothing("^.$", "", "\u{1F600}");
    finds_nothing("b", "y", "ab");
    finds_nothing("a.b", "", "a\nb");
}

#[test]
fn escapes_and_sets_are_as_lenient_as_a_browser() {
    finds(r"[\d-x]+", "", "1-x", &[Some("1-x")]);
    finds(r"[^]", "", "\n", &[Some("\n")]);
    finds_nothing("[]", "", "a");
    finds(r"\x41\u0042\103\-]}", "", "ABC-]}", &[Some("ABC-]}")]);
    finds(r"\k<a>", "", "k<a>", &[Some("k<a>")]);
    finds(r"\bv\B1\b", "", "v1", &[Some("v1")]);
    finds(r"\u{61}", "u", "a", &[Some("a")]);
    finds(r"[\s\S]\cJ", "", "x\n", &[Some("x\n")]);
}

#[test]
fn what_is_wrong_is_an_error() {
    for (pattern, flags) in [
        ("(", ""),
        (")", ""),
        ("[", ""),
        ("*", ""),
        ("a**", ""),
        ("^*", ""),
        ("(?<=a)*", ""),
        ("\\", ""),
        ("[b-a]", ""),
        ("a{2,1}", ""),
        ("{1}", ""),
        ("(?<a>.)(?<a>.)", ""),
        ("(?<1>.)", ""),
        ("(?x)", ""),
        ("a", "z"),
        ("a", "gg"),
        ("a{", "u"),
        ("\\-", "u"),
        ("\\1", "u"),
        ("]", "u"),
        ("(?<a>.)\\k<b>", ""),
        ("(?", ""),
        ("(?:", ""),
        ("(?<a", ""),
    ] {
        assert!(find(pattern, flags, "a").is_err(), "{pattern} {flags}");
    }
}

#[test]
fn hostile_expressions_end() {
    let text = "a".repeat(200) + "b";
    for pattern in ["(a+)+$", "(a|a)*$", "(.*)*x", "(a*){1,1000}$"] {
        assert!(find(pattern, "", &text).is_err(), "{pattern}");
    }
    assert!(find(&"(".repeat(1000), "", "").is_err());
    assert!(find("a", "", &"a".repeat(5000)).is_err());
}
