//! Brings one blob to a file: checked while it streams, continued after a broken connection.
//!
//! What has arrived lies aside under a name made of the target's. It stays there when this process
//! gives up or is killed, and the next try asks for the rest by `Range`. Only what has the right size
//! and digest as a whole ever gets the target's name.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::Path,
};

use plimsoll_image::{Descriptor, Repository, atomic::Partial, digest::DigestWriter};

use crate::{
    Client, Event, Events, RegistryError,
    client::{
        answer::{local, wrong},
        retry::{Retry, in_words},
    },
    transport::Answer,
};

/// How much is read at once.
const READ_SIZE: usize = 128 * 1024;
/// A try that brings so much counts as progress: the tries are counted anew.
const PROGRESS: u64 = 1024 * 1024;
/// How large a blob may be. What a descriptor claims costs nothing until it arrives.
const MOST_BLOB: u64 = 64 * 1024 * 1024 * 1024;

/// A blob on its way.
struct Download<'a> {
    client: &'a Client,
    repository: &'a Repository,
    blob: &'a Descriptor,
    action: String,
    partial: Partial,
    /// The hash of all that is in `partial`, which is `done` bytes.
    hasher: DigestWriter<io::Sink>,
    done: u64,
    events: &'a dyn Events,
}

/// Why a try ended before the blob was there.
enum Stop {
    /// The connection broke.
    Broken(io::Error),
    /// What arrived is not the blob.
    Corrupt(String),
    /// The registry gives no ranges, or wrong ones.
    FromZero(String),
    /// No other try would help.
    Final(RegistryError),
}

impl Client {
    pub(crate) fn download(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        to: &Path,
        events: &dyn Events,
    ) -> Result<(), RegistryError> {
        let digest = &blob.digest;
        if is_whole(to, blob.size) {
            events.event(&Event::Exists { digest });
            return Ok(());
        }
        if blob.size > MOST_BLOB {
            return Err(RegistryError::Limit {
                host: repository.host.clone(),
                what: format!("blob {digest} of {} bytes", blob.size),
                limit: "64 GiB".to_owned(),
            });
        }
        let write = || format!("write {}", to.display());
        let partial = Partial::open(to).map_err(local(write()))?;
        // Somebody else may have brought it while we waited.
        if is_whole(to, blob.size) {
            partial.discard().ok();
            events.event(&Event::Exists { digest });
            return Ok(());
        }
        let mut download = Download {
            client: self,
            repository,
            blob,
            action: format!("bring blob {} of {repository}", digest.short()),
            partial,
            hasher: DigestWriter::new(io::sink()),
            done: 0,
            events,
        };
        download.take_up().map_err(local(write()))?;
        match download.run() {
            Ok(()) => {
                download.partial.finish().map_err(local(write()))?;
                events.event(&Event::Done { digest });
                Ok(())
            }
            Err(error) => {
                if matches!(error, RegistryError::Corrupt { .. }) {
                    download.partial.discard().ok();
                }
                Err(error)
            }
        }
    }
}

impl Download<'_> {
    /// Goes on with what an earlier process left.
    fn take_up(&mut self) -> io::Result<()> {
        if self.partial.length()? > self.blob.size {
            self.partial.clear()?;
        }
        self.done = io::copy(&mut self.partial.written()?, &mut self.hasher)?;
        Ok(())
    }

    fn run(&mut self) -> Result<(), RegistryError> {
        let mut retry = Retry::new(&self.client.inner.options);
        // What another process left may be wrong without the registry being so.
        let mut is_inherited = self.done > 0;
        let mut was_corrupt = false;
        let mut was_from_zero = false;
        loop {
            let before = self.done;
            let (digest, size) = (&self.blob.digest, self.blob.size);
            self.events.event(&Event::Begin { digest, size, done: before });
            let host = self.repository.host.clone();
            let error = match self.once() {
                Ok(()) => return Ok(()),
                Err(Stop::Final(error)) => return Err(error),
                Err(Stop::FromZero(reason)) => {
                    self.begin_anew()?;
                    is_inherited = false;
                    if was_from_zero {
                        return Err(wrong(self.repository, &self.action, reason));
                    }
                    was_from_zero = true;
                    continue;
                }
                Err(Stop::Corrupt(reason)) => {
                    self.begin_anew()?;
                    let expected = self.blob.digest;
                    let error = RegistryError::Corrupt { host, expected, reason };
                    if was_corrupt && !is_inherited {
                        return Err(error);
                    }
                    was_corrupt |= !is_inherited;
                    is_inherited = false;
                    error
                }
                Err(Stop::Broken(source)) => {
                    if self.done.saturating_sub(before) >= PROGRESS {
                        retry.reset();
                    }
                    RegistryError::Broken { host, action: self.action.clone(), source }
                }
            };
            if !retry.again(&in_words(&error), None, self.events) {
                return Err(error);
            }
        }
    }

    fn once(&mut self) -> Result<(), Stop> {
        if self.done < self.blob.size || self.blob.size == 0 {
            let from = (self.done > 0).then_some(self.done);
            let answer = self
                .client
                .get_blob(self.repository, &self.blob.digest, from, &self.action, self.events)
                .map_err(Stop::Final)?;
            let answer = self.expect_rest(answer)?;
            self.receive(answer)?;
        }
        let hasher = std::mem::replace(&mut self.hasher, DigestWriter::new(io::sink()));
        let (_, digest, _) = hasher.finish();
        if digest == self.blob.digest {
            Ok(())
        } else {
            Err(Stop::Corrupt(format!("these have {digest}")))
        }
    }

    /// Makes sure that the answer goes on where we are, or begins anew with it.
    fn expect_rest(&mut self, answer: Answer) -> Result<Answer, Stop> {
        match answer.status {
            416 => {
                answer.drain();
                return Err(Stop::FromZero("it has no such range of the blob".to_owned()));
            }
            206 => {
                let range = answer.header("content-range").unwrap_or_default();
                if !fits_range(range, self.done, self.blob.size) {
                    return Err(Stop::FromZero("it sends another range than asked for".to_owned()));
                }
            }
            200 if self.done > 0 => self.begin_anew().map_err(Stop::Final)?,
            200 => {}
            status => {
                let reason = format!("it answers {status}");
                return Err(Stop::Final(wrong(self.repository, &self.action, reason)));
            }
        }
        let rest = self.blob.size - self.done;
        match answer.length() {
            Some(length) if length != rest => {
                Err(Stop::Corrupt(format!("it announces {length} bytes where {rest} are missing")))
            }
            _ => Ok(answer),
        }
    }

    fn receive(&mut self, mut answer: Answer) -> Result<(), Stop> {
        let action = format!("write blob {}", self.blob.digest.short());
        let io_error = |error| Stop::Final(local(action.clone())(error));
        let mut file = self.partial.append().map_err(io_error)?;
        let mut buffer = vec![0; READ_SIZE];
        loop {
            let count = match answer.body.read(&mut buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // All is there; how the connection ended does not matter.
                Err(_) if self.done == self.blob.size => return Ok(()),
                Err(error) => return Err(Stop::Broken(error)),
            };
            let part = buffer.get(..count).unwrap_or_default();
            if part.is_empty() {
                return if self.done == self.blob.size {
                    Ok(())
                } else {
                    Err(Stop::Broken(io::ErrorKind::UnexpectedEof.into()))
                };
            }
            if self.done + part.len() as u64 > self.blob.size {
                return Err(Stop::Corrupt(format!("more than {} bytes", self.blob.size)));
            }
            file.write_all(part).map_err(io_error)?;
            self.hasher.write_all(part).map_err(io_error)?;
            self.done += part.len() as u64;
            let digest = &self.blob.digest;
            self.events.event(&Event::Bytes { digest, count: part.len() as u64 });
        }
    }

    fn begin_anew(&mut self) -> Result<(), RegistryError> {
        self.partial.clear().map_err(local(format!("write blob {}", self.blob.digest.short())))?;
        self.hasher = DigestWriter::new(io::sink());
        self.done = 0;
        Ok(())
    }
}

/// Whether a file is there with the size that it should have.
pub(super) fn is_whole(path: &Path, size: u64) -> bool {
    fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() == size)
}

/// Whether a `Content-Range` (RFC 9110, section 14.4) is the rest of `size` bytes after `done`.
fn fits_range(header: &str, done: u64, size: u64) -> bool {
    let parsed = header.trim().strip_prefix("bytes ").and_then(|it| {
        let (range, total) = it.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        Some((first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?, total.trim()))
    });
    parsed.is_some_and(|(first, last, total)| {
        first == done
            && last.checked_add(1) == Some(size)
            && (total == "*" || total.parse() == Ok(size))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rest_that_was_asked_for_is_taken() {
        assert!(fits_range("bytes 5-9/10", 5, 10) && fits_range("bytes 5-9/*", 5, 10));
        for wrong in ["bytes 4-9/10", "bytes 5-8/10", "bytes 5-9/11", "5-9/10", "", "bytes */10"] {
            assert!(!fits_range(wrong, 5, 10), "{wrong}");
        }
    }
}
