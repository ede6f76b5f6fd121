//! Which manifest of an index is for a platform.

use std::collections::BTreeSet;

use plimsoll_image::{Descriptor, Platform};

/// Annotation by which BuildKit marks what it says about an image in the image's index.
const ATTESTATION: &str = "vnd.docker.reference.type";

/// The manifest for a platform: the first one for exactly it, else the one for the best CPU that this
/// one is compatible with.
pub(super) fn choose<'a>(manifests: &'a [Descriptor], wanted: &Platform) -> Option<&'a Descriptor> {
    let wanted = normal(wanted);
    let mut best: Option<(u32, &Descriptor)> = None;
    for manifest in manifests.iter().filter(|it| !is_attestation(it)) {
        let Some(found) = &manifest.platform else { continue };
        let Some(loss) = loss(&wanted, &normal(found)) else { continue };
        if best.is_none_or(|(least, _)| loss < least) {
            best = Some((loss, manifest));
        }
    }
    best.map(|(_, manifest)| manifest)
}

/// Whether an image for `found` runs where `wanted` is asked for.
pub(super) fn fits(wanted: &Platform, found: &Platform) -> bool {
    loss(&normal(wanted), &normal(found)).is_some()
}

/// The platforms of an index, for messages.
pub(super) fn platforms(manifests: &[Descriptor]) -> BTreeSet<Platform> {
    let images = manifests.iter().filter(|it| !is_attestation(it));
    images.filter_map(|it| it.platform.as_ref()).map(normal).collect()
}

/// Whether it speaks of another image of the index, and is none itself.
pub(super) fn is_attestation(manifest: &Descriptor) -> bool {
    manifest.annotations.contains_key(ATTESTATION)
        || manifest.platform.as_ref().is_some_and(|it| it.os == "unknown")
}

/// How much older the CPU is that an image was made for: 0 if it is the very one, nothing if the image
/// does not run.
fn loss(wanted: &Platform, found: &Platform) -> Option<u32> {
    if (&found.os, &found.architecture) != (&wanted.os, &wanted.architecture) {
        return None;
    }
    if found.variant == wanted.variant {
        return Some(0);
    }
    // Variants are levels: `v6` of arm runs on `v7`, and no `amd64` at all on `v3`.
    level(wanted)?.checked_sub(level(found)?)
}

fn level(platform: &Platform) -> Option<u32> {
    match (&platform.variant, &*platform.architecture) {
        (Some(variant), _) => variant.strip_prefix('v')?.parse().ok(),
        (None, "amd64") => Some(1),
        (None, "arm64") => Some(8),
        (None, _) => None,
    }
}

fn normal(platform: &Platform) -> Platform {
    platform.to_string().parse().unwrap_or_else(|_| platform.clone())
}

#[cfg(test)]
mod tests {
    use plimsoll_image::Digest;

    use super::*;

    fn index(platforms: &[&str]) -> Vec<Descriptor> {
        let entry = |text: &&str| {
            let mut entry = Descriptor::new("m", Digest::of(text.as_bytes()), 1);
            // Not normalised, as it stands in indexes.
            let parts: Vec<String> = text.split('/').map(str::to_owned).collect();
            entry.platform = Some(Platform {
                os: parts[0].clone(),
                architecture: parts[1].clone(),
                variant: parts.get(2).cloned(),
            });
            entry
        };
        platforms.iter().map(entry).collect()
    }

    #[test]
    fn the_very_platform_wins_then_the_nearest_older_cpu() {
        for (platforms, wanted, expected) in [
            (&["linux/arm64/v8", "linux/amd64"][..], "linux/amd64", Some("linux/amd64")),
            (&["linux/amd64", "linux/arm64/v8"], "linux/arm64", Some("linux/arm64/v8")),
            (&["linux/arm/v5", "linux/arm/v6"], "linux/arm/v7", Some("linux/arm/v6")),
            (&["linux/arm/v6", "linux/arm/v7"], "linux/arm", Some("linux/arm/v7")),
            (&["linux/arm/v7"], "linux/arm/v6", None),
            (&["linux/amd64"], "linux/amd64/v3", Some("linux/amd64")),
            (&["linux/amd64/v3"], "linux/amd64", None),
            (&["windows/amd64", "linux/386"], "linux/amd64", None),
            (&["unknown/unknown"], "linux/amd64", None),
        ] {
            let index = index(platforms);
            let found = choose(&index, &wanted.parse().unwrap());
            let expected = expected.map(|it| Digest::of(it.as_bytes()));
            assert_eq!(found.map(|it| it.digest), expected, "{platforms:?} {wanted}");
        }
    }

    #[test]
    fn attestations_are_no_images() {
        let mut entries = index(&["linux/amd64", "linux/amd64", "unknown/unknown"]);
        entries[0].annotations.insert(ATTESTATION.to_owned(), "attestation-manifest".to_owned());
        entries[1].digest = Digest::of(b"image");
        let found = choose(&entries, &"linux/amd64".parse().unwrap()).unwrap();
        assert_eq!(found.digest, Digest::of(b"image"));
        assert_eq!(platforms(&entries).len(), 1);
    }
}
