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
    Body, Method, Transport,
    exchange::Failure,
    line::NoLine,
    url::{Url, is_loopback},
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
            Some(true) => Some(https),
            Some(false) => Some(plain),
            None if self.may_be_plain(&https) || self.may_be_plain(&plain) => None,
            None => Some(https),
        }
    }

    /// Finds out how a registry is spoken to.
    pub(crate) fn settle(&self, host: &str) -> Result<Url, Failure> {
        let wrong = || Failure::Protocol(format!("{host} is no host"));
        if let Some(url) = self.settled(host) {
            return Ok(url);
        }
        let https = Url::of(true, api_host(host), "/").ok_or_else(wrong)?;
        let plain = Url::of(false, api_host(host), "/").ok_or_else(wrong)?;
        let has_port = https.port == plain.port;
        let answers = |url: &Url| {
            let asked = Url { target: "/v2/".to_owned(), ..url.clone() };
            self.exchange(Method::Get, &asked, &[], None, &Body::Empty)
        };
        let is_https = if has_port && is_loopback(&https.host) {
            match answers(&plain) {
                // No registry answers this one with 400.
                Ok(raw) if raw.status == 400 => self.lines.speaks_tls(&https),
                Ok(_) => false,
                Err(error @ (Failure::Broken(_) | Failure::Protocol(_))) => {
                    if !self.lines.speaks_tls(&https) {
                        return Err(error);
                    }
                    true
                }
                Err(error) => return Err(error),
            }
        } else {
            match answers(&https) {
                Ok(_) => true,
                Err(Failure::NoLine(NoLine::Tls { not_tls: true, .. })) => false,
                Err(error @ Failure::NoLine(NoLine::Unreachable(_))) => {
                    if has_port || answers(&plain).is_err() {
                        return Err(error);
                    }
                    false
                }
                Err(error) => return Err(error),
            }
        };
        self.schemes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(host.to_owned(), is_https);
        Ok(if is_https { https } else { plain })
    }
}

/// The host that answers for a registry.
fn api_host(host: &str) -> &str {
    if host == plimsoll_image::DOCKER_HUB { DOCKER_HUB_HOST } else { host }
}
