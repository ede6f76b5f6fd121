//! What the environment says about registries, proxies and certificates.

use std::{fmt, path::PathBuf};

/// Where Docker and podman look for the certificates of a host.
const CERTIFICATES_BY_HOST: [&str; 2] = ["/etc/docker/certs.d", "/etc/containers/certs.d"];

/// The variables that matter to a client of registries; an empty one counts as unset.
#[derive(Clone, Default)]
pub struct Environment {
    /// `DOCKER_CONFIG`: the directory of Docker's `config.json`.
    pub docker_config: Option<PathBuf>,
    /// `REGISTRY_AUTH_FILE`: podman's file of credentials.
    pub registry_auth_file: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`, below which podman keeps `containers/auth.json`.
    pub xdg_runtime_dir: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, below which podman looks next.
    pub xdg_config_home: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `PATH`, on which credential helpers are looked up.
    pub path: Option<std::ffi::OsString>,
    /// `SSL_CERT_FILE`: certificates that take the place of the system's.
    pub ssl_cert_file: Option<PathBuf>,
    /// `SSL_CERT_DIR`: the same, as a directory.
    pub ssl_cert_dir: Option<PathBuf>,
    /// Directories in which a directory by the name of a host holds what TLS with it needs, as Docker
    /// and podman have it: `/etc/docker/certs.d`. No variable names them.
    pub docker_certs: Vec<PathBuf>,
    /// `HTTPS_PROXY` or `https_proxy`.
    pub https_proxy: Option<String>,
    /// `http_proxy`; `HTTP_PROXY` is not honoured where `REQUEST_METHOD` is set (CGI).
    pub http_proxy: Option<String>,
    /// `NO_PROXY` or `no_proxy`.
    pub no_proxy: Option<String>,
}

/// Without the values of proxies, which may hold passwords.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |it: &Option<String>| it.as_ref().map(|_| "(hidden)");
        f.debug_struct("Environment")
            .field("docker_config", &self.docker_config)
            .field("registry_auth_file", &self.registry_auth_file)
            .field("xdg_runtime_dir", &self.xdg_runtime_dir)
            .field("xdg_config_home", &self.xdg_config_home)
            .field("home", &self.home)
            .field("path", &self.path)
            .field("ssl_cert_file", &self.ssl_cert_file)
            .field("ssl_cert_dir", &self.ssl_cert_dir)
            .field("docker_certs", &self.docker_certs)
            .field("https_proxy", &hidden(&self.https_proxy))
            .field("http_proxy", &hidden(&self.http_proxy))
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

impl Environment {
    /// Asks `var` for the value of every variable that matters.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| var(name).filter(|it| !it.is_empty());
        let path = |name: &str| text(name).map(PathBuf::from);
        let either = |one: &str, other: &str| text(one).or_else(|| text(other));
        let upper = || text("HTTP_PROXY").filter(|_| text("REQUEST_METHOD").is_none());
        Self {
            docker_config: path("DOCKER_CONFIG"),
            registry_auth_file: path("REGISTRY_AUTH_FILE"),
            xdg_runtime_dir: path("XDG_RUNTIME_DIR"),
            xdg_config_home: path("XDG_CONFIG_HOME"),
            home: path("HOME"),
            path: text("PATH").map(Into::into),
            ssl_cert_file: path("SSL_CERT_FILE"),
            ssl_cert_dir: path("SSL_CERT_DIR"),
            docker_certs: CERTIFICATES_BY_HOST.iter().map(PathBuf::from).collect(),
            https_proxy: either("HTTPS_PROXY", "https_proxy"),
            http_proxy: text("http_proxy").or_else(upper),
            no_proxy: either("NO_PROXY", "no_proxy"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(vars: &[(&str, &str)]) -> Environment {
        Environment::from_vars(|name| {
            vars.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn proxies_are_taken_from_either_spelling_and_not_from_a_request() {
        let upper =
            [("HTTP_PROXY", "a"), ("https_proxy", "b"), ("NO_PROXY", ""), ("no_proxy", "c")];
        let found = of(&upper);
        assert_eq!(found.http_proxy.as_deref(), Some("a"));
        assert_eq!(found.https_proxy.as_deref(), Some("b"));
        assert_eq!(found.no_proxy.as_deref(), Some("c"));
        // Under CGI, whoever sends a header `Proxy:` sets HTTP_PROXY.
        let by_request = [("HTTP_PROXY", "a"), ("REQUEST_METHOD", "GET")];
        assert_eq!(of(&by_request).http_proxy, None);
    }

    #[test]
    fn passwords_of_proxies_are_not_shown() {
        let shown = format!(
            "{:?}",
            of(&[("HTTPS_PROXY", "http://u:hunter2@a"), ("http_proxy", "hunter2")])
        );
        assert!(shown.contains("(hidden)") && !shown.contains("hunter2"), "{shown}");
    }
}
