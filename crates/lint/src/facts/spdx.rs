//! SPDX licence expressions, as annex D of the SPDX specification 2.3 has them.

/// The identifiers, one a line with its kind before it; see the head of the file.
const TABLE: &str = include_str!("../../data/spdx-licences.tsv");

/// How deep parentheses may be nested.
const DEEPEST: usize = 64;

/// Whether a text is a licence expression of known identifiers: `MIT`, `MIT OR Apache-2.0`,
/// `GPL-2.0-or-later WITH Classpath-exception-2.0`, `LicenseRef-Company`. Identifiers are compared
/// in any case, deprecated ones are known.
pub(crate) fn is_expression(text: &str) -> bool {
    let mut parser = Parser { rest: text };
    parser.alternatives(0) && parser.rest.trim_start().is_empty()
}

struct Parser<'t> {
    rest: &'t str,
}

impl<'t> Parser<'t> {
    /// `a OR b`.
    fn alternatives(&mut self, depth: usize) -> bool {
        loop {
            if !self.combination(depth) {
                return false;
            }
            if !self.takes("OR") {
                return true;
            }
        }
    }

    /// `a AND b`, which binds tighter.
    fn combination(&mut self, depth: usize) -> bool {
        loop {
            if !self.licence(depth) {
                return false;
            }
            if !self.takes("AND") {
                return true;
            }
        }
    }

    /// `(…)`, `a`, `a+`, `a WITH b`.
    fn licence(&mut self, depth: usize) -> bool {
        if self.takes("(") {
            return depth < DEEPEST && self.alternatives(depth + 1) && self.takes(")");
        }
        let Some(name) = self.word() else { return false };
        let known = is_reference(name) || is_known(name.strip_suffix('+').unwrap_or(name), false);
        if !known {
            return false;
        }
        if !self.takes("WITH") {
            return true;
        }
        self.word().is_some_and(|it| is_known(it, true) || it.starts_with("AdditionRef-"))
    }

    /// Takes a token if it is next; operators are all in capitals or all in small letters.
    fn takes(&mut self, token: &str) -> bool {
        let before = self.rest;
        let next = self.token();
        let is = next.is_some_and(|it| it == token || it == token.to_ascii_lowercase());
        if !is {
            self.rest = before;
        }
        is
    }

    fn word(&mut self) -> Option<&'t str> {
        let operators = ["(", ")", "OR", "AND", "WITH", "or", "and", "with"];
        self.token().filter(|it| !operators.contains(it))
    }

    fn token(&mut self) -> Option<&'t str> {
        let text = self.rest.trim_start();
        let end = match text.as_bytes().first()? {
            b'(' | b')' => 1,
            _ => text.find([' ', '\t', '(', ')']).unwrap_or(text.len()),
        };
        let (token, rest) = text.split_at(end);
        self.rest = rest;
        Some(token)
    }
}

/// `LicenseRef-x` or `DocumentRef-y:LicenseRef-x`.
fn is_reference(name: &str) -> bool {
    let id = |it: &str| {
        !it.is_empty()
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.'))
    };
    let (document, licence) = name.split_once(':').unwrap_or(("DocumentRef-x", name));
    document.strip_prefix("DocumentRef-").is_some_and(id)
        && licence.strip_prefix("LicenseRef-").is_some_and(id)
}

fn is_known(name: &str, exception: bool) -> bool {
    let rows = TABLE.lines().filter(|it| !it.starts_with('#'));
    rows.filter_map(|it| it.split_once('\t'))
        .any(|(kind, id)| (kind == "exception") == exception && id.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for text in [
            "MIT",
            "mit",
            "MIT OR Apache-2.0",
            "GPL-2.0+",
            "GPL-2.0-or-later WITH Classpath-exception-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "LicenseRef-Our.Own AND DocumentRef-x:LicenseRef-y",
            "Apache-2.0 with LLVM-exception or MIT",
        ] {
            assert!(is_expression(text), "{text}");
        }
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "Apache 2.0",
            "Apache2",
            "MIT/Apache-2.0",
            "MIT OR",
            "OR MIT",
            "(MIT",
            "MIT)",
            "MIT, Apache-2.0",
            "Classpath-exception-2.0",
            "MIT WITH MIT",
            "LicenseRef-",
            "GPL",
        ] {
            assert!(!is_expression(text), "{text}");
        }
        assert!(!is_expression(&"(".repeat(100_000)));
    }

    #[test]
    fn the_table_is_sorted_and_of_three_kinds() {
        let rows: Vec<_> = TABLE.lines().filter(|it| !it.starts_with('#')).collect();
        assert!(rows.len() > 700, "{}", rows.len());
        let ids: Vec<String> = rows
            .iter()
            .map(|it| {
                let (kind, id) = it.split_once('\t').unwrap();
                assert!(["licence", "deprecated", "exception"].contains(&kind), "{it}");
                id.to_ascii_lowercase()
            })
            .collect();
        assert!(ids.is_sorted());
    }
}
