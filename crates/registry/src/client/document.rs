//! What a manifest or index says that a client must know, whatever its media type.
//!
//! The same bytes could be read as a manifest by one program and as an index by another
//! (CVE-2021-41190). So the media type, the header and the shape must agree, or it is refused.

use plimsoll_image::{Descriptor, media_type};
use serde::{Deserialize, de::IgnoredAny};

/// Docker's manifests before 2017, which name layers but no configuration.
const SCHEMA_1: &str = "application/vnd.docker.distribution.manifest.v1";
/// How many blobs or manifests one document may name.
const MOST_DESCRIPTORS: usize = 10_000;

/// A manifest, an index, or another artifact.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document {
    schema_version: Option<u64>,
    media_type: Option<String>,
    fs_layers: Option<IgnoredAny>,
    pub(crate) config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    /// The layers of OCI's former artifact manifest.
    blobs: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
    pub(crate) subject: Option<Descriptor>,
    pub(crate) artifact_type: Option<String>,
    pub(crate) annotations: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Document {
    /// Reads a document. Errors are reasons, for messages.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let found: Self = serde_json::from_slice(bytes)
            .map_err(|error| format!("the manifest is not what the specification says: {error}"))?;
        let is_manifest = found.layers.is_some() || found.config.is_some() || found.blobs.is_some();
        if is_manifest && found.manifests.is_some() {
            return Err(
                "it is a manifest and an index at once, which is an attack or a defect".to_owned()
            );
        }
        if found.schema_version == Some(1) || found.fs_layers.is_some() {
            return Err(schema_1());
        }
        if found.layers().len() + found.manifests().len() > MOST_DESCRIPTORS {
            return Err(format!("it names more than {MOST_DESCRIPTORS} blobs"));
        }
        Ok(found)
    }

    /// Layers, or blobs of an artifact.
    pub(crate) fn layers(&self) -> &[Descriptor] {
        self.layers.as_deref().or(self.blobs.as_deref()).unwrap_or_default()
    }

    /// What an index names.
    pub(crate) fn manifests(&self) -> &[Descriptor] {
        self.manifests.as_deref().unwrap_or_default()
    }

    /// Whether it has the shape of an index.
    pub(crate) fn is_index(&self) -> bool {
        self.manifests.is_some()
    }

    /// The media type, after what the document says itself, `Content-Type` and the shape.
    pub(crate) fn media_type(&self, content_type: Option<&str>) -> Result<String, String> {
        let header = content_type.filter(|it| !says_nothing(it));
        let found = match (self.media_type.as_deref(), header) {
            (Some(body), Some(header)) if body != header => {
                return Err(format!("it calls itself {body}, and Content-Type says {header}"));
            }
            (Some(named), _) | (None, Some(named)) => named,
            (None, None) if self.is_index() => media_type::INDEX,
            (None, None) => media_type::MANIFEST,
        };
        let fits = if media_type::is_index(found) {
            self.is_index()
        } else if media_type::is_manifest(found) {
            self.config.is_some() && self.layers.is_some()
        } else {
            true
        };
        if fits { Ok(found.to_owned()) } else { Err(format!("it is called {found} and is none")) }
    }
}

/// Refuses what a header alone shows to be of a former age: such a body need not even be JSON.
pub(crate) fn check_content_type(content_type: Option<&str>) -> Result<(), String> {
    match content_type {
        Some(found) if found.starts_with(SCHEMA_1) => Err(schema_1()),
        _ => Ok(()),
    }
}

/// Media types of servers that don't know what they serve.
fn says_nothing(content_type: &str) -> bool {
    matches!(
        content_type,
        "application/json" | "application/octet-stream" | "binary/octet-stream" | "text/plain"
    )
}

fn schema_1() -> String {
    "the image is in Docker's format of before 2017 (schema 1), which has no configuration to check; \
     pull and push it with a newer program"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESCRIPTOR: &str = r#"{"mediaType":"m","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0}"#;

    fn read(body: &str, content_type: Option<&str>) -> Result<String, String> {
        Document::parse(body.replace('D', DESCRIPTOR).as_bytes())?.media_type(content_type)
    }

    #[test]
    fn media_types_come_from_body_header_or_shape() {
        let manifest = r#"{"schemaVersion":2,"config":D,"layers":[D]}"#;
        assert_eq!(read(manifest, None).unwrap(), media_type::MANIFEST);
        let docker = media_type::DOCKER_MANIFEST;
        assert_eq!(read(manifest, Some(docker)).unwrap(), docker);
        assert_eq!(read(manifest, Some("application/json")).unwrap(), media_type::MANIFEST);
        assert_eq!(read(r#"{"manifests":[]}"#, None).unwrap(), media_type::INDEX);
        let artifact =
            r#"{"mediaType":"application/vnd.oci.artifact.manifest.v1+json","blobs":[]}"#;
        assert!(read(artifact, None).unwrap().contains("artifact"));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for (body, content_type) in [
            (r#"{"schemaVersion":2,"config":D,"layers":[D],"manifests":[D]}"#, None),
            (r#"{"layers":[],"manifests":[]}"#, None),
            (r#"{"manifests":[]}"#, Some(media_type::MANIFEST)),
            (r#"{"config":D,"layers":[]}"#, Some(media_type::INDEX)),
            (
                r#"{"mediaType":"application/vnd.oci.image.index.v1+json","config":D,"layers":[]}"#,
                None,
            ),
            (
                r#"{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#,
                Some(media_type::DOCKER_INDEX),
            ),
            (r#"{"layers":[],"layers":[D],"config":D}"#, None),
            ("[]", None),
            ("{", None),
            (r#"{"config":D}"#, None),
        ] {
            assert!(read(body, content_type).is_err(), "{body} {content_type:?}");
        }
    }

    #[test]
    fn schema_1_is_refused_in_words() {
        for body in [r#"{"schemaVersion":1}"#, r#"{"fsLayers":[]}"#] {
            assert!(read(body, None).unwrap_err().contains("schema 1"), "{body}");
        }
        check_content_type(Some("application/vnd.docker.distribution.manifest.v1+prettyjws"))
            .unwrap_err();
        check_content_type(Some(media_type::DOCKER_MANIFEST)).unwrap();
    }
}
