//! Who may do what: passwords, and tokens of a server on another port.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use base64::Engine as _;

use crate::{
    http::{self, Response},
    server::{Handler, Request},
};

/// Something that must be allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Needs {
    repository: String,
    action: String,
}

impl Needs {
    pub(crate) fn new(repository: &str, action: &str) -> Self {
        Self { repository: repository.to_owned(), action: action.to_owned() }
    }
}

/// What a registry asks for.
#[derive(Clone, Debug)]
pub(crate) enum Auth {
    Open,
    Basic { user: String, password: String },
    Token { tokens: Tokens, realm: String },
}

/// What each token allows, and for how many more requests it is good.
type Given = BTreeMap<String, (BTreeSet<Needs>, u32)>;

/// The tokens that were given, and to whom they are. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) user: String,
    pub(crate) password: String,
    /// Stands in the place of a password, and is sent by `POST`.
    pub(crate) identity: Option<String>,
    /// What nobody may do, whatever is asked.
    pub(crate) forbidden: BTreeSet<Needs>,
    /// A token is good for so many requests.
    pub(crate) uses: u32,
    given: Arc<Mutex<Given>>,
}

impl Tokens {
    pub(crate) fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.to_owned(),
            password: password.to_owned(),
            identity: None,
            forbidden: BTreeSet::new(),
            uses: u32::MAX,
            given: Arc::default(),
        }
    }

    /// All tokens that were given so far.
    pub(crate) fn given(&self) -> Vec<String> {
        self.given.lock().unwrap().keys().cloned().collect()
    }
}

impl Auth {
    /// What is answered to a request that lacks what it needs.
    pub(crate) fn refusal(&self, authorization: Option<&str>, needs: &[Needs]) -> Option<Response> {
        let unauthorized = |challenge: String| {
            let response = Response::error(401, "UNAUTHORIZED", "authentication required");
            Some(response.with("WWW-Authenticate", challenge))
        };
        match self {
            Self::Open => None,
            Self::Basic { user, password } => {
                let is_right = authorization == Some(&basic(user, password));
                if is_right { None } else { unauthorized("Basic realm=\"test\"".to_owned()) }
            }
            Self::Token { tokens, realm } => {
                let token = authorization.and_then(|it| it.strip_prefix("Bearer "));
                let mut given = tokens.given.lock().unwrap();
                let found = token.and_then(|it| given.get_mut(it)).filter(|(_, uses)| *uses > 0);
                if let Some((allowed, uses)) = found
                    && needs.iter().all(|it| allowed.contains(it))
                {
                    *uses -= 1;
                    return None;
                }
                let mut actions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
                for need in needs {
                    actions.entry(&need.repository).or_default().push(&need.action);
                }
                let scopes: Vec<String> = actions
                    .iter()
                    .map(|(name, actions)| format!("repository:{name}:{}", actions.join(",")))
                    .collect();
                let scope = match &*scopes.join(" ") {
                    "" => String::new(),
                    scopes => format!(",scope=\"{scopes}\""),
                };
                let error = if token.is_some() { ",error=\"insufficient_scope\"" } else { "" };
                unauthorized(format!(
                    "Bearer realm=\"{realm}\",service=\"test, of us\"{scope}{error}"
                ))
            }
        }
    }
}

/// The token server.
impl Handler for Tokens {
    fn answer(&self, request: &mut Request<'_>) -> Option<Response> {
        let (_, mut fields) = request.target();
        if request.head.method() == "POST" {
            let body = String::from_utf8(request.body().ok()?).unwrap_or_default();
            fields.extend(http::fields(&body));
        }
        let field = |name: &str| fields.iter().find(|(it, _)| it == name).map(|(_, it)| &**it);
        if field("service") != Some("test, of us") {
            return Some(Response::error(400, "UNSUPPORTED", "service is another"));
        }
        let is_right = match request.head.method() {
            "POST" => {
                let refresh = field("refresh_token").filter(|_| {
                    field("grant_type") == Some("refresh_token") && field("client_id").is_some()
                });
                // Servers without this way say so, and are asked by GET then.
                if self.identity.is_none() {
                    return Some(Response::error(404, "UNSUPPORTED", "no such page"));
                }
                refresh == self.identity.as_deref()
            }
            _ => request.head.header("authorization") == Some(&basic(&self.user, &self.password)),
        };
        if !is_right {
            return Some(
                Response::error(401, "UNAUTHORIZED", "wrong user or password")
                    .with("WWW-Authenticate", "Basic realm=\"tokens\""),
            );
        }
        let mut allowed = BTreeSet::new();
        let scopes = fields.iter().filter(|(name, _)| name == "scope");
        for scope in scopes.flat_map(|(_, it)| it.split(' ')).filter(|it| !it.is_empty()) {
            let Some((name, actions)) =
                scope.strip_prefix("repository:").and_then(|it| it.rsplit_once(':'))
            else {
                return Some(Response::error(400, "UNSUPPORTED", "no scope"));
            };
            allowed.extend(actions.split(',').map(|action| Needs::new(name, action)));
        }
        allowed.retain(|it| !self.forbidden.contains(it));
        let mut given = self.given.lock().unwrap();
        let token = format!("token-of-{}-{}", self.password, given.len());
        given.insert(token.clone(), (allowed, self.uses));
        // Some servers say one, some the other, some both.
        let key = ["token", "access_token"][given.len() % 2];
        let text = serde_json::json!({ key: token, "expires_in": 300 });
        Some(Response::new(200).body("application/json", text.to_string()))
    }
}

pub(crate) fn basic(user: &str, password: &str) -> String {
    let text = base64::prelude::BASE64_STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {text}")
}
