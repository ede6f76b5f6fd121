//! Why the database could not be used. `DATABASE_URL` holds a password, so no message repeats any of it but the
//! server's address and the database's name.

use std::time::Duration;

use tokio_postgres::error::SqlState;

#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The parser's own message could quote the password, so it is dropped.
    #[error("it is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Url,
    #[error("it asks for TLS (sslmode=require), which this program does not speak")]
    Tls,
    #[error("cannot connect to {server}")]
    Connect { server: String, source: tokio_postgres::Error },
    #[error("cannot {what} in {server}")]
    Query { what: &'static str, server: String, source: tokio_postgres::Error },
    #[error("{server} did not answer within {} ms", limit.as_millis())]
    Timeout { server: String, limit: Duration },
}

impl StoreError {
    /// Whether the same may succeed a little later: the server is away, starting, stopping or full. A wrong
    /// password or a missing database stays wrong.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Url | Self::Tls => false,
            Self::Timeout { .. } => true,
            Self::Connect { source, .. } | Self::Query { source, .. } => {
                source.code().is_none_or(|code| {
                    // Class 53 is "insufficient resources", 57P0x "shutdown" and "cannot connect now".
                    code.code().starts_with("53")
                        || *code == SqlState::CANNOT_CONNECT_NOW
                        || code.code().starts_with("57P")
                })
            }
        }
    }
}
