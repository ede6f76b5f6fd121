//! Reads manifests and indexes, and asks what tags name.

use plimsoll_image::{Descriptor, Digest, Reference, media_type};

use super::{
    Client, Fetched,
    answer::{BodyError, wrong},
    document::{Document, check_content_type},
    retry::{Retry, in_words},
};
use crate::{
    Events, RegistryError,
    transport::{Address, Answer, Body, Method, Request, Scope},
};

/// How large a manifest may be: the specification asks registries for this much.
pub(crate) const MOST_MANIFEST: u64 = 4 * 1024 * 1024;

/// A manifest that was read, with what it says.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) fetched: Fetched,
    pub(crate) document: Document,
}

/// Why an answer is no manifest.
enum Fault {
    /// Asking again may help.
    Passing(RegistryError),
    Final(RegistryError),
}

impl Client {
    /// As [`Client::resolve`]; `write` says that the caller is going to push, so that one token does.
    pub(crate) fn look(
        &self,
        reference: &Reference,
        write: bool,
        events: &dyn Events,
    ) -> Result<Option<Descriptor>, RegistryError> {
        let action = format!("look at {reference}");
        let request = manifest_request(Method::Head, reference, write, None, &action);
        let answer = self.send(&request, events)?;
        let is_there = match answer.status {
            404 => {
                answer.drain();
                return Ok(None);
            }
            status => (200..300).contains(&status),
        };
        // Some registries know no `HEAD`, and some don't say there what there is.
        let not_for_head = matches!(answer.status, 400 | 405 | 406 | 415 | 501);
        if !is_there && !not_for_head {
            return Err(answer.refusal().into_error(&reference.repository, &action));
        }
        let found = is_there.then(|| described(&answer, write)).flatten();
        answer.drain();
        match (found, reference.digest) {
            (Some(found), Some(asked)) if found.digest != asked => Err(RegistryError::Corrupt {
                host: reference.repository.host.clone(),
                expected: asked,
                reason: format!("it has {} instead", found.digest),
            }),
            (Some(found), _) => Ok(Some(found)),
            (None, _) => match self.read_manifest(reference, write, None, events) {
                Ok(read) => Ok(Some(read.fetched.descriptor)),
                Err(RegistryError::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            },
        }
    }

    /// Reads a manifest or index. `also` is a media type that is taken beside the usual ones.
    pub(crate) fn read_manifest(
        &self,
        reference: &Reference,
        write: bool,
        also: Option<&str>,
        events: &dyn Events,
    ) -> Result<Read, RegistryError> {
        let action = format!("read the manifest of {reference}");
        let request = manifest_request(Method::Get, reference, write, also, &action);
        let mut retry = Retry::new(&self.inner.options);
        loop {
            let answer = self.send(&request, events)?;
            match take_manifest(reference, answer, &action) {
                Ok(read) => return Ok(read),
                Err(Fault::Final(error)) => return Err(error),
                Err(Fault::Passing(error)) => {
                    if !retry.again(&in_words(&error), None, events) {
                        return Err(error);
                    }
                }
            }
        }
    }
}

/// Reads a manifest from an answer and checks it.
fn take_manifest(reference: &Reference, mut answer: Answer, action: &str) -> Result<Read, Fault> {
    let repository = &reference.repository;
    let host = || repository.host.clone();
    let wrong = |reason: String| Fault::Final(wrong(repository, action, reason));
    if answer.status == 404 {
        answer.drain();
        let what = format!("manifest of {reference}");
        return Err(Fault::Final(RegistryError::NotFound { host: host(), what }));
    }
    if !answer.is_success() {
        return Err(Fault::Final(answer.refusal().into_error(repository, action)));
    }
    let bytes = answer.read(MOST_MANIFEST).map_err(|error| match error {
        BodyError::Broken(source) => {
            let action = action.to_owned();
            Fault::Passing(RegistryError::Broken { host: host(), action, source })
        }
        BodyError::TooLong => Fault::Final(RegistryError::Limit {
            host: host(),
            what: format!("the manifest of {reference}"),
            limit: "4 MiB".to_owned(),
        }),
    })?;
    let content_type = answer.media_type();
    check_content_type(content_type.as_deref()).map_err(wrong)?;
    let digest = Digest::of(&bytes);
    for expected in [reference.digest, answer.digest()].into_iter().flatten() {
        if expected != digest {
            let reason = format!("these have {digest}");
            return Err(Fault::Passing(RegistryError::Corrupt { host: host(), expected, reason }));
        }
    }
    let document = Document::parse(&bytes).map_err(wrong)?;
    let media_type = document.media_type(content_type.as_deref()).map_err(wrong)?;
    let descriptor = Descriptor::new(&media_type, digest, bytes.len() as u64);
    Ok(Read { fetched: Fetched { descriptor, bytes }, document })
}

/// A request about a manifest.
fn manifest_request<'a>(
    method: Method,
    reference: &Reference,
    write: bool,
    also: Option<&str>,
    action: &str,
) -> Request<'a> {
    let known = [
        media_type::INDEX,
        media_type::MANIFEST,
        media_type::DOCKER_INDEX,
        media_type::DOCKER_MANIFEST,
    ];
    let accept: Vec<&str> = known.into_iter().chain(also).collect();
    let repository = &reference.repository;
    Request {
        method,
        address: Address::Path(manifest_path(reference)),
        scope: Scope { repository: repository.clone(), write, also_pull: Vec::new() },
        headers: vec![("accept", accept.join(", "))],
        body: Body::Empty,
        repeatable: true,
        action: action.to_owned(),
    }
}

/// Where a manifest lies. A digest wins over a tag.
pub(crate) fn manifest_path(reference: &Reference) -> String {
    let path = &reference.repository.path;
    match reference.digest {
        Some(digest) => format!("/v2/{path}/manifests/{digest}"),
        None => format!("/v2/{path}/manifests/{}", reference.tag_or_latest().unwrap_or_default()),
    }
}

/// What the headers of an answer say of a manifest, if they say all. Whoever wants to write a tag can do
/// without a media type that means something.
fn described(answer: &Answer, write: bool) -> Option<Descriptor> {
    let media_type = answer.media_type()?;
    let size = answer.length().filter(|it| *it > 0)?;
    // A generic type says nothing, and schema 1 has words of its own when it is read.
    if !media_type.ends_with("+json") && !write {
        return None;
    }
    Some(Descriptor::new(&media_type, answer.digest()?, size))
}
