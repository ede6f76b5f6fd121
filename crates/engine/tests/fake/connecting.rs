//! What is told of servers that are no engine, or not one for us.

use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use plimsoll_engine::{Address, Endpoint, Engine, EngineError, Origin, Timeouts};

use crate::server::{Server, VERSION, endpoint};

fn fails(server: &Server) -> EngineError {
    Engine::connect(server.endpoint()).unwrap_err()
}

#[test]
fn an_engine_tells_its_version_and_the_older_api_is_spoken() {
    let server = Server::unix(|it| {
        if it.line.contains("/version ") {
            it.json(200, VERSION);
        } else {
            it.json(200, r#"{"Driver":"overlay2","OperatingSystem":"Debian"}"#);
        }
    });
    let info = Engine::connect(server.endpoint()).unwrap().info().unwrap();
    assert_eq!((info.version.as_str(), info.api_version.as_str()), ("20.10.24", "1.41"));
    assert_eq!((info.os.as_str(), info.architecture.as_str()), ("linux", "arm64"));
    assert_eq!(info.storage_driver.as_deref(), Some("overlay2"));
    assert_eq!(info.operating_system.as_deref(), Some("Debian"));
    let log = server.log();
    assert_eq!(log[0], "GET /version HTTP/1.1");
    assert_eq!(log[1..], ["GET /v1.41/version HTTP/1.1", "GET /v1.41/info HTTP/1.1"]);
}

#[test]
fn a_newer_engine_is_spoken_to_in_the_newest_api_we_know() {
    let server = Server::tcp(|it| {
        it.json(200, &VERSION.replace("1.41", "1.99"));
    });
    let engine = Engine::connect(server.endpoint()).unwrap();
    let spoken = engine.info().unwrap().api_version;
    assert_ne!(spoken, "1.99");
    assert_eq!(server.log()[1], format!("GET /v{spoken}/version HTTP/1.1"));
}

#[test]
fn a_description_that_is_not_understood_is_left_out() {
    let server = Server::engine(|it| it.json(200, r#"{"Driver":7}"#));
    let info = Engine::connect(server.endpoint()).unwrap().info().unwrap();
    assert_eq!(info.version, "20.10.24");
    assert_eq!(info.storage_driver, None);
}

#[test]
fn an_absent_socket_means_that_nothing_listens() {
    let error = Engine::connect(endpoint("unix:///absent/docker.sock")).unwrap_err();
    let EngineError::NothingListens { endpoint, source } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(endpoint, "unix:///absent/docker.sock");
    assert_eq!(source.to_string(), "the socket does not exist");
    assert_eq!(error.to_string(), "no Docker Engine listens at unix:///absent/docker.sock");
}

#[test]
fn a_socket_left_behind_means_that_nothing_listens() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let error = Engine::connect(endpoint(&format!("unix://{}", path.display()))).unwrap_err();
    assert!(matches!(error, EngineError::NothingListens { .. }), "{error:?}");
}

#[test]
fn a_closed_port_means_that_nothing_listens() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = Engine::connect(endpoint(&format!("tcp://127.0.0.1:{port}"))).unwrap_err();
    let EngineError::NothingListens { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(source.to_string().contains("onnection refused"), "{source}");
}

#[test]
fn a_host_that_is_not_known_cannot_be_reached() {
    // A name with an empty label is refused by every resolver without asking the network.
    let error = Engine::connect(endpoint("tcp://no..where:1")).unwrap_err();
    assert!(matches!(error, EngineError::Unreachable { .. }), "{error:?}");
}

#[test]
fn servers_of_other_kinds_are_no_engines() {
    let answers = [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<html>hi</html",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"ApiVersion\":\"soon\"}",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot found",
        "",
    ];
    for answer in answers {
        let server = Server::tcp(move |it| it.raw(answer));
        let error = fails(&server);
        assert!(matches!(error, EngineError::NotAnEngine { .. }), "{answer:?}: {error:?}");
        assert_eq!(
            error.to_string(),
            format!("what answers at {} is not a Docker Engine", server.address)
        );
    }
}

#[test]
fn an_ill_engine_is_quoted() {
    let error = fails(&Server::unix(|it| it.json(503, r#"{"message":"shutting down"}"#)));
    let EngineError::Refused { status, message, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((*status, message.as_str()), (503, "shutting down"));
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let server = Server::unix(|_| thread::sleep(Duration::from_secs(30)));
    let limit = Duration::from_millis(200);
    let timeouts = Timeouts { connect: limit, ..Timeouts::default() };
    let began = Instant::now();
    let error = Engine::connect_with(server.endpoint(), timeouts).unwrap_err();
    let EngineError::TimedOut { after, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*after, limit);
    assert!(error.to_string().ends_with("did not tell its version within 0.2 s"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn plain_http_to_a_port_for_tls_is_told_as_such() {
    let server = Server::tcp(|it| {
        it.raw("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n");
    });
    let error = fails(&server);
    assert!(matches!(error, EngineError::Tls { .. }), "{error:?}");
}

/// The endpoint of a server that is to be spoken to by TLS.
fn by_tls(server: &Server, certificates: &std::path::Path) -> Endpoint {
    let authority = server.address.replace("tcp://", "");
    let certificates = Some(certificates.to_owned());
    Endpoint { address: Address::Tcp { authority, certificates }, origin: Origin::Explicit }
}

#[test]
fn a_missing_certificate_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::tcp(|_| ());
    let error = Engine::connect(by_tls(&server, directory.path())).unwrap_err();
    let EngineError::Tls { source, .. } = &error else {
        panic!("{error:?}");
    };
    let path = directory.path().join("ca.pem");
    assert!(source.to_string().contains(path.to_str().unwrap()), "{source}");

    // The key alone is missing: going on without it would hide why the engine refuses us.
    std::fs::write(&path, "").unwrap();
    std::fs::write(directory.path().join("cert.pem"), "").unwrap();
    let error = Engine::connect(by_tls(&server, directory.path())).unwrap_err();
    let EngineError::Tls { source, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(source.to_string().contains("key.pem"), "{source}");
}

#[test]
fn tls_to_a_port_for_plain_http_is_told_as_such() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("ca.pem"), "").unwrap();
    let server = Server::tcp(|it| it.raw("HTTP/1.1 400 Bad Request\r\n\r\n"));
    let error = Engine::connect(by_tls(&server, directory.path())).unwrap_err();
    assert!(matches!(error, EngineError::Tls { .. }), "{error:?}");
}
