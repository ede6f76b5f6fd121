//! Pushes to a server that answers as each test says.

use std::sync::{Arc, Mutex};

use plimsoll_image::{Blob, Index, Manifest, media_type};

use super::*;
use crate::{
    Silent,
    client::testing::{Ask, Reply, Server},
};

/// An image of one configuration and one layer.
fn image(text: &str) -> (Descriptor, BlobSet) {
    let (config, layer) = (Blob::of(*b"{}"), Blob::of(text.as_bytes().to_vec()));
    let of = |kind: &str, it: &Blob| Descriptor::new(kind, it.digest, it.size);
    let layers = vec![of(media_type::LAYER, &layer)];
    let manifest = Manifest::new(of(media_type::CONFIG, &config), layers, BTreeMap::new());
    let bytes = serde_json::to_vec(&manifest).unwrap();
    let root = Descriptor::of(media_type::MANIFEST, &bytes);
    let mut blobs = BlobSet::default();
    for blob in [config, layer, Blob::of(bytes)] {
        blobs.add(blob);
    }
    (root, blobs)
}

fn push(
    server: &Server,
    (root, blobs): &(Descriptor, BlobSet),
    targets: &[(&str, bool)],
) -> Result<Vec<Pushed>, RegistryError> {
    let targets: Vec<Target> = targets
        .iter()
        .map(|(name, immutable)| Target {
            reference: server.reference(name),
            immutable: *immutable,
        })
        .collect();
    let push = Push { root, blobs, mounts: &Mounts::new(), targets: &targets };
    server.client().push(&push, &Silent)
}

/// What a tag is said to name.
fn names(digest: Digest) -> Reply {
    Reply::new(200)
        .with("Docker-Content-Digest", digest)
        .with("Content-Type", media_type::MANIFEST)
        .with("Content-Length", 100)
}

/// An empty registry that takes everything.
fn empty(ask: &Ask) -> Reply {
    match () {
        () if ask.is("HEAD") => Reply::new(404),
        () if ask.is("POST") => Reply::new(202).with("Location", "/up"),
        () if ask.is("PUT") => Reply::new(201),
        () => Reply::new(404),
    }
}

fn count(server: &Server, start: &str) -> usize {
    server.lines().iter().filter(|it| it.starts_with(start)).count()
}

#[test]
fn whoever_is_overwritten_at_the_same_moment_says_so() {
    let image = image("ours");
    let theirs = Digest::of(b"theirs");
    let mut written = false;
    let server = Server::new(move |ask| match ask {
        ask if ask.is("PUT /v2/a/manifests/1.0") => {
            written = true;
            Reply::new(201)
        }
        ask if ask.is("HEAD /v2/a/manifests/1.0") && written => names(theirs),
        ask => empty(ask),
    });
    let error = push(&server, &image, &[("a:1.0", true)]).unwrap_err();
    let RegistryError::TagExists { existing, new, .. } = error else { panic!("{error:?}") };
    assert_eq!((existing, new), (theirs, image.0.digest));
    let put = server.asked().into_iter().find(|it| it.is("PUT /v2/a/manifests/")).unwrap();
    assert_eq!(put.header("if-none-match"), Some("*"));
    assert_eq!(put.header("content-type"), Some(media_type::MANIFEST));
}

#[test]
fn a_tag_that_moves_is_written_without_conditions() {
    let server = Server::new(empty);
    push(&server, &image("x"), &[("a:latest", false)]).unwrap();
    let put = server.asked().into_iter().find(|it| it.is("PUT /v2/a/manifests/")).unwrap();
    assert_eq!(put.header("if-none-match"), None);
    assert_eq!(count(&server, "HEAD /v2/a/manifests/"), 1);
}

#[test]
fn a_registry_whose_tags_cannot_change_is_understood() {
    // What it refuses is there with the same digest, with another one, or not at all.
    let image = image("ours");
    for status in [400, 403, 409, 412] {
        for case in 0..3 {
            let (ours, theirs) = (image.0.digest, Digest::of(b"theirs"));
            let mut refused = false;
            let server = Server::new(move |ask| match ask {
                ask if ask.is("PUT /v2/a/manifests/") => {
                    refused = true;
                    Reply::error(status, "TAG_IMMUTABLE")
                }
                ask if ask.is("HEAD /v2/a/manifests/") && refused && case < 2 => {
                    names(if case == 0 { ours } else { theirs })
                }
                ask => empty(ask),
            });
            let result = push(&server, &image, &[("a:1.0", true)]);
            match (case, result) {
                (0, Ok(_))
                | (1, Err(RegistryError::TagExists { .. }))
                | (2, Err(RegistryError::Status { .. } | RegistryError::Denied { .. })) => {}
                (_, result) => panic!("{status} {case}: {result:?}"),
            }
        }
    }
}

#[test]
fn a_lost_answer_to_an_immutable_tag_is_no_reason_to_write_it_again() {
    let image = image("ours");
    let ours = image.0.digest;
    let mut written = false;
    let server = Server::new(move |ask| match ask {
        ask if ask.is("PUT /v2/a/manifests/") => {
            assert!(!written, "written twice");
            written = true;
            Reply::new(503)
        }
        ask if ask.is("HEAD /v2/a/manifests/") && written => names(ours),
        ask => empty(ask),
    });
    push(&server, &image, &[("a:1.0", true)]).unwrap();
}

#[test]
fn what_a_registry_misses_after_all_is_sent_once_more() {
    let image = image("layer");
    let layer = Digest::of(b"layer");
    for is_cured in [true, false] {
        let stored = Arc::new(Mutex::new(0));
        let server = Server::new(move |ask| {
            match ask {
            // It says that it has all blobs.
            ask if ask.is("HEAD /v2/a/blobs/") => Reply::new(200),
            ask if ask.is("PUT /up") => {
                assert_eq!(ask.body, b"layer");
                *stored.lock().unwrap() += 1;
                Reply::new(201)
            }
            ask if ask.is("PUT /v2/") && !(is_cured && *stored.lock().unwrap() > 0) => {
                Reply::new(404).body(format!(
                    r#"{{"errors":[{{"code":"MANIFEST_BLOB_UNKNOWN","detail":{{"digest":"{layer}"}}}}]}}"#
                ))
            }
            ask => empty(ask),
        }
        });
        let result = push(&server, &image, &[("a:1", false)]);
        assert_eq!(result.is_ok(), is_cured, "{result:?}");
        assert_eq!(count(&server, "PUT /up"), 1);
    }
}

#[test]
fn a_tag_that_names_the_image_spares_the_questions_about_blobs() {
    let image = image("layer");
    let root = image.0.digest;
    let server = Server::new(move |ask| match ask {
        ask if ask.is("HEAD /v2/a/manifests/1.0.1") => names(root),
        ask => empty(ask),
    });
    let pushed = push(&server, &image, &[("a:1.0.1", true), ("a:1.0", false)]).unwrap();
    assert_eq!(pushed.iter().map(|it| it.changed).collect::<Vec<_>>(), [false, true]);
    assert_eq!(count(&server, "HEAD /v2/a/blobs/") + count(&server, "POST"), 0);
    assert_eq!(server.lines().len(), 3, "{:?}", server.lines());
}

#[test]
fn a_manifest_that_is_stored_otherwise_is_an_error() {
    let server = Server::new(|ask| match ask {
        ask if ask.is("PUT /v2/a/manifests/") => {
            Reply::new(201).with("Docker-Content-Digest", Digest::of(b"converted"))
        }
        ask => empty(ask),
    });
    let error = push(&server, &image("x"), &[("a:1", false)]).unwrap_err();
    assert!(matches!(error, RegistryError::Protocol { .. }), "{error:?}");
}

#[test]
fn an_index_comes_after_its_manifests_and_takes_what_the_registry_has() {
    let (manifest, mut blobs) = image("layer");
    // This one is not at hand.
    let absent = Descriptor::of(media_type::MANIFEST, b"absent");
    let index = Index::new(vec![manifest.clone(), absent.clone()], BTreeMap::new());
    let bytes = serde_json::to_vec(&index).unwrap();
    let root = Descriptor::of(media_type::INDEX, &bytes);
    blobs.add(Blob::of(bytes));
    for is_there in [true, false] {
        let there = absent.digest;
        let server = Server::new(move |ask| match ask {
            ask if is_there && ask.line == format!("HEAD /v2/a/manifests/{there}") => names(there),
            ask => empty(ask),
        });
        let result = push(&server, &(root.clone(), blobs.clone()), &[("a:1", false)]);
        assert_eq!(result.is_ok(), is_there, "{result:?}");
        let lines = server.lines();
        let puts: Vec<&String> = lines.iter().filter(|it| it.contains("PUT /v2/")).collect();
        if is_there {
            let child = format!("PUT /v2/a/manifests/{}", manifest.digest);
            assert_eq!(puts, [&child, "PUT /v2/a/manifests/1"]);
        } else {
            assert!(puts.is_empty(), "{puts:?}");
        }
    }
}

#[test]
fn a_reference_with_the_digest_of_another_image_is_refused() {
    let server = Server::new(empty);
    let other = format!("a:1@{}", Digest::of(b"other"));
    push(&server, &image("x"), &[(&other, false)]).unwrap_err();
    assert!(server.lines().is_empty());
}

#[test]
fn what_refers_to_another_image_is_noted_where_the_registry_does_not() {
    let (subject, _) = image("subject");
    let empty_json = Descriptor::of("application/vnd.oci.empty.v1+json", b"{}");
    let mut manifest = Manifest::new(empty_json, Vec::new(), BTreeMap::new());
    manifest.other.insert("subject".to_owned(), serde_json::to_value(&subject).unwrap());
    manifest.other.insert("artifactType".to_owned(), "text/spdx".into());
    let bytes = serde_json::to_vec(&manifest).unwrap();
    let root = Descriptor::of(media_type::MANIFEST, &bytes);
    let mut blobs = BlobSet::default();
    for blob in [Blob::of(bytes), Blob::of(*b"{}")] {
        blobs.add(blob);
    }
    let reference = format!("a@{}", root.digest);
    let tag = format!("/v2/a/manifests/sha256-{}", subject.digest.hex());

    for knows in [true, false] {
        let other = Descriptor::of(media_type::MANIFEST, b"other");
        let first = Index::new(vec![other.clone()], BTreeMap::new());
        let mut stored = serde_json::to_vec(&first).unwrap();
        let (place, seen) = (tag.clone(), Arc::new(Mutex::new(Vec::new())));
        let notes = Arc::clone(&seen);
        let server = Server::new(move |ask| match ask {
            ask if ask.line == format!("GET {place}") => {
                Reply::new(200).with("Content-Type", media_type::INDEX).body(stored.clone())
            }
            ask if ask.line == format!("PUT {place}") => {
                stored.clone_from(&ask.body);
                notes.lock().unwrap().clone_from(&ask.body);
                Reply::new(201)
            }
            ask if ask.is("PUT /v2/") && knows => Reply::new(201).with("OCI-Subject", "sha256:x"),
            ask => empty(ask),
        });
        push(&server, &(root.clone(), blobs.clone()), &[(&reference, false)]).unwrap();
        let written = seen.lock().unwrap().clone();
        if knows {
            assert!(written.is_empty());
            continue;
        }
        let index: Index = serde_json::from_slice(&written).unwrap();
        let digests: Vec<Digest> = index.manifests.iter().map(|it| it.digest).collect();
        assert_eq!(digests, [other.digest, root.digest]);
        assert_eq!(index.manifests[1].other["artifactType"], "text/spdx");
        let repository = server.repository("a");
        let client = server.client();
        let found =
            client.referrers(&repository, &subject.digest, Some("text/spdx"), &Silent).unwrap();
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn an_interrupted_push_of_a_referrer_is_made_good() {
    let (subject, _) = image("subject");
    let empty_json = Descriptor::of("application/vnd.oci.empty.v1+json", b"{}");
    let mut manifest = Manifest::new(empty_json, Vec::new(), BTreeMap::new());
    manifest.other.insert("subject".to_owned(), serde_json::to_value(&subject).unwrap());
    let bytes = serde_json::to_vec(&manifest).unwrap();
    let root = Descriptor::of(media_type::MANIFEST, &bytes);
    let mut blobs = BlobSet::default();
    for blob in [Blob::of(bytes), Blob::of(*b"{}")] {
        blobs.add(blob);
    }
    let (there, mut stored) = (root.digest, Vec::new());
    let server = Server::new(move |ask| match ask {
        ask if ask.is("HEAD /v2/a/manifests/") => names(there),
        ask if ask.is("PUT /v2/a/manifests/sha256-") => {
            stored.clone_from(&ask.body);
            Reply::new(201)
        }
        ask if ask.is("GET /v2/a/manifests/sha256-") && !stored.is_empty() => {
            Reply::new(200).body(stored.clone())
        }
        _ => Reply::new(404),
    });
    let reference = format!("a@{}", root.digest);
    let image = (root, blobs);
    for _ in 0..2 {
        assert!(!push(&server, &image, &[(&reference, false)]).unwrap()[0].changed);
    }
    assert_eq!(count(&server, "PUT"), 1, "{:?}", server.lines());
}
