//! What a pull asks for, and what it believes.

use std::{fs, path::Path};

use plimsoll_image::{BlobSet, Descriptor, Digest, Platform, Reference, media_type};
use plimsoll_registry::{Client, RegistryError, Silent};
use serde_json::json;

use crate::{
    faults::{Fault, Plan},
    image::{TestImage, any_image, bytes_of, image},
    random::Random,
    record::Seen,
    registry::Settings,
    world::{Access, Making, World},
};

fn reference(world: &World, name: &str) -> Reference {
    format!("{}/{name}", world.host).parse().unwrap()
}

fn pull(world: &World, to: &Path) -> Result<(Descriptor, BlobSet), RegistryError> {
    world.client().pull(&reference(world, "team/app:1.0"), None, to, &Silent)
}

fn assert_whole(image: &TestImage, (root, blobs): &(Descriptor, BlobSet)) {
    assert_eq!(root.digest, image.root.digest);
    for blob in image.blobs.iter() {
        let found = blobs.get(&blob.digest).unwrap();
        assert_eq!(Digest::of(&bytes_of(found)), blob.digest);
    }
}

fn downloads(world: &World, role: &str) -> Vec<Seen> {
    let all = world.record.of(role);
    all.into_iter().filter(|it| it.method == "GET" && it.target.contains("sha256:")).collect()
}

/// Breaks every answer about a blob with this digest, so many times.
fn breaking(digest: &Digest, fault: Fault, times: usize) -> Plan {
    Plan::only(&format!("blobs/{digest}"), fault, times)
}

#[test]
fn a_broken_download_goes_on_where_it_broke() {
    for (ranges, access) in [(true, Access::Token), (true, Access::Open), (false, Access::Open)] {
        let image = image(&mut Random::new(1), &[50_000]);
        let layer = image.blobs.iter().find(|it| it.size == 50_000).unwrap().digest;
        let world = World::new(Making {
            access,
            settings: Settings { ranges, ..Settings::default() },
            plan: breaking(&layer, Fault::CutAnswer(30_000), 1),
            ..Making::default()
        });
        world.put("team/app", "1.0", &image);
        assert_whole(&image, &pull(&world, world.directory.path()).unwrap());
        let asked: Vec<_> = downloads(&world, "registry")
            .into_iter()
            .filter(|it| it.target.contains(&layer.hex()) && it.header("range").is_some())
            .collect();
        assert_eq!(asked.len(), 1, "{asked:?}");
        let begin = asked[0].header("range").unwrap();
        let begin: u64 = begin.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap();
        assert!(begin > 20_000 && begin < 30_000, "{begin}");
        assert!(world.sins().is_empty());
    }
}

#[test]
fn the_next_process_goes_on_where_the_last_one_broke() {
    let image = image(&mut Random::new(2), &[50_000]);
    let layer = image.blobs.iter().find(|it| it.size == 50_000).unwrap().digest;
    let mut world = World::new(Making {
        plan: breaking(&layer, Fault::CutAnswer(30_000), 1),
        ..Making::default()
    });
    world.put("team/app", "1.0", &image);
    world.options.retries = 0;
    pull(&world, world.directory.path()).unwrap_err();
    world.record.clear();
    assert_whole(&image, &pull(&world, world.directory.path()).unwrap());
    let again = downloads(&world, "registry");
    let ranges: Vec<_> = again.iter().filter_map(|it| it.header("range")).collect();
    assert_eq!(ranges.len(), 1, "{again:?}");
}

#[test]
fn what_is_there_is_not_brought_again() {
    let world = World::open();
    let image = any_image(&mut Random::new(3));
    world.put("team/app", "1.0", &image);
    pull(&world, world.directory.path()).unwrap();
    world.record.clear();
    assert_whole(&image, &pull(&world, world.directory.path()).unwrap());
    let again: Vec<_> = downloads(&world, "registry")
        .into_iter()
        .filter(|it| it.target.contains("/blobs/"))
        .collect();
    assert!(again.is_empty(), "{again:?}");
}

#[test]
fn bytes_that_stay_wrong_are_an_error_and_leave_nothing() {
    let image = image(&mut Random::new(4), &[5_000]);
    let layer = image.blobs.iter().find(|it| it.size == 5_000).unwrap().digest;
    for fault in [Fault::CorruptAnswer(77), Fault::Truncate(77), Fault::CutAnswer(400)] {
        let world =
            World::new(Making { plan: breaking(&layer, fault, usize::MAX), ..Making::default() });
        world.put("team/app", "1.0", &image);
        let error = pull(&world, world.directory.path()).unwrap_err();
        assert_eq!(world.unclear(&error), None);
        let file = world.directory.path().join("sha256").join(layer.hex());
        assert!(!file.exists(), "{fault:?}");
    }
}

#[test]
fn a_manifest_with_other_bytes_is_not_believed() {
    let image = image(&mut Random::new(5), &[500]);
    for fault in [Fault::CorruptAnswer(100), Fault::Truncate(100)] {
        let plan = Plan::only("manifests/", fault, usize::MAX);
        let world = World::new(Making { plan, ..Making::default() });
        world.put("team/app", "1.0", &image);
        let pinned = reference(&world, "team/app").pinned(image.root.digest);
        let client = world.client();
        for reference in [pinned, reference(&world, "team/app:1.0")] {
            let error = client.manifest(&reference, &Silent).unwrap_err();
            assert_eq!(world.unclear(&error), None);
        }
    }
}

#[test]
fn one_platform_of_several_is_brought_alone() {
    let world = World::open();
    let mut random = Random::new(6);
    let image = std::iter::repeat_with(|| any_image(&mut random))
        .find(|it| media_type::is_index(&it.root.media_type))
        .unwrap();
    world.put("team/app", "1.0", &image);
    let platform: Platform = "linux/arm64".parse().unwrap();
    let reference = reference(&world, "team/app:1.0");
    let client = world.client();
    let (root, blobs) =
        client.pull(&reference, Some(&platform), world.directory.path(), &Silent).unwrap();
    assert!(media_type::is_manifest(&root.media_type), "{root:?}");
    assert!(blobs.get(&root.digest).is_some());
    assert!(blobs.iter().count() < image.blobs.iter().count());
    let platform: Platform = "linux/riscv64".parse().unwrap();
    let error =
        client.pull(&reference, Some(&platform), world.directory.path(), &Silent).unwrap_err();
    assert!(error.to_string().contains(&world.host), "{error}");
}

#[test]
fn a_signed_url_gets_no_credentials() {
    for access in [Access::Basic, Access::Token] {
        let world = World::new(Making { access, with_cdn: true, ..Making::default() });
        let image = image(&mut Random::new(7), &[500, 90_000]);
        world.put("team/app", "1.0", &image);
        assert_whole(&image, &pull(&world, world.directory.path()).unwrap());
        assert_eq!(downloads(&world, "cdn").len(), 3);
        assert_eq!(world.sins(), Vec::<String>::new());
    }
}

#[test]
fn what_is_beyond_reason_is_refused() {
    let world = World::open();
    let put = |tag: &str, kind: &str, bytes: Vec<u8>| {
        let mut state = world.registry.state();
        let digest = Digest::of(&bytes);
        let descriptor = Descriptor::of(kind, &bytes);
        state.repo("team/app").manifests.insert(digest, (kind.to_owned(), bytes));
        state.repo("team/app").tags.insert(tag.to_owned(), digest);
        descriptor
    };
    let client = world.client();
    let to = world.directory.path();
    let text = |value: serde_json::Value| value.to_string().into_bytes();

    let padding = " ".repeat(5 << 20);
    put("large", media_type::MANIFEST, format!("{{\"schemaVersion\":2{padding}}}").into_bytes());
    let error = client.manifest(&reference(&world, "team/app:large"), &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Limit { .. }), "{error:?}");

    let mut child =
        put("0", media_type::INDEX, text(json!({ "schemaVersion": 2, "manifests": [] })));
    for depth in 1..40 {
        let index = json!({
            "schemaVersion": 2, "mediaType": media_type::INDEX, "manifests": [child],
        });
        child = put(&depth.to_string(), media_type::INDEX, text(index));
    }
    let error = client.pull(&reference(&world, "team/app:39"), None, to, &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Limit { .. }), "{error:?}");

    // Digests are no paths.
    for digest in ["sha256:../../../evil", "../evil", "sha512:00"] {
        let layer = json!({ "mediaType": media_type::LAYER, "digest": digest, "size": 1 });
        let manifest = json!({
            "schemaVersion": 2, "mediaType": media_type::MANIFEST, "config": layer, "layers": [layer],
        });
        put("path", media_type::MANIFEST, text(manifest));
        let error =
            client.pull(&reference(&world, "team/app:path"), None, to, &Silent).unwrap_err();
        assert_eq!(world.unclear(&error), None);
    }
    put("other", media_type::MANIFEST, b"<html>Sign in</html>".to_vec());
    let error = client.pull(&reference(&world, "team/app:other"), None, to, &Silent).unwrap_err();
    assert_eq!(world.unclear(&error), None);
    assert!(!to.join("evil").exists());
}

#[test]
fn what_is_not_there_is_said_to_be_missing() {
    let world = World::open();
    let client = world.client();
    let missing = reference(&world, "team/app:none");
    assert!(client.resolve(&missing, &Silent).unwrap().is_none());
    let error = client.manifest(&missing, &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::NotFound { .. }), "{error:?}");
    let error = pull(&world, world.directory.path()).unwrap_err();
    assert!(matches!(error, RegistryError::NotFound { .. }), "{error:?}");
}

#[test]
fn tags_come_from_all_pages() {
    for page in [1, 2, 3, 100] {
        let settings = Settings { page, ..Settings::default() };
        let world = World::new(Making { settings, ..Making::default() });
        let image = image(&mut Random::new(8), &[10]);
        for tag in ["b", "a", "1.10", "1.9", "latest", "z"] {
            world.put("team/app", tag, &image);
        }
        let repository = reference(&world, "team/app").repository;
        let tags = world.client().tags(&repository, &Silent).unwrap();
        assert_eq!(tags, ["1.10", "1.9", "a", "b", "latest", "z"]);
    }
}

#[test]
fn referrers_come_from_the_api_or_from_the_tag_in_its_place() {
    for referrers in [true, false] {
        let world = World::new(Making {
            settings: Settings { referrers, ..Settings::default() },
            ..Making::default()
        });
        let image = image(&mut Random::new(9), &[10]);
        world.put("team/app", "1.0", &image);
        let digest = image.root.digest;
        let repository = reference(&world, "team/app").repository;
        let client: Client = world.client();
        assert!(client.referrers(&repository, &digest, None, &Silent).unwrap().is_empty());

        let subject = json!({ "mediaType": image.root.media_type, "digest": digest, "size": 1 });
        let empty = json!({ "mediaType": "application/vnd.oci.empty.v1+json", "digest": Digest::of(b"{}"), "size": 2 });
        let sbom = json!({
            "schemaVersion": 2, "mediaType": media_type::MANIFEST, "artifactType": "text/sbom",
            "config": empty, "layers": [], "subject": subject,
        })
        .to_string()
        .into_bytes();
        let own = Digest::of(&sbom);
        let listed = json!({
            "mediaType": media_type::MANIFEST, "digest": own, "size": sbom.len(), "artifactType": "text/sbom",
        });
        let index = json!({
            "schemaVersion": 2, "mediaType": media_type::INDEX, "manifests": [listed],
        })
        .to_string()
        .into_bytes();
        {
            let mut state = world.registry.state();
            let repo = state.repo("team/app");
            repo.manifests.insert(own, (media_type::MANIFEST.to_owned(), sbom));
            if !referrers {
                let list = Digest::of(&index);
                repo.manifests.insert(list, (media_type::INDEX.to_owned(), index));
                repo.tags.insert(format!("sha256-{}", digest.hex()), list);
            }
        }
        for (wanted, count) in [(None, 1), (Some("text/sbom"), 1), (Some("text/other"), 0)] {
            let found = client.referrers(&repository, &digest, wanted, &Silent).unwrap();
            assert_eq!(found.len(), count, "{referrers} {wanted:?}: {found:?}");
            assert!(found.iter().all(|it| it.digest == own));
        }
    }
}

#[test]
fn a_half_written_file_in_the_place_of_a_blob_is_not_taken_for_it() {
    let world = World::open();
    let image = image(&mut Random::new(10), &[5_000]);
    world.put("team/app", "1.0", &image);
    let layer = image.blobs.iter().find(|it| it.size == 5_000).unwrap().digest;
    let file = world.directory.path().join("sha256").join(layer.hex());
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "half").unwrap();
    assert_whole(&image, &pull(&world, world.directory.path()).unwrap());
}
