//! A connection to a Docker Engine.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, BollardRequest, ClientVersion, Docker};

use crate::error::{Cause, EngineError};
use crate::{Address, Endpoint, classify};

/// A Docker Engine that has shown to be one. It keeps no connection open between calls.
pub struct Engine {
    pub(crate) docker: Docker,
    pub(crate) endpoint: Endpoint,
    pub(crate) timeouts: Timeouts,
}

/// How long to wait for an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the first answer; long enough for a service manager to start the engine at our knock.
    pub connect: Duration,
    /// For the answer to a question.
    pub answer: Duration,
    /// For an engine that takes no more of an archive and tells of no progress either. Loading as
    /// such may take as long as it takes.
    pub load_idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            answer: Duration::from_secs(60),
            load_idle: Duration::from_secs(300),
        }
    }
}

/// What an engine says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The engine's version, such as `20.10.24`.
    pub version: String,
    /// The version of its API that is spoken, such as `1.41`.
    pub api_version: String,
    /// The name of its operating system, such as `Debian GNU/Linux 12 (bookworm)`.
    pub operating_system: Option<String>,
    /// The operating system of its containers as in an OCI platform: `linux`, `windows`.
    pub os: String,
    /// The architecture as in an OCI platform: `amd64`, `arm64`.
    pub architecture: String,
    /// How it stores layers, such as `overlay2`.
    pub storage_driver: Option<String>,
}

impl Engine {
    /// Connects with the default [`Timeouts`].
    pub fn connect(endpoint: Endpoint) -> Result<Self, EngineError> {
        Self::connect_with(endpoint, Timeouts::default())
    }

    /// Asks what listens at `endpoint` for its version, and settles on the newest version of the API
    /// that both sides know.
    ///
    /// # Errors
    /// Nothing listens there, this user may not use it, it is no engine, or TLS fails.
    pub fn connect_with(endpoint: Endpoint, timeouts: Timeouts) -> Result<Self, EngineError> {
        let docker = open(&endpoint)?;
        let engine = Self { docker: docker.clone(), endpoint, timeouts };
        let docker = engine
            .wait(timeouts.connect, "tell its version", docker.negotiate_version())?
            .map_err(|error| classify::connecting(&engine.endpoint, error))?;
        let version = docker.client_version();
        let docker = docker.with_request_modifier(move |request| versioned(request, version));
        Ok(Self { docker, ..engine })
    }

    /// Which engine this is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Asks the engine about itself.
    pub fn info(&self) -> Result<Info, EngineError> {
        let action = "tell its version";
        let version = self.ask(action, self.docker.version())?;
        let lacks = |what: &str| EngineError::Unexpected {
            endpoint: self.endpoint.to_string(),
            action,
            source: Cause(format!("it tells no {what}")),
        };
        let info = match self.ask_plainly("describe itself", self.docker.info())? {
            Ok(info) => Some(info),
            // Engines of other makers fill this large answer in ways of their own; what can't be
            // understood of it is not worth failing for.
            Err(Error::JsonDataError { .. }) => None,
            Err(error) => return Err(classify::asking(&self.endpoint, "describe itself", error)),
        };
        let (operating_system, storage_driver) =
            info.map_or((None, None), |it| (it.operating_system, it.driver));
        Ok(Info {
            version: version.version.ok_or_else(|| lacks("version"))?,
            api_version: self.docker.client_version().to_string(),
            operating_system,
            os: version.os.ok_or_else(|| lacks("operating system"))?,
            architecture: version.arch.ok_or_else(|| lacks("architecture"))?,
            storage_driver,
        })
    }

    /// Waits for the answer to a question.
    pub(crate) fn ask<T>(
        &self,
        action: &'static str,
        question: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, EngineError> {
        self.ask_plainly(action, question)?
            .map_err(|error| classify::asking(&self.endpoint, action, error))
    }

    /// Waits for the answer to a question and leaves the engine's refusal to the caller.
    pub(crate) fn ask_plainly<T>(
        &self,
        action: &'static str,
        question: impl Future<Output = Result<T, Error>>,
    ) -> Result<Result<T, Error>, EngineError> {
        self.wait(self.timeouts.answer, action, question)
    }

    /// Waits for `future`, but no longer than `limit`.
    fn wait<T>(
        &self,
        limit: Duration,
        action: &'static str,
        future: impl Future<Output = T>,
    ) -> Result<T, EngineError> {
        self.run(async { tokio::time::timeout(limit, future).await })?.map_err(|_| {
            EngineError::TimedOut { endpoint: self.endpoint.to_string(), action, after: limit }
        })
    }

    /// Runs `future` on this thread, in a runtime of its own: when the call ends, whatever way, every
    /// connection and every buffer that it used is gone too.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> Result<T, EngineError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(
            |source| EngineError::Resources { endpoint: self.endpoint.to_string(), source },
        )?;
        let output = runtime.block_on(future);
        // The system's resolver can't be interrupted: don't wait for a name that nobody wants.
        runtime.shutdown_background();
        Ok(output)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

/// Makes a client; nothing is sent yet.
fn open(endpoint: &Endpoint) -> Result<Docker, EngineError> {
    // Time limits are ours: the client's covers the wrong span of a load.
    const NEVER: u64 = 10 * 365 * 24 * 3600;
    let opened = match &endpoint.address {
        Address::Unix(path) => {
            // The client takes a socket in a directory that is closed to us for an absent one.
            if let Err(error) = fs::metadata(path)
                && error.kind() == io::ErrorKind::PermissionDenied
            {
                let (endpoint, source) = (endpoint.to_string(), Cause(error.to_string()));
                return Err(EngineError::PermissionDenied { endpoint, source });
            }
            Docker::connect_with_unix(&path.to_string_lossy(), NEVER, API_DEFAULT_VERSION)
        }
        Address::Tcp { authority, certificates: None } => {
            Docker::connect_with_http(authority, NEVER, API_DEFAULT_VERSION)
        }
        Address::Tcp { authority, certificates: Some(directory) } => {
            let [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map(|it| directory.join(it));
            check_certificates(endpoint, &ca, &cert, &key)?;
            Docker::connect_with_ssl(authority, &key, &cert, &ca, NEVER, API_DEFAULT_VERSION)
        }
    };
    opened.map_err(|error| classify::connecting(endpoint, error))
}

/// Looks that the files can be read: the client reads its own certificate late and would go on
/// without it, so that the engine's refusal would be all there is to see.
fn check_certificates(
    endpoint: &Endpoint,
    ca: &Path,
    cert: &Path,
    key: &Path,
) -> Result<(), EngineError> {
    let without_client_certificate = !cert.exists() && !key.exists();
    let files: &[&Path] = if without_client_certificate { &[ca] } else { &[ca, cert, key] };
    for path in files {
        if let Err(error) = fs::File::open(path) {
            let source = Cause(format!("cannot read {}: {error}", path.display()));
            return Err(EngineError::Tls { endpoint: endpoint.to_string(), source });
        }
    }
    Ok(())
}

/// Puts the version of the API before the path of a request: the client settles on one, but leaves it
/// out, which leaves the shape of the answers to the engine.
fn versioned(mut request: BollardRequest, version: ClientVersion) -> BollardRequest {
    let uri = request.uri();
    if let (Some(scheme), Some(authority), Some(path)) =
        (uri.scheme_str(), uri.authority(), uri.path_and_query())
        && let Ok(uri) = format!("{scheme}://{authority}/v{version}{path}").parse()
    {
        *request.uri_mut() = uri;
    }
    request
}
