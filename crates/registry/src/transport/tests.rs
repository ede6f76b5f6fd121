//! Whole conversations, with servers of a few lines.

mod authorization;
mod circumstances;
mod server;

use std::time::Duration;

use self::server::{Seen, Server, answer};
use super::*;
use crate::{Event, Silent};

/// Options under which nothing takes long.
fn quick() -> Options {
    Options {
        pause: Duration::from_millis(1),
        retries: 3,
        patience: Duration::from_secs(5),
        ..Options::default()
    }
}

fn get(server: &Server, target: &str) -> Request<'static> {
    Request {
        method: Method::Get,
        address: Address::Path(target.to_owned()),
        scope: Scope {
            repository: format!("{}/team/app", server.host()).parse().unwrap(),
            write: false,
            also_pull: Vec::new(),
        },
        headers: Vec::new(),
        body: Body::Empty,
        repeatable: true,
        action: "read x".to_owned(),
    }
}

fn text(answer: Answer) -> String {
    std::io::read_to_string(answer.body).unwrap()
}

/// Remembers what it heard.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Events for Heard {
    fn event(&self, event: &Event<'_>) {
        if let Event::Retry { reason, pause_ms } = event {
            self.0.lock().unwrap().push(format!("{reason} ({pause_ms})"));
        }
    }
}

#[test]
fn one_request_is_one_request_over_one_connection() {
    let server = Server::start(|_| answer(200, &["X-Name: a"], "body"));
    let transport = Transport::new(quick());
    for _ in 0..3 {
        let found = transport.send(&get(&server, "/v2/x?n=1"), &Silent).unwrap();
        assert_eq!((found.status, found.header("x-name")), (200, Some("a")));
        assert_eq!(found.url, format!("http://{}/v2/x?n=1", server.host()));
        assert_eq!(text(found), "body");
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert_eq!(server.connections(), 1);
    assert!(seen.iter().all(|it| it.line == "GET /v2/x?n=1"));
    assert_eq!(seen[0].header("user-agent"), Some(&*quick().user_agent));
    assert_eq!(seen[0].header("accept-encoding"), Some("identity"));
}

#[test]
fn errors_leave_the_connection_open() {
    let server = Server::start(|_| answer(404, &[], r#"{"errors":[]}"#));
    let transport = Transport::new(quick());
    for _ in 0..3 {
        drop(transport.send(&get(&server, "/v2/"), &Silent).unwrap());
    }
    assert_eq!((server.seen().len(), server.connections()), (3, 1));
}

#[test]
fn bodies_have_the_length_that_was_announced() {
    let server = Server::start(|_| answer(201, &["Content-Length: 0"], ""));
    let transport = Transport::new(quick());
    let open = || Ok(Box::new(std::io::repeat(b'x').take(300_000)) as Box<dyn Read + Send>);
    let put = |body, method| Request { method, body, ..get(&server, "/v2/") };
    for (body, method, length) in [
        (Body::Stream { length: 300_000, open: &open }, Method::Put, 300_000),
        (Body::Bytes(b"abc"), Method::Patch, 3),
        (Body::Bytes(b""), Method::Put, 0),
        (Body::Empty, Method::Post, 0),
        // More than was announced is left out.
        (Body::Stream { length: 10, open: &open }, Method::Put, 10),
    ] {
        assert_eq!(transport.send(&put(body, method), &Silent).unwrap().status, 201);
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.header("content-length"), Some(&*length.to_string()));
        assert_eq!((seen.header("transfer-encoding"), seen.body.len()), (None, length));
    }
    let short = Body::Stream { length: 300_001, open: &open };
    let error = transport.send(&put(short, Method::Put), &Silent).unwrap_err();
    assert!(
        matches!(&error, RegistryError::Io { source, .. } if source.to_string().contains("shorter")),
        "{error:?}"
    );
    transport.send(&get(&server, "/v2/"), &Silent).unwrap();
}

#[test]
fn what_may_pass_is_tried_again_and_told() {
    let server = Server::start(|seen| match seen.number {
        0 => answer(503, &["Retry-After: 0"], ""),
        1 => answer(429, &[], ""),
        2 => String::new(),
        _ => answer(200, &[], "x"),
    });
    let heard = Heard::default();
    let transport = Transport::new(quick());
    assert_eq!(text(transport.send(&get(&server, "/v2/"), &heard).unwrap()), "x");
    let heard = heard.0.into_inner().unwrap();
    assert_eq!(heard.len(), 3, "{heard:?}");
    assert_eq!(heard[0], format!("{} answered 503 (1)", server.host()));
    assert_eq!(heard[1], format!("{} answered 429 (2)", server.host()));
    assert!(heard[2].contains("the connection broke"), "{heard:?}");
}

#[test]
fn retry_after_is_waited_for() {
    let server = Server::start(|seen| match seen.number {
        0 => answer(429, &["Retry-After: 1"], ""),
        _ => answer(200, &[], ""),
    });
    let begin = std::time::Instant::now();
    Transport::new(quick()).send(&get(&server, "/v2/"), &Silent).unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(1));
}

#[test]
fn an_answer_that_stays_the_same_is_returned() {
    let server = Server::start(|_| answer(500, &[], "no"));
    let transport = Transport::new(quick());
    let found = transport.send(&get(&server, "/v2/"), &Silent).unwrap();
    assert_eq!((found.status, text(found)), (500, "no".to_owned()));
    assert_eq!(server.seen().len(), 4);
    // Other errors are no reason to try again, nor is a limit over hours.
    for (status, headers) in [(501, ""), (404, ""), (429, "RateLimit-Remaining: 0;w=21600")] {
        let server = Server::start(move |_| answer(status, &[headers], ""));
        assert_eq!(transport.send(&get(&server, "/v2/"), &Silent).unwrap().status, status);
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn what_goes_into_a_session_is_sent_once() {
    for reply in [answer(503, &[], ""), String::new()] {
        let server = Server::start(move |seen| {
            if seen.line.starts_with("PATCH") { reply.clone() } else { answer(200, &[], "") }
        });
        let transport = Transport::new(quick());
        let patch = Request {
            method: Method::Patch,
            body: Body::Bytes(b"x"),
            repeatable: false,
            ..get(&server, "/v2/upload")
        };
        match transport.send(&patch, &Silent) {
            Ok(found) => assert_eq!(found.status, 503),
            Err(error) => assert!(matches!(error, RegistryError::Broken { .. }), "{error:?}"),
        }
        let sent = server.seen().iter().filter(|it| it.line.starts_with("PATCH")).count();
        assert_eq!(sent, 1);
    }
}

#[test]
fn an_early_answer_is_heard_though_the_body_was_not_taken() {
    let server = Server::start_deaf(|_| answer(413, &["Connection: close"], "too large"));
    let transport = Transport::new(quick());
    let open = || Ok(Box::new(std::io::repeat(b'x').take(64 << 20)) as Box<dyn Read + Send>);
    transport.send(&get(&server, "/v2/"), &Silent).unwrap();
    let put = Request {
        method: Method::Put,
        body: Body::Stream { length: 64 << 20, open: &open },
        repeatable: false,
        ..get(&server, "/v2/upload")
    };
    assert_eq!(transport.send(&put, &Silent).unwrap().status, 413);
}

#[test]
fn a_silent_registry_is_given_up() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_secs(3));
        String::new()
    });
    let options = Options { patience: Duration::from_millis(100), retries: 1, ..quick() };
    let error = Transport::new(options).send(&get(&server, "/v2/"), &Silent).unwrap_err();
    let RegistryError::Broken { source, .. } = error else { panic!("{error:?}") };
    assert!(source.to_string().contains("silent"), "{source}");
}

#[test]
fn nobody_listening_is_an_error_soon() {
    let server = Server::start(|_| String::new());
    let mut request = get(&server, "/v2/");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    request.scope.repository.host = free.to_string();
    let error = Transport::new(quick()).send(&request, &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Unreachable { .. }), "{error:?}");
}

#[test]
fn nonsense_is_no_answer() {
    let server = Server::start(|_| "SSH-2.0-OpenSSH\r\n\r\n".to_owned());
    let error = Transport::new(quick()).send(&get(&server, "/v2/"), &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Protocol { .. }), "{error:?}");
}

#[test]
fn answers_that_are_none_yet_are_passed_over() {
    for before in
        ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"]
    {
        let server = Server::start(move |_| before.to_owned() + &answer(201, &[], "x"));
        let transport = Transport::new(quick());
        let put = Request { method: Method::Put, body: Body::Bytes(b"x"), ..get(&server, "/v2/") };
        for request in [get(&server, "/v2/"), put] {
            let found = transport.send(&request, &Silent).unwrap();
            assert_eq!((found.status, text(found)), (201, "x".to_owned()), "{before}");
        }
    }
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_no_failure() {
    let server = Server::start_deaf(|_| answer(200, &[], "x"));
    let transport = Transport::new(quick());
    let heard = Heard::default();
    for _ in 0..3 {
        assert_eq!(text(transport.send(&get(&server, "/v2/"), &heard).unwrap()), "x");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(heard.0.into_inner().unwrap(), Vec::<String>::new());
    assert_eq!(server.connections(), 3);
}
