//! Proxies, certificates, and hosts that speak TLS or not.

use std::{io::Write as _, net::TcpListener, thread};

use super::*;
use crate::Environment;

/// A proxy that connects everybody to `to`, whatever they ask for; it answers with what it was asked.
fn proxy_to(to: String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let of_thread = Arc::clone(&heads);
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let (heads, to) = (Arc::clone(&of_thread), to.clone());
            thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).unwrap_or(0) == 1 {
                    head.push(byte[0]);
                }
                heads.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
                let mut server = std::net::TcpStream::connect(to).unwrap();
                if head.starts_with(b"CONNECT") {
                    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
                } else {
                    server.write_all(&head).unwrap();
                }
                let (mut from, mut into) =
                    (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || std::io::copy(&mut from, &mut into));
                std::io::copy(&mut server, &mut client).ok();
            });
        }
    });
    (host, heads)
}

/// Somebody who takes a greeting of TLS for a bad request.
fn no_tls() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            stream.read_exact(&mut [0; 64]).unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        }
    });
    host
}

fn at_host(host: &str, server: &Server) -> Request<'static> {
    let mut request = get(server, "/v2/");
    request.scope.repository.host = host.to_owned();
    request
}

#[test]
fn plain_http_through_a_proxy_names_the_host() {
    let server = Server::start(|_| answer(200, &[], "x"));
    let (proxy, heads) = proxy_to(server.host());
    let environment = Environment {
        http_proxy: Some(format!("http://us%20er:pw@{proxy}")),
        ..Environment::default()
    };
    let insecure = ["registry.example:5000".to_owned()].into();
    let transport = Transport::new(Options { environment, insecure, ..quick() });
    transport.schemes.lock().unwrap().insert("registry.example:5000".to_owned(), false);
    let request = at_host("registry.example:5000", &server);
    for _ in 0..2 {
        assert_eq!(text(transport.send(&request, &Silent).unwrap()), "x");
    }
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    for it in &seen {
        assert_eq!(it.line, "GET http://registry.example:5000/v2/");
        assert_eq!(it.header("proxy-authorization"), Some("Basic dXMgZXI6cHc="));
        assert_eq!(it.header("host"), Some("registry.example:5000"));
    }
    assert_eq!(heads.lock().unwrap().len(), 1);
}

#[test]
fn https_goes_through_a_tunnel_and_ends_where_nobody_speaks_it() {
    let (proxy, heads) = proxy_to(no_tls());
    let server = Server::start(|_| String::new());
    let environment = Environment {
        https_proxy: Some(format!("http://user:hunter2@{proxy}")),
        ..Environment::default()
    };
    let transport = Transport::new(Options { environment, ..quick() });
    let error = transport.send(&at_host("registry.example", &server), &Silent).unwrap_err();
    assert!(
        matches!(&error, RegistryError::Tls { reason, .. } if reason.contains("does not speak TLS")),
        "{error:?}"
    );
    let heads = heads.lock().unwrap();
    assert!(heads[0].starts_with("CONNECT registry.example:443 HTTP/1.1\r\n"), "{heads:?}");
    assert!(heads[0].contains("\r\nProxy-Authorization: Basic "), "{heads:?}");
}

#[test]
fn proxies_that_refuse_are_named_without_their_password() {
    for (reply, part) in [
        (answer(407, &[], ""), "wants other credentials"),
        (answer(503, &[], ""), "503"),
        ("SSH-2.0\r\n\r\n".to_owned(), "is no proxy"),
        (String::new(), "broke off"),
    ] {
        let proxy = Server::start(move |_| reply.clone());
        let environment = Environment {
            https_proxy: Some(format!("http://user:hunter2@{}", proxy.host())),
            ..Environment::default()
        };
        let transport = Transport::new(Options { environment, retries: 0, ..quick() });
        let error = transport.send(&at_host("registry.example", &proxy), &Silent).unwrap_err();
        let RegistryError::Unreachable { source, .. } = &error else { panic!("{error:?}") };
        assert!(source.to_string().contains(part), "{source}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    let environment = Environment {
        https_proxy: Some("socks5://u:hunter2@x".to_owned()),
        ..Environment::default()
    };
    let transport = Transport::new(Options { environment, ..quick() });
    let server = Server::start(|_| String::new());
    let error = transport.send(&at_host("registry.example", &server), &Silent).unwrap_err();
    assert!(matches!(&error, RegistryError::Environment { name: "HTTPS_PROXY", .. }), "{error:?}");
}

#[test]
fn certificates_that_cannot_be_used_are_named() {
    let server = Server::start(|_| String::new());
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("empty.pem"), "nothing").unwrap();
    for name in ["empty.pem", "missing.pem"] {
        let environment = Environment {
            ssl_cert_file: Some(directory.path().join(name)),
            ..Environment::default()
        };
        let transport = Transport::new(Options { environment, ..quick() });
        let url = url::Url::parse("https://127.0.0.1/").unwrap();
        let problem = transport.lines.tls.config(&url.authority()).unwrap_err();
        assert!(
            matches!(&problem, tls::SetupProblem::Variable("SSL_CERT_FILE", reason) if reason.contains(name)),
            "{problem:?}"
        );
    }
    // Loopback in plain HTTP asks for none.
    let environment = Environment {
        ssl_cert_file: Some(directory.path().join("missing.pem")),
        ..Environment::default()
    };
    let fine = Server::start(|_| answer(200, &[], ""));
    let transport = Transport::new(Options { environment, ..quick() });
    transport.send(&get(&fine, "/v2/"), &Silent).unwrap();
    drop(server);
}

#[test]
fn a_body_does_not_go_to_a_host_that_was_never_spoken_to() {
    let server =
        Server::start(|seen| answer(if seen.body.is_empty() { 200 } else { 201 }, &[], ""));
    let transport = Transport::new(quick());
    let put = Request { method: Method::Put, body: Body::Bytes(b"x"), ..get(&server, "/v2/m") };
    assert_eq!(transport.send(&put, &Silent).unwrap().status, 201);
    let lines: Vec<_> = server.seen().into_iter().map(|it: Seen| it.line).collect();
    assert_eq!(lines, ["GET /v2/", "PUT /v2/m"]);
}

#[test]
fn loopback_that_speaks_tls_gets_it_and_nothing_secret_before() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let of_thread = Arc::clone(&heard);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut bytes = vec![0; 4096];
            let count = stream.read(&mut bytes).unwrap();
            bytes.truncate(count);
            let reply: &[u8] = if bytes[0] == 0x16 {
                // The alert that says that no version is shared.
                &[21, 3, 3, 0, 2, 2, 70]
            } else {
                b"HTTP/1.0 400 Bad Request\r\n\r\nThis is an HTTPS server.\n"
            };
            stream.write_all(reply).unwrap();
            of_thread.lock().unwrap().push(bytes);
        }
    });
    let server = Server::start(|_| String::new());
    let transport = Transport::new(quick());
    for _ in 0..2 {
        let error = transport.send(&at_host(&host, &server), &Silent).unwrap_err();
        assert!(matches!(error, RegistryError::Tls { .. }), "{error:?}");
    }
    // In plain HTTP, to look, and then never again.
    let first: Vec<_> = heard.lock().unwrap().iter().map(|it| it[0]).collect();
    assert_eq!(first, [b'G', 0x16, 0x16, 0x16]);
    let heard = heard.lock().unwrap();
    assert!(!String::from_utf8_lossy(&heard[0]).to_ascii_lowercase().contains("authorization"));
}

#[test]
fn only_hosts_that_are_named_insecure_are_spoken_to_in_plain_http() {
    let server = Server::start(|_| answer(200, &[], ""));
    let (https_proxy, _) = proxy_to(no_tls());
    let (http_proxy, heads) = proxy_to(server.host());
    let environment = Environment {
        https_proxy: Some(https_proxy),
        http_proxy: Some(http_proxy),
        ..Environment::default()
    };
    for (named, expected) in
        [("", false), ("registry.example:81", false), ("registry.example", true)]
    {
        let insecure = [named.to_owned()].into();
        let options = Options { environment: environment.clone(), insecure, ..quick() };
        let sent = Transport::new(options).send(&at_host("registry.example", &server), &Silent);
        assert_eq!(sent.is_ok(), expected, "{named}");
        assert_eq!(heads.lock().unwrap().len(), usize::from(expected));
    }
    // HTTPS that is answered is not left, whatever may be.
    let insecure = ["registry.example".to_owned()].into();
    let environment = Environment {
        https_proxy: Some(Server::start(|_| answer(503, &[], "")).host()),
        ..environment
    };
    let transport = Transport::new(Options { environment, insecure, ..quick() });
    transport.send(&at_host("registry.example", &server), &Silent).unwrap_err();
    assert_eq!(heads.lock().unwrap().len(), 1);
}
