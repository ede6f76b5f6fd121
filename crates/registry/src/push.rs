//! Sends an image: only what is missing, blobs first, then manifests, tags last.
//!
//! A manifest is written once the registry has all that it leads to, so that a tag never names what is
//! not there; whoever is interrupted leaves the old tag.
//!
//! # What a tag that must not change can rely on
//!
//! The protocol has no way to write a tag only if it is free. So an immutable tag is looked at before
//! anything is sent, again just before it is written (with `If-None-Match: *`, which few registries
//! honour and the others ignore), and once more afterwards, when as much time has passed as looking and
//! writing took. Of two that push different images under one tag at once, the second usually finds the
//! tag of the first and ends with [`RegistryError::TagExists`]. If both looked before either wrote, the
//! registry keeps what was written last, and the one that wrote first finds that and ends with the same
//! error. It does not if the other took more than twice as long from its look to its write, or if
//! somebody overwrites the tag later by other means: only a registry that refuses to change tags can
//! rule that out. Its refusal is told as [`RegistryError::TagExists`], too.

mod blobs;
mod manifests;
pub(crate) mod plan;
mod tags;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use plimsoll_image::{BlobSet, Descriptor, Digest, Reference, Repository};

use self::plan::Plan;
use crate::{
    Client, Events, RegistryError,
    client::{answer::local, work::parallel},
};

/// Where blobs lie already, by their digests: repositories from which they can be mounted.
pub type Mounts = BTreeMap<Digest, Vec<Repository>>;

/// A tag to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The tag, with its repository; without a tag, the image is pushed by its digest alone.
    pub reference: Reference,
    /// The tag must not name anything else: an error before anything is sent, and again before it is written.
    pub immutable: bool,
}

/// An image to be sent.
#[derive(Debug)]
pub struct Push<'a> {
    /// Its manifest or index.
    pub root: &'a Descriptor,
    /// Everything that the root leads to, itself included. What a repository has, or can mount, need not
    /// be there, and is never brought from [elsewhere](plimsoll_image::BlobContent::Elsewhere).
    pub blobs: &'a BlobSet,
    /// Where blobs can be mounted from.
    pub mounts: &'a Mounts,
    /// The names that it gets, of one or several repositories.
    pub targets: &'a [Target],
}

/// What came of one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The tag.
    pub reference: Reference,
    /// What it names now.
    pub digest: Digest,
    /// What it named before, if that is another.
    pub replaced: Option<Digest>,
    /// Whether anything was written.
    pub changed: bool,
    /// How many bytes of blobs were sent to the repository; the same for all its tags.
    pub sent: u64,
    /// How many bytes of blobs were mounted from other repositories; the same for all tags.
    pub mounted: u64,
}

/// A target, and what was found there.
#[derive(Clone, Debug)]
struct Goal {
    reference: Reference,
    immutable: bool,
    before: Option<Digest>,
}

impl Client {
    /// Looks whether immutable targets are free, or name `root` already. With no root, nothing is an
    /// error: for before anything is built. What is found is returned by target; a target without a
    /// tag is looked for by `root`.
    ///
    /// # Errors
    /// [`RegistryError::TagExists`] where an immutable tag names another image.
    pub fn check_targets(
        &self,
        targets: &[Target],
        root: Option<&Digest>,
        events: &dyn Events,
    ) -> Result<Vec<Option<Digest>>, RegistryError> {
        let found = parallel(self.inner.options.connections, targets, |target| {
            let reference = match (&target.reference.tag, root.copied()) {
                // A digest beside a tag says what the tag should name, not what it does.
                (Some(tag), _) => target.reference.tagged(tag),
                (None, Some(root)) => target.reference.pinned(root),
                (None, None) => return Ok(None),
            };
            Ok(self.look(&reference, true, events)?.map(|it| it.digest))
        })?;
        for (target, found) in targets.iter().zip(&found) {
            if let (true, Some(existing), Some(new)) = (target.immutable, found, root)
                && existing != new
            {
                return Err(tag_exists(&target.reference, *existing, *new));
            }
        }
        Ok(found)
    }

    /// Sends an image. The results are in the order of the targets.
    ///
    /// # Errors
    /// [`RegistryError::TagExists`] where an immutable tag names another image, before anything is sent
    /// or, if somebody else was faster, later. Targets that were written by then stay: immutable ones
    /// come first, then others.
    pub fn push(&self, push: &Push<'_>, events: &dyn Events) -> Result<Vec<Pushed>, RegistryError> {
        let plan = Plan::of(push.root, push.blobs)?;
        let root = push.root.digest;
        for target in push.targets {
            if target.reference.digest.is_some_and(|it| it != root) {
                let reason = format!("the image has the digest {root}");
                let error = std::io::Error::new(std::io::ErrorKind::InvalidInput, reason);
                return Err(local(format!("push as {}", target.reference))(error));
            }
        }
        let found = self.check_targets(push.targets, Some(&root), events)?;
        let mut results: Vec<Option<Pushed>> = vec![None; push.targets.len()];
        let mut done: Vec<&Repository> = Vec::new();
        for first in push.targets {
            let repository = &first.reference.repository;
            if done.contains(&repository) {
                continue;
            }
            let mine = || {
                let all = push.targets.iter().zip(&found).enumerate();
                all.filter(|(_, (target, _))| target.reference.repository == *repository)
            };
            let goals: Vec<Goal> = mine()
                .map(|(_, (target, before))| Goal {
                    reference: target.reference.clone(),
                    immutable: target.immutable,
                    before: *before,
                })
                .collect();
            let pushed = self.push_to(repository, &plan, push.mounts, &done, &goals, events)?;
            for ((number, _), pushed) in mine().zip(pushed) {
                if let Some(result) = results.get_mut(number) {
                    *result = Some(pushed);
                }
            }
            done.push(repository);
        }
        Ok(results.into_iter().flatten().collect())
    }

    /// Sends an image to one repository, under all names that it gets there.
    fn push_to(
        &self,
        repository: &Repository,
        plan: &Plan<'_>,
        mounts: &Mounts,
        before: &[&Repository],
        goals: &[Goal],
        events: &dyn Events,
    ) -> Result<Vec<Pushed>, RegistryError> {
        let root = plan.root.descriptor.digest;
        let is_there = |goal: &Goal| goal.before == Some(root);
        let (mut sent, mut mounted) = (0, 0);
        if !goals.iter().all(is_there) {
            // Where a tag names the image, the registry has all of it. If it has not, it says so.
            let mut is_sent = goals.iter().any(is_there);
            let mut missing = Vec::new();
            for is_last in [false, true] {
                if !is_sent {
                    let sources = blobs::Sources { mounts, before };
                    let brought = self.send_blobs(repository, plan, &sources, &missing, events)?;
                    sent += brought.sent;
                    mounted += brought.mounted;
                }
                is_sent = false;
                match self.write_all(repository, plan, goals, !missing.is_empty(), events)? {
                    manifests::Written::All => break,
                    manifests::Written::Misses(_, error) if is_last => return Err(error),
                    manifests::Written::Misses(digests, _) => missing = digests,
                }
            }
        }
        if let (true, Some(subject)) = (goals.iter().all(is_there), &plan.root.document.subject) {
            let sheet = &plan.root;
            self.ensure_referrer(repository, &subject.digest, sheet, events)?;
        }
        let pushed = goals.iter().map(|goal| Pushed {
            reference: goal.reference.clone(),
            digest: root,
            replaced: goal.before.filter(|it| *it != root),
            changed: !is_there(goal),
            sent,
            mounted,
        });
        Ok(pushed.collect())
    }
}

fn tag_exists(reference: &Reference, existing: Digest, new: Digest) -> RegistryError {
    RegistryError::TagExists { reference: reference.to_string(), existing, new }
}
