//! `POST /convert`: HTML in, Markdown out, and the conversion kept.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Service;
use crate::convert::as_lines;
use crate::failure::in_one_line;
use crate::workers::WorkError;

const MARKDOWN: HeaderValue = HeaderValue::from_static("text/markdown; charset=utf-8");
/// The conversion's number in `GET /conversions`; missing where it could not be kept.
const CONVERSION_ID: HeaderName = HeaderName::from_static("conversion-id");

pub(super) async fn convert(
    State(service): State<Arc<Service>>,
    request: Request,
) -> Result<Response, Rejection> {
    if !is_html(request.headers()) {
        return Err(Rejection::NotHtml);
    }
    let announced = announced_length(request.headers());
    let document = service.workers.receive(request.into_body(), announced).await?;
    let html_bytes = document.len();
    let markdown = service.workers.convert(document).await?;

    let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, MARKDOWN)]);
    match service.store.keep(html_bytes, &markdown).await {
        Ok(id) => {
            headers.insert(CONVERSION_ID, id.into());
        }
        // The client has its answer all the same; /healthz tells the operator, too.
        Err(error) => tracing::error!("conversion not kept: {}", in_one_line(&error)),
    }
    Ok((headers, as_lines(markdown)).into_response())
}

/// Whether the body is HTML in UTF-8. Clients that don't say what it is are believed.
fn is_html(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
    let (kind, parameters) = value.split_once(';').unwrap_or((&value, ""));
    let charset =
        parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    matches!(kind.trim(), "text/html" | "application/xhtml+xml")
        && charset
            .is_none_or(|name| matches!(name.trim_matches('"'), "utf-8" | "utf8" | "us-ascii"))
}

fn announced_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Why a request is not answered with Markdown.
#[derive(Debug, thiserror::Error)]
pub(super) enum Rejection {
    #[error("the body must be HTML in UTF-8: send it with `content-type: text/html`")]
    NotHtml,
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl Rejection {
    fn status(&self) -> StatusCode {
        use html_markdown::Error;
        match self {
            Self::NotHtml => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Work(
                WorkError::Convert(Error::InputTooLarge { .. }) | WorkError::Body { .. },
            ) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Work(WorkError::Convert(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Work(WorkError::NotUtf8) => StatusCode::BAD_REQUEST,
            Self::Work(WorkError::SlowBody) => StatusCode::REQUEST_TIMEOUT,
            Self::Work(WorkError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Work(WorkError::Lost) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = (self.status(), format!("{self}\n")).into_response();
        if matches!(self, Self::Work(WorkError::Busy)) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_html_in_utf_8_is_taken() {
        for (kind, taken) in [
            ("text/html", true),
            ("Text/HTML; charset=UTF-8", true),
            ("application/xhtml+xml;charset=\"utf-8\"", true),
            ("text/html; charset=iso-8859-1", false),
            ("application/x-www-form-urlencoded", false),
        ] {
            let headers =
                HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
            assert_eq!(is_html(&headers), taken, "{kind}");
        }
        assert!(is_html(&HeaderMap::new()));
    }
}
