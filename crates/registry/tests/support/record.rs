//! What was sent where: every request that any server of a test saw, with all of its headers.

use std::sync::{Arc, Mutex};

use crate::http::Head;

/// A request that a server saw.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Which server: `registry`, `token`, `cdn`, `stranger`, or a proxy before one of them.
    pub(crate) role: &'static str,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
}

impl Seen {
    pub(crate) fn of(role: &'static str, head: &Head) -> Self {
        Self {
            role,
            method: head.method().to_owned(),
            target: head.target().to_owned(),
            headers: head.headers.clone(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| &**value)
    }

    /// Whether a text stands in its first line or a header.
    pub(crate) fn holds(&self, text: &str) -> bool {
        self.target.contains(text) || self.headers.iter().any(|(_, value)| value.contains(text))
    }

    /// `HEAD /v2/a/manifests/1`
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

/// What all servers of a test saw, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record(Arc<Mutex<Vec<Seen>>>);

impl Record {
    pub(crate) fn note(&self, seen: Seen) {
        self.0.lock().unwrap().push(seen);
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    /// The requests that one server saw.
    pub(crate) fn of(&self, role: &str) -> Vec<Seen> {
        self.all().into_iter().filter(|it| it.role == role).collect()
    }

    /// The first lines of the requests that one server saw.
    pub(crate) fn lines(&self, role: &str) -> Vec<String> {
        self.of(role).iter().map(Seen::line).collect()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}
