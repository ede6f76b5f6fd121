//! Trying again, and when.
//!
//! Tried again is what may pass: a connection that did not come about or broke, and the statuses 408,
//! 429, 500, 502, 503 and 504. The pause doubles from [`Options::pause`]; up to a quarter of it is left
//! out by chance, so that many clients that failed together do not come back together. What
//! `Retry-After` asks for holds if it is longer, up to a minute.
//!
//! [`Options::pause`]: crate::Options::pause

use std::{
    hash::{BuildHasher as _, RandomState},
    io::Cursor,
    thread,
    time::{Duration, SystemTime},
};

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};

use super::{
    Address, Answer, Request, Transport, complaint,
    exchange::{Failure, Raw},
    line::NoLine,
    redirect,
    tls::SetupProblem,
    url::Url,
};
use crate::{Event, Events, RegistryError};

/// The longest pause.
const MOST_PAUSE: Duration = Duration::from_secs(60);
/// How often a host that is not reached is tried again: longer helps nobody who mistyped it.
const MOST_UNREACHED: u32 = 2;

impl Transport {
    pub(super) fn with_retries(
        &self,
        request: &Request<'_>,
        events: &dyn Events,
    ) -> Result<Answer, RegistryError> {
        let host = &request.scope.repository.host;
        let mut tries = 0;
        loop {
            let attempt = self.attempt(request);
            let (reason, asked) = match attempt {
                Ok(answer) => {
                    let again = request.repeatable && may_pass(answer.status);
                    if !again || tries >= self.options.retries {
                        return Ok(answer);
                    }
                    let asked = answer.header("retry-after").and_then(retry_after);
                    (format!("{host} answered {}", answer.status), asked)
                }
                Err(Attempt::Final(error)) => return Err(error),
                Err(Attempt::Failed(failure)) => {
                    let most = match &failure {
                        Failure::NoLine(NoLine::Unreachable(_) | NoLine::Proxy(_)) => {
                            MOST_UNREACHED.min(self.options.retries)
                        }
                        Failure::Broken(_) | Failure::Protocol(_) if request.repeatable => {
                            self.options.retries
                        }
                        _ => 0,
                    };
                    if tries >= most {
                        return Err(self.error(failure, request));
                    }
                    (format!("{host}: {}", shown(&failure)), None)
                }
            };
            let nominal = pause(self.options.pause, tries).max(asked.unwrap_or_default());
            let pause_ms = u64::try_from(nominal.as_millis()).unwrap_or(u64::MAX);
            events.event(&Event::Retry { reason: &reason, pause_ms });
            thread::sleep(if asked.is_some() { nominal } else { shortened(nominal) });
            tries += 1;
        }
    }

    /// One try, with the redirects that belong to it.
    fn attempt(&self, request: &Request<'_>) -> Result<Answer, Attempt> {
        let host = &request.scope.repository.host;
        let protocol = |reason: String| {
            Attempt::Final(RegistryError::Protocol {
                host: host.clone(),
                action: request.action.clone(),
                reason,
            })
        };
        let home = self.settle(host).map_err(Attempt::Failed)?;
        let mut url = match &request.address {
            Address::Path(target) => Url { target: target.clone(), ..home.clone() },
            Address::Url(text) => {
                let url = Url::parse(text)
                    .ok_or_else(|| protocol("it gave what is no URL".to_owned()))?;
                upgraded(url, &home)
            }
        };
        if home.https && !url.https && !self.may_be_plain(&url) {
            return Err(protocol(format!(
                "it leads from HTTPS to plain HTTP, at {}",
                url.authority()
            )));
        }
        let mut before = Vec::new();
        loop {
            let raw = self
                .exchange(request.method, &url, &request.headers, None, &request.body)
                .map_err(Attempt::Failed)?;
            before.push(url);
            let url_before = before.last().map(ToString::to_string).unwrap_or_default();
            if !redirect::is_redirect(raw.status) {
                return Ok(answer(raw, url_before));
            }
            url = redirect::next(
                request.method,
                raw.status,
                raw.header("location"),
                &before,
                request.repeatable,
                |it| self.may_be_plain(it),
            )
            .map_err(protocol)?;
        }
    }

    fn error(&self, failure: Failure, request: &Request<'_>) -> RegistryError {
        let host = request.scope.repository.host.clone();
        let action = request.action.clone();
        match failure {
            Failure::NoLine(NoLine::Unreachable(source)) => {
                RegistryError::Unreachable { host, action, source }
            }
            Failure::NoLine(NoLine::Proxy(reason)) => {
                RegistryError::Unreachable { host, action, source: std::io::Error::other(reason) }
            }
            Failure::NoLine(NoLine::Tls { reason, .. })
            | Failure::NoLine(NoLine::Setup(SetupProblem::Other(reason))) => {
                RegistryError::Tls { host, reason }
            }
            Failure::NoLine(NoLine::Setup(SetupProblem::Variable(name, reason))) => {
                RegistryError::Environment { name, reason }
            }
            Failure::Broken(source) => RegistryError::Broken { host, action, source },
            Failure::Protocol(reason) => RegistryError::Protocol { host, action, reason },
            Failure::Local(source) => {
                RegistryError::Io { action: format!("read what was to be sent to {host}"), source }
            }
        }
    }
}

/// Why a try gave no answer.
enum Attempt {
    /// It may be worth another one.
    Failed(Failure),
    /// It is not.
    Final(RegistryError),
}

/// An answer; what is no success is read at once, so that its connection can be used again.
fn answer(raw: Raw, url: String) -> Answer {
    let body =
        if raw.status < 300 { raw.body } else { Box::new(Cursor::new(complaint::body(raw.body))) };
    Answer { status: raw.status, headers: raw.headers, url, body }
}

/// A registry behind a proxy that ends TLS may not know that it is spoken to with HTTPS.
fn upgraded(url: Url, home: &Url) -> Url {
    let same = url.host == home.host && (url.port == home.port || url.port == 80);
    if home.https && !url.https && same {
        return Url { https: true, port: home.port, ..url };
    }
    url
}

fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

fn shown(failure: &Failure) -> String {
    match failure {
        Failure::NoLine(no_line) => no_line.to_string(),
        Failure::Broken(error) => format!("the connection broke: {error}"),
        Failure::Protocol(reason) => reason.clone(),
        Failure::Local(error) => error.to_string(),
    }
}

fn pause(first: Duration, tries: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(tries)).min(MOST_PAUSE)
}

fn shortened(pause: Duration) -> Duration {
    // The seed of a hash map is the only randomness of the standard library.
    let chance = RandomState::new().hash_one(0_u8) % 1024;
    let quarter = pause / 4;
    pause.saturating_sub(quarter.mul_f64(f64::from(u32::try_from(chance).unwrap_or(0)) / 1024.0))
}

/// How long `Retry-After` asks to wait: seconds, or a date. At most a minute.
fn retry_after(value: &str) -> Option<Duration> {
    let value = value.trim();
    let asked = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let then = DateTimeParser::new().parse_timestamp(value).ok()?;
            let now = Timestamp::try_from(SystemTime::now()).ok()?;
            Duration::try_from(then.duration_since(now)).unwrap_or_default()
        }
    };
    Some(asked.min(MOST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end_at_a_minute() {
        let first = Duration::from_millis(500);
        assert_eq!(pause(first, 0), first);
        assert_eq!(pause(first, 3), Duration::from_secs(4));
        assert_eq!(pause(first, 60), MOST_PAUSE);
        for _ in 0..100 {
            let short = shortened(first);
            assert!(short <= first && short >= first * 3 / 4);
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("100000"), Some(MOST_PAUSE));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(retry_after("Wed, 21 Oct 2215 07:28:00 GMT"), Some(MOST_PAUSE));
        assert_eq!(retry_after("soon"), None);
    }

    #[test]
    fn a_registry_that_forgets_https_is_not_followed_out_of_it() {
        let home = Url::parse("https://a:5000/").unwrap();
        let up = |text: &str| upgraded(Url::parse(text).unwrap(), &home).to_string();
        assert_eq!(up("http://a:5000/x"), "https://a:5000/x");
        assert_eq!(up("http://a/x"), "https://a:5000/x");
        assert_eq!(up("http://b/x"), "http://b/x");
    }
}
