//! Which Docker Engine is meant.

mod address;
mod context;
pub(crate) mod environment;
pub(crate) mod error;

use std::fmt;
use std::path::{Path, PathBuf};

pub use address::Address;
use environment::Environment;
use error::EndpointError;

/// A Docker Engine's address, and who named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Where it listens.
    pub address: Address,
    /// Who said so.
    pub origin: Origin,
}

/// Who named an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The caller.
    Explicit,
    /// The variable `DOCKER_HOST`.
    DockerHost,
    /// The Docker context of this name.
    Context(String),
    /// Nobody: it is where engines listen by default.
    Default,
}

impl Endpoint {
    /// Chooses as Docker's own client does: `explicit`, then `DOCKER_HOST`, then the Docker context
    /// (`DOCKER_CONTEXT`, else `currentContext` of the client's `config.json`), then the default
    /// socket, and where that is absent the socket of a rootless engine.
    ///
    /// Only the client's configuration is read; nothing is connected to.
    ///
    /// TLS is used for `https://`, for a context with certificates, and for `tcp://` where
    /// `DOCKER_TLS_VERIFY` or `DOCKER_TLS` is set. Unlike Docker's client, the engine's certificate is
    /// verified in every case.
    ///
    /// # Errors
    /// An address that can't be used, or a context that can't be read.
    pub fn resolve(
        explicit: Option<&str>,
        environment: &Environment,
    ) -> Result<Self, EndpointError> {
        let certificates = environment.tls.then(|| environment.certificates()).flatten();
        if let Some(host) = explicit {
            return Self::named(host, Origin::Explicit, certificates, environment);
        }
        if let Some(host) = &environment.docker_host {
            return Self::named(host, Origin::DockerHost, certificates, environment);
        }
        if let Some(context) = context::current(environment)? {
            let origin = Origin::Context(context.name);
            return Self::named(&context.host, origin, context.certificates, environment);
        }
        Ok(Self { address: Address::Unix(default_socket(environment)), origin: Origin::Default })
    }

    fn named(
        host: &str,
        origin: Origin,
        certificates: Option<PathBuf>,
        environment: &Environment,
    ) -> Result<Self, EndpointError> {
        let fallback = environment.certificates();
        let address = Address::parse(host, &origin, certificates, fallback)?;
        Ok(Self { address, origin })
    }
}

/// The socket of the system's engine, or of a rootless one where only that is there.
fn default_socket(environment: &Environment) -> PathBuf {
    let system: &Path = &environment.default_socket;
    if !system.exists()
        && let Some(runtime) = &environment.xdg_runtime_dir
    {
        let rootless = runtime.join("docker.sock");
        if rootless.exists() {
            return rootless;
        }
    }
    system.to_owned()
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explicit => f.write_str("given explicitly"),
            Self::DockerHost => f.write_str("from DOCKER_HOST"),
            Self::Context(name) => write!(f, "from the Docker context `{name}`"),
            Self::Default => f.write_str("the default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A home directory with a Docker configuration in it.
    struct Home(tempfile::TempDir);

    impl Home {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn context(&self, id: &str, host: &str) {
            let meta = format!(r#"{{"Name":"x","Endpoints":{{"docker":{{"Host":"{host}"}}}}}}"#);
            self.write(&format!(".docker/contexts/meta/{id}/meta.json"), &meta);
        }

        fn resolve(&self, vars: &[(&str, &str)]) -> Result<Endpoint, EndpointError> {
            let mut environment = Environment::from_vars(|name| {
                let home = ("HOME", self.0.path().to_str().unwrap());
                let found = vars.iter().chain([&home]).find(|(it, _)| *it == name);
                found.map(|(_, value)| (*value).to_owned())
            });
            environment.default_socket = self.0.path().join("docker.sock");
            Endpoint::resolve(None, &environment)
        }
    }

    /// The SHA-256 of `box`, which is how Docker names the directory of that context.
    const BOX: &str = "26f8567f2569182294c3fa5b9f9cb2270b554eef628b4c149cf82a42888ff4ae";

    #[test]
    fn without_any_setting_it_is_the_default_socket() {
        let home = Home::new();
        let endpoint = home.resolve(&[]).unwrap();
        assert_eq!(endpoint.address, Address::Unix(home.0.path().join("docker.sock")));
        assert_eq!(endpoint.origin, Origin::Default);
        assert_eq!(
            Environment::from_vars(|_| None).default_socket,
            Path::new("/var/run/docker.sock")
        );
    }

    #[test]
    fn a_rootless_socket_is_taken_only_where_the_default_one_is_absent() {
        let home = Home::new();
        home.write("run/docker.sock", "");
        let runtime = home.0.path().join("run");
        let vars = [("XDG_RUNTIME_DIR", runtime.to_str().unwrap())];
        assert_eq!(
            home.resolve(&vars).unwrap().address,
            Address::Unix(runtime.join("docker.sock"))
        );
        home.write("docker.sock", "");
        assert_eq!(
            home.resolve(&vars).unwrap().address,
            Address::Unix(home.0.path().join("docker.sock"))
        );
    }

    #[test]
    fn explicit_beats_docker_host_beats_context() {
        let home = Home::new();
        home.context(BOX, "tcp://box:1");
        let context = home.resolve(&[("DOCKER_CONTEXT", "box")]).unwrap();
        assert_eq!(context.to_string(), "tcp://box:1");
        assert_eq!(context.origin, Origin::Context("box".to_owned()));

        let vars = [("DOCKER_CONTEXT", "box"), ("DOCKER_HOST", "tcp://host:2")];
        let host = home.resolve(&vars).unwrap();
        assert_eq!((host.to_string().as_str(), host.origin), ("tcp://host:2", Origin::DockerHost));

        let environment = Environment::from_vars(|name| {
            (name == "DOCKER_HOST").then(|| "tcp://host:2".to_owned())
        });
        let explicit = Endpoint::resolve(Some("tcp://given:3"), &environment).unwrap();
        assert_eq!(explicit.to_string(), "tcp://given:3");
        assert_eq!(explicit.origin, Origin::Explicit);
    }

    #[test]
    fn the_current_context_comes_from_the_configuration() {
        let home = Home::new();
        home.context(BOX, "unix:///run/box.sock");
        home.write(".docker/config.json", r#"{"auths":{},"currentContext":"box"}"#);
        let endpoint = home.resolve(&[]).unwrap();
        assert_eq!(endpoint.to_string(), "unix:///run/box.sock");
        let default = home.resolve(&[("DOCKER_CONTEXT", "default")]).unwrap();
        assert_eq!(default.origin, Origin::Default);
    }

    #[test]
    fn docker_config_replaces_the_directory_in_home() {
        let home = Home::new();
        home.write(".docker/config.json", r#"{"currentContext":"absent"}"#);
        home.write("other/config.json", "{}");
        let other = home.0.path().join("other");
        let endpoint = home.resolve(&[("DOCKER_CONFIG", other.to_str().unwrap())]).unwrap();
        assert_eq!(endpoint.origin, Origin::Default);
    }

    #[test]
    fn empty_variables_count_as_unset() {
        let vars = [("DOCKER_HOST", ""), ("DOCKER_CONTEXT", ""), ("DOCKER_CONFIG", "")];
        assert_eq!(Home::new().resolve(&vars).unwrap().origin, Origin::Default);
    }

    #[test]
    fn an_unknown_context_names_where_it_was_looked_for() {
        let home = Home::new();
        let error = home.resolve(&[("DOCKER_CONTEXT", "nowhere")]).unwrap_err();
        let EndpointError::ContextNotFound { name, path } = error else {
            panic!("{error:?}");
        };
        assert_eq!(name, "nowhere");
        assert!(path.starts_with(home.0.path().join(".docker/contexts/meta")), "{path:?}");
    }

    #[test]
    fn a_context_that_cannot_be_looked_for_is_not_passed_over() {
        let only_context = |name: &str| (name == "DOCKER_CONTEXT").then(|| "box".to_owned());
        let error = Endpoint::resolve(None, &Environment::from_vars(only_context)).unwrap_err();
        assert!(matches!(error, EndpointError::NoConfiguration { name } if name == "box"));
    }

    #[test]
    fn a_broken_configuration_names_its_file() {
        let home = Home::new();
        home.write(".docker/config.json", "{");
        let error = home.resolve(&[]).unwrap_err();
        let EndpointError::NotJson { path, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(path, home.0.path().join(".docker/config.json"));
    }

    #[test]
    fn a_context_without_an_engine_is_refused() {
        let home = Home::new();
        home.write(
            &format!(".docker/contexts/meta/{BOX}/meta.json"),
            r#"{"Name":"box","Endpoints":{"kubernetes":{}}}"#,
        );
        let error = home.resolve(&[("DOCKER_CONTEXT", "box")]).unwrap_err();
        assert!(matches!(error, EndpointError::ContextWithoutHost { .. }), "{error:?}");
    }

    #[test]
    fn a_context_brings_its_certificates() {
        let home = Home::new();
        home.context(BOX, "tcp://box:2376");
        home.write(&format!(".docker/contexts/tls/{BOX}/docker/ca.pem"), "");
        let endpoint = home.resolve(&[("DOCKER_CONTEXT", "box")]).unwrap();
        let directory = home.0.path().join(format!(".docker/contexts/tls/{BOX}/docker"));
        let expected =
            Address::Tcp { authority: "box:2376".to_owned(), certificates: Some(directory) };
        assert_eq!(endpoint.address, expected);
    }

    #[test]
    fn tls_variables_choose_certificates_for_docker_host() {
        let home = Home::new();
        let certificates = |vars: &[(&str, &str)]| match home.resolve(vars).unwrap().address {
            Address::Tcp { certificates, .. } => certificates,
            Address::Unix(_) => panic!("not TCP"),
        };
        let host = ("DOCKER_HOST", "tcp://box");
        assert_eq!(certificates(&[host]), None);
        assert_eq!(certificates(&[host, ("DOCKER_CERT_PATH", "/certs")]), None);
        assert_eq!(
            certificates(&[host, ("DOCKER_TLS_VERIFY", "1"), ("DOCKER_CERT_PATH", "/certs")]),
            Some(PathBuf::from("/certs"))
        );
        assert_eq!(
            certificates(&[host, ("DOCKER_TLS_VERIFY", "1")]),
            Some(home.0.path().join(".docker"))
        );
    }
}
