//! Reading answers: bounded, and errors in words.

use std::io::{self, Read as _};

use plimsoll_image::{Digest, Repository};
use serde_json::Value;

use crate::{
    RegistryError,
    transport::{Answer, complaint},
};

/// How much of an error's body is read.
const MOST_ERROR: u64 = 64 * 1024;

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// The connection broke.
    Broken(io::Error),
    /// There is more than allowed.
    TooLong,
}

/// An answer that is an error, after its body was read.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// The codes of the specification, such as `MANIFEST_BLOB_UNKNOWN`.
    pub(crate) codes: Vec<String>,
    /// What it says, on one line.
    pub(crate) message: String,
    /// The digests that it speaks of.
    pub(crate) digests: Vec<Digest>,
    /// How long it asks to wait, in seconds.
    pub(crate) retry_after: Option<u64>,
}

impl Answer {
    /// Whether the status says that what was asked was done.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body, if it is no longer than `limit` bytes.
    pub(crate) fn read(&mut self, limit: u64) -> Result<Vec<u8>, BodyError> {
        if self.length().is_some_and(|it| it > limit) {
            return Err(BodyError::TooLong);
        }
        let mut bytes = Vec::new();
        let mut body = (&mut self.body).take(limit.saturating_add(1));
        body.read_to_end(&mut bytes).map_err(BodyError::Broken)?;
        match self.length() {
            _ if bytes.len() as u64 > limit => Err(BodyError::TooLong),
            // Not every library tells that a connection was closed too early.
            Some(length) if (bytes.len() as u64) < length => {
                Err(BodyError::Broken(io::ErrorKind::UnexpectedEof.into()))
            }
            _ => Ok(bytes),
        }
    }

    /// Reads the rest of a body that nobody wants, so that the connection can be used again.
    pub(crate) fn drain(mut self) {
        self.read(MOST_ERROR).ok();
    }

    /// What `Content-Length` says.
    pub(crate) fn length(&self) -> Option<u64> {
        self.header("content-length")?.trim().parse().ok()
    }

    /// What `Docker-Content-Digest` says, if it is a digest that can be checked.
    pub(crate) fn digest(&self) -> Option<Digest> {
        self.header("docker-content-digest")?.trim().parse().ok()
    }

    /// The media type that `Content-Type` names, without parameters.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?.split(';').next()?.trim();
        (!value.is_empty()).then(|| value.to_ascii_lowercase())
    }

    /// Reads an error.
    pub(crate) fn refusal(mut self) -> Refusal {
        let retry_after = self.header("retry-after").and_then(|it| it.trim().parse().ok());
        let bytes = self.read(MOST_ERROR).unwrap_or_default();
        let mut refusal = Refusal {
            status: self.status,
            codes: Vec::new(),
            message: complaint::words(&bytes),
            digests: Vec::new(),
            retry_after,
        };
        // Pages of HTML, as proxies send them, have no codes.
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let empty = Vec::new();
        for error in body.get("errors").and_then(Value::as_array).unwrap_or(&empty) {
            refusal.codes.extend(error.get("code").and_then(Value::as_str).map(str::to_owned));
            if let Some(detail) = error.get("detail") {
                find_digests(detail, 0, &mut refusal.digests);
            }
        }
        refusal
    }
}

impl Refusal {
    /// Whether the registry misses what a manifest refers to.
    pub(crate) fn misses_blobs(&self) -> bool {
        let missing = ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"];
        self.codes.iter().any(|it| missing.contains(&&**it))
    }

    /// Whether it may pass by itself.
    pub(crate) fn may_pass(&self) -> bool {
        may_pass(self.status)
    }

    /// As an error of the operation that it ended.
    pub(crate) fn into_error(self, repository: &Repository, action: &str) -> RegistryError {
        RegistryError::Status {
            host: repository.host.clone(),
            action: action.to_owned(),
            status: self.status,
            message: self.message,
        }
    }
}

/// Whether a request that got this status may succeed later.
pub(crate) fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502..=504)
}

/// The error of an answer that breaks the protocol.
pub(crate) fn wrong(
    repository: &Repository,
    action: &str,
    reason: impl Into<String>,
) -> RegistryError {
    RegistryError::Protocol {
        host: repository.host.clone(),
        action: action.to_owned(),
        reason: reason.into(),
    }
}

/// The error of something on this machine.
pub(crate) fn local(action: impl Into<String>) -> impl FnOnce(io::Error) -> RegistryError {
    let action = action.into();
    move |source| RegistryError::Io { action, source }
}

fn find_digests(value: &Value, depth: u32, digests: &mut Vec<Digest>) {
    let values: Vec<&Value> = match value {
        Value::String(text) => {
            digests.extend(text.parse::<Digest>());
            return;
        }
        Value::Array(values) => values.iter().collect(),
        Value::Object(values) => values.values().collect(),
        _ => return,
    };
    for value in values.into_iter().filter(|_| depth < 4) {
        find_digests(value, depth + 1, digests);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        Answer {
            status,
            headers: headers.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
            url: "http://localhost:5000/v2/".to_owned(),
            body: Box::new(io::Cursor::new(body.to_owned().into_bytes())),
        }
    }

    #[test]
    fn errors_have_words_codes_and_digests() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let body = format!(
            r#"{{"errors":[{{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob\nunknown\u001b[1m","detail":{{"digest":"{digest}"}}}},{{"code":"X"}}]}}"#
        );
        let refusal = answer(404, &[("retry-after", "7")], &body).refusal();
        assert_eq!(refusal.message, "blob unknown [1m (MANIFEST_BLOB_UNKNOWN); X");
        assert_eq!(refusal.digests, [digest.parse().unwrap()]);
        assert!(refusal.misses_blobs() && !refusal.may_pass());
        assert_eq!(refusal.retry_after, Some(7));
        assert_eq!(answer(502, &[], "<html>").refusal().message, "");
    }

    #[test]
    fn bodies_are_bounded_and_whole() {
        assert_eq!(answer(200, &[], "four").read(4).unwrap(), b"four");
        assert!(matches!(answer(200, &[], "five!").read(4), Err(BodyError::TooLong)));
        let mut short = answer(200, &[("content-length", "9")], "four");
        assert!(matches!(short.read(9), Err(BodyError::Broken(_))));
        assert!(matches!(short.read(8), Err(BodyError::TooLong)));
    }
}
