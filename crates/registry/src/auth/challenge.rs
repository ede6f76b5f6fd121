//! What `WWW-Authenticate` asks for (RFC 9110, section 11): `Basic`, or `Bearer` with a realm, a service
//! and a scope.

use std::collections::BTreeMap;

/// The most challenges, and parameters of one, that are looked at.
const MOST: usize = 32;

/// One thing that would be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// `basic`, `bearer`: in lower case.
    pub(crate) scheme: String,
    /// By their names in lower case; the first of a name counts.
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Challenge {
    /// A parameter that says something.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(|it| &**it).filter(|it| !it.is_empty())
    }
}

/// Reads the values of all `WWW-Authenticate` headers of an answer.
///
/// Commas stand between challenges as well as between parameters: a word that no `=` follows begins a
/// challenge. What follows no grammar is skipped.
pub(crate) fn parse<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    for value in values {
        let mut rest = value;
        let mut is_open = false;
        loop {
            rest = rest.trim_start_matches([',', ' ', '\t']);
            let (word, after) = token(rest);
            if word.is_empty() {
                // Not the beginning of anything: go on with the next character.
                let mut letters = rest.chars();
                if letters.next().is_none() {
                    break;
                }
                rest = letters.as_str();
                continue;
            }
            let value = after.trim_start_matches([' ', '\t']).strip_prefix('=');
            match (value, is_open) {
                (Some(value), true) if !value.starts_with('=') => {
                    let (value, after) = parameter(value.trim_start_matches([' ', '\t']));
                    if let Some(last) =
                        challenges.last_mut().filter(|it| it.parameters.len() < MOST)
                    {
                        last.parameters.entry(word.to_ascii_lowercase()).or_insert(value);
                    }
                    rest = after;
                }
                // A value without a name, as `Negotiate abc==` has it.
                (Some(value), _) => rest = value.trim_start_matches('='),
                (None, _) if challenges.len() < MOST => {
                    let scheme = word.to_ascii_lowercase();
                    challenges.push(Challenge { scheme, parameters: BTreeMap::new() });
                    is_open = true;
                    rest = after;
                }
                (None, _) => return challenges,
            }
        }
    }
    challenges
}

fn token(text: &str) -> (&str, &str) {
    let is_end = |it: char| !(it.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(it));
    text.split_at(text.find(is_end).unwrap_or(text.len()))
}

/// The value of a parameter, quoted or not, and what follows it.
fn parameter(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        // Some servers forget the quotes of a URL.
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => value.extend(letters.next()),
            _ => value.push(letter),
        }
    }
    (value, letters.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(values: &[&str]) -> Vec<String> {
        let of = |it: &Challenge| {
            let parameters: Vec<_> =
                it.parameters.iter().map(|(a, b)| format!("{a}={b}")).collect();
            format!("{} {}", it.scheme, parameters.join("|"))
        };
        parse(values.iter().copied()).iter().map(of).collect()
    }

    #[test]
    fn challenges_of_every_shape_are_read() {
        for (value, expected) in [
            ("Basic realm=\"x\"", &["basic realm=x"][..]),
            ("bearer Realm=\"https://a/t\",Service=b", &["bearer realm=https://a/t|service=b"]),
            (
                "Bearer realm=\"https://a/t\",service=\"b\",scope=\"repository:x:pull,push repository:y:pull\"",
                &[
                    "bearer realm=https://a/t|scope=repository:x:pull,push repository:y:pull|service=b",
                ],
            ),
            ("Basic realm=\"a, b\", Bearer realm=\"c\"", &["basic realm=a, b", "bearer realm=c"]),
            ("Negotiate, Basic realm=a", &["negotiate ", "basic realm=a"]),
            ("Negotiate abc==, Basic realm=a", &["negotiate ", "basic realm=a"]),
            ("Bearer realm = \"a\" , error = \"x\"", &["bearer error=x|realm=a"]),
            (r#"Basic realm="a\"b\\c""#, &[r#"basic realm=a"b\c"#]),
            ("Bearer realm=https://a/t?x=1,service=b", &["bearer realm=https://a/t?x=1|service=b"]),
            ("Basic realm=\"unfinished", &["basic realm=unfinished"]),
            ("Basic", &["basic "]),
            (",,, ", &[]),
            ("", &[]),
        ] {
            let found = shown(&[value]);
            assert_eq!(found, expected, "{value}");
        }
        assert_eq!(
            shown(&["Basic realm=a", "Bearer realm=b"]),
            ["basic realm=a", "bearer realm=b"]
        );
        assert_eq!(shown(&["Bearer realm=a,realm=b"]), ["bearer realm=a"]);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(value in "\\PC{0,80}") {
            parse([&*value]);
        }

        #[test]
        fn nor_does_what_looks_like_challenges(value in "(Basic|Bearer|realm|[,= \"\\\\a]){0,40}") {
            parse([&*value]);
        }

        #[test]
        fn what_is_quoted_comes_back(text in "[ -~]{0,40}") {
            let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
            let value = format!("Basic realm=\"{quoted}\", Bearer service=\"{quoted}\"");
            let found = parse([&*value]);
            prop_assert_eq!(found.len(), 2);
            prop_assert_eq!(found[0].parameters.get("realm"), Some(&text));
            prop_assert_eq!(found[1].parameters.get("service"), Some(&text));
        }
    }
}
