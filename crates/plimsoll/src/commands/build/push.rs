//! `--push`: what is looked at before anything is built, and what is sent at the end.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_image::{Bundle, Descriptor, Reference, media_type};
use plimsoll_project::git::Commit;
use plimsoll_registry::{Client, Events, Mounts, Push, Target};

use super::Context;
use crate::{
    commands::push::{Naming, repositories},
    failure::Failure,
    hints, registry,
    report::push::RepositoryReport,
};

/// The label that says which commit an image is made of.
const REVISION: &str = "org.opencontainers.image.revision";

/// A push that was looked at before anything is built.
#[derive(Debug)]
pub(super) struct Pushing<'a> {
    context: &'a Context<'a>,
    client: Client,
    naming: Naming<'a>,
    targets: Vec<Target>,
}

/// Looks whether the image may go where it is to go, as far as that can be told before it is built.
///
/// # Errors
/// A registry can't be reached or refuses, or a tag that never moves names an image of another commit.
/// Of the same commit it may be the same image, which is told at the end.
pub(super) fn prepare<'a>(
    context: &'a Context<'a>,
    version: Option<&str>,
    revision: Option<&str>,
    commit: Option<&'a Commit>,
) -> Result<Option<Pushing<'a>>, Failure> {
    let args = context.args;
    if !args.push {
        return Ok(None);
    }
    let names = names(context)?;
    let settings = &context.settings.file;
    let naming = Naming {
        settings: &settings.push,
        allow_retag: args.registry.allow_retag,
        version: None,
        commit: commit.map(|it| &*it.id),
    };
    let targets = Naming { version, ..naming }.targets(&names, None)?;
    let client = registry::client(&settings.registry, &args.registry.insecure, None);
    let transfers = context.ui.transfers("reading");
    let existing = client.check_targets(&targets, None, &transfers)?;
    for (target, existing) in targets.iter().zip(&existing) {
        if let (true, Some(digest), Some(revision)) = (target.immutable, existing, revision) {
            let there = made_of(&client, &target.reference.pinned(*digest), &transfers)?;
            if let Some(there) = there.filter(|it| it != revision) {
                return Err(Failure::new(format!(
                    "{} exists as {digest}, made of commit {there}, and would become an image of {revision}",
                    target.reference
                ))
                .hint(hints::RETAG));
            }
        }
    }
    // An image that is there already needs no leave to be written.
    let mut asked = BTreeSet::new();
    for (target, existing) in targets.iter().zip(&existing) {
        let repository = &target.reference.repository;
        if (existing.is_none() || !target.immutable) && asked.insert(repository) {
            client.check_writable(repository, &transfers)?;
        }
    }
    drop(transfers);
    Ok(Some(Pushing { context, client, naming, targets }))
}

/// The names that the image gets in registries.
pub(super) fn names(context: &Context<'_>) -> Result<Vec<Reference>, Failure> {
    if context.args.tag.is_empty() {
        return Err(Failure::new("--push does not say where to")
            .hint("name the image: -t HOST/PATH:TAG; without a tag it is the program's version"));
    }
    Ok(context.args.tag.clone())
}

/// The revision that the image will name.
pub(super) fn revision(
    labels: &BTreeMap<String, String>,
    commit: Option<&Commit>,
) -> Option<String> {
    let own = || commit.map(|it| format!("{}{}", it.id, if it.dirty { "-dirty" } else { "" }));
    labels.get(REVISION).cloned().or_else(own)
}

/// The commit that an image in a registry is made of, if it says so.
fn made_of(
    client: &Client,
    reference: &Reference,
    events: &dyn Events,
) -> Result<Option<String>, Failure> {
    let found = client.manifest(reference, events)?;
    let mut bytes = found.bytes;
    if media_type::is_index(&found.descriptor.media_type) {
        let index: plimsoll_image::Index = serde_json::from_slice(&bytes)?;
        let is_image = |it: &&Descriptor| it.platform.as_ref().is_none_or(|it| it.os != "unknown");
        let Some(first) = index.manifests.iter().find(is_image) else { return Ok(None) };
        bytes = client.manifest(&reference.pinned(first.digest), events)?.bytes;
    }
    let manifest: plimsoll_image::Manifest = serde_json::from_slice(&bytes)?;
    let limit = plimsoll_image::open::MOST_DOCUMENT;
    let config = client.small_blob(&reference.repository, &manifest.config, limit, events)?;
    // What is no image has no such label.
    let config: Option<plimsoll_image::ImageConfig> = serde_json::from_slice(&config).ok();
    Ok(config.and_then(|it| it.config.labels.get(REVISION).cloned()))
}

impl Pushing<'_> {
    /// Sends the image.
    pub(super) fn send(
        &self,
        bundle: &Bundle,
        mounts: &Mounts,
    ) -> Result<Vec<RepositoryReport>, Failure> {
        let push =
            Push { root: bundle.root(), blobs: bundle.blobs(), mounts, targets: &self.targets };
        let pushed = {
            let transfers = self.context.ui.transfers("pushing");
            self.client.push(&push, &transfers)?
        };
        self.naming.warn_of_moved(&pushed, self.context.ui);
        Ok(repositories(&pushed, bundle.root(), bundle.blobs(), &self.naming))
    }
}
