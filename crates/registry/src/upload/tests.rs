//! Sends blobs to a server that answers as each test says.

use std::{path::PathBuf, sync::Arc};

use plimsoll_image::BlobSource;

use super::*;
use crate::{
    Silent,
    client::testing::{Ask, Reply, Server},
};

/// Nobody may bring it.
#[derive(Debug)]
struct Forbidden;

impl BlobSource for Forbidden {
    fn fetch(&self) -> io::Result<PathBuf> {
        panic!("a blob was brought that nobody needed");
    }
}

fn needed(blob: &Blob) -> Needed<'_> {
    Needed { digest: blob.digest, size: blob.size, blob: Some(blob) }
}

/// An encoded digest, as it stands in a query.
fn digest_of(blob: &Blob) -> String {
    blob.digest.to_string().replace(':', "%3A")
}

fn bring(server: &Server, blob: &Blob, sources: &[&str]) -> Result<Brought, RegistryError> {
    let sources: Vec<Repository> = sources.iter().map(|it| server.repository(it)).collect();
    let sources: Vec<&Repository> = sources.iter().collect();
    let to = server.repository("a/b");
    server.client().ensure_blob(&to, &needed(blob), &sources, true, &Silent)
}

/// What a plain registry answers.
fn plain(ask: &Ask) -> Reply {
    match () {
        () if ask.is("HEAD") => Reply::new(404),
        () if ask.is("POST") => Reply::new(202).with("Location", "/up/1?_state=x%3D"),
        () if ask.is("PUT") => Reply::new(201),
        () if ask.is("DELETE") => Reply::new(204),
        () => Reply::new(500),
    }
}

#[test]
fn what_is_there_or_mounted_is_never_brought_from_elsewhere() {
    let mut blob = Blob::of(*b"layer");
    blob.content = BlobContent::Elsewhere(Arc::new(Forbidden));
    let server = Server::new(|ask| match ask {
        ask if ask.is("HEAD") => Reply::new(200).with("Content-Length", 5),
        _ => Reply::new(500),
    });
    assert_eq!(bring(&server, &blob, &["base"]).unwrap(), Brought::Exists);
    assert_eq!(server.lines(), [format!("HEAD /v2/a/b/blobs/{}", blob.digest)]);

    let server = Server::new(|ask| match ask {
        ask if ask.is("HEAD") => Reply::new(404),
        ask if ask.line.contains("mount=") => Reply::new(201),
        _ => Reply::new(500),
    });
    assert_eq!(bring(&server, &blob, &["base/x"]).unwrap(), Brought::Mounted);
    let mount = format!("POST /v2/a/b/blobs/uploads/?mount={}&from=base%2Fx", digest_of(&blob));
    assert_eq!(server.lines()[1..], [mount]);
}

#[test]
fn a_blob_of_another_size_is_not_there() {
    let server = Server::new(|ask| match ask {
        ask if ask.is("HEAD") => Reply::new(200).with("Content-Length", 4),
        ask => plain(ask),
    });
    assert_eq!(bring(&server, &Blob::of(*b"layer"), &[]).unwrap(), Brought::Sent);
}

#[test]
fn the_session_of_a_mount_that_did_not_happen_is_used() {
    let blob = Blob::of(*b"layer");
    let server = Server::new(plain);
    assert_eq!(bring(&server, &blob, &["base"]).unwrap(), Brought::Sent);
    let lines = server.lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[2], format!("PUT /up/1?_state=x%3D&digest={}", digest_of(&blob)));
    let put = server.asked().pop().unwrap();
    assert_eq!(put.body, b"layer");
    assert_eq!(put.header("content-type"), Some("application/octet-stream"));
}

#[test]
fn another_source_is_tried_and_the_session_of_the_first_ended() {
    let blob = Blob::of(*b"layer");
    let server = Server::new(|ask| match ask {
        ask if ask.line.ends_with("from=two") => Reply::new(201),
        ask => plain(ask),
    });
    assert_eq!(bring(&server, &blob, &["one", "two"]).unwrap(), Brought::Mounted);
    assert!(server.lines().contains(&"DELETE /up/1?_state=x%3D".to_owned()));
}

#[test]
fn a_mount_that_fails_is_not_tried_again() {
    let blob = Blob::of(*b"layer");
    for status in [400, 404, 500, 503] {
        let server = Server::new(move |ask| match ask {
            ask if ask.line.contains("mount=") => Reply::new(status),
            ask => plain(ask),
        });
        assert_eq!(bring(&server, &blob, &["base"]).unwrap(), Brought::Sent);
        let mounts = server.lines().iter().filter(|it| it.contains("mount=")).count();
        assert_eq!(mounts, 1, "{status}");
    }
}

#[test]
fn a_session_that_failed_is_not_used_again() {
    for code in [(404, "BLOB_UPLOAD_UNKNOWN"), (500, "UNKNOWN"), (400, "DIGEST_INVALID")] {
        let mut sessions = 0;
        let server = Server::new(move |ask| match ask {
            ask if ask.is("POST") => {
                sessions += 1;
                Reply::new(202).with("Location", format!("up/{sessions}"))
            }
            ask if ask.is("PUT") && sessions == 1 => Reply::error(code.0, code.1),
            ask => plain(ask),
        });
        assert_eq!(bring(&server, &Blob::of(*b"layer"), &[]).unwrap(), Brought::Sent);
        let lines = server.lines();
        for number in [1, 2] {
            let put = format!("PUT /v2/a/b/blobs/uploads/up/{number}?digest=");
            let count = lines.iter().filter(|it| it.starts_with(&put)).count();
            assert_eq!(count, 1, "{lines:#?}");
        }
    }
}

#[test]
fn a_file_that_changed_is_named_instead_of_the_registry() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("blob");
    std::fs::write(&path, "LAYER").unwrap();
    let mut blob = Blob::of(*b"layer");
    blob.content = BlobContent::File(path);
    let server = Server::new(|ask| match ask {
        ask if ask.is("PUT") => Reply::error(400, "DIGEST_INVALID"),
        ask => plain(ask),
    });
    let error = bring(&server, &blob, &[]).unwrap_err();
    assert!(matches!(error, RegistryError::Io { .. }), "{error:?}");
    assert!(in_words(&error).contains("have changed"), "{}", in_words(&error));
    assert!(server.lines().iter().any(|it| it.starts_with("DELETE")));
}

#[test]
fn chunks_go_on_where_the_registry_says() {
    let bytes: Vec<u8> = (0..200_000_u32).map(|it| it.to_le_bytes()[0]).collect();
    let blob = Blob::of(bytes);
    let mut stored = Vec::new();
    let mut broken = false;
    let server = Server::new(move |ask| match ask {
        ask if ask.is("POST") => {
            stored.clear();
            Reply::new(202).with("Location", "/up/0").with("OCI-Chunk-Min-Length", 70_000)
        }
        ask if ask.is("PUT") && ask.body.is_empty() => {
            let found = Digest::of(&stored);
            Reply::new(201).with("Docker-Content-Digest", found)
        }
        ask if ask.is("PUT") => Reply::new(413),
        ask if ask.is("PATCH") => {
            let range = ask.header("content-range").unwrap();
            let last = stored.len() + ask.body.len() - 1;
            assert_eq!(range, format!("{}-{last}", stored.len()));
            // Once, half of what came is kept, and the answer is an error.
            let kept = if !broken && !stored.is_empty() { 1000 } else { ask.body.len() };
            stored.extend(&ask.body[..kept]);
            let reply = if kept == 1000 {
                broken = true;
                Reply::new(503)
            } else {
                Reply::new(202).with("Range", format!("0-{}", stored.len() - 1))
            };
            reply.with("Location", format!("/up/{}", stored.len()))
        }
        ask if ask.is("GET /up/") => {
            Reply::new(204).with("Range", format!("0-{}", stored.len() - 1))
        }
        ask => plain(ask),
    });
    assert_eq!(bring(&server, &blob, &[]).unwrap(), Brought::Sent);
    let asked = server.asked();
    let patches: Vec<usize> =
        asked.iter().filter(|it| it.is("PATCH")).map(|it| it.body.len()).collect();
    assert_eq!(patches, [131_072, 68_928, 67_928], "{:#?}", server.lines());
    let end = asked.last().unwrap();
    assert_eq!(end.line, format!("PUT /up/200000?digest={}", digest_of(&blob)));
}

#[test]
fn a_registry_that_takes_nothing_is_believed_in_the_end() {
    for status in [413, 405, 501, 400, 507] {
        let server = Server::new(move |ask| match ask {
            ask if ask.is("PUT") || ask.is("PATCH") => Reply::new(status),
            ask => plain(ask),
        });
        let error = bring(&server, &Blob::of(vec![1; 300_000]), &[]).unwrap_err();
        let is_told = matches!(error, RegistryError::Status { status: it, .. } if it == status);
        assert!(is_told, "{error:?}");
        assert!(server.lines().len() < 40, "{:#?}", server.lines());
    }
}

#[test]
fn a_large_blob_goes_in_chunks_over_a_line_that_breaks() {
    // Like a proxy that hangs up on bodies of more than 100,000 bytes.
    let blob = Blob::of(vec![7; 300_000]);
    let mut stored = Vec::new();
    let server = Server::new(move |ask| match ask {
        ask if ask.is("POST") => {
            stored.clear();
            Reply::new(202).with("Location", "/up")
        }
        ask if ask.body.len() > 100_000 => Reply::new(0),
        ask if ask.is("PATCH") => {
            stored.extend(&ask.body);
            Reply::new(202).with("Range", format!("0-{}", stored.len() - 1))
        }
        ask if ask.is("GET") => {
            Reply::new(204).with("Range", format!("0-{}", stored.len().saturating_sub(1)))
        }
        ask if ask.is("PUT") => Reply::new(201).with("Docker-Content-Digest", Digest::of(&stored)),
        ask => plain(ask),
    });
    let mut options = server.client().inner.options.clone();
    options.retries = 12;
    let (client, to) = (Client::new(options), server.repository("a"));
    let brought = client.ensure_blob(&to, &needed(&blob), &[], false, &Silent).unwrap();
    assert_eq!(brought, Brought::Sent);
}

#[test]
fn a_redirected_upload_goes_on_where_it_leads_once_at_each_url() {
    for (size, status) in [(5, 307), (5, 308)] {
        let storage = Server::new(plain);
        let place = format!("http://{}/store?x=1", storage.host);
        let server = Server::new(move |ask| match ask {
            ask if ask.is("PUT") => Reply::new(status).with("Location", &place),
            ask => plain(ask),
        });
        let blob = Blob::of(vec![b'x'; size]);
        assert_eq!(bring(&server, &blob, &[]).unwrap(), Brought::Sent);
        let puts = |server: &Server| {
            server.asked().into_iter().filter(|it| it.is("PUT")).collect::<Vec<_>>()
        };
        assert_eq!((puts(&server).len(), puts(&storage).len()), (1, 1));
        assert_eq!(puts(&storage)[0].body, vec![b'x'; size]);
        assert_eq!(puts(&storage)[0].line, "PUT /store?x=1");
    }
}

#[test]
fn a_damaged_blob_is_not_stored_by_anybody() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("layer");
    std::fs::write(&path, "lay3r").unwrap();
    let mut blob = Blob::of(*b"layer");
    blob.content = BlobContent::File(path);
    // It takes whatever it gets.
    let server = Server::new(plain);
    let error = bring(&server, &blob, &[]).unwrap_err();
    assert!(matches!(&error, RegistryError::Io { .. }), "{error:?}");
    assert!(server.asked().iter().all(|it| !it.is("PUT")), "a whole request arrived");
}
