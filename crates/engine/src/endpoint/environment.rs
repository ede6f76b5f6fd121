//! What the environment says about the Docker Engine.

use std::path::PathBuf;

/// The variables that say which Docker Engine is meant; an empty one counts as unset.
#[derive(Clone, Debug)]
pub struct Environment {
    pub(crate) docker_host: Option<String>,
    pub(crate) docker_context: Option<String>,
    /// Whether `DOCKER_TLS_VERIFY` or `DOCKER_TLS` is set, to whatever value.
    pub(crate) tls: bool,
    pub(crate) xdg_runtime_dir: Option<PathBuf>,
    /// A field, because tests can't have a socket at the real place.
    pub(crate) default_socket: PathBuf,
    docker_cert_path: Option<PathBuf>,
    docker_config: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl Environment {
    /// Asks `var` for the value of every variable that matters. A program passes its own
    /// environment: `Environment::from_vars(|name| std::env::var(name).ok())`.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| var(name).filter(|it| !it.is_empty());
        let path = |name| text(name).map(PathBuf::from);
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            tls: text("DOCKER_TLS_VERIFY").or_else(|| text("DOCKER_TLS")).is_some(),
            xdg_runtime_dir: path("XDG_RUNTIME_DIR"),
            default_socket: PathBuf::from("/var/run/docker.sock"),
            docker_cert_path: path("DOCKER_CERT_PATH"),
            docker_config: path("DOCKER_CONFIG"),
            home: path("HOME"),
        }
    }

    /// The directory of the Docker client's configuration; `None` without a home.
    pub(crate) fn config_directory(&self) -> Option<PathBuf> {
        let in_home = || self.home.as_ref().map(|it| it.join(".docker"));
        self.docker_config.clone().or_else(in_home)
    }

    /// The directory with `ca.pem`, `cert.pem` and `key.pem`.
    pub(crate) fn certificates(&self) -> Option<PathBuf> {
        self.docker_cert_path.clone().or_else(|| self.config_directory())
    }
}
