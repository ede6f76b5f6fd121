//! The routes of the service.

mod conversions;
mod convert;
mod healthz;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Serialize;

use crate::store::Store;
use crate::workers::Workers;

/// What every route works with.
struct Service {
    store: Arc<Store>,
    workers: Workers,
}

pub(crate) fn router(store: Arc<Store>, workers: Workers) -> Router {
    Router::new()
        .route("/convert", post(convert::convert))
        .route("/conversions", get(conversions::conversions))
        .route("/healthz", get(healthz::healthz))
        .fallback(async || {
            (StatusCode::NOT_FOUND, "there are POST /convert, GET /conversions and GET /healthz\n")
        })
        .layer(from_fn(log))
        .with_state(Arc::new(Service { store, workers }))
}

/// One line per request; questions for the health come too often to be read.
async fn log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let start = Instant::now();
    let response = next.run(request).await;
    let (status, ms) = (response.status().as_u16(), start.elapsed().as_millis());
    if path == "/healthz" && response.status().is_success() {
        tracing::debug!("{method} {path} {status} {ms} ms");
    } else {
        tracing::info!("{method} {path} {status} {ms} ms");
    }
    response
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_string(body) {
        Ok(text) => {
            (status, [(header::CONTENT_TYPE, "application/json")], text + "\n").into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}
