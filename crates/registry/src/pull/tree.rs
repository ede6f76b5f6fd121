//! Reads what an image leads to: indexes, manifests, and which blobs they name.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_image::{Descriptor, Digest, Platform, Reference, media_type};
use serde::Deserialize;

use super::{
    MOST_MANIFESTS, MOST_NESTING,
    choose::{choose, fits, is_attestation, platforms},
};
use crate::{
    Client, Events, Fetched, RegistryError,
    client::{answer::wrong, manifests::Read, work::parallel},
};

/// How large a configuration may be that is read to learn its platform.
const MOST_CONFIG: u64 = 8 * 1024 * 1024;
/// How large all manifests and indexes of an image may be together.
const MOST_TOTAL: u64 = 64 * 1024 * 1024;

/// An image that is not here yet.
#[derive(Debug)]
pub(crate) struct Tree {
    /// What was asked for.
    pub(crate) root: Descriptor,
    /// All manifests and indexes, the root first.
    pub(crate) manifests: Vec<Fetched>,
    /// All configurations and layers, each once.
    pub(crate) blobs: Vec<Descriptor>,
    /// Those that had to be read.
    pub(crate) read: BTreeMap<Digest, Vec<u8>>,
}

impl Client {
    pub(crate) fn read_tree(
        &self,
        reference: &Reference,
        platform: Option<&Platform>,
        events: &dyn Events,
    ) -> Result<Tree, RegistryError> {
        let root = self.read_manifest(reference, false, None, events)?;
        let mut walk = Walk {
            client: self,
            reference,
            tree: Tree {
                root: root.fetched.descriptor.clone(),
                manifests: Vec::new(),
                blobs: Vec::new(),
                read: BTreeMap::new(),
            },
            seen: BTreeSet::from([root.fetched.descriptor.digest]),
            sizes: BTreeMap::new(),
            total: 0,
            events,
        };
        match platform {
            None => walk.all(root, 0)?,
            Some(platform) => walk.one(root, platform)?,
        }
        Ok(walk.tree)
    }
}

struct Walk<'a> {
    client: &'a Client,
    reference: &'a Reference,
    tree: Tree,
    /// Manifests and indexes that are taken.
    seen: BTreeSet<Digest>,
    /// Blobs that are taken.
    sizes: BTreeMap<Digest, u64>,
    /// How large the manifests and indexes below the root are that are taken.
    total: u64,
    events: &'a dyn Events,
}

impl Walk<'_> {
    /// Takes a manifest and all that it leads to.
    fn all(&mut self, read: Read, depth: usize) -> Result<(), RegistryError> {
        let children: Vec<Descriptor> = read.document.manifests().to_vec();
        self.take(read)?;
        if children.is_empty() {
            return Ok(());
        }
        self.check_depth(depth)?;
        let new: Vec<Descriptor> =
            children.into_iter().filter(|it| self.seen.insert(it.digest)).collect();
        if self.seen.len() > MOST_MANIFESTS {
            return Err(self.limit("an index", format!("{MOST_MANIFESTS} manifests")));
        }
        // What they claim to be is what they are, or they are refused one by one.
        self.total = new.iter().fold(self.total, |sum, it| sum.saturating_add(it.size));
        if self.total > MOST_TOTAL {
            return Err(self.limit("what an index names", "64 MiB of manifests".to_owned()));
        }
        let connections = self.client.inner.options.connections;
        let found = parallel(connections, &new, |child| self.child(child))?;
        found.into_iter().try_for_each(|read| self.all(read, depth + 1))
    }

    /// Takes the manifest for one platform alone.
    fn one(&mut self, mut read: Read, wanted: &Platform) -> Result<(), RegistryError> {
        let mut is_declared = false;
        let mut depth = 0;
        while read.document.is_index() {
            self.check_depth(depth)?;
            depth += 1;
            let manifests = read.document.manifests();
            let Some(child) = choose(manifests, wanted).or_else(|| undeclared(manifests)) else {
                let found: Vec<String> =
                    platforms(manifests).iter().map(ToString::to_string).collect();
                return Err(self.no_platform(wanted, &found));
            };
            let next = self.child(child)?;
            is_declared = child.platform.is_some();
            let digest = child.digest;
            self.tree.root = Descriptor {
                media_type: next.fetched.descriptor.media_type.clone(),
                ..child.clone()
            };
            read = next;
            if !self.seen.insert(digest) {
                return Err(self.limit("an index", "naming itself".to_owned()));
            }
        }
        if !is_declared {
            self.check_config(&read, wanted)?;
        }
        self.take(read)
    }

    /// Looks into the configuration, as nothing else says for which platform an image is.
    fn check_config(&mut self, read: &Read, wanted: &Platform) -> Result<(), RegistryError> {
        let is_image = |it: &&Descriptor| media_type::oci(&it.media_type) == media_type::CONFIG;
        let Some(config) = read.document.config.as_ref().filter(is_image) else { return Ok(()) };
        let repository = &self.reference.repository;
        let bytes = self.client.small_blob(repository, config, MOST_CONFIG, self.events)?;
        let found: Runs = serde_json::from_slice(&bytes).map_err(|error| {
            let action = format!("read the configuration of {}", self.reference);
            wrong(repository, &action, error.to_string())
        })?;
        self.tree.read.insert(config.digest, bytes);
        let said = |it: Option<String>| it.filter(|it| !it.is_empty());
        // An image that does not say runs wherever somebody says that it does.
        let (Some(os), Some(architecture)) = (said(found.os), said(found.architecture)) else {
            return Ok(());
        };
        let found = Platform { os, architecture, variant: said(found.variant) };
        if !fits(wanted, &found) {
            return Err(self.no_platform(wanted, &[found.to_string()]));
        }
        self.tree.root.platform.get_or_insert(found);
        Ok(())
    }

    /// Reads what an index names.
    fn child(&self, child: &Descriptor) -> Result<Read, RegistryError> {
        let reference = self.reference.pinned(child.digest);
        let also = Some(&*child.media_type)
            .filter(|it| !media_type::is_index(it) && !media_type::is_manifest(it));
        let read = self.client.read_manifest(&reference, false, also, self.events)?;
        let found = &read.fetched.descriptor;
        let action = format!("read the manifest of {reference}");
        let refuse = |reason: String| Err(wrong(&self.reference.repository, &action, reason));
        if found.size != child.size {
            return refuse(format!(
                "it has {} bytes, and the index says {}",
                found.size, child.size
            ));
        }
        let is_other = (media_type::is_index(&child.media_type) && !read.document.is_index())
            || (media_type::is_manifest(&child.media_type) && read.document.is_index());
        if is_other {
            return refuse(format!("the index calls it {}, and it is none", child.media_type));
        }
        Ok(read)
    }

    /// Takes one manifest and notes its blobs.
    fn take(&mut self, read: Read) -> Result<(), RegistryError> {
        for blob in read.document.config.iter().chain(read.document.layers()) {
            let size = *self.sizes.entry(blob.digest).or_insert_with(|| {
                self.tree.blobs.push(blob.clone());
                blob.size
            });
            if size != blob.size {
                let action = format!("read the manifest of {}", self.reference);
                let reason = format!("it has two sizes for blob {}", blob.digest);
                return Err(wrong(&self.reference.repository, &action, reason));
            }
        }
        self.tree.manifests.push(read.fetched);
        Ok(())
    }

    fn check_depth(&self, depth: usize) -> Result<(), RegistryError> {
        if depth < MOST_NESTING {
            return Ok(());
        }
        Err(self.limit("the nesting of indexes", format!("{MOST_NESTING}")))
    }

    fn limit(&self, what: &str, limit: String) -> RegistryError {
        RegistryError::Limit {
            host: self.reference.repository.host.clone(),
            what: format!("{what} in {}", self.reference),
            limit,
        }
    }

    fn no_platform(&self, wanted: &Platform, found: &[String]) -> RegistryError {
        RegistryError::NoPlatform {
            reference: self.reference.to_string(),
            wanted: wanted.clone(),
            found: found.join(", "),
        }
    }
}

/// On what a configuration says that its image runs.
#[derive(Deserialize)]
struct Runs {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
}

/// The only image of an index that says nothing about platforms, or the index in it that may have more.
fn undeclared(manifests: &[Descriptor]) -> Option<&Descriptor> {
    let mut images = manifests.iter().filter(|it| !is_attestation(it) && it.platform.is_none());
    let first = images.next()?;
    images.next().is_none().then_some(first)
}
