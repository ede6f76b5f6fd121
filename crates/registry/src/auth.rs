//! Who may do what: answers to `WWW-Authenticate`, by name and password or by tokens (distribution
//! specification, "token authentication").
//!
//! Nothing is asked or read before a registry says that it wants credentials. What it said is kept, so
//! that later requests bring along what they need. Credentials go to the registry that they are for,
//! and to the token server that it names if that is reached by HTTPS (or is this very machine, or may be
//! spoken to in plain HTTP).

pub(crate) mod challenge;
mod scopes;
mod token;
mod token_server;

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use self::{challenge::Challenge, scopes::Scopes, token::Slots};
use crate::{
    Environment, RegistryError,
    credentials::{Credentials, Login, Secret},
    transport::{Attempt, Request, Transport, complaint, url::Url},
};

/// What a request brings along.
#[derive(Clone, Debug)]
pub(crate) struct Authorization {
    /// The value of the header.
    pub(crate) header: Secret,
    /// Whether credentials are behind it, and not only the anonymous token that everybody gets.
    pub(crate) with_credentials: bool,
    /// Whether it is a token made for this very request: another one would not help.
    pub(crate) is_fresh: bool,
}

/// What a registry asked for.
#[derive(Clone, Debug)]
enum Wanted {
    Basic,
    Bearer { realm: String, service: Option<String> },
}

/// What is known about everybody's credentials and tokens. Threads share it.
#[derive(Debug)]
pub(crate) struct Auth {
    credentials: Credentials,
    /// By the registry's origin.
    wanted: Mutex<BTreeMap<String, Wanted>>,
    tokens: Slots,
}

impl Auth {
    pub(crate) fn new(environment: &Environment) -> Self {
        Self {
            credentials: Credentials::new(environment),
            wanted: Mutex::default(),
            tokens: Slots::default(),
        }
    }

    /// What a request needs by all that is known; nothing at the first one to a registry.
    pub(crate) fn ready(
        &self,
        transport: &Transport,
        request: &Request<'_>,
        home: &Url,
    ) -> Result<Option<Authorization>, Attempt> {
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = wanted.get(&home.origin()).cloned();
        match wanted {
            None => Ok(None),
            Some(wanted) => self.make(transport, request, home, &wanted, None, Scopes::default()),
        }
    }

    /// What to bring along after a 401 to what was sent with `used`.
    pub(crate) fn answer(
        &self,
        transport: &Transport,
        request: &Request<'_>,
        home: &Url,
        challenges: &[Challenge],
        used: Option<&Authorization>,
        body: &[u8],
    ) -> Result<Authorization, Attempt> {
        let denied = |reason: String, with_credentials: bool| {
            Attempt::Final(RegistryError::Denied {
                host: request.scope.repository.host.clone(),
                action: request.action.clone(),
                reason,
                with_credentials,
            })
        };
        let said = complaint::words(body);
        let bearer =
            challenges.iter().find(|it| it.scheme == "bearer" && it.get("realm").is_some());
        let basic = challenges.iter().find(|it| it.scheme == "basic");
        let wanted = match (bearer, basic) {
            (Some(it), _) => Wanted::Bearer {
                realm: it.get("realm").unwrap_or_default().to_owned(),
                service: it.get("service").map(str::to_owned),
            },
            (None, Some(_)) => Wanted::Basic,
            (None, None) => {
                let names: Vec<_> = challenges.iter().map(|it| &*it.scheme).collect();
                let reason = match (&*said, &*names.join(", ")) {
                    ("", "") => "it wants credentials and does not say how".to_owned(),
                    ("", names) => format!(
                        "it wants credentials in a way that is not supported: {}",
                        complaint::one_line(names)
                    ),
                    (said, _) => said.to_owned(),
                };
                return Err(denied(reason, used.is_some_and(|it| it.with_credentials)));
            }
        };
        if let Some(used) = used.filter(|it| it.is_fresh) {
            return Err(denied(
                refused(&said, bearer, used.with_credentials),
                used.with_credentials,
            ));
        }
        let extra = Scopes::parse(bearer.and_then(|it| it.get("scope")).unwrap_or_default());
        let made = self.make(transport, request, home, &wanted, used, extra)?;
        if let Some(used) =
            used.filter(|used| made.as_ref().is_some_and(|it| it.header == used.header))
        {
            return Err(denied(
                refused(&said, bearer, used.with_credentials),
                used.with_credentials,
            ));
        }
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).insert(home.origin(), wanted);
        made.ok_or_else(|| {
            let hint = "it wants credentials, and there are none for it";
            let reason = if said.is_empty() { hint.to_owned() } else { format!("{hint} ({said})") };
            denied(reason, false)
        })
    }

    /// The authorisation of a request; `stale` is one that did not help. Nothing where a name and a
    /// password are wanted and there are none.
    fn make(
        &self,
        transport: &Transport,
        request: &Request<'_>,
        home: &Url,
        wanted: &Wanted,
        stale: Option<&Authorization>,
        extra: Scopes,
    ) -> Result<Option<Authorization>, Attempt> {
        let login = self.credentials.of(&request.scope.repository).map_err(Attempt::Final)?;
        match (wanted, login) {
            (_, Some(Login::Registry(token))) => {
                let header = Secret::new(format!("Bearer {}", token.expose()));
                Ok(Some(Authorization { header, with_credentials: true, is_fresh: false }))
            }
            (Wanted::Basic, Some(login)) => {
                let header = basic(&login);
                Ok(Some(Authorization { header, with_credentials: true, is_fresh: false }))
            }
            (Wanted::Basic, None) => Ok(None),
            (Wanted::Bearer { realm, service }, login) => {
                let mut scopes = Scopes::of(&request.scope);
                scopes.add(extra);
                let asked = token::Asked {
                    home,
                    realm,
                    service: service.as_deref(),
                    scopes,
                    login: login.as_ref(),
                    // An upload that has begun can't get another token under way.
                    least: if request.repeatable {
                        Duration::ZERO
                    } else {
                        Duration::from_secs(30)
                    },
                };
                self.tokens.get(transport, request, &asked, stale).map(Some)
            }
        }
    }
}

/// The header for a name and a password.
fn basic(login: &Login) -> Secret {
    let (user, secret) = match login {
        Login::Password { user, password } => (&**user, password),
        Login::Identity { user, token } if user.is_empty() => ("<token>", token),
        Login::Identity { user, token } => (&**user, token),
        Login::Registry(token) => ("", token),
    };
    Secret::new(format!("Basic {}", STANDARD.encode(format!("{user}:{}", secret.expose()))))
}

/// Why credentials or a token did not help, in words.
fn refused(said: &str, bearer: Option<&Challenge>, with_credentials: bool) -> String {
    let what = match (bearer.is_some(), with_credentials) {
        (true, true) => "it does not exist, or these credentials may not do that",
        (true, false) => "it does not exist, or needs a login",
        (false, _) => "the credentials for it are not accepted",
    };
    if said.is_empty() { what.to_owned() } else { format!("{what} ({said})") }
}
