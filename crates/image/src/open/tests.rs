//! Images of all forms, whole and damaged.

use std::{collections::BTreeMap, io::Write as _, path::PathBuf};

use super::*;
use crate::{
    Bundle, Index, Manifest,
    archive::{Archive, Kind},
    bundle::tests::bundle,
    layout, media_type,
};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn options(&self) -> Options<'_> {
        Options { choice: None, platform: None, scratch: self.0.path(), threads: 2 }
    }

    fn open(&self, name: &str) -> Result<Opened, OpenError> {
        open(&self.path(name), &self.options())
    }

    fn layout(&self, name: &str, bundle: &Bundle) -> PathBuf {
        layout::write(&self.path(name), bundle, "app", "1").unwrap();
        self.path(name)
    }

    /// A tar file of these entries; a text that begins with `->` is a link.
    fn tar(&self, name: &str, entries: &[(&str, &[u8])]) -> PathBuf {
        let mut tar = tar::Builder::new(Vec::new());
        for (entry, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o644);
            if let Some(target) = content.strip_prefix(b"->") {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                let target = String::from_utf8(target.to_vec()).unwrap();
                tar.append_link(&mut header, entry, target).unwrap();
            } else {
                header.set_size(content.len() as u64);
                tar.append_data(&mut header, entry, *content).unwrap();
            }
        }
        fs::write(self.path(name), tar.into_inner().unwrap()).unwrap();
        self.path(name)
    }
}

/// Every blob is there, with the bytes that its digest names.
fn check(opened: &Opened) {
    assert!(opened.blobs.get(&opened.root.digest).is_some());
    for blob in opened.blobs.iter() {
        let (digest, size) = Digest::of_reader(blob.open().unwrap()).unwrap();
        assert_eq!((digest, size), (blob.digest, blob.size));
    }
}

fn manifest(opened: &Opened) -> Manifest {
    let mut bytes = Vec::new();
    let blob = opened.blobs.get(&opened.root.digest).unwrap();
    blob.open().unwrap().read_to_end(&mut bytes).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// What `docker save` wrote before Docker 25, with the same layer twice: a link the second time.
fn old_archive(place: &Place, name: &str, layer: &[u8], spoil: impl Fn(&mut Vec<u8>)) -> String {
    let diff_id = Digest::of(layer);
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","config":{{"Labels":{{"org.opencontainers.image.version":"1.2"}}}},"rootfs":{{"type":"layers","diff_ids":["{diff_id}","{diff_id}"]}},"x":1}}"#
    );
    let file = format!("{}.json", Digest::of(config.as_bytes()).hex());
    let manifest = format!(
        r#"[{{"Config":"{file}","RepoTags":["app:1"],"Layers":["a/layer.tar","b/layer.tar"]}}]"#
    );
    let mut layer = layer.to_vec();
    spoil(&mut layer);
    place.tar(
        name,
        &[
            ("a/layer.tar", &layer),
            ("b/layer.tar", b"->../a/layer.tar"),
            (&file, config.as_bytes()),
            ("manifest.json", manifest.as_bytes()),
            ("repositories", b"{}"),
        ],
    );
    config
}

#[test]
fn a_layout_and_an_archive_of_it_are_the_same_image() {
    let place = Place::new();
    let bundle = bundle(&["linux/amd64", "linux/arm64"], "x");
    place.layout("layout", &bundle);
    let mut bytes = Vec::new();
    Archive::new(Kind::Oci, &bundle, "app", "1").unwrap().write(&mut bytes).unwrap();
    fs::write(place.path("archive"), &bytes).unwrap();
    let mut packed = crate::compression::Compressor::new(Vec::new(), crate::Compression::Gzip, 1);
    packed.write_all(&bytes).unwrap();
    fs::write(place.path("packed"), packed.finish().unwrap()).unwrap();
    for name in ["layout", "archive", "packed"] {
        let opened = place.open(name).unwrap();
        check(&opened);
        assert_eq!(opened.root.digest, bundle.root().digest, "{name}");
        assert_eq!(opened.blobs.iter().count(), 7);
        let size = |it: &crate::Image| it.size() - it.manifest.size;
        let sizes: u64 = bundle.images().iter().map(size).sum();
        assert_eq!(payload(&opened.root, &opened.blobs), sizes);
        let platforms: Vec<_> = opened.images.iter().map(|it| it.platform.to_string()).collect();
        assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
    }
}

#[test]
fn one_platform_of_several_is_its_manifest_as_it_is_stored() {
    let place = Place::new();
    let bundle = bundle(&["linux/amd64", "linux/arm64"], "x");
    place.layout("layout", &bundle);
    let wanted = "linux/arm64/v8".parse().unwrap();
    let options = Options { platform: Some(&wanted), ..place.options() };
    let opened = open(&place.path("layout"), &options).unwrap();
    check(&opened);
    assert_eq!(opened.root.digest, bundle.images()[1].manifest.digest);
    assert_eq!(opened.blobs.get(&bundle.images()[0].manifest.digest).map(|it| it.digest), None);
    let wanted = "linux/s390x".parse().unwrap();
    let options = Options { platform: Some(&wanted), ..place.options() };
    let error = open(&place.path("layout"), &options).unwrap_err();
    assert!(error.to_string().ends_with("it has linux/amd64, linux/arm64"), "{error}");
}

#[test]
fn an_index_whose_other_platforms_are_not_there_says_which_are() {
    let place = Place::new();
    let bundle = bundle(&["linux/amd64", "linux/arm64"], "x");
    let path = place.layout("layout", &bundle);
    let layer = &bundle.images()[1].layers[0].descriptor.digest;
    fs::remove_file(path.join(layer.blob_path())).unwrap();
    let error = place.open("layout").unwrap_err();
    let OpenError::Incomplete { platform, complete, .. } = error else { panic!("{error}") };
    assert_eq!((&*platform, &*complete), ("linux/arm64", &["linux/amd64".to_owned()][..]));
}

#[test]
fn one_of_several_images_is_chosen_by_its_tag() {
    let place = Place::new();
    let (one, two) = (bundle(&["linux/amd64"], "one"), bundle(&["linux/amd64"], "two"));
    let path = place.layout("layout", &one);
    place.layout("other", &two);
    let mut index = one.layout_index("app", "1");
    index.manifests.extend(two.layout_index("app", "2").manifests);
    fs::write(path.join("index.json"), serde_json::to_vec(&index).unwrap()).unwrap();
    for blob in two.blobs().iter() {
        let name = blob.digest.blob_path();
        fs::copy(place.path("other").join(&name), path.join(&name)).unwrap();
    }
    let error = place.open("layout").unwrap_err();
    assert!(error.to_string().ends_with("several images: app:1, app:2"), "{error}");
    let options = Options { choice: Some("2"), ..place.options() };
    assert_eq!(open(&path, &options).unwrap().root.digest, two.root().digest);
    let digest = one.root().digest.to_string();
    let options = Options { choice: Some(&digest), ..place.options() };
    assert_eq!(open(&path, &options).unwrap().root.digest, one.root().digest);
}

#[test]
fn an_old_archive_of_docker_becomes_an_oci_image_with_its_configuration() {
    let place = Place::new();
    let config = old_archive(&place, "old.tar", &[7; 5000], |_| ());
    let opened = place.open("old.tar").unwrap();
    check(&opened);
    let manifest = manifest(&opened);
    assert_eq!(manifest.config.digest, Digest::of(config.as_bytes()));
    assert_eq!(manifest.layers.len(), 2);
    assert_eq!(manifest.layers[0], manifest.layers[1]);
    assert_eq!(manifest.layers[0].media_type, media_type::LAYER_GZIP);
    assert_eq!(opened.images[0].version.as_deref(), Some("1.2"));
    // The second time, what was compressed is found, in another process too.
    let stamp = |place: &Place| {
        let layers = fs::read_dir(place.0.path()).unwrap().map(|it| it.unwrap());
        let layers = layers.filter(|it| it.file_name().to_string_lossy().contains("gzip-"));
        layers
            .map(|it| (it.file_name(), it.metadata().unwrap().modified().unwrap()))
            .collect::<BTreeMap<_, _>>()
    };
    let before = stamp(&place);
    assert_eq!(before.len(), 2);
    assert_eq!(place.open("old.tar").unwrap().root, opened.root);
    assert_eq!(stamp(&place), before);
}

#[test]
fn a_layer_that_is_not_what_the_configuration_names_is_refused() {
    let place = Place::new();
    old_archive(&place, "old.tar", &[7; 5000], |layer| layer[100] = 8);
    let error = place.open("old.tar").unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 1, "nothing is kept of it");
}

#[test]
fn what_docker_wrote_plain_into_a_layout_is_compressed_and_what_we_wrote_is_not() {
    let place = Place::new();
    let layer = [7; 5000];
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#,
        Digest::of(&layer)
    );
    let [config_path, layer_path] =
        [Digest::of(config.as_bytes()).blob_path(), Digest::of(&layer).blob_path()];
    let manifest = serde_json::to_vec(&Manifest::new(
        Descriptor::of(media_type::CONFIG, config.as_bytes()),
        vec![Descriptor::of(media_type::LAYER, &layer)],
        BTreeMap::new(),
    ))
    .unwrap();
    let root = Descriptor::of(media_type::MANIFEST, &manifest);
    let docker =
        format!(r#"[{{"Config":"{config_path}","RepoTags":null,"Layers":["{layer_path}"]}}]"#);
    for (name, ours, kind) in
        [("docker.tar", false, media_type::LAYER_GZIP), ("ours.tar", true, media_type::LAYER)]
    {
        let mut annotations = BTreeMap::new();
        if ours {
            annotations.insert(crate::bundle::WRITER.to_owned(), root.digest.to_string());
        }
        let index = serde_json::to_vec(&Index::new(vec![root.clone()], annotations)).unwrap();
        place.tar(
            name,
            &[
                (&config_path, config.as_bytes()),
                (&layer_path, &layer),
                (&root.digest.blob_path(), &manifest),
                ("index.json", &index),
                ("manifest.json", docker.as_bytes()),
                ("oci-layout", b"{}"),
            ],
        );
        let opened = place.open(name).unwrap();
        check(&opened);
        let found = self::manifest(&opened);
        assert_eq!(found.layers[0].media_type, kind, "{name}");
        assert_eq!(found.config.digest, Digest::of(config.as_bytes()));
    }
}

#[test]
fn names_that_lead_out_of_an_archive_are_refused() {
    let place = Place::new();
    for (number, (config, link)) in
        [("../../etc/passwd", "->x"), ("/etc/passwd", "->x"), ("c.json", "->../../etc/passwd")]
            .into_iter()
            .enumerate()
    {
        let manifest = format!(r#"[{{"Config":"{config}","RepoTags":null,"Layers":[]}}]"#);
        let name = format!("{number}.tar");
        place.tar(&name, &[("c.json", link.as_bytes()), ("manifest.json", manifest.as_bytes())]);
        let error = place.open(&name).unwrap_err();
        assert!(matches!(error, OpenError::LeadsOut { .. }), "{error}");
    }
    let manifest = r#"[{"Config":"a","RepoTags":null,"Layers":[]}]"#;
    place.tar("loop.tar", &[("a", b"->b"), ("b", b"->a"), ("manifest.json", manifest.as_bytes())]);
    let error = place.open("loop.tar").unwrap_err();
    assert!(matches!(error, OpenError::Limit { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn links_out_of_a_layout_are_refused_and_those_within_are_not() {
    use std::os::unix::fs::symlink;

    let place = Place::new();
    let bundle = bundle(&["linux/amd64"], "x");
    let path = place.layout("layout", &bundle);
    let layer = path.join(bundle.images()[0].layers[0].descriptor.digest.blob_path());
    fs::rename(&layer, path.join("moved")).unwrap();
    symlink("../../moved", &layer).unwrap();
    check(&place.open("layout").unwrap());
    fs::rename(path.join("moved"), place.path("outside")).unwrap();
    fs::remove_file(&layer).unwrap();
    symlink("../../../outside", &layer).unwrap();
    let error = place.open("layout").unwrap_err();
    assert!(matches!(error, OpenError::LeadsOut { .. }), "{error}");
}

#[test]
fn damaged_documents_and_wrong_sizes_are_found() {
    let place = Place::new();
    let bundle = bundle(&["linux/amd64"], "x");
    let path = place.layout("layout", &bundle);
    let config = path.join(bundle.images()[0].config.digest.blob_path());
    let good = fs::read(&config).unwrap();
    let mut bad = good.clone();
    bad[5] ^= 1;
    // Another file of that name: the first may share its bytes with others.
    fs::remove_file(&config).unwrap();
    fs::write(&config, &bad).unwrap();
    let error = place.open("layout").unwrap_err();
    assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
    fs::write(&config, &good[1..]).unwrap();
    let error = place.open("layout").unwrap_err();
    assert!(matches!(error, OpenError::WrongSize { .. }), "{error}");
    fs::remove_file(&config).unwrap();
    let error = place.open("layout").unwrap_err();
    assert!(matches!(error, OpenError::Missing { .. }), "{error}");
}

#[test]
fn indexes_nest_four_deep_and_documents_have_a_limit() {
    let place = Place::new();
    let bundle = bundle(&["linux/amd64"], "x");
    let path = place.layout("layout", &bundle);
    let write = |root: &Descriptor| {
        let index = Index::new(vec![root.clone()], BTreeMap::new());
        fs::write(path.join("index.json"), serde_json::to_vec(&index).unwrap()).unwrap();
    };
    let mut root = bundle.root().clone();
    for depth in 1..=5 {
        let index = serde_json::to_vec(&Index::new(vec![root], BTreeMap::new())).unwrap();
        root = Descriptor::of(media_type::INDEX, &index);
        fs::write(path.join(root.digest.blob_path()), &index).unwrap();
        write(&root);
        match place.open("layout") {
            Ok(opened) => assert!(depth <= 4 && opened.images.len() == 1),
            Err(error) => {
                assert!(depth == 5 && matches!(error, OpenError::Limit { .. }), "{error}");
            }
        }
    }
    let large = vec![b' '; 5 << 20];
    let root = Descriptor::of(media_type::MANIFEST, &large);
    fs::write(path.join(root.digest.blob_path()), &large).unwrap();
    write(&root);
    let error = place.open("layout").unwrap_err();
    assert!(matches!(error, OpenError::Limit { .. }), "{error}");
}

#[test]
fn what_is_no_image_is_named() {
    let place = Place::new();
    fs::create_dir(place.path("empty")).unwrap();
    fs::write(place.path("text"), "hello, this is no image\n".repeat(100)).unwrap();
    fs::write(place.path("short"), "hello").unwrap();
    place.tar("other.tar", &[("a", b"b")]);
    place.tar("old.tar", &[("repositories", b"{}")]);
    fs::write(place.path("x.xz"), b"\xfd7zXZ\0").unwrap();
    for (name, words) in [
        ("empty", "no OCI layout"),
        ("text", "nor a tar file"),
        ("short", "nor a tar file"),
        ("other.tar", "without index.json"),
        ("old.tar", "before 1.10"),
        ("x.xz", "unpack it first"),
    ] {
        let error = place.open(name).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
    assert!(matches!(place.open("nothing"), Err(OpenError::Io { .. })));
}

#[test]
fn an_archive_that_was_cut_is_found_out_wherever_it_ends() {
    let place = Place::new();
    let bundle = bundle(&["linux/amd64"], "x");
    let mut bytes = Vec::new();
    Archive::new(Kind::Oci, &bundle, "app", "1").unwrap().write(&mut bytes).unwrap();
    for length in (0..bytes.len()).step_by(100) {
        fs::write(place.path("cut"), &bytes[..length]).unwrap();
        // What is missing may be the zeros that fill a block.
        if let Ok(opened) = place.open("cut") {
            check(&opened);
        }
    }
}
