//! Requests and answers: TLS, proxies, credentials, redirects and retries are below this line.

mod attempt;
pub(crate) mod complaint;
pub(crate) mod exchange;
mod line;
mod proxy;
pub(crate) mod redirect;
pub(crate) mod retry;
mod scheme;
mod stream;
mod tls;
mod tunnel;
pub(crate) mod url;

use std::{
    collections::BTreeMap,
    fmt,
    io::Read,
    sync::{Arc, Mutex},
};

use plimsoll_image::Repository;

pub(crate) use self::attempt::Attempt;
use self::{line::Lines, proxy::Proxies, tls::Tls};
use crate::{Events, Options, RegistryError, auth::Auth};

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

/// What is asked for, within a repository's host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// Path and query: `/v2/a/b/manifests/1`.
    Path(String),
    /// A URL that the registry gave as `Location`. It may lie on another host: no credentials go there then.
    Url(String),
}

/// What a token must allow.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope {
    /// What is worked on.
    pub(crate) repository: Repository,
    /// Whether it is written to: `pull,push` instead of `pull`.
    pub(crate) write: bool,
    /// Further repositories of the host that are read, for a mount.
    pub(crate) also_pull: Vec<String>,
}

/// What is sent along.
pub(crate) enum Body<'a> {
    Empty,
    Bytes(&'a [u8]),
    /// A stream of known length, opened anew for each try.
    Stream {
        length: u64,
        open: &'a (dyn Fn() -> std::io::Result<Box<dyn Read + Send + 'a>> + Sync),
    },
}

/// Something to ask of a registry.
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) address: Address,
    pub(crate) scope: Scope,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body<'a>,
    /// Whether it may be sent again although an earlier one may have arrived. Never for `PATCH` and
    /// `PUT` into an upload session: there the caller begins a new session.
    pub(crate) repeatable: bool,
    /// What is tried, for messages, as an imperative: `read the manifest of a/b:1`.
    pub(crate) action: String,
}

/// What came back: any status that is not an error of authorisation, and no redirect.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The URL that answered, after redirects; relative `Location`s are relative to it.
    pub(crate) url: String,
    pub(crate) body: Box<dyn Read + Send>,
}

/// Only the status: queries of URLs and headers may hold what nobody should see.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| &**value)
    }
}

/// The way to all registries. Threads share it, and with it its connections.
#[derive(Debug)]
pub(crate) struct Transport {
    options: Options,
    agent: ureq::Agent,
    auth: Auth,
    /// For questions that are no requests.
    lines: Lines,
    /// Whether HTTPS is spoken to a host, for those where that had to be found out.
    schemes: Mutex<BTreeMap<String, bool>>,
}

impl Transport {
    pub(crate) fn new(options: Options) -> Self {
        let tls = Arc::new(Tls::new(&options.environment));
        let proxies = Arc::new(Proxies::new(&options.environment));
        let lines = || Lines {
            tls: Arc::clone(&tls),
            proxies: Arc::clone(&proxies),
            patience: options.patience,
        };
        let auth = Auth::new(&options.environment);
        let agent = exchange::agent(&options, lines());
        Self { agent, auth, lines: lines(), schemes: Mutex::default(), options }
    }

    /// Asks. Failures that may pass are tried again where the request may be repeated, or where it
    /// did not get as far as being sent. An answer that still says so after all tries is returned.
    pub(crate) fn send(
        &self,
        request: &Request<'_>,
        events: &dyn Events,
    ) -> Result<Answer, RegistryError> {
        self.with_retries(request, events)
    }
}

#[cfg(test)]
mod tests;
