//! Upload sessions. Every answer names the place of the next request; no place is good for two.

use plimsoll_image::Digest;

use crate::{
    http::Response,
    registry::{Registry, State},
    server::Request,
};

/// An upload that was begun.
#[derive(Debug, Default)]
pub(crate) struct Session {
    repository: String,
    bytes: Vec<u8>,
    /// How many places were given away. The last one is good.
    places: u64,
    /// A request was sent to the last place.
    used: bool,
}

type Field<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Registry {
    pub(crate) fn begin_upload(
        &self,
        request: &mut Request<'_>,
        name: &str,
        field: Field<'_>,
    ) -> Option<Response> {
        let body = request.body().ok()?;
        let mut state = self.state();
        let mount = field("mount").and_then(|it| it.parse::<Digest>().ok());
        if let (true, Some(digest), Some(from)) = (self.settings.mounts, mount, field("from")) {
            let found = state.repos.get(&from).and_then(|it| it.blobs.get(&digest)).cloned();
            if let Some(bytes) = found {
                state.repo(name).blobs.insert(digest, bytes);
                return Some(created(name, &digest));
            }
        }
        if let Some(digest) = field("digest").filter(|_| self.settings.single_post) {
            if self.is_too_much(&body) {
                return Some(too_much());
            }
            if Digest::of(&body).to_string() != digest {
                return Some(Response::error(400, "DIGEST_INVALID", "the digest is another"));
            }
            let digest = Digest::of(&body);
            state.repo(name).blobs.insert(digest, body);
            return Some(created(name, &digest));
        }
        state.last_session += 1;
        let number = state.last_session;
        let session = Session { repository: name.to_owned(), ..Session::default() };
        state.sessions.insert(number, session);
        Some(self.place(request, &mut state, name, number, 202))
    }

    pub(crate) fn upload(
        &self,
        request: &mut Request<'_>,
        name: &str,
        last: &str,
        field: Field<'_>,
    ) -> Option<Response> {
        let unknown = || Some(Response::error(404, "BLOB_UPLOAD_UNKNOWN", "upload unknown"));
        let Ok(number) = last.parse::<u64>() else { return unknown() };
        let method = request.head.method().to_owned();
        let begin = {
            let mut state = self.state();
            let known = state.sessions.get_mut(&number).filter(|it| it.repository == name);
            let Some(session) = known else { return unknown() };
            match &*method {
                "GET" => return Some(self.place(request, &mut state, name, number, 204)),
                "DELETE" => {
                    state.sessions.remove(&number);
                    return Some(Response::new(204));
                }
                "PUT" | "PATCH" => {}
                _ => return Some(Response::error(405, "UNSUPPORTED", "that can't be done")),
            }
            let place = field("place").and_then(|it| it.parse::<u64>().ok());
            if session.used || place != Some(session.places) {
                return Some(Response::error(416, "BLOB_UPLOAD_INVALID", "sent before"));
            }
            session.used = true;
            session.bytes.len()
        };
        let range = request.head.header("content-range").map(str::to_owned);
        if let Some(range) = range {
            let at = range.split('-').next().and_then(|it| it.parse::<usize>().ok());
            if at != Some(begin) {
                return Some(Response::error(416, "BLOB_UPLOAD_INVALID", "another range"));
            }
        }
        // Others may use the registry while this body comes.
        let mut body = Vec::new();
        let whole = request.body_into(&mut body);
        if self.is_too_much(&body) {
            return Some(too_much());
        }
        if method == "PUT" && self.settings.only_chunks && !body.is_empty() {
            return Some(Response::error(501, "UNSUPPORTED", "send it by PATCH"));
        }
        let mut state = self.state();
        let session = state.sessions.get_mut(&number)?;
        session.bytes.extend(body);
        whole.ok()?;
        if method == "PATCH" {
            return Some(self.place(request, &mut state, name, number, 202));
        }
        let session = state.sessions.remove(&number)?;
        let digest = Digest::of(&session.bytes);
        if field("digest") != Some(digest.to_string()) {
            let message = "provided digest did not match uploaded content";
            return Some(Response::error(400, "DIGEST_INVALID", message));
        }
        state.repo(name).blobs.insert(digest, session.bytes);
        Some(created(name, &digest))
    }

    /// The next place of a session.
    fn place(
        &self,
        request: &Request<'_>,
        state: &mut State,
        name: &str,
        number: u64,
        status: u16,
    ) -> Response {
        let Some(session) = state.sessions.get_mut(&number) else { return Response::new(500) };
        session.places += 1;
        session.used = false;
        let host = request.head.header("host").unwrap_or_default();
        let base = if self.settings.absolute { format!("http://{host}") } else { String::new() };
        // With a query of its own, to which a digest must be added and not put in its place.
        let location = format!("{base}/v2/{name}/blobs/uploads/{number}?place={}", session.places);
        Response::new(status)
            .with("Location", location)
            .with("Range", format!("0-{}", session.bytes.len().saturating_sub(1)))
            .with("Docker-Upload-UUID", number)
    }

    fn is_too_much(&self, body: &[u8]) -> bool {
        self.settings.most_body.is_some_and(|most| body.len() > most)
    }
}

fn created(name: &str, digest: &Digest) -> Response {
    Response::new(201)
        .with("Location", format!("/v2/{name}/blobs/{digest}"))
        .with("Docker-Content-Digest", digest)
}

fn too_much() -> Response {
    Response::new(413).body("text/html", "<h1>413 Request Entity Too Large</h1>")
}
