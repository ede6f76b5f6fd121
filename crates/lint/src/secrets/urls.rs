//! Passwords in URLs.

use super::Secret;
use super::placeholder::is_placeholder;

/// The password of the URL whose first colon is at an offset: `scheme://user:password@host`. A
/// long random user without a password is a token.
pub(super) fn at(text: &str, offset: usize) -> Option<Secret> {
    let after = text.get(offset..)?.strip_prefix("://")?;
    let before = text.as_bytes().get(..offset)?;
    if !before.last().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let end = after
        .bytes()
        .take(512)
        .position(|it| {
            matches!(it, b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'\\' | b',' | b'|' | b')')
                || it.is_ascii_whitespace()
        })
        .unwrap_or(after.len().min(512));
    let authority = after.get(..end)?;
    let (userinfo, host) = authority.rsplit_once('@')?;
    let begin = offset + "://".len();
    let Some((user, password)) = userinfo.split_once(':') else {
        let is_token = userinfo.len() >= 32
            && userinfo.bytes().all(|it| it.is_ascii_alphanumeric())
            && userinfo.bytes().any(|it| it.is_ascii_digit());
        return (is_token && !is_placeholder(userinfo))
            .then(|| Secret { range: begin..begin + userinfo.len(), kind: "token in a URL" });
    };
    // A password that repeats its user, or that only the build's own machine takes, tells nobody
    // anything.
    let is_secret = !is_placeholder(password)
        && !is_placeholder_host(host)
        && password != user
        && !password.starts_with(user)
        && password.len() >= 4;
    let begin = begin + user.len() + 1;
    is_secret.then(|| Secret { range: begin..begin + password.len(), kind: "password in a URL" })
}

fn is_placeholder_host(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or(host);
    matches!(name, "localhost" | "127.0.0.1" | "0.0.0.0" | "host" | "hostname")
        || name.ends_with("example.com")
        || name.ends_with("example.org")
        || name.ends_with(".example")
}
