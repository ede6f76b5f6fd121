//! The log in its table.

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _, sql_query, sql_types::Text,
};

use crate::Outcome;

const TABLE: &str = include_str!("../migrations/1_entries.sql");

/// A connection that is made when it is needed, and anew after an error.
pub(crate) struct Log {
    url: String,
    connection: Option<PgConnection>,
}

#[derive(QueryableByName)]
struct Entry {
    #[diesel(sql_type = Text)]
    text: String,
}

impl Log {
    pub(crate) fn new(url: String) -> Self {
        Self { url, connection: None }
    }

    /// All entries, one a line, the oldest first.
    pub(crate) fn entries(&mut self) -> Outcome<String> {
        let query = sql_query("SELECT text FROM entries ORDER BY id");
        let entries = self.with(|connection| query.load::<Entry>(connection))?;
        Ok(entries.into_iter().map(|entry| entry.text + "\n").collect())
    }

    /// Adds one.
    pub(crate) fn write(&mut self, text: &str) -> Outcome<()> {
        let query = sql_query("INSERT INTO entries (text) VALUES ($1)").bind::<Text, _>(text);
        self.with(|connection| query.execute(connection))?;
        Ok(())
    }

    fn with<T>(
        &mut self,
        work: impl FnOnce(&mut PgConnection) -> diesel::QueryResult<T>,
    ) -> Outcome<T> {
        let mut connection = if let Some(known) = self.connection.take() {
            known
        } else {
            let mut new = PgConnection::establish(&self.url)?;
            new.batch_execute(TABLE)?;
            new
        };
        let result = work(&mut connection)?;
        self.connection = Some(connection);
        Ok(result)
    }
}
