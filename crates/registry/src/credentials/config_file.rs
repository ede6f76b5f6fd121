//! Docker's `config.json`, and podman's `auth.json`, which is the same with more precise keys.
//!
//! A key of `auths` or `credHelpers` is a host, a URL of it as `https://host/v1/`, or a part of a host
//! as `host/team/app`. The longest that fits a repository holds. Docker Hub has three names, of which
//! `https://index.docker.io/v1/` is the one that Docker writes.

use std::{collections::BTreeMap, fs::File, io::Read as _, path::Path};

use base64::{Engine as _, engine::GeneralPurpose, engine::general_purpose};
use plimsoll_image::{DOCKER_HUB, Repository};
use serde::Deserialize;

use super::{Login, Secret};

/// How Docker Hub is called in these files and to helpers.
const DOCKER_HUB_SERVER: &str = "https://index.docker.io/v1/";
/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What of a file matters here.
#[derive(Default, Deserialize)]
pub(super) struct ConfigFile {
    #[serde(default)]
    auths: Option<BTreeMap<String, Option<Entry>>>,
    #[serde(default, rename = "credHelpers")]
    helpers: Option<BTreeMap<String, String>>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
}

/// The credentials of one key.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Entry {
    #[serde(default)]
    auth: Option<String>,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default, rename = "identitytoken")]
    identity_token: Option<String>,
    #[serde(default, rename = "registrytoken")]
    registry_token: Option<String>,
}

/// Who knows the credentials.
pub(super) enum Source {
    /// The file itself.
    Entry(Entry),
    /// A helper, and the entry that may stand beside it.
    Helper { name: String, server: String, entry: Option<Entry> },
}

/// Reads a file; nothing where there is none. Errors name the file and repeat nothing of it.
pub(super) fn read(path: &Path) -> Result<Option<ConfigFile>, String> {
    let shown = path.display();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{shown}: {error}")),
    };
    let mut text = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(|error| format!("{shown}: {error}"))?;
    if text.len() as u64 > LARGEST {
        return Err(format!("{shown} is larger than {LARGEST} bytes"));
    }
    if text.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    // The library's words may quote what it read, so that only the place is told.
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        format!("{shown}: line {}, column {} is not as it must be", error.line(), error.column())
    })
}

impl ConfigFile {
    /// Who is to be asked about a repository.
    pub(super) fn source_for(self, repository: &Repository) -> Option<Source> {
        let entry = self.auths.and_then(|auths| best(auths, repository)).and_then(|(_, it)| it);
        let named = self.helpers.and_then(|helpers| best(helpers, repository));
        let helper = match named {
            Some((_, name)) => Some(name),
            None => self.store,
        };
        match helper.filter(|name| !name.is_empty()) {
            Some(name) => Some(Source::Helper { name, server: server(repository), entry }),
            None => entry.map(Source::Entry),
        }
    }
}

impl Entry {
    /// The credentials; nothing where there is only an empty mark, as beside a helper.
    pub(super) fn login(&self) -> Result<Option<Login>, String> {
        let filled = |it: &Option<String>| it.clone().filter(|it| !it.is_empty());
        let (mut user, mut password) = (filled(&self.username), filled(&self.password));
        if let Some(auth) = filled(&self.auth) {
            let (name, secret) =
                decode(&auth).ok_or("an `auth` in it is not `user:password` in base64")?;
            user = Some(name);
            password = Some(secret).filter(|it| !it.is_empty());
        }
        if let Some(token) = filled(&self.registry_token) {
            return Ok(Some(Login::Registry(Secret::new(token))));
        }
        if let Some(token) = filled(&self.identity_token) {
            let user = user.unwrap_or_default();
            return Ok(Some(Login::Identity { user, token: Secret::new(token) }));
        }
        Ok(user.zip(password).map(|(user, password)| login(user, password)))
    }
}

/// A user and what proves it: `<token>` is nobody's name but says that the secret is a token.
pub(super) fn login(user: String, secret: String) -> Login {
    let secret = Secret::new(secret);
    if user == "<token>" {
        Login::Identity { user: String::new(), token: secret }
    } else {
        Login::Password { user, password: secret }
    }
}

fn decode(auth: &str) -> Option<(String, String)> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        general_purpose::GeneralPurposeConfig::new()
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    );
    let text = String::from_utf8(LENIENT.decode(auth.trim()).ok()?).ok()?;
    // Only the first colon divides: passwords may have more.
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.trim_matches('\0').to_owned()))
}

/// The value whose key fits best, with the key.
fn best<T>(of: BTreeMap<String, T>, repository: &Repository) -> Option<(String, T)> {
    of.into_iter()
        .filter_map(|(key, value)| Some((fit(&key, repository)?, key, value)))
        .max_by(|one, other| one.0.cmp(&other.0))
        .map(|(_, key, value)| (key, value))
}

/// How well a key fits: by the length of the path that it names, then plain hosts before URLs.
fn fit(key: &str, repository: &Repository) -> Option<(usize, bool)> {
    let bare = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
    let (host, path) = bare.unwrap_or(key).split_once('/').unwrap_or((bare.unwrap_or(key), ""));
    if canonical(&host.to_ascii_lowercase()) != repository.host {
        return None;
    }
    let path = path.trim_end_matches('/');
    let is_api = matches!(path, "v1" | "v2");
    if path.is_empty() || is_api || bare.is_some() {
        // Docker Hub's own spelling is the one that Docker writes.
        return Some((0, bare.is_none() || key == DOCKER_HUB_SERVER));
    }
    let rest = repository.path.strip_prefix(path)?;
    (rest.is_empty() || rest.starts_with('/')).then_some((path.len(), true))
}

/// What a helper is asked for.
fn server(repository: &Repository) -> String {
    let is_hub = repository.host == DOCKER_HUB;
    if is_hub { DOCKER_HUB_SERVER.to_owned() } else { repository.host.clone() }
}

fn canonical(host: &str) -> &str {
    match host {
        "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB,
        _ => host,
    }
}
