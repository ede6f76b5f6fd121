//! Remembers what a ship carries: `POST /cargo` adds to it, `GET /cargo` lists it.
//!
//! `DATABASE_URL` names a file, as in `sqlite:///data/manifest.db`; without it all is forgotten at the end.

use std::{env, error::Error};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use sqlx::{Row as _, SqlitePool, sqlite::SqlitePoolOptions};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

const TABLE: &str = include_str!("../migrations/1_cargo.sql");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite::memory:".to_owned());
    // One connection: each one to `:memory:` would see a database of its own.
    let pool = SqlitePoolOptions::new().max_connections(1).connect(&url).await?;
    sqlx::query(TABLE).execute(&pool).await?;

    let app = Router::new()
        .route("/healthz", get(healthz))
        .route("/cargo", get(list).merge(post(load)))
        .with_state(pool);
    let port: u16 = env::var("PORT").ok().map(|it| it.parse()).transpose()?.unwrap_or(8080);
    let listener = TcpListener::bind(("0.0.0.0", port)).await?;
    println!("manifest: listening on port {port}");

    let mut terminate = signal(SignalKind::terminate())?;
    let stop = async move {
        terminate.recv().await;
    };
    axum::serve(listener, app).with_graceful_shutdown(stop).await?;
    Ok(())
}

async fn healthz(State(pool): State<SqlitePool>) -> Result<&'static str, StatusCode> {
    sqlx::query("SELECT 1").execute(&pool).await.map_err(unavailable)?;
    Ok("ok\n")
}

async fn list(State(pool): State<SqlitePool>) -> Result<String, StatusCode> {
    let rows = sqlx::query("SELECT name FROM cargo ORDER BY id").fetch_all(&pool).await;
    let rows = rows.map_err(unavailable)?;
    rows.iter().map(|row| Ok(row.try_get::<String, _>(0).map_err(unavailable)? + "\n")).collect()
}

async fn load(State(pool): State<SqlitePool>, name: String) -> Result<StatusCode, StatusCode> {
    let query = sqlx::query("INSERT INTO cargo (name) VALUES (?)").bind(name);
    query.execute(&pool).await.map_err(unavailable)?;
    Ok(StatusCode::CREATED)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn unavailable(error: sqlx::Error) -> StatusCode {
    eprintln!("manifest: {error}");
    StatusCode::SERVICE_UNAVAILABLE
}
