//! When something is tried again that the transport can't repeat by itself.

use std::{
    hash::{BuildHasher as _, RandomState},
    thread,
    time::Duration,
};

use crate::{Event, Events, Options, RegistryError, client::answer::may_pass};

/// The longest pause.
const MOST_PAUSE: Duration = Duration::from_secs(30);

/// Counts tries and makes pauses between them.
#[derive(Debug)]
pub(crate) struct Retry {
    first_pause: Duration,
    retries: u32,
    done: u32,
}

impl Retry {
    pub(crate) fn new(options: &Options) -> Self {
        Self { first_pause: options.pause, retries: options.retries, done: 0 }
    }

    /// Starts counting anew, because there was progress.
    pub(crate) fn reset(&mut self) {
        self.done = 0;
    }

    /// Pauses before the next try; `false` where there have been enough. A registry may ask for a
    /// pause of its own, in seconds.
    pub(crate) fn again(
        &mut self,
        reason: &str,
        retry_after: Option<u64>,
        events: &dyn Events,
    ) -> bool {
        if self.done >= self.retries {
            return false;
        }
        let doubled = self.first_pause.saturating_mul(1 << self.done.min(10));
        self.done += 1;
        // A little chance keeps many clients from coming back at the same moment.
        let chance = (RandomState::new().hash_one(self.done) % 256) as u32;
        let pause = doubled.saturating_mul(768 + 2 * chance) / 1024;
        let wanted = Duration::from_secs(retry_after.unwrap_or(0));
        let pause = pause.max(wanted).min(MOST_PAUSE);
        let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        events.event(&Event::Retry { reason, pause_ms });
        thread::sleep(pause);
        true
    }
}

/// Whether an operation that failed so may succeed later.
pub(crate) fn is_passing(error: &RegistryError) -> bool {
    match error {
        RegistryError::Unreachable { .. }
        | RegistryError::Broken { .. }
        | RegistryError::SessionLost { .. } => true,
        RegistryError::Status { status, .. } => may_pass(*status),
        _ => false,
    }
}

/// An error with its sources, on one line.
pub(crate) fn in_words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Silent;

    #[test]
    fn tries_end_and_progress_allows_more() {
        let pause = Duration::from_millis(1);
        let options = Options { retries: 2, pause, ..Options::default() };
        let mut retry = Retry::new(&options);
        assert!(retry.again("a", None, &Silent) && retry.again("a", None, &Silent));
        assert!(!retry.again("a", None, &Silent));
        retry.reset();
        assert!(retry.again("a", None, &Silent));
    }
}
