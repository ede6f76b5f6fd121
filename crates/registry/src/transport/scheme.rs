//! Whether HTTPS or plain HTTP is spoken to a registry.
//!
//! HTTPS, but for two kinds of hosts: this very machine, and those that [`Options::insecure`] names.
//! They get what they answer:
//!
//! - Loopback with a port is asked in plain HTTP first, because that is what listens there nearly always
//!   and no certificates have to be read for it. Nothing secret is in the first request. A server that
//!   speaks TLS answers it with 400 or hangs up, which is looked into; it then gets HTTPS.
//! - All others are asked with HTTPS first, and in plain HTTP only where HTTPS is not answered: nobody
//!   listens on its port, or who does speaks no TLS. A certificate that can't be trusted is an error.
//!
//! What was found is kept for as long as the client lives.
//!
//! [`Options::insecure`]: crate::Options::insecure

use std::sync::PoisonError;

use super::{
    Address, Answer, Attempt, Body, Method, Request, Transport,
    exchange::Failure,
    line::{NoLine, TlsKind},
    url::Url,
};

/// Where Docker Hub answers.
const DOCKER_HUB_HOST: &str = "registry-1.docker.io";

impl Transport {
    /// Whether plain HTTP may be spoken to a `host:port`.
    pub(crate) fn may_be_plain(&self, url: &Url) -> bool {
        let port = format!("{}:{}", url.host, url.port);
        url.is_loopback()
            || [&url.authority(), &port].iter().any(|it| self.options.insecure.contains(*it))
    }

    /// The registry's URL, if it is settled how it is spoken to.
    pub(crate) fn settled(&self, host: &str) -> Option<Url> {
        let schemes = self.schemes.lock().unwrap_or_else(PoisonError::into_inner);
        let known = schemes.get(host).copied();
        let https = Url::of(true, api_host(host), "/")?;
        let plain = Url::of(false, api_host(host), "/")?;
        match known {
            Some(false) => Some(plain),
            None if self.may_be_plain(&https) || self.may_be_plain(&plain) => None,
            Some(true) | None => Some(https),
        }
    }

    /// Tries a request once, and finds out how the registry is spoken to where that is not known. The
    /// request itself is the question where it can be repeated and has no body.
    pub(super) fn settled_attempt(&self, request: &Request<'_>) -> Result<Answer, Attempt> {
        let host = &request.scope.repository.host;
        if let Some(home) = self.settled(host) {
            return self.attempt(request, &home);
        }
        if request.repeatable && matches!(request.body, Body::Empty) {
            return self.unsettled_attempt(request);
        }
        let question = Request {
            method: Method::Get,
            address: Address::Path("/v2/".to_owned()),
            scope: request.scope.clone(),
            headers: Vec::new(),
            body: Body::Empty,
            repeatable: true,
            action: request.action.clone(),
        };
        let answered = self.unsettled_attempt(&question).map(|_| ());
        match self.settled(host) {
            Some(home) => self.attempt(request, &home),
            None => Err(answered.err().unwrap_or_else(|| no_host(host))),
        }
    }

    fn unsettled_attempt(&self, request: &Request<'_>) -> Result<Answer, Attempt> {
        let host = &request.scope.repository.host;
        let https = Url::of(true, api_host(host), "/").ok_or_else(|| no_host(host))?;
        let plain = Url::of(false, api_host(host), "/").ok_or_else(|| no_host(host))?;
        // Without a port, the two have one each.
        let one_port = https.port == plain.port;
        if one_port && https.is_loopback() {
            let first = self.attempt(request, &plain);
            let is_doubtful = match &first {
                Ok(answer) => answer.status == 400,
                Err(Attempt::Failed(it)) => !matches!(it, Failure::Local(_)),
                Err(Attempt::Final(_)) => false,
                Err(_) => return first,
            };
            if is_doubtful && self.lines.speaks_tls(&https) {
                self.settle(host, true);
                return self.attempt(request, &https);
            }
            // What is final follows from an answer, too.
            if matches!(first, Ok(_) | Err(Attempt::Final(_))) {
                self.settle(host, false);
            }
            return first;
        }
        let first = self.attempt(request, &https);
        let try_plain = match &first {
            Err(Attempt::Unsent(Failure::NoLine(NoLine::Tls { kind, .. }))) => {
                *kind == TlsKind::NotTls
            }
            Err(Attempt::Unsent(Failure::NoLine(NoLine::Unreachable(_)))) => !one_port,
            Err(Attempt::Unsent(_) | Attempt::Failed(_) | Attempt::Busy { .. }) => false,
            Ok(_) | Err(Attempt::Final(_)) => {
                self.settle(host, true);
                false
            }
        };
        if !try_plain {
            return first;
        }
        match self.attempt(request, &plain) {
            Err(Attempt::Unsent(Failure::NoLine(_))) => first,
            second => {
                self.settle(host, false);
                second
            }
        }
    }

    fn settle(&self, host: &str, is_https: bool) {
        let mut schemes = self.schemes.lock().unwrap_or_else(PoisonError::into_inner);
        schemes.insert(host.to_owned(), is_https);
    }
}

fn no_host(host: &str) -> Attempt {
    Attempt::Unsent(Failure::Protocol(format!("{host} is no host")))
}

/// The host that answers for a registry.
fn api_host(host: &str) -> &str {
    if host == plimsoll_image::DOCKER_HUB { DOCKER_HUB_HOST } else { host }
}
