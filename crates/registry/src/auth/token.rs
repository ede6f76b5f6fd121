//! Tokens, kept for as long as they last, asked for once for all threads.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Authorization, Scopes, token_server};
use crate::{
    credentials::{Login, Secret},
    transport::{Attempt, Request, Transport, url::Url},
};

/// What is asked of a token server, and for whom.
pub(super) struct Asked<'a> {
    pub(super) home: &'a Url,
    pub(super) realm: &'a str,
    pub(super) service: Option<&'a str>,
    pub(super) scopes: Scopes,
    pub(super) login: Option<&'a Login>,
    /// How long it must last at least, if its whole life is longer.
    pub(super) least: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    origin: String,
    realm: String,
    service: Option<String>,
    scopes: Scopes,
}

/// A token that a server gave.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// The value of the header that holds it.
    pub(super) header: Secret,
    pub(super) with_credentials: bool,
    /// When it was asked for.
    pub(super) begin: Instant,
    pub(super) life: Duration,
}

type Slot = Arc<Mutex<Option<Token>>>;

/// Tokens by what they are for. Whoever asks for the same one waits for the first who does.
#[derive(Debug, Default)]
pub(super) struct Slots(Mutex<BTreeMap<Key, Slot>>);

impl Token {
    /// Whether it lasts for a while yet. A fifth of its life is left unused, for clocks and slow lines.
    fn lasts(&self, least: Duration) -> bool {
        let margin = (self.life / 5).min(Duration::from_secs(10)).max(least.min(self.life / 2));
        self.begin.elapsed() + margin < self.life
    }

    fn used(&self, is_fresh: bool) -> Authorization {
        let (header, with_credentials) = (self.header.clone(), self.with_credentials);
        Authorization { header, with_credentials, is_fresh }
    }
}

impl Slots {
    /// A token that allows what is asked; not `stale`, which was refused.
    pub(super) fn get(
        &self,
        transport: &Transport,
        request: &Request<'_>,
        asked: &Asked<'_>,
        stale: Option<&Authorization>,
    ) -> Result<Authorization, Attempt> {
        let key = Key {
            origin: asked.home.origin(),
            realm: asked.realm.to_owned(),
            service: asked.service.map(str::to_owned),
            scopes: asked.scopes.clone(),
        };
        let fits = |token: &Token| {
            token.lasts(asked.least) && stale.is_none_or(|stale| stale.header != token.header)
        };
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(token) = covering(&slots, &key).filter(fits) {
                return Ok(token.used(false));
            }
            Arc::clone(slots.entry(key).or_default())
        };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = slot.as_ref().filter(|it| fits(it)) {
            return Ok(token.used(false));
        }
        let token = token_server::fetch(transport, request, asked)?;
        let used = token.used(true);
        *slot = Some(token);
        Ok(used)
    }
}

/// A token that allows more than is asked. One that somebody is about to get does not count.
fn covering(slots: &BTreeMap<Key, Slot>, key: &Key) -> Option<Token> {
    slots
        .iter()
        .filter(|(it, _)| it.origin == key.origin && it.realm == key.realm)
        .filter(|(it, _)| it.service == key.service && it.scopes.covers(&key.scopes))
        .find_map(|(_, slot)| slot.try_lock().ok()?.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_left_before_they_end() {
        let token = |life, age| Token {
            header: Secret::new("x"),
            with_credentials: false,
            begin: Instant::now().checked_sub(Duration::from_secs(age)).unwrap(),
            life: Duration::from_secs(life),
        };
        assert!(token(60, 0).lasts(Duration::ZERO));
        assert!(!token(60, 51).lasts(Duration::ZERO));
        assert!(token(60, 29).lasts(Duration::from_secs(30)));
        assert!(!token(60, 31).lasts(Duration::from_secs(30)));
        // A short life is no reason to ask again each time.
        assert!(token(2, 0).lasts(Duration::from_secs(30)));
    }
}
