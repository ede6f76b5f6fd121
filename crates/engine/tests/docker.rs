//! The client against a real Docker Engine: the one that `PLIMSOLL_TEST_DOCKER_HOST` names.
#![expect(clippy::unwrap_used, reason = "all of this is tests")]

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_engine::{Endpoint, Engine, EngineError, Environment};

/// Connects to the engine, or says that the test is left out.
fn engine(test: &str) -> Option<Engine> {
    let Ok(host) = std::env::var("PLIMSOLL_TEST_DOCKER_HOST") else {
        // Not by `println`, which a test that passes never shows.
        let note =
            format!("left out: {test}: no Docker Engine (PLIMSOLL_TEST_DOCKER_HOST is not set)\n");
        io::stderr().write_all(note.as_bytes()).unwrap();
        return None;
    };
    let endpoint = Endpoint::resolve(Some(&host), &Environment::from_vars(|_| None)).unwrap();
    Some(Engine::connect(endpoint).unwrap())
}

/// A repository that nobody else uses, whose images are removed at the end, also of a failed test.
struct Repository<'e> {
    engine: &'e Engine,
    name: String,
    tags: &'static [&'static str],
}

impl<'e> Repository<'e> {
    fn new(engine: &'e Engine, tags: &'static [&'static str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("plimsoll-engine-test-{}-{count}", std::process::id());
        Self { engine, name, tags }
    }

    fn name(&self, tag: &str) -> String {
        format!("{}:{tag}", self.name)
    }
}

impl Drop for Repository<'_> {
    fn drop(&mut self) {
        for tag in self.tags {
            drop(self.engine.remove_image(&self.name(tag)));
        }
    }
}

/// An archive as `docker save` makes it, of an image with one file and nothing else.
fn archive(name: Option<&str>, content: &[u8]) -> Vec<u8> {
    let layer = tar(&[("file", content)]);
    let config = br#"{"architecture":"arm64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["DIGEST"]}}"#;
    let config = String::from_utf8_lossy(config).replace("DIGEST", &digest(&layer));
    let names = name.map(|it| format!("\"{it}\"")).unwrap_or_default();
    let manifest =
        format!(r#"[{{"Config":"config.json","RepoTags":[{names}],"Layers":["layer.tar"]}}]"#);
    tar(&[
        ("config.json", config.as_bytes()),
        ("layer.tar", &layer),
        ("manifest.json", manifest.as_bytes()),
    ])
}

fn digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let bytes: Vec<String> =
        sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{}", bytes.concat())
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

#[test]
fn an_engine_describes_itself() {
    let Some(engine) = engine("an_engine_describes_itself") else { return };
    let info = engine.info().unwrap();
    println!("{info:?}");
    assert!(info.version.starts_with(|it: char| it.is_ascii_digit()), "{info:?}");
    assert!(info.api_version.starts_with("1."), "{info:?}");
    assert_eq!(info.os, "linux");
    assert!(!info.architecture.contains('_'), "{info:?}");
    assert!(info.storage_driver.is_some() && info.operating_system.is_some(), "{info:?}");
}

#[test]
fn an_image_is_loaded_found_tagged_and_loaded_again() {
    let Some(engine) = engine("an_image_is_loaded_found_tagged_and_loaded_again") else { return };
    let repository = Repository::new(&engine, &["1", "2"]);
    let (first, second) = (repository.name("1"), repository.name("2"));
    assert_eq!(engine.find_image(&first).unwrap(), None);

    let archive = archive(Some(&first), repository.name.as_bytes());
    let loaded = engine.load(archive.as_slice()).unwrap();
    assert_eq!(loaded.names, [first.as_str()]);
    let image = engine.find_image(&first).unwrap().unwrap();
    assert_eq!(image.repo_tags, [first.as_str()]);
    assert_eq!((image.os.as_str(), image.architecture.as_str()), ("linux", "arm64"));

    engine.tag(&image.id, &repository.name, "2").unwrap();
    let tagged = engine.find_image(&second).unwrap().unwrap();
    assert_eq!(tagged.id, image.id);
    assert_eq!(tagged.repo_tags, [first.as_str(), second.as_str()]);

    let again = engine.load_with(|it| it.write_all(&archive)).unwrap();
    assert_eq!(again.names, [first.as_str()]);
    assert_eq!(engine.find_image(&first).unwrap().unwrap().id, image.id);

    assert!(engine.remove_image(&second).unwrap());
    assert!(engine.remove_image(&first).unwrap());
    assert_eq!(engine.find_image(&image.id).unwrap(), None);
    assert!(!engine.remove_image(&first).unwrap());
}

#[test]
fn an_image_without_a_name_is_told_by_its_identifier() {
    let Some(engine) = engine("an_image_without_a_name_is_told_by_its_identifier") else { return };
    let content = format!("unnamed {}", std::process::id());
    let loaded = engine.load(archive(None, content.as_bytes()).as_slice()).unwrap();
    assert!(loaded.names.is_empty(), "{loaded:?}");
    let [id] = loaded.ids.as_slice() else {
        panic!("{loaded:?}");
    };
    assert!(engine.find_image(id).unwrap().is_some());
    assert!(engine.remove_image(id).unwrap());
}

#[test]
fn an_image_larger_than_every_buffer_is_loaded() {
    let Some(engine) = engine("an_image_larger_than_every_buffer_is_loaded") else { return };
    let repository = Repository::new(&engine, &["large"]);
    let content: Vec<u8> = (0..12_000_000_u32).map(|it| it.to_le_bytes()[0]).collect();
    let name = repository.name("large");
    let loaded = engine.load(archive(Some(&name), &content).as_slice()).unwrap();
    assert_eq!(loaded.names, [name.as_str()]);
    let image = engine.find_image(&name).unwrap().unwrap();
    assert!(image.size >= 12_000_000, "{image:?}");
}

#[test]
fn an_absent_image_is_none_to_find_and_an_error_to_tag() {
    let Some(engine) = engine("an_absent_image_is_none_to_find_and_an_error_to_tag") else {
        return;
    };
    let absent = format!("plimsoll-absent-{}", std::process::id());
    assert_eq!(engine.find_image(&absent).unwrap(), None);
    let error = engine.tag(&absent, "plimsoll-absent", "1").unwrap_err();
    assert!(matches!(error, EngineError::ImageNotFound { .. }), "{error:?}");
}

#[test]
fn a_broken_archive_is_an_error_in_the_engines_words() {
    let Some(engine) = engine("a_broken_archive_is_an_error_in_the_engines_words") else { return };
    let truncated = {
        let mut whole = archive(None, &vec![b'x'; 100_000]);
        whole.truncate(50_000);
        whole
    };
    let wrong_digest = {
        let whole = archive(None, b"before");
        let at = whole.windows(6).position(|it| it == b"before").unwrap();
        [&whole[..at], b"after!", &whole[at + 6..]].concat()
    };
    let broken = [
        ("truncated", truncated),
        ("another digest", wrong_digest),
        ("no manifest", tar(&[("file", b"content")])),
        ("no layer", tar(&[("manifest.json", br#"[{"Config":"absent.json","Layers":[]}]"#)])),
    ];
    for (what, archive) in broken {
        let error = engine.load(archive.as_slice()).unwrap_err();
        println!("{what}: {error}");
        let EngineError::LoadFailed { message, .. } = error else {
            panic!("{what}: {error:?}");
        };
        assert!(!message.is_empty(), "{what}");
    }
}

#[test]
fn what_is_no_archive_is_an_error_however_much_follows() {
    let Some(engine) = engine("what_is_no_archive_is_an_error_however_much_follows") else {
        return;
    };
    for megabytes in [0_u32, 1, 64] {
        let error = engine
            .load_with(|it| (0..megabytes * 1024).try_for_each(|_| it.write_all(&[b'x'; 1024])))
            .unwrap_err();
        println!("{megabytes} MB: {error}");
        assert!(
            matches!(error, EngineError::LoadFailed { .. } | EngineError::NothingLoaded { .. }),
            "{megabytes} MB: {error:?}"
        );
    }
}

#[test]
fn a_writer_that_fails_leaves_no_image_behind() {
    let Some(engine) = engine("a_writer_that_fails_leaves_no_image_behind") else { return };
    let repository = Repository::new(&engine, &["1"]);
    let name = repository.name("1");
    // All of the archive but the two empty blocks that end it: enough to load from.
    let archive = archive(Some(&name), b"content");
    let error = engine
        .load_with(|it| {
            it.write_all(&archive[..archive.len() - 1024])?;
            it.flush()?;
            Err(io::Error::other("called off"))
        })
        .unwrap_err();
    assert!(
        matches!(&error, EngineError::Archive { source, .. } if source.to_string() == "called off"),
        "{error:?}"
    );
    assert_eq!(engine.find_image(&name).unwrap(), None);
}
