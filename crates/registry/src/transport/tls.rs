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

/// Where distributions of Linux keep all roots in one file, which is read thirty times as fast as their
/// directories.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
];
/// The directories, in which somebody may have put one more.
const DIRECTORIES: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

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
    extent: Extent,
    configs: BTreeMap<String, Arc<ClientConfig>>,
}

/// Where the roots come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Extent {
    /// From the variables, and nowhere else.
    #[default]
    Named,
    /// From the system's bundle, besides which there may be more.
    Bundle,
    /// From all that the system has.
    System,
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
        let roots = if let Some(roots) = &state.roots {
            Arc::clone(roots)
        } else {
            let (roots, extent) = self.roots()?;
            state.extent = extent;
            Arc::clone(state.roots.insert(Arc::new(roots)))
        };
        let config = Arc::new(self.config_of(host, roots)?);
        state.configs.insert(host.to_owned(), Arc::clone(&config));
        Ok(config)
    }

    /// Looks further, after a certificate that nobody known has signed: whether there may be more
    /// roots now than there were.
    pub(crate) fn widen(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.extent == Extent::Bundle {
            state.roots = Some(Arc::new(system_roots()));
            state.extent = Extent::System;
            state.configs.clear();
        }
        // Another thread may have done so after the certificate was looked at.
        state.extent == Extent::System
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

    fn roots(&self) -> Result<(RootCertStore, Extent), SetupProblem> {
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
            let roots = bundle();
            if !roots.is_empty() {
                return Ok((roots, Extent::Bundle));
            }
            return Ok((system_roots(), Extent::System));
        }
        Ok((roots, Extent::Named))
    }
}

/// The first bundle of the system that holds anything.
fn bundle() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // Elsewhere the system's own keeping of roots says more than a file.
    let paths = if cfg!(target_os = "linux") { &BUNDLES[..] } else { &[] };
    for path in paths {
        let found = rustls_native_certs::load_certs_from_paths(Some(path.as_ref()), None);
        roots.add_parsable_certificates(found.certs);
        if !roots.is_empty() {
            break;
        }
    }
    roots
}

/// Everything that the system trusts, or Mozilla's list where it names nobody.
fn system_roots() -> RootCertStore {
    let mut roots = bundle();
    if cfg!(target_os = "linux") {
        for path in DIRECTORIES {
            let found = rustls_native_certs::load_certs_from_paths(None, Some(path.as_ref()));
            roots.add_parsable_certificates(found.certs);
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        let list = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        roots.add_parsable_certificates(list.iter().cloned());
    }
    roots
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_trusted_on_every_machine() {
        assert!(!system_roots().is_empty());
        let tls = Tls::new(&Environment::default());
        tls.config("registry.example").unwrap();
        // Looking further finds no less, and then there is nothing further to look at.
        let before = tls.state.lock().unwrap().roots.clone().unwrap().len();
        assert!(tls.widen());
        assert!(tls.state.lock().unwrap().roots.clone().unwrap().len() >= before);
    }

    #[test]
    fn roots_that_are_named_are_the_only_ones() {
        let directory = tempfile::tempdir().unwrap();
        let one = webpki_root_certs::TLS_SERVER_ROOT_CERTS.first().unwrap();
        let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, one);
        let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
        fs::write(directory.path().join("one.pem"), &pem).unwrap();
        let file = Environment {
            ssl_cert_file: Some(directory.path().join("one.pem")),
            ..Environment::default()
        };
        // In a directory, names are hashes, as `c_rehash` makes them.
        fs::write(directory.path().join("12345678.0"), &pem).unwrap();
        let named_directory = Environment {
            ssl_cert_dir: Some(directory.path().to_owned()),
            ..Environment::default()
        };
        for environment in [file, named_directory] {
            let tls = Tls::new(&environment);
            tls.config("registry.example").unwrap();
            assert_eq!(tls.state.lock().unwrap().roots.clone().unwrap().len(), 1);
            assert!(!tls.widen());
        }
    }

    #[test]
    fn a_host_may_have_roots_of_its_own() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("a.io:5000")).unwrap();
        fs::write(directory.path().join("a.io:5000/ca.crt"), "nothing").unwrap();
        let environment = Environment {
            docker_certs: vec![directory.path().to_owned()],
            ..Environment::default()
        };
        let tls = Tls::new(&environment);
        tls.config("a.io").unwrap();
        let problem = tls.config("a.io:5000").unwrap_err();
        assert!(
            matches!(&problem, SetupProblem::Other(it) if it.contains("ca.crt")),
            "{problem:?}"
        );
    }
}
