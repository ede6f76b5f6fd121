//! Brings one blob to a repository: it is there already, or is mounted, or is sent.
//!
//! A session of the registry takes one try. What failed in it is never sent to it again, because
//! nobody knows how much of it arrived: the next try has a session of its own. Only where a blob goes
//! in chunks does the registry say how far it got, and the rest goes to the same session.

mod body;
pub(crate) mod chunks;
mod permission;
mod session;
#[cfg(test)]
mod tests;

use std::io;

use plimsoll_image::{Blob, BlobContent, Digest, Repository};

use self::session::{Mount, Session};
use crate::{
    Client, Event, Events, RegistryError,
    client::{
        answer::{Refusal, local},
        retry::{Retry, in_words, is_passing},
    },
};

/// From how many repositories a blob is tried to be mounted.
const MOST_MOUNTS: usize = 3;

/// A blob that a repository must have.
#[derive(Clone, Debug)]
pub(crate) struct Needed<'a> {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    /// Its bytes, if they are at hand.
    pub(crate) blob: Option<&'a Blob>,
}

/// How a blob came to a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Brought {
    Exists,
    Mounted,
    Sent,
}

/// Why a try to send a blob failed.
#[derive(Debug)]
enum Stop {
    /// Another try, in another session, may do.
    Passing(Box<RegistryError>, Option<u64>),
    /// The registry does not take so many bytes at once, or nothing in one piece.
    TooLarge(Box<RegistryError>, Option<u64>),
    /// No other try would do.
    Final(Box<RegistryError>),
}

impl Client {
    /// Makes sure that a repository has a blob. It is asked for first if `ask`; then mounted from one of
    /// `sources`, which are repositories of the same host; then sent.
    pub(crate) fn ensure_blob(
        &self,
        repository: &Repository,
        needed: &Needed<'_>,
        sources: &[&Repository],
        ask: bool,
        events: &dyn Events,
    ) -> Result<Brought, RegistryError> {
        let digest = &needed.digest;
        if ask && self.has_blob(repository, digest, needed.size, events)? {
            events.event(&Event::Exists { digest });
            return Ok(Brought::Exists);
        }
        let mut session = None;
        for from in sources.iter().take(MOST_MOUNTS) {
            // The session of a mount that did not happen is of use once the last source was tried.
            if let Some(unused) = session.take() {
                self.cancel(repository, &unused, events);
            }
            match self.mount(repository, digest, from, events) {
                Mount::Done => {
                    events.event(&Event::Mounted { digest, from });
                    return Ok(Brought::Mounted);
                }
                Mount::Session(begun) => session = Some(begun),
                Mount::Refused => {}
            }
        }
        let Some(blob) = needed.blob else {
            if let Some(unused) = session {
                self.cancel(repository, &unused, events);
            }
            let reason = "it is not at hand, and the registry does not have it";
            let error = io::Error::new(io::ErrorKind::NotFound, reason);
            return Err(local(format!("send blob {digest} to {repository}"))(error));
        };
        self.send_blob(repository, blob, session, events)?;
        events.event(&Event::Done { digest });
        Ok(Brought::Sent)
    }

    fn send_blob(
        &self,
        repository: &Repository,
        blob: &Blob,
        mut session: Option<Session>,
        events: &dyn Events,
    ) -> Result<(), RegistryError> {
        if let BlobContent::Elsewhere(source) = &blob.content {
            // A session would not wait until it is here.
            if let Some(unused) = session.take() {
                self.cancel(repository, &unused, events);
            }
            source.fetch().map_err(local(format!("bring blob {}", blob.digest)))?;
        }
        let mut retry = Retry::new(&self.inner.options);
        let mut breaks = 0;
        loop {
            let mut session = match session.take() {
                Some(session) => session,
                None => self.begin(repository, events)?,
            };
            let chunk = self.chunk_size(repository, blob.size, breaks > 1, &session);
            let result = match chunk {
                None => self.send_whole(repository, blob, &session, events),
                Some(chunk) => self.send_chunks(repository, blob, &mut session, chunk, events),
            };
            let Err(stop) = result else { return Ok(()) };
            self.cancel_after(repository, &session, &stop, events);
            let (error, retry_after) = match stop {
                Stop::Final(error) => return Err(*error),
                Stop::TooLarge(error, size) => {
                    if !self.remember_refused(repository, size, chunk, &session) {
                        return Err(*error);
                    }
                    continue;
                }
                Stop::Passing(error, retry_after) => (error, retry_after),
            };
            if !retry.again(&in_words(&*error), retry_after, events) {
                return Err(*error);
            }
            if matches!(*error, RegistryError::Broken { .. }) {
                breaks += 1;
                // It may be that all arrived, and only the answer was lost.
                if self.has_blob(repository, &blob.digest, blob.size, events)? {
                    return Ok(());
                }
            }
        }
    }
}

impl Stop {
    /// An answer that breaks the protocol: another session may do better.
    fn of_wrong(error: RegistryError) -> Self {
        Self::Passing(Box::new(error), None)
    }

    /// Something on this machine.
    fn of_machine(blob: &Blob, error: io::Error) -> Self {
        Self::Final(Box::new(local(format!("read blob {}", blob.digest))(error)))
    }

    /// A request that failed without an answer.
    fn of_error(error: RegistryError) -> Self {
        let error = Box::new(error);
        if is_passing(&error) { Self::Passing(error, None) } else { Self::Final(error) }
    }

    /// A request about a session that was refused. `size` is how many bytes were sent at once.
    fn of_refusal(refusal: Refusal, repository: &Repository, action: &str, size: u64) -> Self {
        let again = [
            "BLOB_UPLOAD_UNKNOWN",
            "BLOB_UPLOAD_INVALID",
            "DIGEST_INVALID",
            "SIZE_INVALID",
            "RANGE_INVALID",
        ];
        let of_session = refusal.codes.iter().any(|it| again.contains(&&**it));
        let status = refusal.status;
        let is_passing = refusal.may_pass() || of_session || matches!(status, 404 | 410 | 416);
        let retry_after = refusal.retry_after;
        let error = Box::new(refusal.into_error(repository, action));
        match status {
            413 if size > 0 => Self::TooLarge(error, Some(size)),
            405 | 411 | 501 if size > 0 => Self::TooLarge(error, None),
            _ if is_passing => Self::Passing(error, retry_after),
            _ => Self::Final(error),
        }
    }
}
