//! What a build makes: images of one program for one or several platforms, and all their blobs.

use std::collections::BTreeMap;

use crate::{
    Blob, BlobContent, BlobSet, Compression, Descriptor, ImageConfig, Index, Manifest, Platform,
    layer::Layer,
    manifest::{CONTAINERD_NAME, REF_NAME},
    media_type,
    open::Opened,
};

/// Annotation of a layout's index that this program wrote: the digest of the only image or index in
/// it. A program that adds or replaces an image keeps the annotation, which is then wrong.
pub const WRITER: &str = "plimsoll.layout";

/// An image for one platform.
#[derive(Clone, Debug)]
pub struct Image {
    /// What it runs on.
    pub platform: Platform,
    /// Its manifest, with the platform.
    pub manifest: Descriptor,
    /// Its configuration.
    pub config: Descriptor,
    /// Its layers, the lowest first.
    pub layers: Vec<Layer>,
}

impl Image {
    /// The size of everything that a registry would hold: manifest, configuration, layers.
    pub fn size(&self) -> u64 {
        let layers: u64 = self.layers.iter().map(|layer| layer.descriptor.size).sum();
        self.manifest.size + self.config.size + layers
    }
}

/// Images and their blobs.
#[derive(Clone, Debug)]
pub struct Bundle {
    images: Vec<Image>,
    root: Descriptor,
    blobs: BlobSet,
}

/// One platform of a bundle in the making.
#[derive(Debug)]
pub struct Part {
    /// The configuration; its `rootfs` belongs to `layers`.
    pub config: ImageConfig,
    /// Each layer with its bytes, the lowest first.
    pub layers: Vec<(Layer, Blob)>,
    /// Annotations of its manifest alone, beside those of the whole bundle.
    pub annotations: BTreeMap<String, String>,
}

impl Bundle {
    /// Makes the manifests, and an index if there are several parts. All get `annotations`, and the index
    /// `of_index` too.
    pub fn new(
        parts: Vec<Part>,
        annotations: &BTreeMap<String, String>,
        of_index: BTreeMap<String, String>,
    ) -> Result<Self, serde_json::Error> {
        let mut blobs = BlobSet::default();
        let mut images = Vec::new();
        for part in parts {
            let platform = part.config.platform.clone();
            let config = add_json(&mut blobs, media_type::CONFIG, &part.config)?;
            let (layers, contents): (Vec<_>, Vec<_>) = part.layers.into_iter().unzip();
            for blob in contents {
                blobs.add(blob);
            }
            let descriptors = layers.iter().map(|layer| layer.descriptor.clone()).collect();
            let mut annotations = annotations.clone();
            annotations.extend(part.annotations);
            let manifest = Manifest::new(config.clone(), descriptors, annotations);
            let mut manifest = add_json(&mut blobs, media_type::MANIFEST, &manifest)?;
            manifest.platform = Some(platform.clone());
            images.push(Image { platform, manifest, config, layers });
        }
        let root = match &*images {
            [image] => image.manifest.clone(),
            several => {
                let manifests = several.iter().map(|image| image.manifest.clone()).collect();
                let mut annotations = annotations.clone();
                annotations.extend(of_index);
                let index = Index::new(manifests, annotations);
                add_json(&mut blobs, media_type::INDEX, &index)?
            }
        };
        Ok(Self { images, root, blobs })
    }

    /// What was opened, as it is; several are put together by an index.
    ///
    /// # Errors
    /// A manifest or a configuration can't be understood.
    pub fn of_opened(opened: &[Opened]) -> Result<Self, serde_json::Error> {
        let mut blobs = BlobSet::default();
        let mut images = Vec::new();
        for opened in opened {
            opened.blobs.iter().for_each(|blob| blobs.add(blob.clone()));
            for image in &opened.images {
                images.push(image_of(image, &opened.blobs)?);
            }
        }
        let root = if let [only] = opened {
            only.root.clone()
        } else {
            let manifests = images.iter().map(|image: &Image| image.manifest.clone()).collect();
            add_json(&mut blobs, media_type::INDEX, &Index::new(manifests, BTreeMap::new()))?
        };
        Ok(Self { images, root, blobs })
    }

    /// The configuration of one of the images, where it can be understood.
    pub fn config(&self, image: &Image) -> Option<ImageConfig> {
        let bytes = self.blobs.get(&image.config.digest).map(bytes)?;
        serde_json::from_slice(bytes).ok()
    }

    /// The images, in the order in which their platforms were asked for.
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// The manifest of the only image, or the index of several.
    pub fn root(&self) -> &Descriptor {
        &self.root
    }

    /// All blobs.
    pub fn blobs(&self) -> &BlobSet {
        &self.blobs
    }

    /// The `index.json` of a layout with this bundle under the name `repository:tag`.
    pub fn layout_index(&self, repository: &str, tag: &str) -> Index {
        let mut root = self.root.clone();
        let writer = BTreeMap::from([(WRITER.to_owned(), root.digest.to_string())]);
        root.annotations.insert(REF_NAME.to_owned(), tag.to_owned());
        root.annotations.insert(CONTAINERD_NAME.to_owned(), format!("{repository}:{tag}"));
        Index::new(vec![root], writer)
    }
}

/// An image among blobs.
fn image_of(
    opened: &crate::open::OpenedImage,
    blobs: &BlobSet,
) -> Result<Image, serde_json::Error> {
    let document = |digest| blobs.get(digest).map(bytes).unwrap_or_default();
    let manifest = document(&opened.manifest);
    let mut descriptor = Descriptor::of(media_type::MANIFEST, manifest);
    descriptor.platform = Some(opened.platform.clone());
    let manifest: Manifest = serde_json::from_slice(manifest)?;
    if let Some(kind) = &manifest.media_type {
        descriptor.media_type.clone_from(kind);
    }
    let config: ImageConfig = serde_json::from_slice(document(&opened.config))?;
    let layers = manifest.layers.into_iter().zip(&config.rootfs.diff_ids);
    let layers = layers.map(|(descriptor, diff_id)| {
        let compression = match media_type::oci(&descriptor.media_type) {
            media_type::LAYER => Compression::None,
            media_type::LAYER_ZSTD => Compression::Zstd,
            _ => Compression::Gzip,
        };
        Layer { descriptor, diff_id: *diff_id, unpacked_size: None, compression }
    });
    Ok(Image {
        platform: opened.platform.clone(),
        manifest: descriptor,
        config: manifest.config,
        layers: layers.collect(),
    })
}

/// The bytes of a document, which is always in memory.
fn bytes(blob: &Blob) -> &[u8] {
    match &blob.content {
        BlobContent::Bytes(bytes) => bytes,
        _ => &[],
    }
}

fn add_json(
    blobs: &mut BlobSet,
    media_type: &str,
    value: &impl serde::Serialize,
) -> Result<Descriptor, serde_json::Error> {
    let blob = Blob::of(serde_json::to_vec(value)?);
    let descriptor = Descriptor::new(media_type, blob.digest, blob.size);
    blobs.add(blob);
    Ok(descriptor)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        Compression, RootFs,
        layer::{Attributes, LayerWriter},
    };

    /// A bundle with one small layer for each platform.
    pub(crate) fn bundle(platforms: &[&str], content: &str) -> Bundle {
        let parts = platforms.iter().map(|platform| part(platform, content)).collect();
        let annotations = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        Bundle::new(parts, &annotations, BTreeMap::new()).unwrap()
    }

    fn part(platform: &str, content: &str) -> Part {
        let mut writer = LayerWriter::new(Vec::new(), Compression::Gzip, 1, 0);
        let content = format!("{content} {platform}");
        let size = content.len() as u64;
        writer.file("a", Attributes::root(0o555), size, content.as_bytes()).unwrap();
        let (bytes, layer) = writer.finish().unwrap();
        let config = ImageConfig {
            created: None,
            platform: platform.parse().unwrap(),
            config: crate::RunConfig::default(),
            rootfs: RootFs::of(vec![layer.diff_id]),
            history: Vec::new(),
            other: serde_json::Map::new(),
        };
        Part { config, layers: vec![(layer, Blob::of(bytes))], annotations: BTreeMap::new() }
    }

    #[test]
    fn what_was_opened_is_the_same_and_several_become_an_index() {
        let opened = ["linux/amd64", "linux/arm64"].map(|platform| {
            let bundle = bundle(&[platform], "x");
            let images = crate::open::images(bundle.root(), bundle.blobs()).unwrap();
            Opened { root: bundle.root().clone(), blobs: bundle.blobs().clone(), images }
        });
        let one = Bundle::of_opened(&opened[..1]).unwrap();
        let made = bundle(&["linux/amd64"], "x");
        assert_eq!(one.root(), made.root());
        let parts = |it: &Bundle| {
            let image = &it.images()[0];
            (image.config.clone(), image.layers[0].descriptor.clone(), image.layers[0].diff_id)
        };
        assert_eq!(parts(&one), parts(&made));
        assert_eq!(one.config(&one.images()[0]).unwrap().rootfs.diff_ids.len(), 1);
        let two = Bundle::of_opened(&opened).unwrap();
        assert_eq!(two.root().media_type, media_type::INDEX);
        assert_eq!((two.images().len(), two.blobs().iter().count()), (2, 7));
    }

    #[test]
    fn one_platform_is_a_manifest_and_two_are_an_index() {
        let one = bundle(&["linux/amd64"], "x");
        assert_eq!(one.root().media_type, media_type::MANIFEST);
        let two = bundle(&["linux/amd64", "linux/arm64"], "x");
        assert_eq!(two.root().media_type, media_type::INDEX);
        assert_eq!(two.images().len(), 2);
        // An index, and for each image a manifest, a configuration and a layer.
        assert_eq!(two.blobs().iter().count(), 7);
    }
}
