//! What an engine of this machine has.

use std::time::Duration;

use plimsoll_engine::{Address, Endpoint, Engine, Environment, Timeouts};
use plimsoll_image::{Digest, Reference};

/// Nobody waits for an engine that may not be there.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(2),
    answer: Duration::from_secs(5),
    load_idle: Duration::from_secs(5),
};

/// An engine, which is connected to when it is asked for the first time.
#[derive(Debug)]
pub(super) struct LocalEngine {
    environment: Environment,
    /// Whether it may be asked over a network.
    may_be_far: bool,
    state: State,
}

/// An image that an engine has.
#[derive(Clone, Copy, Debug)]
pub(super) struct InEngine {
    /// The digest by which its registry has it, if it came from there.
    pub(super) digest: Option<Digest>,
}

#[derive(Debug)]
enum State {
    Unasked,
    Connected(Box<Engine>),
    Absent,
}

impl LocalEngine {
    pub(super) const fn new(environment: Environment, may_be_far: bool) -> Self {
        Self { environment, may_be_far, state: State::Unasked }
    }

    /// Whether it has an image, and the digest by which registries have it. Whatever keeps us from
    /// knowing counts as no.
    pub(super) fn find(&mut self, name: &Reference) -> Option<InEngine> {
        if matches!(self.state, State::Unasked) {
            self.state = self.connect().map_or(State::Absent, |it| State::Connected(Box::new(it)));
        }
        let State::Connected(engine) = &self.state else { return None };
        let Ok(found) = engine.find_image(&name.to_string()) else {
            self.state = State::Absent;
            return None;
        };
        let digest = |text: &String| {
            let known: Reference = text.parse().ok()?;
            (known.repository == name.repository).then_some(known.digest).flatten()
        };
        found.map(|it| InEngine { digest: it.repo_digests.iter().find_map(digest) })
    }

    fn connect(&self) -> Option<Engine> {
        let endpoint = Endpoint::resolve(None, &self.environment).ok()?;
        if !self.may_be_far && !matches!(endpoint.address, Address::Unix(_)) {
            return None;
        }
        Engine::connect_with(endpoint, TIMEOUTS).ok()
    }
}
