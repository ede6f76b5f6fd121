//! Blobs in chunks, for registries, or proxies before them, that don't take one in one piece.

use std::sync::PoisonError;

use plimsoll_image::{Blob, Repository};

use super::{
    Stop, body,
    session::{Session, finish, request, session_of},
};
use crate::{
    Client, Events,
    client::{
        answer::wrong,
        retry::{Retry, in_words},
        url::with_parameter,
    },
    transport::{Address, Answer, Body, Method, Request},
};

/// What a host, or a proxy before it, refused because of its size.
#[derive(Debug)]
pub(crate) struct Refused {
    /// Blobs of this size or more are not taken in one piece.
    whole: u64,
    /// The smallest body that was too large.
    part: u64,
}

impl Default for Refused {
    fn default() -> Self {
        Self { whole: u64::MAX, part: u64::MAX }
    }
}

/// The chunk that is tried first.
const CHUNK: u64 = 16 * 1024 * 1024;
/// No chunk is smaller, unless it is the last.
const LEAST_CHUNK: u64 = 64 * 1024;

impl Client {
    /// The size of chunks for a blob of `size` bytes, or nothing if it is sent in one piece. Where the
    /// `line_breaks`, large blobs go in chunks, as what arrived then need not be sent again. And some
    /// proxies just hang up on what is too large for them.
    pub(super) fn chunk_size(
        &self,
        repository: &Repository,
        size: u64,
        line_breaks: bool,
        session: &Session,
    ) -> Option<u64> {
        let mut refused = self.inner.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = refused.entry(repository.host.clone()).or_default();
        let chunk = chunk_below(refused.part, session.least_chunk);
        (size >= refused.whole || (line_breaks && size > LEAST_CHUNK)).then_some(chunk)
    }

    /// Remembers that so many bytes at once are too many, or with no size that nothing is taken in one
    /// piece. `chunk` is the size of chunks in which it was tried. `false` if nothing else is left to try.
    pub(super) fn remember_refused(
        &self,
        repository: &Repository,
        size: Option<u64>,
        chunk: Option<u64>,
        session: &Session,
    ) -> bool {
        let mut refused = self.inner.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let known = refused.entry(repository.host.clone()).or_default();
        known.whole = known.whole.min(size.unwrap_or(0));
        known.part = known.part.min(size.unwrap_or(u64::MAX));
        match (size, chunk) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(size), Some(_)) => size > chunk_below(0, session.least_chunk),
        }
    }

    /// Sends a blob in chunks.
    pub(super) fn send_chunks(
        &self,
        repository: &Repository,
        blob: &Blob,
        session: &mut Session,
        mut chunk: u64,
        events: &dyn Events,
    ) -> Result<(), Stop> {
        let action = format!("send blob {} to {repository} in chunks", blob.digest.short());
        let mut retry = Retry::new(&self.inner.options);
        let mut done = 0;
        while done < blob.size {
            let length = chunk.min(blob.size - done);
            match self.send_chunk(repository, blob, session, (done, length), &action, events) {
                Ok(next) if next > done => {
                    done = next;
                    retry.reset();
                }
                Ok(_) => {
                    let reason = "it took nothing of a chunk";
                    return Err(Stop::of_wrong(wrong(repository, &action, reason)));
                }
                Err(Stop::Passing(error, retry_after)) => {
                    if !retry.again(&in_words(&*error), retry_after, events) {
                        return Err(Stop::Final(error));
                    }
                    match self.status(repository, session, done, &action, events) {
                        Some(next) if next <= blob.size => {
                            // Smaller ones may get through, or be allowed.
                            if next <= done {
                                chunk = (length / 2).max(chunk_below(0, session.least_chunk));
                            }
                            done = next;
                        }
                        _ => return Err(Stop::Passing(error, retry_after)),
                    }
                }
                Err(stop) => return Err(stop),
            }
        }
        // The session is ended by what closes it alone, and must not be with a blob that is damaged here.
        body::check(blob).map_err(|error| Stop::of_machine(blob, error))?;
        let url = with_parameter(&session.url, "digest", &blob.digest.to_string());
        let mut end = request(Method::Put, Address::Url(url), repository, Vec::new(), &action);
        end.headers.push(("content-type", "application/octet-stream".to_owned()));
        let answer = self.send(&end, events).map_err(Stop::of_error)?;
        finish(repository, blob, answer, &action, 0)
    }

    /// Sends one chunk, and returns where the next one begins.
    fn send_chunk(
        &self,
        repository: &Repository,
        blob: &Blob,
        session: &mut Session,
        (from, length): (u64, u64),
        action: &str,
        events: &dyn Events,
    ) -> Result<u64, Stop> {
        let open = || body::open(blob, from, length, events);
        let address = Address::Url(session.url.clone());
        let mut patch = request(Method::Patch, address, repository, Vec::new(), action);
        let range = format!("{from}-{}", from + length - 1);
        patch.headers.push(("content-type", "application/octet-stream".to_owned()));
        patch.headers.push(("content-range", range));
        patch.body = Body::Stream { length, open: &open };
        let answer = self.send(&patch, events).map_err(Stop::of_error)?;
        if !answer.is_success() {
            return Err(Stop::of_refusal(answer.refusal(), repository, action, length));
        }
        follow(session, &answer);
        let next = next_byte(&answer, from + length).unwrap_or(from + length);
        answer.drain();
        if next > from + length {
            let reason = "it has more bytes than it was sent";
            return Err(Stop::of_wrong(wrong(repository, action, reason)));
        }
        Ok(next)
    }

    /// Asks how far a session got; nothing where it is lost.
    fn status(
        &self,
        repository: &Repository,
        session: &mut Session,
        done: u64,
        action: &str,
        events: &dyn Events,
    ) -> Option<u64> {
        let address = Address::Url(session.url.clone());
        let get = request(Method::Get, address, repository, Vec::new(), action);
        let answer = self.send(&Request { repeatable: true, ..get }, events).ok()?;
        let next = answer.is_success().then(|| next_byte(&answer, done)).flatten();
        if next.is_some() {
            follow(session, &answer);
        }
        answer.drain();
        next
    }
}

/// Each answer may say where the next request goes.
fn follow(session: &mut Session, answer: &Answer) {
    if let Some(next) = session_of(answer) {
        session.url = next.url;
    }
}

/// The first byte that a registry does not have, by `Range: 0-LAST`. `0-0` is what some say of an empty
/// session, and others of one byte: so one byte is believed only where so much was sent.
fn next_byte(answer: &Answer, sent: u64) -> Option<u64> {
    let range = answer.header("range")?.trim();
    let (first, last) = range.strip_prefix("bytes=").unwrap_or(range).split_once('-')?;
    let last = last.parse::<u64>().ok().filter(|_| first == "0")?;
    if last == 0 && sent != 1 { Some(0) } else { last.checked_add(1) }
}

/// A size of chunks below one that was refused, but never below what the registry allows.
fn chunk_below(refused: u64, least: Option<u64>) -> u64 {
    let mut chunk = CHUNK;
    while chunk >= refused && chunk > LEAST_CHUNK {
        chunk /= 2;
    }
    chunk.max(least.unwrap_or(0)).max(LEAST_CHUNK)
}
