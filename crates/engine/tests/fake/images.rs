//! Questions about images.

use plimsoll_engine::{Engine, EngineError};

use crate::server::Server;

#[test]
fn an_image_is_found_with_its_names_sorted() {
    let server = Server::engine(|it| {
        it.json(
            200,
            r#"{"Id":"sha256:01","RepoTags":["b:1","a:1"],"RepoDigests":["b@sha256:02","a@sha256:02"],"Architecture":"arm64","Os":"linux","Size":42}"#,
        );
    });
    let engine = Engine::connect(server.endpoint()).unwrap();
    let image = engine.find_image("localhost:5000/a:1").unwrap().unwrap();
    assert_eq!(image.id, "sha256:01");
    assert_eq!(image.repo_tags, ["a:1", "b:1"]);
    assert_eq!(image.repo_digests, ["a@sha256:02", "b@sha256:02"]);
    assert_eq!((image.os.as_str(), image.architecture.as_str()), ("linux", "arm64"));
    assert_eq!(image.size, 42);
    assert_eq!(server.log()[1], "GET /v1.41/images/localhost:5000/a:1/json HTTP/1.1");
}

#[test]
fn an_unnamed_image_has_no_names() {
    let server = Server::engine(|it| it.json(200, r#"{"Id":"sha256:01","RepoTags":null}"#));
    let engine = Engine::connect(server.endpoint()).unwrap();
    let image = engine.find_image("01").unwrap().unwrap();
    assert!(image.repo_tags.is_empty() && image.repo_digests.is_empty());
}

#[test]
fn an_absent_image_is_none_to_find_and_an_error_to_tag() {
    let server = Server::engine(|it| it.json(404, r#"{"message":"No such image: a:1"}"#));
    let engine = Engine::connect(server.endpoint()).unwrap();
    assert_eq!(engine.find_image("a:1").unwrap(), None);
    assert!(!engine.remove_image("a:1").unwrap());
    let error = engine.tag("a:1", "b", "2").unwrap_err();
    assert!(matches!(error, EngineError::ImageNotFound { name, .. } if name == "a:1"));
}

#[test]
fn tagging_asks_for_the_new_name() {
    let server = Server::engine(|it| it.raw("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"));
    Engine::connect(server.endpoint()).unwrap().tag("sha256:01", "localhost:5000/b", "2").unwrap();
    assert_eq!(
        server.log()[1],
        "POST /v1.41/images/sha256:01/tag?repo=localhost%3A5000%2Fb&tag=2 HTTP/1.1"
    );
}

#[test]
fn a_refusal_is_quoted() {
    let server = Server::engine(|it| it.json(409, r#"{"message":"image is being used"}"#));
    let error = Engine::connect(server.endpoint()).unwrap().remove_image("a").unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("did not remove the image: image is being used (HTTP status 409)"),
        "{error}"
    );
}

#[test]
fn a_name_that_would_ask_something_else_is_not_sent() {
    let server = Server::engine(|it| it.json(200, "{}"));
    let engine = Engine::connect(server.endpoint()).unwrap();
    let error = engine.find_image("../containers").unwrap_err();
    assert!(matches!(error, EngineError::InvalidName { .. }), "{error:?}");
    assert_eq!(server.log().len(), 1);
}
