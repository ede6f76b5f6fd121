//! Credentials: to whom they go, and to whom not.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::*;
use crate::Environment;

/// Options with what `config.json` says.
fn logged_in(home: &Path, config: &str) -> Options {
    fs::write(home.join("config.json"), config).unwrap();
    let environment =
        Environment { docker_config: Some(home.to_owned()), ..Environment::default() };
    Options { environment, ..quick() }
}

fn with_password(home: &Path, host: &str) -> Options {
    let auth = STANDARD.encode("user:hunter2");
    logged_in(home, &format!(r#"{{"auths":{{"{host}":{{"auth":"{auth}"}}}}}}"#))
}

fn basic() -> String {
    format!("Basic {}", STANDARD.encode("user:hunter2"))
}

/// A registry that wants a token of the server at `realm`, and takes those that begin with `good`.
fn token_registry(realm: String, good: &'static str) -> Server {
    Server::start(move |seen| {
        let sent = seen.header("authorization").unwrap_or_default();
        if sent.starts_with(&format!("Bearer {good}")) {
            return answer(200, &[], "x");
        }
        let header = format!(r#"WWW-Authenticate: Bearer realm="{realm}",service="here""#);
        answer(
            401,
            &[&header],
            r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#,
        )
    })
}

#[test]
fn name_and_password_are_sent_when_asked_for_and_then_at_once() {
    let server = Server::start(|seen| match seen.header("authorization") {
        Some(_) => answer(200, &[], ""),
        None => answer(401, &["WWW-Authenticate: Basic realm=\"x\""], ""),
    });
    let home = tempfile::tempdir().unwrap();
    let transport = Transport::new(with_password(home.path(), &server.host()));
    transport.send(&get(&server, "/v2/"), &Silent).unwrap();
    transport.send(&get(&server, "/v2/"), &Silent).unwrap();
    let seen = server.seen();
    let sent: Vec<_> = seen.iter().map(|it| it.header("authorization")).collect();
    assert_eq!(sent, [None, Some(&*basic()), Some(&*basic())]);
    assert!(!format!("{transport:?}").contains("hunter2"));
    assert!(!format!("{transport:?}").contains(&basic()));
}

#[test]
fn wrong_credentials_and_none_are_told_apart() {
    let server = Server::start(|_| {
        let body = r#"{"errors":[{"code":"UNAUTHORIZED","message":"who?"}]}"#;
        answer(401, &["WWW-Authenticate: Basic realm=\"x\""], body)
    });
    let home = tempfile::tempdir().unwrap();
    for (options, expected, requests) in
        [(with_password(home.path(), &server.host()), true, 2), (quick(), false, 1)]
    {
        let before = server.seen().len();
        let error = Transport::new(options).send(&get(&server, "/v2/"), &Silent).unwrap_err();
        let RegistryError::Denied { with_credentials, reason, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!((*with_credentials, server.seen().len() - before), (expected, requests));
        assert!(reason.contains("who?"), "{reason}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[test]
fn a_token_is_asked_for_once_and_used_by_all() {
    let tokens = Server::start(|_| answer(200, &[], r#"{"token":"good","expires_in":300}"#));
    let server = token_registry(format!("http://{}/token?x=1", tokens.host()), "good");
    let home = tempfile::tempdir().unwrap();
    let transport = Transport::new(with_password(home.path(), &server.host()));
    let mut request = get(&server, "/v2/");
    request.scope.write = true;
    request.scope.also_pull = vec!["team/base".to_owned()];
    transport.send(&request, &Silent).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| transport.send(&request, &Silent).unwrap());
            // What needs less is covered.
            scope.spawn(|| transport.send(&get(&server, "/v2/"), &Silent).unwrap());
        }
    });
    let asked = tokens.seen();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].line,
        "GET /token?x=1&account=user&client_id=plimsoll&service=here\
         &scope=repository:team/app:pull,push&scope=repository:team/base:pull"
    );
    assert_eq!(asked[0].header("authorization"), Some(&*basic()));
    // The registry saw the first request twice, and no password.
    let seen = server.seen();
    assert_eq!(seen.len(), 10);
    assert!(seen.iter().skip(1).all(|it| it.header("authorization") == Some("Bearer good")));
}

#[test]
fn everybody_gets_an_anonymous_token() {
    let tokens = Server::start(|_| answer(200, &[], r#"{"access_token":"good"}"#));
    let server = token_registry(format!("http://{}/token", tokens.host()), "good");
    Transport::new(quick()).send(&get(&server, "/v2/"), &Silent).unwrap();
    assert_eq!(tokens.seen()[0].header("authorization"), None);
}

#[test]
fn a_token_that_is_refused_is_replaced_once() {
    let tokens = Server::start(|seen| {
        let number = seen.number;
        answer(200, &[], &format!(r#"{{"token":"t{number}","expires_in":300}}"#))
    });
    let realm = format!("http://{}/token", tokens.host());
    let server = Server::start(move |seen| {
        // Each token is good for two requests.
        let sent = seen.header("authorization").unwrap_or_default().to_owned();
        if sent == format!("Bearer t{}", seen.number / 3) {
            return answer(200, &[], "");
        }
        answer(401, &[&format!(r#"WWW-Authenticate: Bearer realm="{realm}""#)], "")
    });
    let transport = Transport::new(quick());
    for _ in 0..4 {
        transport.send(&get(&server, "/v2/"), &Silent).unwrap();
    }
    assert!(tokens.seen().len() >= 2);
    // Never good for anything: two tokens, then the end.
    let never = token_registry(format!("http://{}/token", tokens.host()), "good");
    let before = tokens.seen().len();
    let error = transport.send(&get(&never, "/v2/"), &Silent).unwrap_err();
    assert!(
        matches!(&error, RegistryError::Denied { reason, .. } if reason.contains("needs a login")),
        "{error}"
    );
    assert_eq!(tokens.seen().len() - before, 1);
}

#[test]
fn a_session_is_not_continued_with_a_new_token() {
    let tokens = Server::start(|seen| {
        answer(200, &[], &format!(r#"{{"token":"t{}","expires_in":300}}"#, seen.number))
    });
    let realm = format!("http://{}/token", tokens.host());
    let server = Server::start(move |seen| {
        let good = if seen.number < 2 { "Bearer t0" } else { "Bearer t1" };
        if seen.header("authorization") == Some(good) {
            return answer(202, &[], "");
        }
        answer(401, &[&format!(r#"WWW-Authenticate: Bearer realm="{realm}""#)], "")
    });
    let transport = Transport::new(quick());
    let post = Request { method: Method::Post, ..get(&server, "/v2/uploads/") };
    transport.send(&post, &Silent).unwrap();
    let patch = || Request {
        method: Method::Patch,
        body: Body::Bytes(b"x"),
        repeatable: false,
        ..get(&server, "/v2/uploads/1")
    };
    let error = transport.send(&patch(), &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::SessionLost { .. }), "{error:?}");
    assert_eq!(server.seen().len(), 3);
    // The new token is there for the next session.
    transport.send(&patch(), &Silent).unwrap();
    assert_eq!((server.seen().len(), tokens.seen().len()), (4, 2));
}

#[test]
fn identity_tokens_are_exchanged() {
    let tokens = Server::start(|seen| match &*seen.line {
        "POST /token" => answer(200, &[], r#"{"access_token":"good"}"#),
        "POST /old" => answer(405, &[], ""),
        _ => answer(200, &[], r#"{"token":"good"}"#),
    });
    for path in ["token", "old"] {
        let server = token_registry(format!("http://{}/{path}", tokens.host()), "good");
        let home = tempfile::tempdir().unwrap();
        let config = format!(
            r#"{{"auths":{{"{}":{{"auth":"{}","identitytoken":"hun+ter 2"}}}}}}"#,
            server.host(),
            STANDARD.encode("user:")
        );
        let transport = Transport::new(logged_in(home.path(), &config));
        transport.send(&get(&server, "/v2/"), &Silent).unwrap();
    }
    let asked = tokens.seen();
    assert_eq!(asked.len(), 3);
    assert_eq!(
        String::from_utf8_lossy(&asked[0].body),
        "grant_type=refresh_token&service=here&client_id=plimsoll\
         &scope=repository:team/app:pull&refresh_token=hun%2Bter%202"
    );
    assert_eq!(asked[0].header("authorization"), None);
    let basic = format!("Basic {}", STANDARD.encode("user:hun+ter 2"));
    assert_eq!(asked[2].header("authorization"), Some(&*basic));
}

#[test]
fn token_servers_in_plain_http_get_nothing() {
    let server = token_registry("http://tokens.example/token".to_owned(), "good");
    let home = tempfile::tempdir().unwrap();
    let transport = Transport::new(with_password(home.path(), &server.host()));
    let error = transport.send(&get(&server, "/v2/"), &Silent).unwrap_err();
    assert!(
        matches!(&error, RegistryError::Protocol { reason, .. } if reason.contains("tokens.example")),
        "{error}"
    );
}

#[test]
fn token_servers_that_are_busy_are_asked_again() {
    let tokens = Server::start(|seen| match seen.number {
        0 => answer(503, &[], ""),
        1 => String::new(),
        _ => answer(200, &[], r#"{"token":"good"}"#),
    });
    let server = token_registry(format!("http://{}/token", tokens.host()), "good");
    let heard = Heard::default();
    // Nothing has been sent yet that could not be sent again.
    let once = Request { repeatable: false, ..get(&server, "/v2/") };
    Transport::new(quick()).send(&once, &heard).unwrap();
    assert_eq!(heard.0.into_inner().unwrap().len(), 2);
}

#[test]
fn token_servers_that_refuse_are_quoted() {
    let tokens =
        Server::start(|_| answer(401, &[], r#"{"details":"incorrect username or password"}"#));
    let server = token_registry(format!("http://{}/token", tokens.host()), "good");
    let home = tempfile::tempdir().unwrap();
    let transport = Transport::new(with_password(home.path(), &server.host()));
    let error = transport.send(&get(&server, "/v2/"), &Silent).unwrap_err();
    let RegistryError::Denied { with_credentials: true, reason, .. } = &error else {
        panic!("{error:?}")
    };
    assert!(reason.contains("incorrect username"), "{reason}");
}

#[test]
fn credentials_stay_when_a_redirect_leaves() {
    let elsewhere = Server::start(|seen| match &*seen.line {
        "GET /locked" => answer(401, &["WWW-Authenticate: Basic realm=\"x\""], ""),
        _ => answer(200, &[], "blob"),
    });
    let to = elsewhere.host();
    let server = Server::start(move |seen| match (seen.header("authorization"), &*seen.line) {
        (None, _) => answer(401, &["WWW-Authenticate: Basic realm=\"x\""], ""),
        (_, "GET /near") => answer(307, &["Location: /near2"], "moved"),
        (_, "GET /near2") => answer(200, &[], "near"),
        (_, path) => answer(302, &[&format!("Location: http://{to}{}", &path[4..])], "moved"),
    });
    let home = tempfile::tempdir().unwrap();
    let mut options = with_password(home.path(), &server.host());
    // The other one has credentials of its own, which a redirect must not call up.
    options.environment.registry_auth_file = Some(home.path().join("other.json"));
    let other = format!(r#"{{"auths":{{"{}":{{"auth":"dTpw"}}}}}}"#, elsewhere.host());
    fs::write(home.path().join("other.json"), other).unwrap();
    let transport = Transport::new(options);
    let found = transport.send(&get(&server, "/blob"), &Silent).unwrap();
    assert_eq!(found.url, format!("http://{}/blob", elsewhere.host()));
    assert_eq!(text(found), "blob");
    assert_eq!(text(transport.send(&get(&server, "/near"), &Silent).unwrap()), "near");
    let error = transport.send(&get(&server, "/locked"), &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Denied { .. }), "{error:?}");
    assert!(elsewhere.seen().iter().all(|it| it.header("authorization").is_none()));
    // Nor does an address on another host get any.
    let url = format!("http://{}/upload", elsewhere.host());
    let put = Request {
        method: Method::Put,
        address: Address::Url(url),
        body: Body::Bytes(b"x"),
        ..get(&server, "/")
    };
    transport.send(&put, &Silent).unwrap();
    assert_eq!(elsewhere.seen().pop().unwrap().header("authorization"), None);
}

#[test]
fn redirects_in_a_circle_end() {
    let server = Server::start(|seen| match &*seen.line {
        "GET /a" => answer(302, &["Location: /b"], ""),
        "GET /b" => answer(302, &["Location: /a"], ""),
        _ => answer(302, &[&format!("Location: {}x", &seen.line[4..])], ""),
    });
    let transport = Transport::new(quick());
    for (path, part, requests) in [("/a", "circle", 2), ("/long", "more than 5", 6)] {
        let before = server.seen().len();
        let error = transport.send(&get(&server, path), &Silent).unwrap_err();
        assert!(
            matches!(&error, RegistryError::Protocol { reason, .. } if reason.contains(part)),
            "{error}"
        );
        assert_eq!(server.seen().len() - before, requests);
    }
}

#[test]
fn a_registry_that_changes_its_mind_is_followed_and_then_left() {
    let tokens = Server::start(|_| answer(200, &[], r#"{"token":"good","expires_in":300}"#));
    let bearer = format!(r#"WWW-Authenticate: Bearer realm="http://{}/token""#, tokens.host());
    let basic = "WWW-Authenticate: Basic realm=\"x\"";
    let server = Server::start(move |seen| {
        let sent = seen.header("authorization").unwrap_or_default();
        match (&*seen.line, sent.split(' ').next()) {
            ("GET /basic", Some("Basic")) | ("GET /bearer", Some("Bearer")) => answer(200, &[], ""),
            ("GET /basic", _) | ("GET /never", Some("Bearer")) => answer(401, &[basic], ""),
            _ => answer(401, &[&bearer], ""),
        }
    });
    let home = tempfile::tempdir().unwrap();
    let transport = Transport::new(with_password(home.path(), &server.host()));
    for _ in 0..2 {
        transport.send(&get(&server, "/basic"), &Silent).unwrap();
        transport.send(&get(&server, "/bearer"), &Silent).unwrap();
    }
    let before = server.seen().len();
    let error = transport.send(&get(&server, "/never"), &Silent).unwrap_err();
    assert!(matches!(error, RegistryError::Denied { .. }), "{error:?}");
    assert!(server.seen().len() - before <= 4);
}
