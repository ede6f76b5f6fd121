//! Why no engine could be chosen.

use std::io;
use std::path::PathBuf;

use super::Origin;

/// Why no engine could be chosen.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The engine is to be reached over SSH, which would need Docker's client on both sides.
    #[error(
        "cannot reach `{address}` ({origin}): SSH is not spoken here; forward the engine's socket with \
         `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock {destination}` and set \
         DOCKER_HOST=unix:///tmp/docker.sock"
    )]
    Ssh {
        /// The address as it was named.
        address: String,
        /// What to give to `ssh`: `[user@]host`, with `-p PORT` before it where a port was named.
        destination: String,
        /// Who named it.
        origin: Origin,
    },
    /// The address has a scheme other than `unix`, `tcp`, `http` and `https`.
    #[error(
        "cannot reach `{address}` ({origin}): only unix://, tcp://, http:// and https:// are spoken here"
    )]
    UnknownScheme {
        /// The address as it was named.
        address: String,
        /// Who named it.
        origin: Origin,
    },
    /// The address can't be taken apart.
    #[error("`{address}` ({origin}) is not the address of a Docker Engine: {reason}")]
    Malformed {
        /// The address as it was named.
        address: String,
        /// Who named it.
        origin: Origin,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// TLS is asked for, and there is no place to take certificates from.
    #[error(
        "cannot reach `{address}` ({origin}) by TLS: neither DOCKER_CERT_PATH nor HOME says where its certificates are"
    )]
    NoCertificates {
        /// The address as it was named.
        address: String,
        /// Who named it.
        origin: Origin,
    },
    /// A Docker context is asked for, and there is no place to look for it.
    #[error("cannot look for the Docker context `{name}`: neither DOCKER_CONFIG nor HOME is set")]
    NoConfiguration {
        /// The context's name.
        name: String,
    },
    /// The Docker context does not exist.
    #[error("there is no Docker context `{name}`: {} is absent", path.display())]
    ContextNotFound {
        /// The context's name.
        name: String,
        /// The file that would describe it.
        path: PathBuf,
    },
    /// The Docker context describes something other than an engine.
    #[error("the Docker context `{name}` names no engine in {}", path.display())]
    ContextWithoutHost {
        /// The context's name.
        name: String,
        /// The file that describes it.
        path: PathBuf,
    },
    /// A file of the Docker client can't be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file of the Docker client is not what it should be.
    #[error("{} is not a JSON document of Docker's client", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
}
