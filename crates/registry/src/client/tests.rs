//! What tags name, manifests and lists, from a server that answers as each test says.

use std::sync::{Arc, Mutex};

use plimsoll_image::media_type;

use super::{
    testing::{Reply, Server},
    *,
};
use crate::Silent;

const MANIFEST: &str = r#"{"schemaVersion":2,"config":{"mediaType":"m","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0},"layers":[]}"#;

fn found() -> Reply {
    Reply::new(200).with("Content-Type", media_type::MANIFEST).body(MANIFEST)
}

#[test]
fn a_tag_costs_one_question() {
    let digest = Digest::of(MANIFEST.as_bytes());
    let server = Server::new(move |_| found().with("Docker-Content-Digest", digest));
    let name = server.reference("a/b:1");
    let resolved = server.client().resolve(&name, &Silent).unwrap().unwrap();
    assert_eq!(resolved, Descriptor::of(media_type::MANIFEST, MANIFEST.as_bytes()));
    assert_eq!(server.lines(), ["HEAD /v2/a/b/manifests/1"]);
    let accept = server.asked()[0].header("accept").unwrap().to_owned();
    for kind in [media_type::INDEX, media_type::DOCKER_MANIFEST] {
        assert!(accept.contains(kind), "{accept}");
    }
}

#[test]
fn a_registry_that_says_too_little_is_asked_for_the_manifest() {
    for silent in 0..3 {
        let server = Server::new(move |ask| match silent {
            0 => found(),
            1 if ask.is("HEAD") => Reply::new(405),
            _ => found().with("Docker-Content-Digest", "sha512:00"),
        });
        let resolved = server.client().resolve(&server.reference("a:1"), &Silent).unwrap();
        assert_eq!(resolved.unwrap().digest, Digest::of(MANIFEST.as_bytes()));
        assert_eq!(server.lines(), ["HEAD /v2/a/manifests/1", "GET /v2/a/manifests/1"]);
    }
}

#[test]
fn what_is_not_there_is_no_error_to_whoever_asks_for_it() {
    let server = Server::new(|_| Reply::error(404, "MANIFEST_UNKNOWN"));
    let name = server.reference("a:1");
    assert_eq!(server.client().resolve(&name, &Silent).unwrap(), None);
    let error = server.client().manifest(&name, &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::NotFound { .. }), "{error:?}");
}

#[test]
fn a_digest_that_lies_is_not_believed() {
    let other = Digest::of(b"other");
    let server = Server::new(move |_| found().with("Docker-Content-Digest", other));
    let client = server.client();
    let error = client.manifest(&server.reference("a:1"), &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Corrupt { .. }), "{error:?}");
    let pinned = server.reference("a").pinned(Digest::of(MANIFEST.as_bytes()));
    let error = client.resolve(&pinned, &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Corrupt { .. }), "{error:?}");
}

#[test]
fn a_manifest_is_read_again_after_a_break_and_bounded() {
    let mut count = 0;
    let server = Server::new(move |_| {
        count += 1;
        if count == 1 { found().cut(20) } else { found() }
    });
    let read = server.client().manifest(&server.reference("a:1"), &Silent).unwrap();
    assert_eq!(read.bytes, MANIFEST.as_bytes());
    let server = Server::new(|_| found().body(vec![b' '; 4 * 1024 * 1024 + 1]));
    let error = server.client().manifest(&server.reference("a:1"), &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Limit { .. }), "{error:?}");
}

#[test]
fn small_blobs_are_checked_and_bounded() {
    let server = Server::new(|_| Reply::new(200).body("{}"));
    let (client, repository) = (server.client(), server.repository("a"));
    let read = |blob: &[u8], limit| {
        client.small_blob(&repository, &Descriptor::of("m", blob), limit, &Silent)
    };
    assert_eq!(read(b"{}", 2).unwrap(), b"{}");
    assert!(matches!(read(b"{}", 1), Err(RegistryError::Limit { .. })));
    assert!(matches!(read(b"[]", 9), Err(RegistryError::Corrupt { .. })));
    assert!(matches!(read(b"{}x", 9), Err(RegistryError::Corrupt { .. })));
}

#[test]
fn tags_are_gathered_page_by_page() {
    let server = Server::new(|ask| match ask.line.rsplit('=').next().unwrap() {
        "b" => Reply::new(200).body(r#"{"tags":["a","c"]}"#),
        "x" => Reply::new(200).body(r#"{"tags":null}"#),
        _ => Reply::new(200)
            .with("Link", r#"</v2/a/tags/list?n=1000&last=b>; rel="next""#)
            .body(r#"{"tags":["d","b"]}"#),
    });
    let tags = server.client().tags(&server.repository("a"), &Silent).unwrap();
    assert_eq!(tags, ["a", "b", "c", "d"]);
}

#[test]
fn pages_of_others_and_pages_without_end_are_refused() {
    for link in ["<http://127.0.0.1:1/v2/a/tags/list>", "</v2/a/tags/list?n=1000>"] {
        let page = format!("{link}; rel=next");
        let server =
            Server::new(move |_| Reply::new(200).with("Link", &page).body(r#"{"tags":[]}"#));
        let error = server.client().tags(&server.repository("a"), &Silent).unwrap_err();
        assert!(matches!(error, RegistryError::Protocol { .. }), "{link}: {error:?}");
        assert_eq!(server.lines().len(), 1);
    }
    let count = Arc::new(Mutex::new(0));
    let server = Server::new(move |_| {
        *count.lock().unwrap() += 1;
        let link = format!("</v2/a/tags/list?last={}>; rel=next", count.lock().unwrap());
        Reply::new(200).with("Link", link).body(r#"{"tags":[]}"#)
    });
    let error = server.client().tags(&server.repository("a"), &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Limit { .. }), "{error:?}");
}

#[test]
fn a_tag_of_former_days_can_be_replaced_and_not_read() {
    let digest = Digest::of(b"payload");
    let server = Server::new(move |_| {
        Reply::new(200)
            .with("Content-Type", "application/vnd.docker.distribution.manifest.v1+prettyjws")
            .with("Docker-Content-Digest", digest)
            .body("{}")
    });
    let (client, name) = (server.client(), server.reference("a:1"));
    let error = client.resolve(&name, &Silent).unwrap_err();
    assert!(error.to_string().contains("schema 1"), "{error}");
    let target = crate::Target { reference: name, immutable: false };
    assert_eq!(client.check_targets(&[target], None, &Silent).unwrap(), [Some(digest)]);
}
