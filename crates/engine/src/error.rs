//! Why an engine did not do what it was asked.

use std::io;
use std::time::Duration;

/// Why an engine did not do what it was asked. Every `endpoint` is its address, as in
/// `unix:///var/run/docker.sock`.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The socket is absent, or nothing accepts connections there: is the engine running?
    #[error("no Docker Engine listens at {endpoint}")]
    NothingListens {
        /// The engine's address.
        endpoint: String,
        /// What the system said.
        source: Cause,
    },
    /// The socket is there, and its permissions keep this user out: it belongs to root and a group
    /// that is most often called `docker`.
    #[error("this user may not use the Docker Engine at {endpoint}")]
    PermissionDenied {
        /// The engine's address.
        endpoint: String,
        /// What the system said.
        source: Cause,
    },
    /// The host can't be found or reached.
    #[error("cannot reach {endpoint}")]
    Unreachable {
        /// The engine's address.
        endpoint: String,
        /// What the system said.
        source: Cause,
    },
    /// Something answers there, but does not speak the Docker Engine's protocol.
    #[error("what answers at {endpoint} is not a Docker Engine")]
    NotAnEngine {
        /// The engine's address.
        endpoint: String,
        /// What is wrong with its answer.
        source: Cause,
    },
    /// The two sides can't agree on TLS: one of them does not use it, a certificate is not trusted,
    /// or a file with one can't be read.
    #[error("cannot use TLS with {endpoint}")]
    Tls {
        /// The engine's address.
        endpoint: String,
        /// What is wrong.
        source: Cause,
    },
    /// The engine does not answer in time.
    #[error("{endpoint} did not {action} within {} s", after.as_secs_f32())]
    TimedOut {
        /// The engine's address.
        endpoint: String,
        /// What it was asked for, as an imperative: `load the image`.
        action: &'static str,
        /// How long it was waited for.
        after: Duration,
    },
    /// The engine answered with an error of its own.
    #[error("{endpoint} did not {action}: {message} (HTTP status {status})")]
    Refused {
        /// The engine's address.
        endpoint: String,
        /// What it was asked for, as an imperative.
        action: &'static str,
        /// The status code of its answer.
        status: u16,
        /// The engine's own words.
        message: String,
    },
    /// The engine took the archive, or a part of it, and reports that it can't be loaded.
    #[error("{endpoint} did not load the image: {message}")]
    LoadFailed {
        /// The engine's address.
        endpoint: String,
        /// The engine's own words.
        message: String,
    },
    /// The engine took the archive and found no image in it.
    #[error("{endpoint} found no image in the archive")]
    NothingLoaded {
        /// The engine's address.
        endpoint: String,
    },
    /// The connection ended before the engine had answered, and it left no reason.
    #[error("{endpoint} hung up when asked to {action}")]
    HungUp {
        /// The engine's address.
        endpoint: String,
        /// What it was asked for, as an imperative.
        action: &'static str,
        /// What the system said.
        source: Cause,
    },
    /// The engine's answer can't be understood.
    #[error("cannot understand what {endpoint} answered when asked to {action}")]
    Unexpected {
        /// The engine's address.
        endpoint: String,
        /// What it was asked for, as an imperative.
        action: &'static str,
        /// What is wrong with the answer.
        source: Cause,
    },
    /// The engine has no image of this name.
    #[error("{endpoint} has no image `{name}`")]
    ImageNotFound {
        /// The engine's address.
        endpoint: String,
        /// The name or identifier that was asked for.
        name: String,
    },
    /// What was given as an image's name can't be one; the engine was not asked.
    #[error("`{name}` is not the name or the identifier of an image")]
    InvalidName {
        /// What was given.
        name: String,
    },
    /// The archive could not be made or read; the load was called off.
    #[error("cannot write the archive for {endpoint}")]
    Archive {
        /// The engine's address.
        endpoint: String,
        /// The error of whoever wrote the archive.
        source: io::Error,
    },
    /// The system lacks what a connection needs: descriptors, memory, threads.
    #[error("cannot prepare a connection to {endpoint}")]
    Resources {
        /// The engine's address.
        endpoint: String,
        /// What the system said.
        source: io::Error,
    },
}

/// The innermost reason of a failure, as text: the types of the client stay inside this crate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Cause(pub(crate) String);
