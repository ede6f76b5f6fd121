//! One try of a request: what it brings along, the redirects that belong to it, and a new token where
//! the old one was refused.

use std::{io::Cursor, time::Duration};

use super::{
    Address, Answer, Method, Request, Transport, complaint,
    exchange::{Failure, Raw},
    redirect,
    url::Url,
};
use crate::{RegistryError, auth::challenge};

/// How often other credentials are tried: an old token, a new one, and what somebody wants who
/// changed their mind.
const MOST_REFUSALS: u32 = 3;

/// Why a try gave no answer.
#[derive(Debug)]
pub(crate) enum Attempt {
    /// It failed before the request itself was sent.
    Unsent(Failure),
    /// It failed on its way.
    Failed(Failure),
    /// Somebody who is needed for it is busy.
    Busy { reason: String, status: u16, asked: Option<Duration> },
    /// Another try would end as this one.
    Final(RegistryError),
}

impl Transport {
    /// Tries once, with the registry at `home`.
    pub(super) fn attempt(&self, request: &Request<'_>, home: &Url) -> Result<Answer, Attempt> {
        let protocol = |reason: String| {
            Attempt::Final(RegistryError::Protocol {
                host: request.scope.repository.host.clone(),
                action: request.action.clone(),
                reason,
            })
        };
        let mut url = self.start(request, home).map_err(protocol)?;
        let mut is_own = url.origin() == home.origin();
        let mut authorization = if is_own { self.auth.ready(self, request, home)? } else { None };
        let mut before = Vec::new();
        let mut refusals = 0;
        loop {
            let sent = authorization.as_ref().filter(|_| is_own);
            let header = sent.map(|it| &it.header);
            let raw = self
                .exchange(request.method, &url, &request.headers, header, &request.body)
                .map_err(failed)?;
            if raw.status == 401 && is_own && refusals < MOST_REFUSALS {
                refusals += 1;
                let names = raw.headers.iter().filter(|(name, _)| name == "www-authenticate");
                let challenges = challenge::parse(names.map(|(_, value)| &**value));
                let body = complaint::body(raw.body);
                let next = self.auth.answer(self, request, home, &challenges, sent, &body)?;
                if !may_be_sent_again(request) {
                    let (host, action) =
                        (request.scope.repository.host.clone(), request.action.clone());
                    return Err(Attempt::Final(RegistryError::SessionLost { host, action }));
                }
                authorization = Some(next);
                continue;
            }
            if matches!(raw.status, 401 | 403) {
                return Err(Attempt::Final(denied(
                    request,
                    raw,
                    &url,
                    is_own,
                    sent.is_some_and(|it| it.with_credentials),
                )));
            }
            if !redirect::is_redirect(raw.status) {
                return Ok(answer(raw, url.to_string()));
            }
            before.push(url);
            let location = raw.header("location").map(str::to_owned);
            // It is read so that the connection can be used again.
            complaint::body(raw.body);
            url = redirect::next(request.method, raw.status, location.as_deref(), &before, |it| {
                self.may_be_plain(it)
            })
            .map_err(protocol)?;
            is_own = is_own && url.origin() == home.origin();
        }
    }

    /// Where a request goes first.
    fn start(&self, request: &Request<'_>, home: &Url) -> Result<Url, String> {
        let url = match &request.address {
            Address::Path(target) => Url { target: target.clone(), ..home.clone() },
            Address::Url(text) => {
                let url = Url::parse(text).ok_or("it gave an address that is no URL of HTTP")?;
                upgraded(url, home)
            }
        };
        if home.https && !url.https && !self.may_be_plain(&url) {
            return Err(format!("it leads from HTTPS to plain HTTP, at {}", url.authority()));
        }
        Ok(url)
    }
}

fn denied(
    request: &Request<'_>,
    raw: Raw,
    url: &Url,
    is_own: bool,
    with_credentials: bool,
) -> RegistryError {
    let status = raw.status;
    let said = complaint::words(&complaint::body(raw.body));
    let reason = match (is_own, &*said) {
        (false, _) => format!("{}, where it leads, answers {status}", url.authority()),
        (true, "") if with_credentials => "these credentials may not do that".to_owned(),
        (true, "") => "it is not open to everybody".to_owned(),
        (true, said) => said.to_owned(),
    };
    let host = request.scope.repository.host.clone();
    RegistryError::Denied { host, action: request.action.clone(), reason, with_credentials }
}

fn failed(failure: Failure) -> Attempt {
    match failure {
        Failure::NoLine(_) => Attempt::Unsent(failure),
        failure => Attempt::Failed(failure),
    }
}

/// Whether a refusal for want of a token may be followed by the same request with one. It was not
/// looked at, but a session of an upload may know nothing of that.
fn may_be_sent_again(request: &Request<'_>) -> bool {
    request.repeatable || matches!(request.method, Method::Get | Method::Head | Method::Post)
}

/// An answer; what is no success is read at once, so that its connection can be used again.
fn answer(raw: Raw, url: String) -> Answer {
    let Raw { status, headers, body } = raw;
    let body = if status < 300 { body } else { Box::new(Cursor::new(complaint::body(body))) };
    Answer { status, headers, url, body }
}

/// A registry behind a proxy that ends TLS may not know that it is spoken to with HTTPS.
fn upgraded(url: Url, home: &Url) -> Url {
    let same = url.host == home.host && (url.port == home.port || url.port == 80);
    if home.https && !url.https && same {
        return Url { https: true, port: home.port, ..url };
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_that_forgets_https_is_not_followed_out_of_it() {
        let home = Url::parse("https://a:5000/").unwrap();
        let up = |text: &str| upgraded(Url::parse(text).unwrap(), &home).to_string();
        assert_eq!(up("http://a:5000/x"), "https://a:5000/x");
        assert_eq!(up("http://a/x"), "https://a:5000/x");
        assert_eq!(up("http://b/x"), "http://b/x");
    }
}
