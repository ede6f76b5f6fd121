//! Credentials for registries, from where `docker login` and `podman login` put them.
//!
//! These files are asked in turn, and the first that says something about the repository is believed:
//!
//! 1. `REGISTRY_AUTH_FILE`;
//! 2. `config.json` in `DOCKER_CONFIG`, where that is set: what is asked for by name comes before defaults;
//! 3. `containers/auth.json` in `XDG_RUNTIME_DIR`, then in `XDG_CONFIG_HOME`, then in `~/.config`;
//! 4. `~/.docker/config.json`.
//!
//! A file that does not exist says nothing; one that can't be read is an error.
//!
//! The crate `docker_credential` is not used: it reads the environment of the process, waits for helpers
//! without end, puts what they print into its errors, and knows neither repositories below a host nor
//! registry tokens.

mod config_file;
mod helper;
mod secret;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use plimsoll_image::Repository;

pub(crate) use self::secret::Secret;
use crate::{Environment, RegistryError};

/// How long a helper may take. Some ask the user to unlock something, but no build waits longer.
const HELPER_PATIENCE: Duration = Duration::from_secs(10);

/// How somebody proves who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Login {
    /// A user and a password.
    Password { user: String, password: Secret },
    /// A token that is exchanged for those of single requests, and the user beside it, if any.
    Identity { user: String, token: Secret },
    /// A token that the registry takes as it is.
    Registry(Secret),
}

/// Where credentials come from, and those that were found.
#[derive(Debug)]
pub(crate) struct Credentials {
    environment: Environment,
    /// How long a helper may take.
    patience: Duration,
    found: Mutex<BTreeMap<Repository, Option<Login>>>,
}

impl Credentials {
    pub(crate) fn new(environment: &Environment) -> Self {
        Self {
            environment: environment.clone(),
            patience: HELPER_PATIENCE,
            found: Mutex::default(),
        }
    }

    /// The credentials for a repository; nothing is read before somebody asks. A helper is run once
    /// for all threads.
    pub(crate) fn of(&self, repository: &Repository) -> Result<Option<Login>, RegistryError> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(login) = found.get(repository) {
            return Ok(login.clone());
        }
        let login = self.look(repository).map_err(|reason| RegistryError::Credentials {
            host: repository.host.clone(),
            reason,
        })?;
        found.insert(repository.clone(), login.clone());
        Ok(login)
    }

    fn look(&self, repository: &Repository) -> Result<Option<Login>, String> {
        for path in self.files() {
            let Some(file) = config_file::read(&path)? else { continue };
            let source = file.source_for(repository);
            let login = match source {
                None => None,
                Some(config_file::Source::Entry(entry)) => {
                    entry.login().map_err(|reason| format!("{}: {reason}", path.display()))?
                }
                Some(config_file::Source::Helper { name, server, entry }) => {
                    let path_variable = self.environment.path.as_deref();
                    match helper::get(&name, &server, path_variable, self.patience)? {
                        Some(login) => Some(login),
                        None => entry
                            .map_or(Ok(None), |it| it.login())
                            .map_err(|reason| format!("{}: {reason}", path.display()))?,
                    }
                }
            };
            if login.is_some() {
                return Ok(login);
            }
        }
        Ok(None)
    }

    fn files(&self) -> Vec<PathBuf> {
        let of = &self.environment;
        let below = |directory: &Option<PathBuf>, rest: &str| {
            directory.as_ref().map(|directory| directory.join(rest))
        };
        [
            of.registry_auth_file.clone(),
            below(&of.docker_config, "config.json"),
            below(&of.xdg_runtime_dir, "containers/auth.json"),
            below(&of.xdg_config_home, "containers/auth.json"),
            below(&of.home, ".config/containers/auth.json"),
            below(&of.home, ".docker/config.json").filter(|_| of.docker_config.is_none()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[cfg(test)]
mod tests;
