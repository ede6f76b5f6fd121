//! Conversions in PostgreSQL, over one connection that is made anew whenever it broke.
//!
//! One connection suffices: the client sends statements without waiting for the answers of earlier ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};

use super::{Conversion, LISTED_CHARS, NEWEST, StoreError};
use crate::failure::in_one_line;

/// How long the database may take to answer, connecting included. Below the `healthcheck`'s own patience.
const ANSWER_TIME: Duration = Duration::from_millis(1500);
/// How long the service waits for its database after it started.
const START_TIME: Duration = Duration::from_secs(30);
const RETRY_TIME: Duration = Duration::from_millis(250);

/// Asks first, as `IF NOT EXISTS` alone needs the right to create even where the table exists. The lock is for
/// two services that start at the same time.
const CREATE_TABLE: &str = "
    DO $$ BEGIN
        IF to_regclass('conversions') IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtext('html-to-markdown'));
            CREATE TABLE IF NOT EXISTS conversions (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                created_at timestamptz NOT NULL DEFAULT now(),
                html_bytes bigint NOT NULL,
                markdown text NOT NULL
            );
        END IF;
    END $$";
const KEEP: &str = "INSERT INTO conversions (html_bytes, markdown) VALUES ($1, $2) RETURNING id";
const NEWEST_FIRST: &str = r#"
    SELECT id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), html_bytes,
        octet_length(markdown)::bigint, left(markdown, $1), char_length(markdown) > $1
    FROM conversions ORDER BY id DESC LIMIT $2"#;

pub(crate) struct Postgres {
    config: Config,
    server: String,
    session: Mutex<Option<Arc<Client>>>,
}

impl Postgres {
    pub(super) fn new(url: &str) -> Result<Self, StoreError> {
        let config: Config = url.parse().map_err(|_| StoreError::Url)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(StoreError::Url);
        }
        if config.get_ssl_mode() == SslMode::Require {
            return Err(StoreError::Tls);
        }
        Ok(Self { server: describe(&config), config, session: Mutex::new(None) })
    }

    /// The server's address and the database's name.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    pub(super) async fn wait(&self) -> Result<(), StoreError> {
        let end = Instant::now() + START_TIME;
        let mut told = false;
        while let Err(error) = self.check().await {
            if !error.is_passing() || Instant::now() > end {
                return Err(error);
            }
            if !told {
                tracing::warn!("waiting for the database: {}", in_one_line(&error));
                told = true;
            }
            sleep(RETRY_TIME).await;
        }
        tracing::info!("the database answers");
        Ok(())
    }

    pub(super) async fn keep(&self, html_bytes: i64, markdown: &str) -> Result<i64, StoreError> {
        self.ask("keep a conversion", async |client| {
            Ok(client.query_one(KEEP, &[&html_bytes, &markdown]).await?.get(0))
        })
        .await
    }

    pub(super) async fn newest(&self) -> Result<Vec<Conversion>, StoreError> {
        let (chars, count) = (
            i32::try_from(LISTED_CHARS).unwrap_or(i32::MAX),
            i64::try_from(NEWEST).unwrap_or(i64::MAX),
        );
        let rows = self.ask("list conversions", async |client| {
            client.query(NEWEST_FIRST, &[&chars, &count]).await
        });
        let conversion = |row: &tokio_postgres::Row| Conversion {
            id: row.get(0),
            time: row.get(1),
            html_bytes: row.get(2),
            markdown_bytes: row.get(3),
            markdown: row.get(4),
            truncated: row.get(5),
        };
        Ok(rows.await?.iter().map(conversion).collect())
    }

    pub(super) async fn check(&self) -> Result<(), StoreError> {
        self.ask("ask for an answer", async |client| {
            client.simple_query("SELECT 1").await.map(drop)
        })
        .await
    }

    /// Asks over the open connection, or a new one. After a time-out the connection is given up, as nothing
    /// tells whether it still leads anywhere.
    async fn ask<T>(
        &self,
        what: &'static str,
        question: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, StoreError> {
        let asked = timeout(ANSWER_TIME, async {
            let client = self.client().await?;
            let failed = |source| StoreError::Query { what, server: self.server.clone(), source };
            question(&client).await.map_err(failed)
        });
        if let Ok(answer) = asked.await {
            return answer;
        }
        if let Ok(mut session) = self.session.try_lock() {
            *session = None;
        }
        Err(StoreError::Timeout { server: self.server.clone(), limit: ANSWER_TIME })
    }

    async fn client(&self) -> Result<Arc<Client>, StoreError> {
        let mut session = self.session.lock().await;
        if let Some(client) = session.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let failed = |source| StoreError::Connect { server: self.server.clone(), source };
        let (client, connection) = self.config.connect(NoTls).await.map_err(failed)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!("connection to the database ended: {}", in_one_line(&error));
            }
        });
        let failed = |source| StoreError::Query {
            what: "create the table",
            server: self.server.clone(),
            source,
        };
        client.batch_execute(CREATE_TABLE).await.map_err(failed)?;
        let client = Arc::new(client);
        *session = Some(Arc::clone(&client));
        Ok(client)
    }
}

/// Host, port and database name, and nothing else: the rest of a URL may be secret.
fn describe(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => config.get_hostaddrs().first().map(ToString::to_string).unwrap_or_default(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    format!("{host}:{port}/{}", config.get_dbname().or(config.get_user()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        in_one_line(&Postgres::new(url).err().unwrap())
    }

    #[test]
    fn a_url_is_described_without_its_password() {
        let postgres =
            Postgres::new("postgres://me:hunter2@db:5433/app?connect_timeout=3").unwrap();
        assert_eq!(postgres.server(), "db:5433/app");
    }

    #[test]
    fn a_malformed_url_is_refused_without_being_repeated() {
        for url in [
            "postgres:/me:hunter2@db/app?sslmode=disable",
            "hunter2",
            "postgres://me:hunter2@db:x/app",
            " ",
        ] {
            let message = refused(url);
            assert!(
                message.contains("postgres://USER") && !message.contains("hunter2"),
                "{message}"
            );
        }
    }

    #[test]
    fn tls_is_refused_at_once() {
        assert!(refused("postgres://db/app?sslmode=require").contains("TLS"));
    }
}
