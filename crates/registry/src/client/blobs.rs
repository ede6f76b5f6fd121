//! Reads small blobs into memory, and asks which blobs there are.

use plimsoll_image::{Descriptor, Digest, Repository};

use super::{
    Client,
    answer::{BodyError, wrong},
    retry::{Retry, in_words},
};
use crate::{
    Events, RegistryError,
    transport::{Address, Answer, Body, Method, Request, Scope},
};

impl Client {
    pub(super) fn read_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        limit: u64,
        events: &dyn Events,
    ) -> Result<Vec<u8>, RegistryError> {
        let host = || repository.host.clone();
        let limit_error = || RegistryError::Limit {
            host: host(),
            what: format!("blob {}", blob.digest),
            limit: format!("{limit} bytes"),
        };
        if blob.size > limit {
            return Err(limit_error());
        }
        let action = format!("read blob {} of {repository}", blob.digest.short());
        let mut retry = Retry::new(&self.inner.options);
        let mut was_corrupt = false;
        loop {
            let mut answer = self.get_blob(repository, &blob.digest, None, &action, events)?;
            if answer.status != 200 {
                return Err(wrong(repository, &action, format!("it answers {}", answer.status)));
            }
            let error = match answer.read(limit) {
                Err(BodyError::TooLong) => return Err(limit_error()),
                Err(BodyError::Broken(source)) => {
                    RegistryError::Broken { host: host(), action: action.clone(), source }
                }
                Ok(bytes) => match mismatch(blob, &bytes) {
                    None => return Ok(bytes),
                    Some(reason) => {
                        let error =
                            RegistryError::Corrupt { host: host(), expected: blob.digest, reason };
                        if was_corrupt {
                            return Err(error);
                        }
                        was_corrupt = true;
                        error
                    }
                },
            };
            if !retry.again(&in_words(&error), None, events) {
                return Err(error);
            }
        }
    }

    /// Asks for a blob, from byte `from` where that is wanted. The answer is a success or 416.
    pub(crate) fn get_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        from: Option<u64>,
        action: &str,
        events: &dyn Events,
    ) -> Result<Answer, RegistryError> {
        let mut request = blob_request(Method::Get, repository, digest, false, action);
        request.headers.extend(from.map(|it| ("range", format!("bytes={it}-"))));
        let answer = self.send(&request, events)?;
        match answer.status {
            404 => {
                answer.drain();
                let what = format!("blob {digest} in {}", repository.path);
                Err(RegistryError::NotFound { host: repository.host.clone(), what })
            }
            416 if from.is_some() => Ok(answer),
            _ if answer.is_success() => Ok(answer),
            _ => Err(answer.refusal().into_error(repository, action)),
        }
    }

    /// Whether a repository has a blob of this digest and size. Whoever asks is going to push.
    pub(crate) fn has_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        size: u64,
        events: &dyn Events,
    ) -> Result<bool, RegistryError> {
        let action = format!("look for blob {} in {repository}", digest.short());
        let request = blob_request(Method::Head, repository, digest, true, &action);
        let answer = match self.send(&request, events) {
            // Storage that a registry redirects to may take no `HEAD`. If it is the registry that
            // refuses, it will say so again when something is written.
            Err(RegistryError::Denied { .. }) => return Ok(false),
            answer => answer?,
        };
        // Whatever else it says, an upload will show; and one of another size is not the blob.
        let is_whole = answer.length().is_none_or(|it| it == size || it == 0);
        let is_there = answer.status == 200 && is_whole;
        answer.drain();
        Ok(is_there)
    }
}

/// A request about a blob.
fn blob_request<'a>(
    method: Method,
    repository: &Repository,
    digest: &Digest,
    write: bool,
    action: &str,
) -> Request<'a> {
    Request {
        method,
        address: Address::Path(format!("/v2/{}/blobs/{digest}", repository.path)),
        scope: Scope { repository: repository.clone(), write, also_pull: Vec::new() },
        headers: Vec::new(),
        body: Body::Empty,
        repeatable: true,
        action: action.to_owned(),
    }
}

/// How bytes differ from what a descriptor says of them.
fn mismatch(blob: &Descriptor, bytes: &[u8]) -> Option<String> {
    if bytes.len() as u64 != blob.size {
        return Some(format!("{} bytes instead of {}", bytes.len(), blob.size));
    }
    let digest = Digest::of(bytes);
    (digest != blob.digest).then(|| format!("these have {digest}"))
}
