//! How a token server is asked (distribution specification, "token authentication").

use std::{
    io::{self, Read as _},
    time::{Duration, Instant},
};

use serde::Deserialize;

use super::{
    basic,
    token::{Asked, Token},
};
use crate::{
    RegistryError,
    credentials::{Login, Secret},
    transport::{
        Attempt, Body, Method, Request, Transport, complaint,
        exchange::{Failure, Raw},
        redirect, retry,
        url::Url,
    },
};

/// How long a token lasts whose server does not say it (distribution specification).
const DEFAULT_LIFE: u64 = 60;
/// The longest answer of a token server, in bytes.
const LONGEST_ANSWER: u64 = 1024 * 1024;
/// What we call ourselves to token servers.
const CLIENT_ID: &str = "plimsoll";

#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<f64>,
}

/// Gets a token.
pub(super) fn fetch(
    transport: &Transport,
    request: &Request<'_>,
    asked: &Asked<'_>,
) -> Result<Token, Attempt> {
    let host = || request.scope.repository.host.clone();
    let protocol = |reason: String| {
        let action = request.action.clone();
        Attempt::Final(RegistryError::Protocol { host: host(), action, reason })
    };
    let url = asked
        .home
        .join(asked.realm)
        .ok_or_else(|| protocol("it names a token server that is no URL".to_owned()))?;
    let server = url.authority();
    if !url.https && !transport.may_be_plain(&url) {
        let reason =
            format!("it names a token server that is only reached in plain HTTP, {server}");
        return Err(protocol(reason));
    }
    let begin = Instant::now();
    let mut raw = match asked.login {
        Some(Login::Identity { token, .. }) => {
            let raw = exchange_identity(transport, &url, asked, token)?;
            // Servers from before this way of asking want the token as a password.
            if matches!(raw.status, 401 | 404 | 405 | 501) { None } else { Some(raw) }
        }
        _ => None,
    };
    if raw.is_none() {
        raw = Some(ask(transport, &url, asked, protocol)?);
    }
    let Some(raw) = raw else { return Err(protocol(format!("{server} gave no token"))) };
    let with_credentials = asked.login.is_some();
    if retry::may_pass(raw.status) {
        let asked = raw.header("retry-after").and_then(retry::retry_after);
        let reason = format!("the token server {server} answered {}", raw.status);
        return Err(Attempt::Busy { reason, status: raw.status, asked });
    }
    if matches!(raw.status, 400 | 401 | 403) {
        let said = complaint::words(&complaint::body(raw.body));
        let what = match (with_credentials, raw.status) {
            (false, _) => "it does not exist, or needs a login",
            (true, 403) => "it does not exist, or these credentials may not do that",
            (true, _) => "the credentials are not accepted",
        };
        let reason = if said.is_empty() { what.to_owned() } else { format!("{what} ({said})") };
        let (host, action) = (host(), request.action.clone());
        return Err(Attempt::Final(RegistryError::Denied {
            host,
            action,
            reason,
            with_credentials,
        }));
    }
    if raw.status != 200 {
        return Err(protocol(format!("the token server {server} answered {}", raw.status)));
    }
    let body = whole(raw).map_err(|error| Attempt::Unsent(Failure::Broken(error)))?;
    // What is nonsense now may have been damaged on its way.
    let nonsense =
        || Failure::Protocol(format!("the token server {server} answered with no token"));
    let (text, life) = read(&body).ok_or_else(|| Attempt::Unsent(nonsense()))?;
    let header = Secret::new(format!("Bearer {text}"));
    Ok(Token { header, with_credentials, begin, life })
}

fn whole(raw: Raw) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    raw.body.take(LONGEST_ANSWER).read_to_end(&mut body)?;
    Ok(body)
}

/// The token, and how long it lasts.
fn read(body: &[u8]) -> Option<(String, Duration)> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let text = answer.token.filter(|it| !it.is_empty()).or(answer.access_token)?;
    let fits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_graphic());
    // Negative, zero and absurd times are as good as none.
    #[expect(clippy::cast_precision_loss, reason = "a minute is exact")]
    let seconds = answer.expires_in.filter(|it| *it >= 1.0).unwrap_or(DEFAULT_LIFE as f64);
    fits.then(|| (text, Duration::from_secs_f64(seconds.min(1e6))))
}

/// Asks as the specification has it: `GET`, with name and password if there are any. Redirects are
/// followed, without them.
fn ask(
    transport: &Transport,
    realm: &Url,
    asked: &Asked<'_>,
    protocol: impl Fn(String) -> Attempt,
) -> Result<Raw, Attempt> {
    let mut pairs = Vec::new();
    if let Some(Login::Password { user, .. }) = asked.login {
        pairs.push(("account", user.clone()));
    }
    pairs.push(("client_id", CLIENT_ID.to_owned()));
    pairs.extend(asked.service.map(|it| ("service", it.to_owned())));
    pairs.extend(asked.scopes.texts().map(|it| ("scope", it)));
    let divider = if realm.target.contains('?') { '&' } else { '?' };
    let target = format!("{}{divider}{}", realm.target, form(&pairs));
    let mut url = Url { target, ..realm.clone() };
    let authorization = asked.login.map(basic);
    let mut before = Vec::new();
    let mut is_own = true;
    loop {
        let sent = authorization.as_ref().filter(|_| is_own);
        let raw = transport
            .exchange(Method::Get, &url, &[], sent, &Body::Empty)
            .map_err(Attempt::Unsent)?;
        before.push(url);
        if !redirect::is_redirect(raw.status) {
            return Ok(raw);
        }
        let location = raw.header("location").map(str::to_owned);
        // Its body is read so that the connection can be used again.
        complaint::body(raw.body);
        let may_be_plain = |it: &Url| transport.may_be_plain(it);
        url = redirect::next(Method::Get, raw.status, location.as_deref(), &before, may_be_plain)
            .map_err(|reason| protocol(format!("its token server: {reason}")))?;
        is_own = is_own && url.origin() == realm.origin();
    }
}

/// Asks with an identity token: `POST`, as OAuth 2 has it.
fn exchange_identity(
    transport: &Transport,
    realm: &Url,
    asked: &Asked<'_>,
    token: &Secret,
) -> Result<Raw, Attempt> {
    let scopes: Vec<_> = asked.scopes.texts().collect();
    let form = Secret::new(form(&[
        ("grant_type", "refresh_token".to_owned()),
        ("service", asked.service.unwrap_or_default().to_owned()),
        ("client_id", CLIENT_ID.to_owned()),
        ("scope", scopes.join(" ")),
        ("refresh_token", token.expose().to_owned()),
    ]));
    let headers = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let body = Body::Bytes(form.expose().as_bytes());
    transport.exchange(Method::Post, realm, &headers, None, &body).map_err(Attempt::Unsent)
}

/// `a=b&c=d`, with everything that could mean something else written as `%20`.
fn form(pairs: &[(&str, String)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~:/,".contains(&byte) {
                out.push(char::from(byte));
            } else {
                const DIGITS: [char; 16] = [
                    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
                ];
                out.push('%');
                out.extend(DIGITS.get(usize::from(byte >> 4)));
                out.extend(DIGITS.get(usize::from(byte & 15)));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_hold_any_text() {
        let pairs =
            [("scope", "repository:a/b:pull,push".to_owned()), ("x", "a b&c=é%".to_owned())];
        assert_eq!(form(&pairs), "scope=repository:a/b:pull,push&x=a%20b%26c%3D%C3%A9%25");
    }

    #[test]
    fn answers_of_token_servers_are_read() {
        let of = |text: &str| read(text.as_bytes());
        let minute = Duration::from_secs(60);
        assert_eq!(of(r#"{"token":"a"}"#), Some(("a".to_owned(), minute)));
        assert_eq!(
            of(r#"{"access_token":"a","expires_in":300}"#),
            Some(("a".to_owned(), 5 * minute))
        );
        assert_eq!(
            of(r#"{"token":"","access_token":"b","expires_in":-1}"#),
            Some(("b".to_owned(), minute))
        );
        assert_eq!(
            of(r#"{"token":"a","expires_in":1e300}"#).map(|it| it.1),
            Some(Duration::from_secs(1_000_000))
        );
        for wrong in [r#"{"token":"a\r\nx: y"}"#, "{}", "", r#"{"token":1}"#] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
