//! The layers of a base, as they go into our manifests: the same bytes, under OCI's types.

use plimsoll_image::{Compression, Descriptor, ImageConfig, Manifest, layer::Layer, media_type};

/// The layers of an image, the lowest first.
///
/// # Errors
/// Why they can't be taken, as the end of a sentence.
pub(super) fn layers(manifest: &Manifest, config: &ImageConfig) -> Result<Vec<Layer>, String> {
    let (layers, diff_ids) = (&manifest.layers, &config.rootfs.diff_ids);
    if layers.len() != diff_ids.len() {
        return Err(format!(
            "its manifest has {} layers and its configuration {}",
            layers.len(),
            diff_ids.len()
        ));
    }
    layers
        .iter()
        .zip(diff_ids)
        .map(|(descriptor, diff_id)| {
            let compression = compression(descriptor)?;
            let mut descriptor = descriptor.clone();
            compression.layer_media_type().clone_into(&mut descriptor.media_type);
            Ok(Layer { descriptor, diff_id: *diff_id, unpacked_size: None, compression })
        })
        .collect()
}

fn compression(descriptor: &Descriptor) -> Result<Compression, String> {
    let media_type = media_type::oci(&descriptor.media_type);
    let digest = descriptor.digest.short();
    if media_type.contains("nondistributable")
        || media_type.contains("foreign")
        || descriptor.other.contains_key("urls")
    {
        return Err(format!(
            "its layer {digest} may not be distributed, and lies at its maker's alone"
        ));
    }
    Compression::ALL
        .into_iter()
        .find(|it| it.layer_media_type() == media_type)
        .ok_or_else(|| format!("its layer {digest} has the unknown type `{media_type}`"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use plimsoll_image::Digest;

    use super::*;

    fn config(layers: usize) -> ImageConfig {
        let diff_ids = vec![Digest::of(b"tar"); layers];
        let rootfs = plimsoll_image::RootFs::of(diff_ids);
        ImageConfig {
            created: None,
            platform: "linux/amd64".parse().unwrap(),
            config: plimsoll_image::RunConfig::default(),
            rootfs,
            history: Vec::new(),
            other: serde_json::Map::new(),
        }
    }

    fn manifest(types: &[&str]) -> Manifest {
        let descriptor = |media_type: &&str| Descriptor::of(media_type, b"x");
        let layers = types.iter().map(descriptor).collect();
        Manifest::new(Descriptor::of(media_type::CONFIG, b"{}"), layers, BTreeMap::new())
    }

    #[test]
    fn types_become_those_of_oci_and_the_rest_of_a_descriptor_stays() {
        let types =
            [media_type::DOCKER_LAYER_GZIP, media_type::LAYER_ZSTD, media_type::DOCKER_LAYER];
        let mut manifest = manifest(&types);
        let toc = ("containerd.io/snapshot/stargz/toc.digest".to_owned(), "x".to_owned());
        manifest.layers[0].annotations.extend([toc]);
        let layers = layers(&manifest, &config(3)).unwrap();
        let types: Vec<_> = layers.iter().map(|it| &*it.descriptor.media_type).collect();
        assert_eq!(types, [media_type::LAYER_GZIP, media_type::LAYER_ZSTD, media_type::LAYER]);
        assert_eq!(layers[0].descriptor.annotations.len(), 1);
        assert_eq!(layers[0].descriptor.digest, manifest.layers[0].digest);
    }

    #[test]
    fn layers_that_can_not_be_passed_on_are_refused() {
        for (media_type, reason) in [
            ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "may not be distributed"),
            ("application/vnd.oci.image.layer.nondistributable.v1.tar", "may not be distributed"),
            ("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "unknown type"),
            ("application/vnd.in-toto+json", "unknown type"),
        ] {
            let error = layers(&manifest(&[media_type]), &config(1)).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        let error = layers(&manifest(&[media_type::LAYER]), &config(2)).unwrap_err();
        assert_eq!(error, "its manifest has 1 layers and its configuration 2");
    }
}
