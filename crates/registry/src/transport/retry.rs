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
    thread,
    time::{Duration, SystemTime},
};

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};

use super::{
    Answer, Attempt, Request, Transport, exchange::Failure, line::NoLine, tls::SetupProblem,
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
            let left = self.options.retries.saturating_sub(tries);
            let (reason, asked) = match self.settled_attempt(request) {
                Ok(answer) => {
                    let again = request.repeatable && may_pass(answer.status);
                    if !again || left == 0 || has_used_up(&answer) {
                        return Ok(answer);
                    }
                    let asked = answer.header("retry-after").and_then(retry_after);
                    (format!("{host} answered {}", answer.status), asked)
                }
                Err(Attempt::Final(error)) => return Err(error),
                Err(Attempt::Busy { reason: message, status, asked }) => {
                    if left == 0 {
                        let (host, action) = (host.clone(), request.action.clone());
                        return Err(RegistryError::Status { host, action, status, message });
                    }
                    (message, asked)
                }
                Err(Attempt::Failed(failure)) if !request.repeatable => {
                    return Err(error(failure, request));
                }
                Err(Attempt::Failed(failure) | Attempt::Unsent(failure)) => {
                    if tries >= most(&failure).min(self.options.retries) {
                        return Err(error(failure, request));
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
}

fn error(failure: Failure, request: &Request<'_>) -> RegistryError {
    let host = request.scope.repository.host.clone();
    let action = request.action.clone();
    match failure {
        Failure::NoLine(NoLine::Unreachable(source)) => {
            RegistryError::Unreachable { host, action, source }
        }
        Failure::NoLine(NoLine::Proxy(reason)) => {
            RegistryError::Unreachable { host, action, source: std::io::Error::other(reason) }
        }
        Failure::NoLine(
            NoLine::Tls { reason, .. } | NoLine::Setup(SetupProblem::Other(reason)),
        ) => RegistryError::Tls { host, reason },
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

/// How often what failed so is tried again.
fn most(failure: &Failure) -> u32 {
    match failure {
        Failure::NoLine(NoLine::Unreachable(_) | NoLine::Proxy(_)) => MOST_UNREACHED,
        Failure::Broken(_) | Failure::Protocol(_) => u32::MAX,
        Failure::NoLine(_) | Failure::Local(_) => 0,
    }
}

/// Whether a limit over hours is reached, as Docker Hub has one: no pause of ours would help.
fn has_used_up(answer: &Answer) -> bool {
    let remaining = answer.header("ratelimit-remaining").unwrap_or_default();
    answer.status == 429 && remaining.split(';').next().is_some_and(|it| it.trim() == "0")
}

/// Whether a status may pass by itself.
pub(crate) fn may_pass(status: u16) -> bool {
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
pub(crate) fn retry_after(value: &str) -> Option<Duration> {
    let value = value.trim();
    let asked = if let Ok(seconds) = value.parse::<u64>() {
        Duration::from_secs(seconds)
    } else {
        let then = DateTimeParser::new().relaxed_weekday(true).parse_timestamp(value).ok()?;
        let now = Timestamp::try_from(SystemTime::now()).ok()?;
        Duration::try_from(then.duration_since(now)).unwrap_or_default()
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
}
