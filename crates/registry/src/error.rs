//! Why a registry did not do what it was asked. Each names the host and what was tried.

use std::io;

use plimsoll_image::Digest;

/// Why a registry did not do what it was asked.
///
/// No message ever holds a credential, a token, or the query of a URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// No connection: the host is unknown, or nothing listens.
    #[error("cannot reach {host} to {action}")]
    Unreachable {
        /// The host.
        host: String,
        /// What was tried, as an imperative.
        action: String,
        /// What the system says.
        source: io::Error,
    },
    /// The two sides can't agree on TLS.
    #[error("cannot use TLS with {host}: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What is wrong, such as an unknown issuer.
        reason: String,
    },
    /// The registry wants other credentials, or some.
    #[error("{host} refused to {action}: {reason}")]
    Denied {
        /// The host.
        host: String,
        /// What was tried.
        action: String,
        /// What it said.
        reason: String,
        /// Whether credentials were sent.
        with_credentials: bool,
    },
    /// The registry wanted another token in the middle of an upload. There is one now, but what was
    /// sent can't be sent again into the same session: the upload has to begin anew.
    #[error("{host} wanted new credentials while it was asked to {action}")]
    SessionLost {
        /// The host.
        host: String,
        /// What was tried.
        action: String,
    },
    /// There is no such manifest, blob or repository.
    #[error("{host} has no {what}")]
    NotFound {
        /// The host.
        host: String,
        /// What was looked for.
        what: String,
    },
    /// The registry answered with an error of its own, after all retries.
    #[error("{host} did not {action}: {status}{}", detail(message))]
    Status {
        /// The host.
        host: String,
        /// What was tried.
        action: String,
        /// The HTTP status.
        status: u16,
        /// What it said, in words: the `errors` of the specification, cut to a line.
        message: String,
    },
    /// The answer breaks the protocol.
    #[error("{host} answered wrongly when asked to {action}: {reason}")]
    Protocol {
        /// The host.
        host: String,
        /// What was tried.
        action: String,
        /// What is wrong with it.
        reason: String,
    },
    /// What arrived is not what its digest names.
    #[error("{host} sent other bytes than {expected} names: {reason}")]
    Corrupt {
        /// The host.
        host: String,
        /// The digest asked for.
        expected: Digest,
        /// How it differs.
        reason: String,
    },
    /// Something is larger, deeper or longer than anything real.
    #[error("{host}: {what} is over the limit of {limit}")]
    Limit {
        /// The host.
        host: String,
        /// What.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// The connection broke, after all retries.
    #[error("the connection to {host} broke while it was asked to {action}")]
    Broken {
        /// The host.
        host: String,
        /// What was tried.
        action: String,
        /// What the system says.
        source: io::Error,
    },
    /// An image is not there for the platform that is wanted.
    #[error("{reference} has no image for {wanted}{}", others(found))]
    NoPlatform {
        /// The image.
        reference: String,
        /// The platform.
        wanted: plimsoll_image::Platform,
        /// The platforms that it has, separated by commas.
        found: String,
    },
    /// An immutable tag names something else.
    #[error("{reference} exists as {existing}, and would become {new}")]
    TagExists {
        /// The tag, with its repository.
        reference: String,
        /// What it names.
        existing: Digest,
        /// What it would name.
        new: Digest,
    },
    /// Credentials can't be read, or their helper failed.
    #[error("cannot read the credentials for {host}: {reason}")]
    Credentials {
        /// The host.
        host: String,
        /// Why, and from where.
        reason: String,
    },
    /// A certificate or proxy of the environment can't be used.
    #[error("{name} can't be used: {reason}")]
    Environment {
        /// The variable.
        name: &'static str,
        /// Why.
        reason: String,
    },
    /// Something of this machine: reading a blob that is to be sent, writing one that came.
    #[error("cannot {action}")]
    Io {
        /// What was tried, with the path.
        action: String,
        /// Why.
        source: io::Error,
    },
}

fn others(found: &str) -> String {
    if found.is_empty() { String::new() } else { format!(", only for {found}") }
}

fn detail(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}
