//! Media types of the OCI image specification 1.1, and those of Docker that stand for the same.

/// An index of several manifests.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// A manifest of one platform.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// An image configuration.
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// A layer that is not compressed.
pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// A layer compressed with gzip.
pub const LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// A layer compressed with zstd.
pub const LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";

/// Docker's index of several manifests (image manifest version 2, schema 2).
pub const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Docker's manifest of one platform.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker's image configuration.
pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// Docker's layer that is not compressed.
pub const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
/// Docker's layer compressed with gzip.
pub const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
/// Docker's layer compressed with zstd.
pub const DOCKER_LAYER_ZSTD: &str = "application/vnd.docker.image.rootfs.diff.tar.zstd";

/// Whether it is an index, OCI's or Docker's.
pub fn is_index(media_type: &str) -> bool {
    matches!(media_type, INDEX | DOCKER_INDEX)
}

/// Whether it is a manifest of one platform, OCI's or Docker's.
pub fn is_manifest(media_type: &str) -> bool {
    matches!(media_type, MANIFEST | DOCKER_MANIFEST)
}

/// OCI's name of a type that Docker has too. The bytes of such blobs are the same in both.
pub fn oci(media_type: &str) -> &str {
    match media_type {
        DOCKER_INDEX => INDEX,
        DOCKER_MANIFEST => MANIFEST,
        DOCKER_CONFIG => CONFIG,
        DOCKER_LAYER => LAYER,
        DOCKER_LAYER_GZIP => LAYER_GZIP,
        DOCKER_LAYER_ZSTD => LAYER_ZSTD,
        other => other,
    }
}
