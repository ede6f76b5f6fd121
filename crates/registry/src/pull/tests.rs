//! Brings images and blobs from a server that answers as each test says.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, Mutex},
};

use plimsoll_image::{Digest, Index, Manifest, media_type};

use super::*;
use crate::{
    Silent, Target,
    client::testing::{Ask, Reply, Server},
};

/// What a registry holds, by digest, and its tags.
#[derive(Clone, Default)]
struct Store {
    manifests: BTreeMap<String, (String, Vec<u8>)>,
    blobs: BTreeMap<String, Vec<u8>>,
}

impl Store {
    fn blob(&mut self, kind: &str, bytes: &[u8]) -> Descriptor {
        let descriptor = Descriptor::of(kind, bytes);
        self.blobs.insert(descriptor.digest.to_string(), bytes.to_vec());
        descriptor
    }

    fn manifest(&mut self, kind: &str, bytes: Vec<u8>) -> Descriptor {
        let descriptor = Descriptor::of(kind, &bytes);
        self.manifests.insert(descriptor.digest.to_string(), (kind.to_owned(), bytes));
        descriptor
    }

    fn image(&mut self, platform: &str) -> Descriptor {
        let platform: Platform = platform.parse().unwrap();
        let config = format!(
            r#"{{"os":"{}","architecture":"{}","rootfs":{{"type":"layers","diff_ids":[]}}}}"#,
            platform.os, platform.architecture
        );
        let config = self.blob(media_type::CONFIG, config.as_bytes());
        let layer = self.blob(media_type::LAYER, format!("layer of {platform}").as_bytes());
        let manifest = Manifest::new(config, vec![layer], BTreeMap::new());
        let bytes = serde_json::to_vec(&manifest).unwrap();
        let mut descriptor = self.manifest(media_type::MANIFEST, bytes);
        descriptor.platform = Some(platform);
        descriptor
    }

    fn index(&mut self, manifests: Vec<Descriptor>) -> Descriptor {
        let index = Index::new(manifests, BTreeMap::new());
        self.manifest(media_type::INDEX, serde_json::to_vec(&index).unwrap())
    }

    fn tag(&mut self, tag: &str, descriptor: &Descriptor) {
        let found = self.manifests[&descriptor.digest.to_string()].clone();
        self.manifests.insert(tag.to_owned(), found);
    }

    fn serve(self) -> Server {
        Server::new(move |ask| self.answer(ask))
    }

    fn answer(&self, ask: &Ask) -> Reply {
        let name = ask.line.rsplit('/').next().unwrap();
        if ask.line.contains("/manifests/") {
            return match self.manifests.get(name) {
                Some((kind, bytes)) => Reply::new(200)
                    .with("Content-Type", kind)
                    .with("Docker-Content-Digest", Digest::of(bytes))
                    .body(bytes.clone()),
                None => Reply::new(404),
            };
        }
        match self.blobs.get(name) {
            Some(bytes) => Reply::new(200).body(bytes.clone()),
            None => Reply::new(404),
        }
    }
}

fn pull(server: &Server, platform: Option<&str>) -> Result<(Descriptor, usize), RegistryError> {
    let directory = tempfile::tempdir().unwrap();
    let platform = platform.map(|it| it.parse().unwrap());
    let reference = server.reference("a:1");
    let (root, blobs) =
        server.client().pull(&reference, platform.as_ref(), directory.path(), &Silent)?;
    for blob in blobs.iter() {
        let (found, size) = Digest::of_reader(blob.open().unwrap()).unwrap();
        assert_eq!((found, size), (blob.digest, blob.size));
    }
    let names = fs::read_dir(directory.path().join("sha256")).unwrap().count();
    assert_eq!(names, blobs.iter().count(), "something else was left");
    Ok((root, names))
}

#[test]
fn a_platform_is_found_in_an_index_in_an_index() {
    let mut store = Store::default();
    let (one, two) = (store.image("linux/amd64"), store.image("linux/arm64"));
    let mut attestation = store.image("linux/386");
    attestation.platform = Some(Platform::linux("amd64"));
    attestation
        .annotations
        .insert("vnd.docker.reference.type".to_owned(), "attestation-manifest".to_owned());
    let inner = store.index(vec![attestation, one.clone(), two]);
    let root = store.index(vec![inner]);
    store.tag("1", &root);
    let server = store.serve();
    let (found, files) = pull(&server, Some("linux/amd64")).unwrap();
    assert_eq!((found.digest, files), (one.digest, 3));
    // All of it: two indexes, three manifests with a configuration and a layer each.
    let (found, files) = pull(&server, None).unwrap();
    assert_eq!((found.digest, files), (root.digest, 11));
    let error = pull(&server, Some("linux/s390x")).unwrap_err();
    assert!(matches!(error, RegistryError::NoPlatform { .. }), "{error:?}");
}

#[test]
fn what_is_missing_is_said_with_what_there_is() {
    let mut store = Store::default();
    let images = vec![store.image("linux/arm64"), store.image("linux/amd64")];
    let root = store.index(images);
    store.tag("1", &root);
    let error = pull(&store.serve(), Some("linux/riscv64")).unwrap_err().to_string();
    let expected = "has no image for linux/riscv64, only for linux/amd64, linux/arm64";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn an_image_alone_says_its_platform_in_its_configuration() {
    let mut store = Store::default();
    let root = store.image("linux/arm64");
    store.tag("1", &root);
    let server = store.serve();
    let (found, files) = pull(&server, Some("linux/arm64")).unwrap();
    assert_eq!((found.digest, files), (root.digest, 3));
    assert_eq!(found.platform, root.platform);
    let error = pull(&server, Some("linux/amd64")).unwrap_err();
    assert!(error.to_string().contains("only for linux/arm64"), "{error}");
}

#[test]
fn indexes_that_nest_without_end_or_lie_are_refused() {
    let mut store = Store::default();
    let image = store.image("linux/amd64");
    let mut root = store.index(vec![image.clone()]);
    for _ in 0..MOST_NESTING {
        root = store.index(vec![root]);
    }
    store.tag("1", &root);
    for platform in [None, Some("linux/amd64")] {
        let error = pull(&store.clone().serve(), platform).unwrap_err();
        assert!(matches!(error, RegistryError::Limit { .. }), "{error:?}");
    }
    // An index that calls a manifest an index, or gives it another size.
    for lie in 0..2 {
        let mut entry = image.clone();
        match lie {
            0 => media_type::INDEX.clone_into(&mut entry.media_type),
            _ => entry.size += 1,
        }
        let root = store.index(vec![entry]);
        store.tag("1", &root);
        let error = pull(&store.clone().serve(), None).unwrap_err();
        assert!(matches!(error, RegistryError::Protocol { .. }), "{error:?}");
    }
}

#[test]
fn foreign_layers_are_brought_if_the_registry_has_them() {
    let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    for is_there in [true, false] {
        let mut store = Store::default();
        let config = store.blob(media_type::CONFIG, b"{}");
        let mut layer = store.blob(foreign, b"foreign");
        layer.other.insert("urls".to_owned(), serde_json::json!(["https://127.0.0.1:9/x"]));
        if !is_there {
            store.blobs.remove(&layer.digest.to_string());
        }
        let manifest = Manifest::new(config, vec![layer], BTreeMap::new());
        let root = store.manifest(media_type::MANIFEST, serde_json::to_vec(&manifest).unwrap());
        store.tag("1", &root);
        let (_, files) = pull(&store.serve(), None).unwrap();
        assert_eq!(files, if is_there { 3 } else { 2 });
    }
}

/// Brings one blob, of which `answers` says what the registry sends.
fn download(
    earlier: Option<&str>,
    answers: impl FnMut(&Ask) -> Reply + Send + 'static,
) -> (Result<String, RegistryError>, Vec<Ask>, usize) {
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("blob");
    if let Some(earlier) = earlier {
        fs::write(atomic::aside(&to), earlier).unwrap();
    }
    let server = Server::new(answers);
    let blob = Descriptor::of("m", b"0123456789");
    let result = server.client().pull_blob(&server.repository("a"), &blob, &to, &Silent);
    let left = fs::read_dir(directory.path()).unwrap().count();
    (result.map(|()| fs::read_to_string(&to).unwrap()), server.asked(), left)
}

/// A registry that knows ranges.
fn ranges(ask: &Ask) -> Reply {
    let from = ask.header("range").and_then(|it| it.strip_prefix("bytes=")?.strip_suffix('-'));
    match from.map(|it| it.parse::<usize>().unwrap()) {
        None => Reply::new(200).body("0123456789"),
        Some(from) => Reply::new(206)
            .with("Content-Range", format!("bytes {from}-9/10"))
            .body(&"0123456789"[from..]),
    }
}

#[test]
fn the_rest_is_asked_for_and_nothing_where_all_is_there() {
    let (result, asked, left) = download(Some("0123"), ranges);
    assert_eq!((&*result.unwrap(), left), ("0123456789", 1));
    assert_eq!(asked[0].header("range"), Some("bytes=4-"));
    let (result, asked, _) = download(Some("0123456789"), ranges);
    assert_eq!((&*result.unwrap(), asked.len()), ("0123456789", 0));
}

#[test]
fn a_wrong_rest_of_an_earlier_try_is_brought_anew() {
    for earlier in ["xxxx", "x123456789", "much longer than it should be"] {
        let (result, asked, left) = download(Some(earlier), ranges);
        assert_eq!((&*result.unwrap(), left), ("0123456789", 1), "{earlier}");
        assert_eq!(asked.last().unwrap().header("range"), None);
    }
}

#[test]
fn registries_without_ranges_or_with_wrong_ones_send_all() {
    type Answer = fn(&Ask) -> Reply;
    let answers: [Answer; 4] = [
        |_| Reply::new(200).body("0123456789"),
        |ask| match ask.header("range") {
            Some(_) => Reply::new(416),
            None => Reply::new(200).body("0123456789"),
        },
        |ask| match ask.header("range") {
            Some(_) => Reply::new(206).with("Content-Range", "bytes 0-5/10").body("012345"),
            None => Reply::new(200).body("0123456789"),
        },
        |ask| match ask.header("range") {
            Some(_) => Reply::new(206).body("456789"),
            None => Reply::new(200).body("0123456789"),
        },
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let (result, ..) = download(Some("0123"), answer);
        assert_eq!(result.unwrap(), "0123456789", "{number}");
    }
}

#[test]
fn a_connection_that_breaks_costs_only_the_rest() {
    let mut count = 0;
    let (result, asked, left) = download(None, move |ask| {
        count += 1;
        if count < 3 { ranges(ask).cut(3) } else { ranges(ask) }
    });
    assert_eq!((&*result.unwrap(), left), ("0123456789", 1));
    let asked: Vec<_> = asked.iter().map(|it| it.header("range")).collect();
    assert_eq!(asked, [None, Some("bytes=3-"), Some("bytes=6-")]);
    // Tries end, and what came is kept for another day.
    let (result, asked, left) = download(None, |ask| ranges(ask).cut(0));
    assert!(matches!(result, Err(RegistryError::Broken { .. })), "{result:?}");
    assert_eq!((asked.len(), left), (4, 0));
    let (_, _, left) = download(Some("0"), |ask| ranges(ask).cut(0));
    assert_eq!(left, 1);
}

#[test]
fn other_bytes_are_asked_for_once_more_and_never_kept() {
    for wrong in ["0123456780", "01234567890", "012345678"] {
        let (result, asked, left) = download(None, move |_| Reply::new(200).body(wrong));
        assert!(matches!(result, Err(RegistryError::Corrupt { .. })), "{result:?}");
        assert_eq!((asked.len(), left), (2, 0), "{wrong}");
        let mut count = 0;
        let (result, ..) = download(None, move |ask| {
            count += 1;
            if count == 1 { Reply::new(200).body(wrong) } else { ranges(ask) }
        });
        assert_eq!(result.unwrap(), "0123456789");
    }
}

#[test]
fn a_copy_on_one_host_brings_no_layer() {
    let mut store = Store::default();
    let root = store.image("linux/amd64");
    store.tag("1", &root);
    let written = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&written);
    let server = Server::new(move |ask| match ask {
        ask if ask.is("GET /v2/a/manifests/") => store.answer(ask),
        ask if ask.is("HEAD") => Reply::new(404),
        ask if ask.line.ends_with("&from=a") => Reply::new(201),
        ask if ask.is("PUT /v2/b/manifests/2") => {
            notes.lock().unwrap().clone_from(&ask.body);
            Reply::new(201)
        }
        _ => Reply::new(500),
    });
    let scratch = tempfile::tempdir().unwrap();
    let target = Target { reference: server.reference("b:2"), immutable: false };
    let from = server.reference("a:1");
    let pushed = server.client().copy(&from, None, scratch.path(), &[target], &Silent).unwrap();
    assert_eq!((pushed[0].digest, pushed[0].sent), (root.digest, 0));
    assert_eq!(Digest::of(&written.lock().unwrap()), root.digest);
}

#[test]
fn a_copy_to_another_host_leaves_nothing_behind() {
    let mut store = Store::default();
    let root = store.image("linux/amd64");
    store.tag("1", &root);
    let from = store.serve();
    let to = Server::new(|ask| match ask {
        ask if ask.is("HEAD") => Reply::new(404),
        ask if ask.is("POST") => Reply::new(202).with("Location", "/up"),
        _ => Reply::new(201),
    });
    let scratch = tempfile::tempdir().unwrap();
    let target = Target { reference: to.reference("b:2"), immutable: true };
    let insecure = [from.host.clone(), to.host.clone()].into();
    let client = Client::new(crate::Options { insecure, ..crate::Options::default() });
    let source = from.reference("a:1");
    let pushed = client.copy(&source, None, scratch.path(), &[target], &Silent).unwrap();
    assert!(pushed[0].sent > 0);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
    let bodies: Vec<_> = to.asked().into_iter().filter(|it| it.is("PUT /up")).collect();
    assert!(bodies.iter().any(|it| it.body == b"layer of linux/amd64"));
}
