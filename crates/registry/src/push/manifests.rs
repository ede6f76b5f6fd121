//! Writes the manifests of an image: what is below the root by digest, the root by its tags.

use plimsoll_image::{Digest, Reference, Repository};

use super::{
    Goal,
    plan::{Plan, Sheet},
};
use crate::{
    Client, Event, Events, RegistryError,
    client::{
        answer::{Refusal, wrong},
        manifests::manifest_path,
        work::parallel,
    },
    transport::{Address, Body, Method, Request, Scope},
};

/// What came of writing manifests.
#[derive(Debug)]
pub(super) enum Written {
    All,
    /// The registry has not all that they lead to. It may have said what it misses.
    Misses(Vec<Digest>, RegistryError),
}

/// Why a manifest was not written.
#[derive(Debug)]
pub(super) enum PutError {
    Refused(Refusal),
    Failed(RegistryError),
}

impl Client {
    /// Writes all manifests of an image. `again` writes tags that name it already as well.
    pub(super) fn write_all(
        &self,
        repository: &Repository,
        plan: &Plan<'_>,
        goals: &[Goal],
        again: bool,
        events: &dyn Events,
    ) -> Result<Written, RegistryError> {
        let root = plan.root.descriptor.digest;
        let connections = self.inner.options.connections;
        let result = (|| {
            let put = |sheet: &&Sheet| {
                let reference = by_digest(repository, sheet.descriptor.digest);
                Ok(self.put_manifest(&reference, sheet, false, events))
            };
            // Indexes come after all that they may name, one after the other as they may name each other.
            let (indexes, manifests): (Vec<&Sheet>, Vec<&Sheet>) =
                plan.children.iter().partition(|it| it.document.is_index());
            for (connections, sheets) in [(connections, manifests), (1, indexes)] {
                let results = parallel(connections, &sheets, put).map_err(PutError::Failed)?;
                results.into_iter().collect::<Result<(), _>>()?;
            }
            let todo = |goal: &&Goal| again || goal.before != Some(root);
            for goal in goals.iter().filter(|it| it.immutable).filter(todo) {
                self.write_immutable(&goal.reference, &plan.root, events)?;
            }
            let moving: Vec<&Goal> = goals.iter().filter(|it| !it.immutable).filter(todo).collect();
            let results = parallel(connections, &moving, |goal| {
                let reference = match &goal.reference.tag {
                    Some(tag) => goal.reference.tagged(tag),
                    None => goal.reference.pinned(root),
                };
                Ok(self.put_manifest(&reference, &plan.root, false, events))
            })
            .map_err(PutError::Failed)?;
            results.into_iter().collect::<Result<(), _>>()
        })();
        match result {
            Ok(()) => Ok(Written::All),
            Err(PutError::Failed(error)) => Err(error),
            Err(PutError::Refused(refusal)) => {
                let misses = refusal.misses_blobs();
                let digests = refusal.digests.clone();
                let error = refusal.into_error(repository, "write the manifest of the image");
                if misses { Ok(Written::Misses(digests, error)) } else { Err(error) }
            }
        }
    }

    /// Writes one manifest, by tag or digest. If it refers to another, and the registry does not keep
    /// track of that itself, the tag that stands for it is brought up to date.
    pub(super) fn put_manifest(
        &self,
        reference: &Reference,
        sheet: &Sheet,
        only_if_free: bool,
        events: &dyn Events,
    ) -> Result<(), PutError> {
        let repository = &reference.repository;
        let digest = sheet.descriptor.digest;
        let action = format!("write the manifest of {reference}");
        let mut headers = vec![("content-type", sheet.descriptor.media_type.clone())];
        if only_if_free {
            headers.push(("if-none-match", "*".to_owned()));
        }
        let request = Request {
            method: Method::Put,
            address: Address::Path(manifest_path(reference)),
            scope: Scope { repository: repository.clone(), write: true, also_pull: Vec::new() },
            headers,
            body: Body::Bytes(&sheet.bytes),
            // The same bytes twice are the same, but a tag that must not change is looked at in between.
            repeatable: !only_if_free,
            action: action.clone(),
        };
        let answer = self.send(&request, events).map_err(PutError::Failed)?;
        if !answer.is_success() {
            return Err(PutError::Refused(answer.refusal()));
        }
        let (stored, knows_subject) = (answer.digest(), answer.header("oci-subject").is_some());
        answer.drain();
        if let Some(stored) = stored.filter(|it| *it != digest) {
            let reason = format!("it stored {stored} instead of {digest}");
            return Err(PutError::Failed(wrong(repository, &action, reason)));
        }
        let tag = if reference.digest.is_some() { None } else { reference.tag.as_deref() };
        events.event(&Event::Manifest { digest: &digest, tag });
        match &sheet.document.subject {
            Some(subject) if !knows_subject => self
                .add_to_fallback(
                    repository,
                    &subject.digest,
                    &sheet.descriptor,
                    &sheet.document,
                    events,
                )
                .map_err(PutError::Failed),
            _ => Ok(()),
        }
    }
}

fn by_digest(repository: &Repository, digest: Digest) -> Reference {
    Reference { repository: repository.clone(), tag: None, digest: Some(digest) }
}
