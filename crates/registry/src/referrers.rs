//! What refers to a manifest: signatures, SBOMs, attestations (distribution specification 1.1,
//! "Listing Referrers").
//!
//! A registry that does not keep track of them has a tag for each manifest that something refers to,
//! `sha256-HEX`, which names an index of what does. Whoever pushes brings it up to date.

use plimsoll_image::{Descriptor, Digest, Index, Reference, Repository, media_type};
use serde_json::Value;

use crate::{
    Client, Events, RegistryError,
    client::{
        answer::wrong,
        document::Document,
        manifests::{MOST_MANIFEST, manifest_path},
        url::encode,
    },
    push::plan::Sheet,
    transport::{Address, Body, Method, Request, Scope},
};

/// How often the tag is written again because somebody else wrote it at the same time.
const MOST_TRIES: usize = 5;

impl Client {
    pub(crate) fn list_referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
        artifact_type: Option<&str>,
        events: &dyn Events,
    ) -> Result<Vec<Descriptor>, RegistryError> {
        let action = format!("list what refers to {} in {repository}", digest.short());
        let filter = artifact_type.map(|it| format!("?artifactType={}", encode(it)));
        let path =
            format!("/v2/{}/referrers/{digest}{}", repository.path, filter.unwrap_or_default());
        let (mut found, mut is_known) = (Vec::new(), true);
        let listed = self.pages(
            repository,
            path,
            media_type::INDEX,
            &action,
            events,
            &mut |answer, bytes| {
                // Some registries answer what they don't know with a page of their web site.
                if answer.status == 404 || answer.media_type().as_deref() != Some(media_type::INDEX)
                {
                    is_known = false;
                    return Ok(());
                }
                let page: Index = serde_json::from_slice(bytes)
                    .map_err(|error| wrong(repository, &action, error.to_string()))?;
                found.extend(page.manifests);
                Ok(())
            },
        );
        match listed {
            Ok(()) => {}
            Err(RegistryError::Status { status: 400 | 405 | 406 | 501, .. }) => is_known = false,
            Err(error) => return Err(error),
        }
        if !is_known {
            found =
                self.fallback(repository, digest, events)?.map_or(Vec::new(), |it| it.manifests);
        }
        // `OCI-Filters-Applied` says whether a registry did this; doing it again changes nothing.
        found.retain(|it| artifact_type.is_none_or(|wanted| type_of(it) == Some(wanted)));
        Ok(found)
    }

    /// Makes sure that a manifest which is there is known as a referrer: whoever sent it may have been
    /// interrupted before the tag was written.
    pub(crate) fn ensure_referrer(
        &self,
        repository: &Repository,
        subject: &Digest,
        sheet: &Sheet,
        events: &dyn Events,
    ) -> Result<(), RegistryError> {
        let known = self.list_referrers(repository, subject, None, events)?;
        if known.iter().any(|it| it.digest == sheet.descriptor.digest) {
            return Ok(());
        }
        self.add_to_fallback(repository, subject, &sheet.descriptor, &sheet.document, events)
    }

    /// Adds a manifest to the tag that stands for what it refers to.
    pub(crate) fn add_to_fallback(
        &self,
        repository: &Repository,
        subject: &Digest,
        descriptor: &Descriptor,
        document: &Document,
        events: &dyn Events,
    ) -> Result<(), RegistryError> {
        let entry = entry(descriptor, document);
        let reference = fallback_tag(repository, subject);
        let action = format!("note in {reference} what refers to it");
        for _ in 0..MOST_TRIES {
            let mut index = match self.fallback(repository, subject, events)? {
                Some(index) => index,
                None => Index::new(Vec::new(), std::collections::BTreeMap::new()),
            };
            if index.manifests.iter().any(|it| it.digest == entry.digest) {
                return Ok(());
            }
            index.manifests.push(entry.clone());
            let bytes = serde_json::to_vec(&index)
                .map_err(|error| wrong(repository, &action, error.to_string()))?;
            if bytes.len() as u64 > MOST_MANIFEST {
                return Err(RegistryError::Limit {
                    host: repository.host.clone(),
                    what: format!("the index {reference}"),
                    limit: "4 MiB".to_owned(),
                });
            }
            let request = Request {
                method: Method::Put,
                address: Address::Path(manifest_path(&reference)),
                scope: Scope { repository: repository.clone(), write: true, also_pull: Vec::new() },
                headers: vec![("content-type", media_type::INDEX.to_owned())],
                body: Body::Bytes(&bytes),
                repeatable: true,
                action: action.clone(),
            };
            let answer = self.send(&request, events)?;
            if !answer.is_success() {
                return Err(answer.refusal().into_error(repository, &action));
            }
            answer.drain();
            // The next turn reads it back: somebody else may have written a list without ours.
        }
        Err(wrong(repository, &action, "the tag is written by others all the time"))
    }

    fn fallback(
        &self,
        repository: &Repository,
        subject: &Digest,
        events: &dyn Events,
    ) -> Result<Option<Index>, RegistryError> {
        let reference = fallback_tag(repository, subject);
        match self.read_manifest(&reference, false, None, events) {
            Ok(read) if read.document.is_index() => {
                let index = serde_json::from_slice(&read.fetched.bytes);
                let action = format!("read {reference}");
                index.map(Some).map_err(|error| wrong(repository, &action, error.to_string()))
            }
            Ok(_) => {
                let action = format!("read {reference}");
                Err(wrong(repository, &action, "what the tag names is no index"))
            }
            Err(RegistryError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn fallback_tag(repository: &Repository, subject: &Digest) -> Reference {
    let tag = format!("sha256-{}", subject.hex());
    Reference { repository: repository.clone(), tag: Some(tag), digest: None }
}

/// How a list of referrers names a manifest.
fn entry(descriptor: &Descriptor, document: &Document) -> Descriptor {
    let mut entry = Descriptor::new(&descriptor.media_type, descriptor.digest, descriptor.size);
    let config_type = || document.config.as_ref().map(|it| it.media_type.clone());
    if let Some(found) = document.artifact_type.clone().or_else(config_type) {
        entry.other.insert("artifactType".to_owned(), Value::String(found));
    }
    for (name, value) in document.annotations.iter().flatten() {
        if let Value::String(text) = value {
            entry.annotations.insert(name.clone(), text.clone());
        }
    }
    entry
}

fn type_of(descriptor: &Descriptor) -> Option<&str> {
    descriptor.other.get("artifactType").and_then(Value::as_str)
}
