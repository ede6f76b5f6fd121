//! `GET /conversions`: what was converted last, newest first.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::{Service, json};
use crate::failure::in_one_line;
use crate::store::Conversion;

#[derive(Serialize)]
struct Answer {
    /// `postgresql`, or `memory`: then they are gone with the next restart.
    kept_in: &'static str,
    conversions: Vec<Conversion>,
}

pub(super) async fn conversions(State(service): State<Arc<Service>>) -> Response {
    match service.store.newest().await {
        Ok(conversions) => {
            json(StatusCode::OK, &Answer { kept_in: service.store.kind(), conversions })
        }
        Err(error) => {
            tracing::error!("conversions not listed: {}", in_one_line(&error));
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}
