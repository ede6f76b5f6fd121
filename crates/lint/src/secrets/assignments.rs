//! Values that are secrets because of the name that they are given.

use std::ops::Range;

use super::placeholder::is_placeholder;
use super::{Secret, looks_secret, tokens};

/// Of longer values the rest is left out.
const LONGEST: usize = 256;

/// What a value is, for a variable with a name that sounds like a secret; `None` for values that
/// stand for a secret, point at one, or are too plain to be one.
pub fn secret_value(name: &str, value: &str) -> Option<&'static str> {
    if !looks_secret(name) || is_public(name) || value.len() < 16 || !is_varied(value) {
        return None;
    }
    let is_key_id = value.bytes().all(|it| it.is_ascii_hexdigit()) && ends_in_key(name);
    let is_secret = !is_key_id && !is_placeholder(value) && !points_elsewhere(value);
    is_secret.then(|| if holds_word(name, "password") { "password" } else { "secret value" })
}

/// The value that is given at an offset, where `=` or `:` stands.
pub(super) fn at(text: &str, offset: usize) -> Option<Secret> {
    let known = azure_key(text, offset).or_else(|| docker_login(text, offset));
    known.or_else(|| {
        let name = name_before(text, offset)?;
        if !looks_secret(name) {
            return None;
        }
        let range = value_after(text, offset)?;
        // What it is by its form says more.
        tokens::at(text, range.start).or_else(|| {
            let kind = secret_value(name, text.get(range.clone())?)?;
            Some(Secret { range, kind })
        })
    })
}

/// `AccountKey=…` in a connection string of Azure.
fn azure_key(text: &str, offset: usize) -> Option<Secret> {
    let before = text.get(..offset)?;
    let length = if before.ends_with("AccountKey") {
        88
    } else if before.ends_with("SharedAccessKey") {
        44
    } else {
        return None;
    };
    let range = offset + 1..offset + 1 + length;
    let value = text.get(range.clone())?;
    let is_base64 =
        value.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/' | b'='));
    (is_base64 && value.ends_with('=')).then_some(Secret { range, kind: "Azure account key" })
}

/// `"auth": "…"` in the settings of a Docker client.
fn docker_login(text: &str, offset: usize) -> Option<Secret> {
    if !text.get(..offset)?.ends_with("\"auth\"") {
        return None;
    }
    let range = value_after(text, offset)?;
    let value = text.get(range.clone())?;
    let is_base64 = value.len() >= 16
        && value.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/' | b'='));
    (is_base64 && !is_placeholder(value)).then_some(Secret { range, kind: "registry login" })
}

/// The name that ends before an offset, quoted or not.
fn name_before(text: &str, offset: usize) -> Option<&str> {
    let before = text.get(..offset)?;
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let length = before
        .bytes()
        .rev()
        .take(64)
        .take_while(|it| it.is_ascii_alphanumeric() || *it == b'_')
        .count();
    before.get(before.len() - length..).filter(|it| !it.is_empty())
}

/// The value that begins after the sign at an offset, without its quotes.
fn value_after(text: &str, offset: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut begin = offset + 1;
    // `name: value` is how YAML and JSON say it; `name:value` are two words of a path or an image.
    if bytes.get(offset) == Some(&b':') && bytes.get(begin) != Some(&b' ') {
        return None;
    }
    while bytes.get(begin) == Some(&b' ') && bytes.get(offset) == Some(&b':') {
        begin += 1;
    }
    let quote = bytes.get(begin).copied().filter(|it| matches!(it, b'"' | b'\''));
    if quote.is_some() {
        begin += 1;
    }
    let length = bytes.get(begin..)?.iter().take(LONGEST).position(|it| match quote {
        Some(quote) => *it == quote || *it == b'\n',
        None => {
            it.is_ascii_whitespace()
                || matches!(it, b'"' | b'\'' | b';' | b'&' | b'|' | b'\\' | b')' | b',')
        }
    });
    let end = begin + length.unwrap_or_else(|| bytes.len().saturating_sub(begin).min(LONGEST));
    text.is_char_boundary(end).then_some(begin..end)
}

/// Whether a name says that the value is for everybody: keys that signatures are checked with.
fn is_public(name: &str) -> bool {
    const PUBLIC: &[&str] = &[
        "prefix",
        "gpg",
        "pgp",
        "pub",
        "fingerprint",
        "id",
        "name",
        "url",
        "uri",
        "path",
        "dir",
        "signing",
        "cache",
        "sha256",
        "sha512",
        "checksum",
        "hash",
        "type",
        "length",
        "size",
        "host",
        "method",
        "anon",
        "publishable",
        "site",
        "store",
        "keystore",
        "keyserver",
        "ttl",
        "expiry",
        "env",
        "header",
        "mode",
        "arn",
        "server",
        "endpoint",
        "provider",
        "enabled",
        "release",
        "apt",
        "repo",
        "algorithm",
        "class",
        "module",
        "backend",
        "service",
        "plugin",
        "driver",
    ];
    name.split('_').any(|word| {
        PUBLIC.iter().any(|it| word.eq_ignore_ascii_case(it))
            || word.get(..3).is_some_and(|it| it.eq_ignore_ascii_case("gpg"))
    })
}

fn holds_word(name: &str, word: &str) -> bool {
    name.split('_').any(|it| it.eq_ignore_ascii_case(word))
}

/// Whether the only thing that makes the name secret is that it ends in `key`: it may name a
/// public key by its number.
fn ends_in_key(name: &str) -> bool {
    name.rsplit('_').next().is_some_and(|it| it.eq_ignore_ascii_case("key"))
        && !holds_word(name, "secret")
        && !holds_word(name, "api")
}

/// Whether a value names a file, a URL or another variable instead of a secret.
fn points_elsewhere(value: &str) -> bool {
    value.starts_with(['/', '.', '~', '-', '*'])
        || value.contains("://")
        || value.contains(['(', '[', ' '])
        || [".json", ".pem", ".key"].iter().any(|it| value.ends_with(it))
}

/// Whether a value looks drawn by lot: letters and digits, and no character too often.
fn is_varied(value: &str) -> bool {
    let (mut letters, mut digits) = (0_usize, 0_usize);
    let mut counts = [0_u16; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] = counts[usize::from(byte)].saturating_add(1);
        letters += usize::from(byte.is_ascii_alphabetic());
        digits += usize::from(byte.is_ascii_digit());
    }
    let distinct = counts.iter().filter(|it| **it > 0).count();
    let most = counts.iter().max().copied().map_or(0, usize::from);
    letters >= 3 && digits >= 2 && distinct >= 10 && most * 4 <= value.len()
}
