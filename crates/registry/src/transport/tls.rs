//! Which certificates are trusted, found out when TLS is first spoken: a push to a registry that speaks
//! plain HTTP must not wait for a hundred certificates to be read.
//!
//! The system's roots hold, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name instead of them. Where the
//! system has none, as in an image from scratch, Mozilla's list takes their place. As with Docker,
//! `certs.d/HOST/` adds a host's own roots (`*.crt`) and holds certificates of the client (`*.cert`
//! with `*.key`).

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use crate::Environment;

/// Why a connection can't even be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SetupProblem {
    /// A variable of the environment names what can't be used.
    Variable(&'static str, String),
    /// Something else of this machine.
    Other(String),
}

/// TLS as it is spoken with each host.
#[derive(Debug)]
pub(crate) struct Tls {
    file: Option<PathBuf>,
    directory: Option<PathBuf>,
    by_host: Vec<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    roots: Option<Arc<RootCertStore>>,
    configs: BTreeMap<String, Arc<ClientConfig>>,
}

impl Tls {
    pub(crate) fn new(environment: &Environment) -> Self {
        Self {
            file: environment.ssl_cert_file.clone(),
            directory: environment.ssl_cert_dir.clone(),
            by_host: environment.docker_certs.clone(),
            state: Mutex::default(),
        }
    }

    /// How TLS is spoken with `host:port`, a host without its port being on 443.
    pub(crate) fn config(&self, host: &str) -> Result<Arc<ClientConfig>, SetupProblem> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = state.configs.get(host) {
            return Ok(Arc::clone(config));
        }
        let roots = match &state.roots {
            Some(roots) => Arc::clone(roots),
            None => Arc::new(self.roots()?),
        };
        state.roots = Some(Arc::clone(&roots));
        let config = Arc::new(self.config_of(host, roots)?);
        state.configs.insert(host.to_owned(), Arc::clone(&config));
        Ok(config)
    }

    fn config_of(
        &self,
        host: &str,
        mut roots: Arc<RootCertStore>,
    ) -> Result<ClientConfig, SetupProblem> {
        let mut client = None;
        for directory in &self.by_host {
            for path in listed(&directory.join(host)) {
                match path.extension().and_then(|it| it.to_str()) {
                    Some("crt") => {
                        let certificates = certificates(&path).map_err(SetupProblem::Other)?;
                        Arc::make_mut(&mut roots).add_parsable_certificates(certificates);
                    }
                    Some("cert") if client.is_none() => {
                        let chain = certificates(&path).map_err(SetupProblem::Other)?;
                        let key_path = path.with_extension("key");
                        let key = PrivateKeyDer::from_pem_file(&key_path).map_err(|_| {
                            let shown = key_path.display();
                            SetupProblem::Other(format!("{shown} holds no private key"))
                        })?;
                        client = Some((chain, key));
                    }
                    _ => {}
                }
            }
        }
        let builder = builder()?.with_root_certificates(roots);
        match client {
            None => Ok(builder.with_no_client_auth()),
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|error| {
                SetupProblem::Other(format!(
                    "the client's certificate for it can't be used: {error}"
                ))
            }),
        }
    }

    fn roots(&self) -> Result<RootCertStore, SetupProblem> {
        let mut roots = RootCertStore::empty();
        for (name, path, is_file) in
            [("SSL_CERT_FILE", &self.file, true), ("SSL_CERT_DIR", &self.directory, false)]
        {
            let Some(path) = path else { continue };
            let (file, directory) =
                if is_file { (Some(&**path), None) } else { (None, Some(&**path)) };
            let found = rustls_native_certs::load_certs_from_paths(file, directory);
            let (added, _) = roots.add_parsable_certificates(found.certs);
            if added == 0 {
                let why = match fs::metadata(path) {
                    Err(error) => error.to_string(),
                    Ok(_) => found
                        .errors
                        .first()
                        .map_or_else(|| "it holds no certificate".to_owned(), ToString::to_string),
                };
                return Err(SetupProblem::Variable(name, format!("{}: {why}", path.display())));
            }
        }
        if self.file.is_none() && self.directory.is_none() {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                let list = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
                roots.add_parsable_certificates(list.iter().cloned());
            }
        }
        Ok(roots)
    }
}

/// TLS that trusts nobody: enough to find out whether somebody speaks it.
pub(crate) fn trusting_nobody() -> Result<ClientConfig, SetupProblem> {
    Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, SetupProblem> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupProblem::Other(error.to_string()))
}

/// The files of a directory, sorted; none where there is no such directory.
fn listed(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|it| it.path()).collect();
    paths.sort();
    paths
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error: io::Error| format!("{shown}: {error}"))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(format!("{shown} holds no certificate")),
    }
}
