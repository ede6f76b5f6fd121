//! Which items a build leaves out: tests, and what is for other systems or for features that are off.

use std::collections::BTreeSet;

use super::super::rust_tokens::{Token, group_end, item_end};

/// How many tokens an attribute has.
const ATTRIBUTE_LIMIT: usize = 400;
/// How deep conditions nest.
const DEPTH_LIMIT: usize = 16;

/// If an attribute begins here that leaves out what it is about, where that ends.
pub(super) fn left_out(all: &[Token<'_>], at: usize, features: &BTreeSet<String>) -> Option<usize> {
    if all.get(at) != Some(&Token::Sign(b'#')) || all.get(at + 1) != Some(&Token::Sign(b'[')) {
        return None;
    }
    let after = group_end(all.get(..all.len().min(at + ATTRIBUTE_LIMIT))?, at + 1)?;
    let inner = all.get(at + 2..after.saturating_sub(1))?;
    let is_out = match inner {
        [Token::Word("cfg"), Token::Sign(b'('), rest @ .., Token::Sign(b')')] => {
            holds(rest, features, 0) == Some(false)
        }
        _ => is_test(inner),
    };
    is_out.then(|| item_end(all, after))
}

/// `#[test]`, `#[bench]`, `#[tokio::test(…)]`.
fn is_test(attribute: &[Token<'_>]) -> bool {
    let path = attribute.iter().take_while(|it| matches!(it, Token::Word(_) | Token::Sign(b':')));
    let last = path.filter_map(|it| match it {
        Token::Word(word) => Some(*word),
        _ => None,
    });
    matches!(last.last(), Some("test" | "bench" | "test_case" | "rstest"))
}

/// Whether a condition holds; `None` where nobody knows here.
fn holds(condition: &[Token<'_>], features: &BTreeSet<String>, depth: usize) -> Option<bool> {
    if depth > DEPTH_LIMIT {
        return None;
    }
    match condition {
        [Token::Word(name), Token::Sign(b'('), inner @ .., Token::Sign(b')')] => {
            let mut parts = arguments(inner).map(|it| holds(it, features, depth + 1));
            match *name {
                "not" => parts.next().flatten().map(|it| !it),
                "all" => joined(parts, false),
                "any" => joined(parts, true),
                _ => None,
            }
        }
        [Token::Word(name), Token::Sign(b'='), Token::Text(value, _)] => match *name {
            "feature" => Some(features.contains(*value)),
            "target_os" => Some(*value == "linux"),
            "target_family" => Some(*value == "unix"),
            _ => None,
        },
        [Token::Word(name)] => match *name {
            "unix" => Some(true),
            "windows" | "test" | "doctest" | "doc" | "docsrs" | "miri" | "loom" | "fuzzing"
            | "debug_assertions" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// What `any` (where one is enough) or `all` say together.
fn joined(parts: impl Iterator<Item = Option<bool>>, decides: bool) -> Option<bool> {
    let mut all_known = true;
    for part in parts {
        match part {
            Some(it) if it == decides => return Some(decides),
            Some(_) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(!decides)
}

/// The parts between the commas.
fn arguments<'a, 't>(inner: &'a [Token<'t>]) -> impl Iterator<Item = &'a [Token<'t>]> {
    let mut depth = 0_usize;
    let parts = inner.split(move |token| {
        match token {
            Token::Sign(b'(') => depth += 1,
            Token::Sign(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *token == Token::Sign(b',')
    });
    parts.filter(|it| !it.is_empty())
}
