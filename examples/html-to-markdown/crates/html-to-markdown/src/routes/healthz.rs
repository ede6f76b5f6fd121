//! `GET /healthz`: 200 when the service can do its work, 503 when its database doesn't answer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::{Service, json};
use crate::failure::in_one_line;

#[derive(Serialize)]
struct Answer {
    status: &'static str,
    /// `none`, `answers` or `does not answer`.
    database: &'static str,
}

pub(super) async fn healthz(State(service): State<Arc<Service>>) -> Response {
    match service.store.check().await {
        None => json(StatusCode::OK, &Answer { status: "ok", database: "none" }),
        Some(Ok(())) => json(StatusCode::OK, &Answer { status: "ok", database: "answers" }),
        Some(Err(error)) => {
            tracing::warn!("not healthy: {}", in_one_line(&error));
            json(
                StatusCode::SERVICE_UNAVAILABLE,
                &Answer { status: "unavailable", database: "does not answer" },
            )
        }
    }
}
