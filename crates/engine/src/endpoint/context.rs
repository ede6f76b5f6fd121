//! Docker contexts: engines that Docker's client knows by name.
//!
//! A context is described in `contexts/meta/ID/meta.json` of the client's configuration, and its
//! certificates are in `contexts/tls/ID/docker`, where ID is the SHA-256 of its name.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::environment::Environment;
use super::error::EndpointError;

/// The most that is read of any of the client's files: they are a few hundred bytes.
const SIZE_LIMIT: u64 = 1 << 20;

/// The context that stands for there being none.
const DEFAULT: &str = "default";

/// The engine that a context names.
pub(super) struct Context {
    pub(super) name: String,
    /// The address, as `docker context create` was given it.
    pub(super) host: String,
    /// The directory of its certificates, where it has some.
    pub(super) certificates: Option<PathBuf>,
}

/// The context in use; `None` where none is, or where it is the one that stands for the default.
pub(super) fn current(environment: &Environment) -> Result<Option<Context>, EndpointError> {
    let Some(directory) = environment.config_directory() else {
        // Another engine than the one asked for would be worse than none.
        return match &environment.docker_context {
            Some(name) if name != DEFAULT => {
                Err(EndpointError::NoConfiguration { name: name.clone() })
            }
            _ => Ok(None),
        };
    };
    let name = match &environment.docker_context {
        Some(name) => Some(name.clone()),
        None => read::<Config>(&directory.join("config.json"))?.and_then(|it| it.current_context),
    };
    let Some(name) = name.filter(|it| !it.is_empty() && it != DEFAULT) else {
        return Ok(None);
    };
    let id = id(&name);
    let path = directory.join("contexts/meta").join(&id).join("meta.json");
    let Some(meta) = read::<Meta>(&path)? else {
        return Err(EndpointError::ContextNotFound { name, path });
    };
    let host = meta.endpoints.get("docker").and_then(|it| it.host.clone());
    let Some(host) = host.filter(|it| !it.is_empty()) else {
        return Err(EndpointError::ContextWithoutHost { name, path });
    };
    let certificates = directory.join("contexts/tls").join(&id).join("docker");
    let certificates = certificates.is_dir().then_some(certificates);
    Ok(Some(Context { name, host, certificates }))
}

/// The directory name of a context: a name could be a path, its hash can't.
fn id(name: &str) -> String {
    let bytes: Vec<String> =
        Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.concat()
}

/// Reads a JSON document; `None` where there is no such file.
fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, EndpointError> {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|it| it.take(SIZE_LIMIT).read_to_end(&mut text));
    match read {
        Ok(_) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|source| EndpointError::NotJson { path: path.to_owned(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(EndpointError::Unreadable { path: path.to_owned(), source }),
    }
}

/// What matters of `config.json`.
#[derive(Deserialize)]
struct Config {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

/// What matters of `meta.json`.
#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints", default)]
    endpoints: BTreeMap<String, MetaEndpoint>,
}

#[derive(Deserialize)]
struct MetaEndpoint {
    #[serde(rename = "Host")]
    host: Option<String>,
}
