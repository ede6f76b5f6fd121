//! A registry with everything around it: token server, CDN, a stranger, proxies that let things go
//! wrong, and the client's settings for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
    time::Duration,
};

use base64::Engine as _;
use plimsoll_registry::{Client, Environment, Options};

use crate::{
    auth::{Auth, Tokens},
    faults::Plan,
    http::Response,
    image::TestImage,
    proxy,
    random::Random,
    record::Record,
    registry::{Registry, Settings, ranged},
    server::{Request, Server},
};

/// What a registry asks of clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Open,
    Basic,
    Token,
    /// The client has an identity token in the place of a password.
    Identity,
}

pub(crate) const USER: &str = "somebody";

/// All servers of a test. They end when it is dropped.
pub(crate) struct World {
    /// How the client knows the registry: `127.0.0.1:PORT`.
    pub(crate) host: String,
    pub(crate) registry: Registry,
    pub(crate) tokens: Tokens,
    pub(crate) record: Record,
    pub(crate) plan: Arc<Plan>,
    pub(crate) options: Options,
    /// A directory for what a test writes.
    pub(crate) directory: tempfile::TempDir,
    access: Access,
    password: String,
    identity: String,
    hosts: Vec<String>,
    _servers: Vec<Server>,
}

/// How a world is made.
pub(crate) struct Making {
    pub(crate) access: Access,
    pub(crate) settings: Settings,
    pub(crate) with_cdn: bool,
    pub(crate) plan: Plan,
    pub(crate) tokens: fn(&mut Tokens),
}

impl Default for Making {
    fn default() -> Self {
        Self {
            access: Access::Open,
            settings: Settings::default(),
            with_cdn: false,
            plan: Plan::none(),
            tokens: |_| {},
        }
    }
}

impl World {
    /// An open registry where nothing goes wrong.
    pub(crate) fn open() -> Self {
        Self::new(Making::default())
    }

    pub(crate) fn new(making: Making) -> Self {
        let Making { access, mut settings, with_cdn, plan, tokens: change } = making;
        let record = Record::default();
        let plan = Arc::new(plan);
        let password = format!("password-{}", plan.seed);
        let identity = format!("identity-{}", plan.seed);
        let stranger = stranger(&record, plan.seed);
        let mut tokens = Tokens::new(USER, &password);
        tokens.identity = (access == Access::Identity).then(|| identity.clone());
        change(&mut tokens);

        let token = Server::http("token", &record, tokens.clone());
        let token_proxy = proxy::start("token-proxy", &token.host, &stranger.host, &plan, &record);
        settings.auth = match access {
            Access::Open => Auth::Open,
            Access::Basic => Auth::Basic { user: USER.to_owned(), password: password.clone() },
            Access::Token | Access::Identity => {
                let realm = format!("http://{}/token", token_proxy.host);
                Auth::Token { tokens: tokens.clone(), realm }
            }
        };
        let mut registry = Registry::new(settings);
        let cdn = Server::http("cdn", &record, cdn(&registry));
        let cdn_proxy = proxy::start("cdn-proxy", &cdn.host, &stranger.host, &plan, &record);
        registry.settings.cdn = with_cdn.then(|| cdn_proxy.host.clone());
        let server = Server::http("registry", &record, registry.clone());
        let front = proxy::start("registry-proxy", &server.host, &stranger.host, &plan, &record);

        let directory = tempfile::tempdir().unwrap();
        let host = front.host.clone();
        let servers = vec![front, server, token_proxy, token, cdn_proxy, cdn, stranger];
        let mut world = Self {
            hosts: servers.iter().map(|it| it.host.clone()).collect(),
            _servers: servers,
            options: Options::default(),
            host,
            registry,
            tokens,
            record,
            plan,
            directory,
            access,
            password,
            identity,
        };
        world.options = Options {
            environment: Environment {
                docker_config: Some(world.directory.path().join("docker")),
                ..Environment::default()
            },
            insecure: BTreeSet::new(),
            connections: 3,
            retries: 5,
            patience: Duration::from_secs(1),
            pause: Duration::from_millis(1),
            ..Options::default()
        };
        let password = world.password.clone();
        world.log_in(&password);
        world
    }

    /// Writes Docker's `config.json`; an open registry has an entry in it as well, for nobody to use.
    pub(crate) fn log_in(&self, password: &str) {
        let directory = self.directory.path().join("docker");
        fs::create_dir_all(&directory).unwrap();
        let pair =
            |secret: &str| base64::prelude::BASE64_STANDARD.encode(format!("{USER}:{secret}"));
        let entry = if self.access == Access::Identity {
            serde_json::json!({ "auth": pair(""), "identitytoken": self.identity })
        } else {
            serde_json::json!({ "auth": pair(password) })
        };
        let text = serde_json::json!({ "auths": { &self.host: entry } });
        fs::write(directory.join("config.json"), text.to_string()).unwrap();
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.options.clone())
    }

    /// Puts an image there, as another client would have.
    pub(crate) fn put(&self, repository: &str, tag: &str, image: &TestImage) {
        self.registry.put(repository, tag, &image.root, &image.blobs);
    }

    /// What must never leave the two hosts that it is for.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let pair =
            |secret: &str| base64::prelude::BASE64_STANDARD.encode(format!("{USER}:{secret}"));
        let mut secrets = self.tokens.given();
        secrets.extend([self.password.clone(), self.identity.clone(), pair(&self.password)]);
        secrets
    }

    /// What a client must not have done, judging from all that servers saw and hold.
    pub(crate) fn sins(&self) -> Vec<String> {
        let mut sins = self.registry.state().broken_tags();
        sins.extend(self.replays());
        let secrets = self.secrets();
        let given = self.tokens.given();
        for seen in self.record.all() {
            let authorization = seen.header("authorization").unwrap_or_default();
            let why = match seen.role {
                "registry" | "registry-proxy" => match self.access {
                    Access::Open if !authorization.is_empty() => {
                        "credentials that nobody asked for"
                    }
                    Access::Token | Access::Identity if authorization.starts_with("Basic") => {
                        "the password is not for the registry"
                    }
                    _ => continue,
                },
                "token" | "token-proxy" => {
                    if !given.iter().any(|it| seen.holds(it)) {
                        continue;
                    }
                    "a token went back to the token server"
                }
                _ if !authorization.is_empty() => "credentials for another host",
                _ if secrets.iter().any(|it| seen.holds(it)) => "a secret for another host",
                _ => continue,
            };
            sins.push(format!("{}: {}: {why}", seen.role, seen.line()));
        }
        sins
    }

    /// What was sent into an upload session a second time. Judged from what the proxy saw: it sees requests
    /// in the order in which the client sent them, where half a request may reach the registry late.
    fn replays(&self) -> Vec<String> {
        let refused = self.registry.state().refused.clone();
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        let mut ended = BTreeSet::new();
        let mut found = Vec::new();
        for seen in self.record.of("registry-proxy") {
            let (session, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
            if !session.contains("/blobs/uploads/") || session.ends_with('/') {
                continue;
            }
            match &*seen.method {
                "PUT" | "PATCH" => {
                    let place =
                        query.split('&').find(|it| it.starts_with("place=")).unwrap_or_default();
                    let times = used.entry(format!("{session}?{place}")).or_default();
                    *times += 1;
                    let free = refused.iter().filter(|it| **it == seen.target).count();
                    if *times > 1 + free || ended.contains(session) {
                        found.push(format!("session replayed: {}", seen.line()));
                    }
                }
                "DELETE" => {
                    ended.insert(session.to_owned());
                }
                _ => {}
            }
        }
        found
    }

    /// Why an error is not one that helps a user, if it is not.
    pub(crate) fn unclear(&self, error: &dyn std::error::Error) -> Option<String> {
        let mut text = error.to_string();
        let names_host = self.hosts.iter().any(|it| text.contains(it));
        let mut next = error.source();
        while let Some(source) = next {
            text = format!("{text}: {source}");
            next = source.source();
        }
        if self.secrets().iter().any(|it| text.contains(it)) || text.contains("signature=") {
            return Some(format!("it holds a secret: {text}"));
        }
        // The host, and more than that: what was tried and what came of it.
        let is_clear = names_host && text.split(' ').count() > 4 && !text.contains('\n');
        (!is_clear).then_some(text)
    }
}

/// Serves blobs by signed URLs.
fn cdn(registry: &Registry) -> impl Fn(&mut Request<'_>) -> Option<Response> + use<> {
    let registry = registry.clone();
    move |request| {
        let (path, query) = request.target();
        if query != [("signature".to_owned(), "secret".to_owned())] {
            return Some(Response::new(403));
        }
        // A signature and credentials at once are an error for the real ones.
        if request.head.header("authorization").is_some() {
            return Some(Response::new(400));
        }
        let (name, digest) = path.trim_start_matches('/').rsplit_once('/')?;
        let digest = digest.parse().ok()?;
        let bytes = registry.state().repo(name).blobs.get(&digest).cloned();
        Some(match bytes {
            Some(bytes) => ranged(request, registry.settings.ranges, bytes),
            None => Response::new(404),
        })
    }
}

/// A host that nobody trusts, and that would like to have credentials.
fn stranger(record: &Record, seed: u64) -> Server {
    Server::http("stranger", record, move |request: &mut Request<'_>| {
        let mut random = Random::of(seed, request.head.target());
        let host = request.head.header("host").unwrap_or_default().to_owned();
        let bearer = format!("Bearer realm=\"http://{host}/token\",service=\"test, of us\"");
        Some(match random.below(5) {
            0 => Response::new(401).with("WWW-Authenticate", "Basic realm=\"test\""),
            1 => Response::new(401).with("WWW-Authenticate", bearer),
            2 => Response::new(404),
            3 => Response::new(200).body("application/octet-stream", random.bytes(500)),
            _ => Response::new(200).body("application/json", "{\"token\":\"of-a-stranger\"}"),
        })
    })
}
