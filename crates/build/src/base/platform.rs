//! Picks the manifest of one platform out of an index, as OCI and Docker have them.

use plimsoll_image::{Descriptor, Index, Platform, media_type};

/// What an index has for a platform.
#[derive(Debug, PartialEq)]
pub(super) enum Choice<'a> {
    /// A manifest that says that it is for the platform, or for an older variant of it.
    Manifest(&'a Descriptor),
    /// It does not say what its manifests are for; or it leads to other indexes. Each is to be looked into,
    /// in this order.
    LookInto(Vec<&'a Descriptor>),
}

/// Picks a manifest. The nearest variant wins, and the first of several.
pub(super) fn choose<'a>(index: &'a Index, wanted: &Platform) -> Choice<'a> {
    let images = || index.manifests.iter().filter(|it| !is_attestation(it));
    let best = images()
        .filter(|it| media_type::is_manifest(&it.media_type))
        .filter_map(|it| it.platform.as_ref().map(|platform| (it, platform)))
        .filter(|(_, platform)| platform.runs_on(wanted))
        // Of equal ones, `max_by_key` takes the last.
        .rev_max(|(_, platform)| nearness(platform, wanted));
    match best {
        Some((descriptor, _)) => Choice::Manifest(descriptor),
        None => Choice::LookInto(
            images()
                .filter(|it| match &it.platform {
                    None => true,
                    Some(platform) => {
                        media_type::is_index(&it.media_type) && platform.runs_on(wanted)
                    }
                })
                .collect(),
        ),
    }
}

/// The platforms that an index says it has, for messages.
pub(super) fn platforms(index: &Index) -> Vec<String> {
    let mut platforms: Vec<String> = index
        .manifests
        .iter()
        .filter(|it| !is_attestation(it))
        .filter_map(|it| it.platform.as_ref())
        .map(|platform| platform.normalized().to_string())
        .collect();
    platforms.dedup();
    platforms
}

/// Whether a manifest holds statements about an image instead of an image.
fn is_attestation(descriptor: &Descriptor) -> bool {
    let is_unknown = |it: &Platform| it.os == "unknown" || it.architecture == "unknown";
    descriptor.platform.as_ref().is_some_and(is_unknown)
        || descriptor.annotations.contains_key("vnd.docker.reference.type")
        || descriptor.other.contains_key("artifactType")
}

/// The same variant is nearest, then the newest of the older ones.
fn nearness(platform: &Platform, wanted: &Platform) -> (bool, Option<String>) {
    let platform = platform.normalized();
    (platform == wanted.normalized(), platform.variant)
}

trait RevMax: Iterator + Sized {
    /// The largest, and of equal ones the first.
    fn rev_max<K: Ord>(self, key: impl Fn(&Self::Item) -> K) -> Option<Self::Item> {
        self.fold(None, |best, item| match best {
            Some(best) if key(&best) >= key(&item) => Some(best),
            _ => Some(item),
        })
    }
}

impl<I: Iterator> RevMax for I {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use plimsoll_image::Digest;

    use super::*;

    fn manifest(platform: Option<Platform>) -> Descriptor {
        let digest = Digest::of(format!("{platform:?}").as_bytes());
        Descriptor { platform, ..Descriptor::new(media_type::DOCKER_MANIFEST, digest, 1) }
    }

    fn platform(architecture: &str, variant: Option<&str>) -> Platform {
        let variant = variant.map(str::to_owned);
        Platform { architecture: architecture.to_owned(), os: "linux".to_owned(), variant }
    }

    fn index() -> Index {
        let manifests = [
            platform("unknown", None),
            platform("amd64", None),
            platform("arm", Some("v5")),
            platform("arm", Some("v6")),
            platform("arm64", Some("v8")),
        ];
        Index::new(manifests.map(|it| manifest(Some(it))).to_vec(), BTreeMap::new())
    }

    fn chosen(index: &Index, wanted: &str) -> Option<String> {
        match choose(index, &wanted.parse().unwrap()) {
            Choice::Manifest(it) => it.platform.as_ref().map(ToString::to_string),
            Choice::LookInto(several) => {
                assert!(several.is_empty());
                None
            }
        }
    }

    #[test]
    fn the_nearest_variant_is_taken() {
        for (wanted, expected) in [
            ("linux/amd64", Some("linux/amd64")),
            ("linux/amd64/v3", Some("linux/amd64")),
            ("linux/arm64", Some("linux/arm64/v8")),
            ("linux/arm/v7", Some("linux/arm/v6")),
            ("linux/arm/v6", Some("linux/arm/v6")),
            ("linux/arm/v5", Some("linux/arm/v5")),
            ("linux/s390x", None),
        ] {
            assert_eq!(chosen(&index(), wanted).as_deref(), expected, "{wanted}");
        }
        let expected = ["linux/amd64", "linux/arm/v5", "linux/arm/v6", "linux/arm64"];
        assert_eq!(platforms(&index()), expected);
    }

    #[test]
    fn statements_about_images_are_no_images() {
        let mut statement = manifest(Some(platform("amd64", None)));
        let kind = "attestation-manifest".to_owned();
        statement.annotations.insert("vnd.docker.reference.type".to_owned(), kind);
        let index = Index::new(vec![statement], BTreeMap::new());
        assert_eq!(chosen(&index, "linux/amd64"), None);
        assert_eq!(platforms(&index), Vec::<String>::new());
    }

    #[test]
    fn what_does_not_say_its_platform_is_looked_into() {
        let index = Index::new(vec![manifest(None)], BTreeMap::new());
        let wanted = "linux/amd64".parse().unwrap();
        assert!(matches!(choose(&index, &wanted), Choice::LookInto(it) if it.len() == 1));
    }
}
