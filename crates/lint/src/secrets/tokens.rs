//! Tokens that begin with the mark of who gave them out.

use super::Secret;
use super::placeholder::is_placeholder;

/// The characters that may follow a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alphabet {
    /// A to Z and 2 to 7.
    Base32,
    /// Letters and digits.
    Alphanumeric,
    /// Letters, digits, `-` and `_`.
    UrlSafe,
    /// Digits and a to f.
    Hex,
}

/// How tokens of one kind look.
#[derive(Debug)]
struct Form {
    mark: &'static str,
    alphabet: Alphabet,
    /// How many characters follow the mark, at least and at most.
    length: (usize, usize),
    kind: &'static str,
}

const ANY: usize = 512;

/// By the byte that they begin with.
const FORMS: &[Form] = {
    use Alphabet::{Alphanumeric, Base32, Hex, UrlSafe};
    const fn form(
        mark: &'static str,
        alphabet: Alphabet,
        min: usize,
        max: usize,
        kind: &'static str,
    ) -> Form {
        Form { mark, alphabet, length: (min, max), kind }
    }
    &[
        form("AGE-SECRET-KEY-1", Alphanumeric, 58, 58, "age key"),
        form("AIza", UrlSafe, 35, 35, "Google API key"),
        form("AKIA", Base32, 16, 16, "AWS access key ID"),
        form("ASIA", Base32, 16, 16, "AWS access key ID"),
        form("GOCSPX-", UrlSafe, 28, 28, "Google client secret"),
        form("NRAK-", Alphanumeric, 27, 27, "New Relic key"),
        form("cio", Alphanumeric, 32, 32, "crates.io token"),
        form("dckr_pat_", UrlSafe, 27, 27, "Docker Hub token"),
        form("dop_v1_", Hex, 64, 64, "DigitalOcean token"),
        form("ghp_", Alphanumeric, 36, ANY, "GitHub token"),
        form("gho_", Alphanumeric, 36, ANY, "GitHub token"),
        form("ghu_", Alphanumeric, 36, ANY, "GitHub token"),
        form("ghs_", Alphanumeric, 36, ANY, "GitHub token"),
        form("ghr_", Alphanumeric, 36, ANY, "GitHub token"),
        form("github_pat_", UrlSafe, 50, ANY, "GitHub token"),
        form("glpat-", UrlSafe, 20, ANY, "GitLab token"),
        form("glrt-", UrlSafe, 20, ANY, "GitLab runner token"),
        form("hf_", Alphanumeric, 34, 37, "Hugging Face token"),
        form("hvs.", UrlSafe, 24, ANY, "Vault token"),
        form("npm_", Alphanumeric, 36, 36, "npm token"),
        form("pypi-AgEIcHlwaS5vcmc", UrlSafe, 50, ANY, "PyPI token"),
        form("rk_live_", Alphanumeric, 16, ANY, "Stripe key"),
        form("rubygems_", Hex, 48, 48, "RubyGems key"),
        form("shpat_", Hex, 32, 32, "Shopify token"),
        form("sk-ant-", UrlSafe, 24, ANY, "Anthropic key"),
        form("sk-proj-", UrlSafe, 20, ANY, "OpenAI key"),
        form("sk-svcacct-", UrlSafe, 20, ANY, "OpenAI key"),
        form("sk-", Alphanumeric, 48, 48, "OpenAI key"),
        form("sk_live_", Alphanumeric, 16, ANY, "Stripe key"),
        form("xapp-", UrlSafe, 20, ANY, "Slack token"),
        form("xoxa-", UrlSafe, 20, ANY, "Slack token"),
        form("xoxb-", UrlSafe, 20, ANY, "Slack token"),
        form("xoxp-", UrlSafe, 20, ANY, "Slack token"),
        form("xoxr-", UrlSafe, 20, ANY, "Slack token"),
        form("xoxs-", UrlSafe, 20, ANY, "Slack token"),
    ]
};

/// Where the forms of each first byte begin and end in [`FORMS`]; an empty range skips the byte.
static FIRST: [(usize, usize); 256] = {
    let mut table = [(0, 0); 256];
    let mut at = 0;
    while at < FORMS.len() {
        let byte = FORMS[at].mark.as_bytes()[0] as usize;
        let (begin, end) = table[byte];
        table[byte] = if begin == end { (at, at + 1) } else { (begin, at + 1) };
        at += 1;
    }
    table
};

/// Whether a token may begin with a byte, and whether one may begin after it.
static MAY_BEGIN: [(bool, bool); 256] = {
    let mut table = [(false, false); 256];
    let mut byte = 0;
    while byte < table.len() {
        let it = byte.to_le_bytes()[0];
        let (begin, end) = FIRST[byte];
        table[byte] = (begin != end || matches!(it, b'e' | b'S'), !is_word(it) && it != b'-');
        byte += 1;
    }
    table
};

/// Whether a token may begin with a byte that stands after another: a quick answer for most bytes.
#[inline]
pub(super) fn may_begin(previous: u8, byte: u8) -> bool {
    MAY_BEGIN[usize::from(byte)].0 && MAY_BEGIN[usize::from(previous)].1
}

/// The token that begins at an offset.
pub(super) fn at(text: &str, offset: usize) -> Option<Secret> {
    let bytes = text.as_bytes();
    let first = *bytes.get(offset)?;
    let (begin, end) = FIRST[usize::from(first)];
    if !begins_word(bytes, offset) {
        return None;
    }
    let rest = bytes.get(offset..)?;
    let forms = FORMS.get(begin..end)?;
    let found = forms.iter().find_map(|form| {
        let body = rest.strip_prefix(form.mark.as_bytes())?;
        let length = run(body, form.alphabet);
        let fits = (form.length.0..=form.length.1).contains(&length)
            && body.get(length).is_none_or(|it| !is_word(*it));
        let secret =
            || Secret { range: offset..offset + form.mark.len() + length, kind: form.kind };
        (fits && is_random(&body[..length])).then(secret)
    });
    let found = found.or_else(|| match first {
        b'e' if before(bytes, offset) != Some(b'.') => json_web_token(rest, offset),
        b'S' => sendgrid(rest, offset),
        _ => None,
    })?;
    (!is_placeholder(text.get(found.range.clone())?)).then_some(found)
}

/// The Telegram token whose colon is at an offset.
pub(super) fn around_colon(text: &str, offset: usize) -> Option<Secret> {
    let bytes = text.as_bytes();
    let after = bytes.get(offset + 1..)?;
    if !after.starts_with(b"AA") {
        return None;
    }
    let digits = bytes.get(..offset)?.iter().rev().take_while(|it| it.is_ascii_digit()).count();
    let length = run(after, Alphabet::UrlSafe);
    let range = offset.checked_sub(digits)?..offset + 1 + length;
    ((8..=10).contains(&digits) && length == 35 && begins_word(bytes, range.start))
        .then_some(Secret { range, kind: "Telegram bot token" })
}

/// Three parts in base64, of which the first two are JSON objects.
fn json_web_token(rest: &[u8], offset: usize) -> Option<Secret> {
    if !rest.starts_with(b"eyJ") {
        return None;
    }
    let header = run(rest, Alphabet::UrlSafe);
    let payload = rest.get(header..)?.strip_prefix(b".").filter(|it| it.starts_with(b"eyJ"))?;
    let payload_length = run(payload, Alphabet::UrlSafe);
    let signature = payload.get(payload_length..)?.strip_prefix(b".")?;
    let signature_length = run(signature, Alphabet::UrlSafe);
    let length = header + 1 + payload_length + 1 + signature_length;
    (header >= 17 && payload_length >= 10 && signature_length >= 32)
        .then_some(Secret { range: offset..offset + length, kind: "JSON Web Token" })
}

fn sendgrid(rest: &[u8], offset: usize) -> Option<Secret> {
    let first = rest.strip_prefix(b"SG.")?;
    let first_length = run(first, Alphabet::UrlSafe);
    let second = first.get(first_length..)?.strip_prefix(b".")?;
    let second_length = run(second, Alphabet::UrlSafe);
    (first_length == 22 && second_length == 43)
        .then_some(Secret { range: offset..offset + 69, kind: "SendGrid key" })
}

/// How many bytes at the beginning are of an alphabet.
fn run(bytes: &[u8], alphabet: Alphabet) -> usize {
    let is_in = |byte: &&u8| match alphabet {
        Alphabet::Base32 => byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7'),
        Alphabet::Alphanumeric => byte.is_ascii_alphanumeric(),
        Alphabet::UrlSafe => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
        Alphabet::Hex => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
    };
    bytes.iter().take_while(is_in).count()
}

/// Whether a token could have been drawn by lot: words in prose have no digits or few letters.
fn is_random(body: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in body {
        seen[usize::from(*byte)] = true;
    }
    let distinct = seen.iter().filter(|it| **it).count();
    body.iter().any(u8::is_ascii_digit) && distinct >= 8
}

/// Whether a token may begin at an offset. None begins after a dash, so that what follows a mark
/// is looked through once, whatever is in it.
fn begins_word(bytes: &[u8], offset: usize) -> bool {
    before(bytes, offset).is_none_or(|it| !is_word(it) && it != b'-')
}

fn before(bytes: &[u8], offset: usize) -> Option<u8> {
    bytes.get(offset.checked_sub(1)?).copied()
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
