//! Loading, and all the ways in which it ends early.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use plimsoll_engine::{Engine, EngineError, Loaded, Timeouts};

use crate::server::Server;

const LOADED: &str = "{\"stream\":\"Loaded image: app:1\\n\"}\n";

/// Far more than the buffers on the way can hold.
const MUCH: usize = 64 << 20;

fn load(server: &Server, bytes: usize) -> Result<Loaded, EngineError> {
    let engine = Engine::connect(server.endpoint()).unwrap();
    engine.load_with(|it| (0..bytes / 1024).try_for_each(|_| it.write_all(&[b'x'; 1024])))
}

#[test]
fn an_archive_arrives_whole_and_its_images_are_named() {
    let (sender, received) = mpsc::channel();
    let server = Server::engine(move |it| {
        sender.send(it.body().unwrap()).unwrap();
        it.json(
            200,
            "{\"status\":\"Loading layer\",\"progressDetail\":{\"current\":1,\"total\":2},\"id\":\"0\"}\r\n\
             {\"stream\":\"Loaded image: app:1\\n\"}\r\n{\"stream\":\"Loaded image ID: sha256:02\\n\"}\r\n",
        );
    });
    let archive: Vec<u8> = (0..3_000_000_u32).map(|it| it.to_le_bytes()[1]).collect();
    let engine = Engine::connect(server.endpoint()).unwrap();
    let loaded = engine.load(archive.as_slice()).unwrap();
    assert_eq!(loaded.names, ["app:1"]);
    assert_eq!(loaded.ids, ["sha256:02"]);
    assert!(received.recv().unwrap() == archive);
    assert!(server.log()[1].starts_with("POST /v1.41/images/load?"), "{:?}", server.log());
}

#[test]
fn an_error_within_the_answer_is_quoted() {
    let server = Server::engine(|it| {
        it.body().unwrap();
        it.json(
            200,
            "{\"errorDetail\":{\"message\":\"no space left\"},\"error\":\"no space left\"}\n",
        );
    });
    let error = load(&server, 4096).unwrap_err();
    let EngineError::LoadFailed { message, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(message, "no space left");
    assert_eq!(
        error.to_string(),
        format!("{} did not load the image: no space left", server.address)
    );
}

#[test]
fn an_error_status_is_quoted() {
    let server = Server::engine(|it| {
        it.body().unwrap();
        it.json(500, r#"{"message":"invalid tar header"}"#);
    });
    let error = load(&server, 4096).unwrap_err();
    assert!(
        matches!(&error, EngineError::LoadFailed { message, .. } if message == "invalid tar header"),
        "{error:?}"
    );
}

#[test]
fn an_engine_that_stops_midway_and_says_why_is_quoted() {
    for status in [200, 500] {
        let server = Server::engine(move |it| {
            it.read(200_000);
            let body = if status == 200 {
                "{\"errorDetail\":{\"message\":\"no space left on device\"}}\n"
            } else {
                r#"{"message":"no space left on device"}"#
            };
            it.json(status, body);
            it.linger();
        });
        let error = load(&server, MUCH).unwrap_err();
        assert!(
            matches!(&error, EngineError::LoadFailed { message, .. } if message == "no space left on device"),
            "{status}: {error:?}"
        );
    }
}

#[test]
fn an_engine_that_hangs_up_midway_without_a_word_is_told_as_such() {
    let servers = [
        Server::engine(|it| it.read(200_000)),
        Server::tcp(|it| {
            if it.line.contains("/version ") {
                it.json(200, crate::server::VERSION);
            } else {
                it.read(200_000);
            }
        }),
    ];
    for server in servers {
        let error = load(&server, MUCH).unwrap_err();
        assert!(matches!(error, EngineError::HungUp { .. }), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!("{} hung up when asked to load the image", server.address)
        );
    }
}

#[test]
fn an_engine_may_leave_the_padding_of_an_archive() {
    let server = Server::engine(|it| {
        it.read(200_000);
        it.json(200, LOADED);
        it.linger();
    });
    assert_eq!(load(&server, MUCH).unwrap().names, ["app:1"]);
}

#[test]
fn an_archive_without_an_image_is_an_error() {
    let server = Server::engine(|it| {
        it.body().unwrap();
        it.json(200, "");
    });
    let error = load(&server, 4096).unwrap_err();
    assert!(matches!(error, EngineError::NothingLoaded { .. }), "{error:?}");
}

#[test]
fn an_answer_that_is_not_json_is_not_understood() {
    let server = Server::engine(|it| {
        it.body().unwrap();
        it.json(200, "<html></html>\n");
    });
    let error = load(&server, 4096).unwrap_err();
    assert!(matches!(error, EngineError::Unexpected { .. }), "{error:?}");
}

#[test]
fn a_writer_that_fails_is_quoted_and_the_engine_sees_no_end() {
    let (sender, received) = mpsc::channel();
    let server = Server::engine(move |it| sender.send(it.body().is_err()).unwrap());
    let engine = Engine::connect(server.endpoint()).unwrap();
    let error = engine
        .load_with(|it| {
            it.write_all(&[b'x'; 1000])?;
            it.flush()?;
            Err(io::Error::new(io::ErrorKind::InvalidData, "layer 3 is corrupt"))
        })
        .unwrap_err();
    let EngineError::Archive { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(source.to_string(), "layer 3 is corrupt");
    assert_eq!(source.kind(), io::ErrorKind::InvalidData);
    assert!(received.recv().unwrap(), "the engine took the half archive for a whole one");
}

#[test]
fn an_archive_that_cannot_be_read_is_quoted() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("bad sector"))
        }
    }
    let server = Server::engine(|it| drop(it.body()));
    let error = Engine::connect(server.endpoint()).unwrap().load(Broken).unwrap_err();
    assert!(
        matches!(&error, EngineError::Archive { source, .. } if source.to_string() == "bad sector"),
        "{error:?}"
    );
}

#[test]
fn an_engine_that_takes_no_more_is_given_up() {
    let server = Server::engine(|it| {
        it.read(200_000);
        thread::sleep(Duration::from_secs(30));
    });
    let load_idle = Duration::from_millis(300);
    let timeouts = Timeouts { load_idle, ..Timeouts::default() };
    let engine = Engine::connect_with(server.endpoint(), timeouts).unwrap();
    let error = engine
        .load_with(|it| (0..MUCH / 1024).try_for_each(|_| it.write_all(&[b'x'; 1024])))
        .unwrap_err();
    assert!(matches!(error, EngineError::TimedOut { .. }), "{error:?}");
}

#[test]
fn a_writer_that_takes_its_time_is_not_the_engines_fault() {
    let server = Server::engine(|it| {
        it.body().unwrap();
        it.json(200, LOADED);
    });
    let load_idle = Duration::from_millis(100);
    let timeouts = Timeouts { load_idle, ..Timeouts::default() };
    let engine = Engine::connect_with(server.endpoint(), timeouts).unwrap();
    let loaded = engine.load_with(|it| {
        it.write_all(b"x")?;
        thread::sleep(5 * load_idle);
        it.write_all(b"y")
    });
    assert_eq!(loaded.unwrap().names, ["app:1"]);
}

#[test]
fn a_slow_engine_slows_the_writer_down() {
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    let (sender, ahead) = mpsc::channel();
    let server = Server::engine(move |it| {
        it.read(1_000_000);
        thread::sleep(Duration::from_millis(300));
        sender.send(WRITTEN.load(Ordering::SeqCst)).unwrap();
    });
    let engine = Engine::connect(server.endpoint()).unwrap();
    let result = engine.load_with(|it| {
        for _ in 0..MUCH / 1024 {
            it.write_all(&[b'x'; 1024])?;
            WRITTEN.fetch_add(1024, Ordering::SeqCst);
        }
        Ok(())
    });
    assert!(result.is_err());
    let ahead = ahead.recv().unwrap() - 1_000_000;
    assert!(ahead < 4 << 20, "{ahead} bytes were made before they were wanted");
}
