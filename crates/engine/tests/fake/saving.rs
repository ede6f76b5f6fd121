//! Taking images out.

use std::io::{self, Write};

use plimsoll_engine::{Engine, EngineError};

use crate::server::Server;

#[test]
fn an_image_comes_as_the_engine_sends_it() {
    let server = Server::engine(|it| {
        it.raw(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        );
    });
    let engine = Engine::connect(server.endpoint()).unwrap();
    let mut archive = Vec::new();
    assert_eq!(engine.save("localhost:5000/app:1", &mut archive).unwrap(), 5);
    assert_eq!(archive, b"abcde");
    assert!(server.log()[1].starts_with("GET /v1.41/images/localhost:5000/app:1/get"));
}

#[test]
fn an_answer_that_breaks_off_is_an_error() {
    let server = Server::engine(|it| {
        it.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nd");
    });
    let engine = Engine::connect(server.endpoint()).unwrap();
    assert!(engine.save("app", &mut Vec::new()).is_err());
}

#[test]
fn an_absent_image_and_a_full_disk_are_told_apart() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let server = Server::engine(|it| it.json(404, r#"{"message":"No such image: a"}"#));
    let error = Engine::connect(server.endpoint()).unwrap().save("a", &mut Full).unwrap_err();
    assert!(matches!(error, EngineError::ImageNotFound { .. }), "{error:?}");
    let server = Server::engine(|it| it.json(200, "bytes"));
    let error = Engine::connect(server.endpoint()).unwrap().save("a", &mut Full).unwrap_err();
    assert!(matches!(error, EngineError::Archive { .. }), "{error:?}");
}
