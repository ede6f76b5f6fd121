//! What an image leads to, in the order in which a registry must get it.

use std::{
    collections::BTreeSet,
    io::{self, Read as _},
};

use plimsoll_image::{BlobSet, Descriptor, Digest};

use crate::{
    RegistryError,
    client::{answer::local, document::Document, manifests::MOST_MANIFEST},
    pull::{MOST_MANIFESTS, MOST_NESTING, is_foreign},
    upload::Needed,
};

/// A manifest or index to be written.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) descriptor: Descriptor,
    pub(crate) bytes: Vec<u8>,
    pub(crate) document: Document,
}

/// Everything that a registry must have for an image.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// Configurations and layers, the largest first.
    pub(crate) blobs: Vec<Needed<'a>>,
    /// Manifests below the root; each stands after all that it leads to.
    pub(crate) children: Vec<Sheet>,
    /// Manifests below the root that are not at hand: the registry must have them.
    pub(crate) absent: Vec<Descriptor>,
    pub(crate) root: Sheet,
}

impl<'a> Plan<'a> {
    pub(crate) fn of(root: &Descriptor, blobs: &'a BlobSet) -> Result<Self, RegistryError> {
        let mut walk = Walk {
            blobs,
            seen: BTreeSet::new(),
            needed: Vec::new(),
            sheets: Vec::new(),
            absent: Vec::new(),
        };
        walk.manifest(root, 0)?;
        // The root comes last, as the others are what it leads to.
        let Some(root_sheet) = walk.sheets.pop() else {
            let missing = io::Error::new(io::ErrorKind::NotFound, "it is not at hand");
            return Err(local(format!("read the manifest {}", root.digest))(missing));
        };
        walk.needed.sort_by_key(|it| (std::cmp::Reverse(it.size), it.digest));
        Ok(Self {
            blobs: walk.needed,
            children: walk.sheets,
            absent: walk.absent,
            root: root_sheet,
        })
    }
}

struct Walk<'a> {
    blobs: &'a BlobSet,
    seen: BTreeSet<Digest>,
    needed: Vec<Needed<'a>>,
    sheets: Vec<Sheet>,
    absent: Vec<Descriptor>,
}

impl Walk<'_> {
    fn manifest(&mut self, descriptor: &Descriptor, depth: usize) -> Result<(), RegistryError> {
        let action = || format!("read the manifest {}", descriptor.digest);
        let invalid =
            |reason: String| local(action())(io::Error::new(io::ErrorKind::InvalidData, reason));
        if depth > MOST_NESTING || self.seen.len() > MOST_MANIFESTS {
            return Err(invalid("the image has too many indexes in indexes".to_owned()));
        }
        if !self.seen.insert(descriptor.digest) {
            return Ok(());
        }
        let Some(blob) = self.blobs.get(&descriptor.digest) else {
            self.absent.push(descriptor.clone());
            return Ok(());
        };
        let mut bytes = Vec::new();
        let reader = blob.open().map_err(local(action()))?;
        reader.take(MOST_MANIFEST + 1).read_to_end(&mut bytes).map_err(local(action()))?;
        if bytes.len() as u64 > MOST_MANIFEST {
            return Err(invalid(
                "it is larger than 4 MiB, the most that registries take".to_owned(),
            ));
        }
        if Digest::of(&bytes) != descriptor.digest {
            return Err(invalid("its bytes are not what its digest names".to_owned()));
        }
        let document = Document::parse(&bytes).map_err(invalid)?;
        let media_type = document.media_type(Some(&descriptor.media_type)).map_err(invalid)?;
        for child in document.manifests() {
            self.manifest(child, depth + 1)?;
        }
        for blob in document.config.iter().chain(document.layers()) {
            self.blob(blob);
        }
        let descriptor = Descriptor::new(&media_type, descriptor.digest, bytes.len() as u64);
        self.sheets.push(Sheet { descriptor, bytes, document });
        Ok(())
    }

    fn blob(&mut self, descriptor: &Descriptor) {
        let blob = self.blobs.get(&descriptor.digest);
        // What must not be distributed stays where its `urls` say, unless somebody brought it.
        let stays = blob.is_none() && is_foreign(&descriptor.media_type);
        if !stays && self.seen.insert(descriptor.digest) {
            let (digest, size) = (descriptor.digest, descriptor.size);
            self.needed.push(Needed { digest, size, blob });
        }
    }
}
