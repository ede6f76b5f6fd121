//! Where conversions are kept: in PostgreSQL, or the newest ones in memory.

mod error;
mod memory;
mod postgres;

use std::fmt;

use serde::Serialize;

pub(crate) use self::error::StoreError;
use self::memory::Memory;
use self::postgres::Postgres;

/// How many conversions are listed, and kept in memory.
const NEWEST: usize = 20;
/// How much of a conversion's Markdown is listed, in characters.
const LISTED_CHARS: usize = 1000;

/// One conversion as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Conversion {
    id: i64,
    /// In UTC, as of RFC 3339.
    time: String,
    html_bytes: i64,
    markdown_bytes: i64,
    /// The first 1,000 characters.
    markdown: String,
    /// Whether `markdown` is not the whole.
    truncated: bool,
}

pub(crate) enum Store {
    Memory(Memory),
    Postgres(Box<Postgres>),
}

impl Store {
    pub(crate) fn memory() -> Self {
        Self::Memory(Memory::default())
    }

    /// Reads `url`; nothing is connected yet.
    pub(crate) fn postgres(url: &str) -> Result<Self, StoreError> {
        Ok(Self::Postgres(Box::new(Postgres::new(url)?)))
    }

    /// Waits for the database to come up, for a bounded time.
    pub(crate) async fn wait(&self) -> Result<(), StoreError> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Postgres(postgres) => postgres.wait().await,
        }
    }

    /// Keeps a conversion; the answer is its number.
    pub(crate) async fn keep(&self, html_bytes: usize, markdown: &str) -> Result<i64, StoreError> {
        let html_bytes = i64::try_from(html_bytes).unwrap_or(i64::MAX);
        match self {
            Self::Memory(memory) => Ok(memory.keep(html_bytes, markdown)),
            Self::Postgres(postgres) => postgres.keep(html_bytes, markdown).await,
        }
    }

    /// The newest conversions, newest first.
    pub(crate) async fn newest(&self) -> Result<Vec<Conversion>, StoreError> {
        match self {
            Self::Memory(memory) => Ok(memory.newest()),
            Self::Postgres(postgres) => postgres.newest().await,
        }
    }

    /// Whether the database answers; `None` where there is none.
    pub(crate) async fn check(&self) -> Option<Result<(), StoreError>> {
        match self {
            Self::Memory(_) => None,
            Self::Postgres(postgres) => Some(postgres.check().await),
        }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Memory(_) => "memory",
            Self::Postgres(_) => "postgresql",
        }
    }
}

impl fmt::Display for Store {
    /// Names the store for a log: never with a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(_) => formatter.write_str("memory"),
            Self::Postgres(postgres) => write!(formatter, "PostgreSQL {}", postgres.server()),
        }
    }
}
