//! An engine ends with us: while it runs, a signal that would end us is passed on to it first.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
};

/// Knows whether we were told to end.
#[derive(Debug)]
pub(super) struct Stop {
    told: Arc<AtomicBool>,
    /// Whether a signal ends us at once, as there is no engine to end.
    at_once: Arc<AtomicBool>,
}

impl Stop {
    /// Watches for signals from now on.
    pub(super) fn watch() -> io::Result<Self> {
        let stop = Self {
            told: Arc::new(AtomicBool::new(false)),
            at_once: Arc::new(AtomicBool::new(true)),
        };
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            flag::register_conditional_default(signal, Arc::clone(&stop.at_once))?;
            flag::register(signal, Arc::clone(&stop.told))?;
        }
        Ok(stop)
    }

    /// Does work that ends by itself when the flag is set.
    pub(super) fn during<T>(&self, work: impl FnOnce(&AtomicBool) -> T) -> T {
        self.at_once.store(false, Ordering::SeqCst);
        let done = work(&self.told);
        self.at_once.store(true, Ordering::SeqCst);
        done
    }
}
