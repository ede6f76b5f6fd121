//! Upload sessions: begun, mounted instead, used once, given up.

use plimsoll_image::{Blob, Digest, Repository};

use super::{Stop, body};
use crate::{
    Client, Events, RegistryError,
    client::{
        answer::wrong,
        url::{encode, resolve, with_parameter},
    },
    transport::{Address, Answer, Body, Method, Request, Scope},
};

/// An upload session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    /// Where the next bytes go.
    pub(super) url: String,
    /// `OCI-Chunk-Min-Length`.
    pub(super) least_chunk: Option<u64>,
}

/// What came of an attempt to mount a blob.
#[derive(Debug)]
pub(super) enum Mount {
    Done,
    /// It was not mounted; the registry waits for the bytes instead.
    Session(Session),
    Refused,
}

impl Client {
    /// Begins a session.
    pub(super) fn begin(
        &self,
        repository: &Repository,
        events: &dyn Events,
    ) -> Result<Session, RegistryError> {
        let action = format!("begin an upload to {repository}");
        let path = format!("/v2/{}/blobs/uploads/", repository.path);
        let request = request(Method::Post, Address::Path(path), repository, Vec::new(), &action);
        // A session that nobody uses is harmless.
        let answer = self.send(&Request { repeatable: true, ..request }, events)?;
        if !answer.is_success() {
            return Err(answer.refusal().into_error(repository, &action));
        }
        let session = session_of(&answer);
        let (has_location, status) = (answer.header("location").is_some(), answer.status);
        answer.drain();
        session.ok_or_else(|| {
            let reason = if has_location {
                "its Location is no address of HTTP".to_owned()
            } else {
                format!("status {status} has no Location")
            };
            wrong(repository, &action, reason)
        })
    }

    /// Asks for a blob of another repository. Whatever goes wrong is no error: it can still be sent.
    pub(super) fn mount(
        &self,
        repository: &Repository,
        digest: &Digest,
        from: &Repository,
        events: &dyn Events,
    ) -> Mount {
        let path = format!(
            "/v2/{}/blobs/uploads/?mount={}&from={}",
            repository.path,
            encode(&digest.to_string()),
            encode(&from.path)
        );
        let action = format!("mount blob {} of {from} in {repository}", digest.short());
        let also_pull = vec![from.path.clone()];
        let request = request(Method::Post, Address::Path(path), repository, also_pull, &action);
        let Ok(answer) = self.send(&request, events) else { return Mount::Refused };
        let (status, session) = (answer.status, session_of(&answer));
        let other_digest = answer.digest().is_some_and(|it| it != *digest);
        answer.drain();
        match (status, session) {
            (201, _) if !other_digest => Mount::Done,
            (202, Some(session)) => Mount::Session(session),
            _ => Mount::Refused,
        }
    }

    /// Sends a blob in one piece.
    pub(super) fn send_whole(
        &self,
        repository: &Repository,
        blob: &Blob,
        session: &Session,
        events: &dyn Events,
    ) -> Result<(), Stop> {
        let action = format!("send blob {} to {repository}", blob.digest.short());
        let open = || body::open_whole(blob, events);
        let url = with_parameter(&session.url, "digest", &blob.digest.to_string());
        let mut request = request(Method::Put, Address::Url(url), repository, Vec::new(), &action);
        request.headers.push(("content-type", "application/octet-stream".to_owned()));
        request.body = match blob.size {
            0 => Body::Empty,
            length => Body::Stream { length, open: &open },
        };
        let answer = self.send(&request, events).map_err(Stop::of_error)?;
        finish(repository, blob, answer, &action, blob.size)
    }

    /// Tells the registry that a session will not be used. It finds out by itself if this fails.
    pub(super) fn cancel(&self, repository: &Repository, session: &Session, events: &dyn Events) {
        let action = format!("end an upload to {repository}");
        let address = Address::Url(session.url.clone());
        let request = request(Method::Delete, address, repository, Vec::new(), &action);
        if let Ok(answer) = self.send(&request, events) {
            answer.drain();
        }
    }

    /// Gives a session up after a failure, unless the registry is not there to hear of it, or may have
    /// all that it needs.
    pub(super) fn cancel_after(
        &self,
        repository: &Repository,
        session: &Session,
        stop: &Stop,
        events: &dyn Events,
    ) {
        let (Stop::Passing(error, _) | Stop::TooLarge(error, _) | Stop::Final(error)) = stop;
        let stays = match &**error {
            // After `Broken`, it may still be at work on what it got, and may yet have all of it.
            RegistryError::Unreachable { .. }
            | RegistryError::Tls { .. }
            | RegistryError::Broken { .. } => true,
            RegistryError::Status { status, .. } => *status == 404,
            _ => false,
        };
        if !stays {
            self.cancel(repository, session, events);
        }
    }
}

/// Looks at the answer to the request that ends a session.
pub(super) fn finish(
    repository: &Repository,
    blob: &Blob,
    answer: Answer,
    action: &str,
    size: u64,
) -> Result<(), Stop> {
    if answer.is_success() {
        let found = answer.digest();
        answer.drain();
        return match found {
            Some(found) if found != blob.digest => {
                let reason = format!("it stored {found} instead of {}", blob.digest);
                Err(Stop::of_wrong(wrong(repository, action, reason)))
            }
            _ => Ok(()),
        };
    }
    let refusal = answer.refusal();
    if refusal.codes.iter().any(|it| it == "DIGEST_INVALID") {
        body::check(blob).map_err(|error| Stop::of_machine(blob, error))?;
    }
    Err(Stop::of_refusal(refusal, repository, action, size))
}

/// A request of an upload, which is not repeated by itself.
pub(super) fn request<'a>(
    method: Method,
    address: Address,
    repository: &Repository,
    also_pull: Vec<String>,
    action: &str,
) -> Request<'a> {
    Request {
        method,
        address,
        scope: Scope { repository: repository.clone(), write: true, also_pull },
        headers: Vec::new(),
        body: Body::Empty,
        repeatable: false,
        action: action.to_owned(),
    }
}

/// The session that an answer speaks of.
pub(super) fn session_of(answer: &Answer) -> Option<Session> {
    Some(Session {
        url: resolve(&answer.url, answer.header("location")?)?,
        least_chunk: answer.header("oci-chunk-min-length").and_then(|it| it.trim().parse().ok()),
    })
}
