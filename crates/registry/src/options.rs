//! How a client behaves.

use std::{collections::BTreeSet, time::Duration};

use crate::Environment;

/// How a client behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the environment says.
    pub environment: Environment,
    /// Hosts (`host:port`, as in references) to which plain HTTP may be spoken, and is where they do not
    /// answer HTTPS. Loopback always may; nothing else ever. Certificates are checked everywhere.
    pub insecure: BTreeSet<String>,
    /// How many connections work at once.
    pub connections: usize,
    /// How often a request that failed for a reason that may pass is tried again.
    pub retries: u32,
    /// How long a connection may stay silent.
    pub patience: Duration,
    /// The first pause before a request is sent again; it doubles, with some chance in it.
    pub pause: Duration,
    /// What the client calls itself: `plimsoll/0.1.0`.
    pub user_agent: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            environment: Environment::default(),
            insecure: BTreeSet::new(),
            connections: 4,
            retries: 5,
            patience: Duration::from_secs(60),
            pause: Duration::from_millis(500),
            user_agent: concat!("plimsoll/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}
