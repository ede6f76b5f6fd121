//! What clients may ask, and what they may not.

use std::io::Write as _;

use crate::http::{answer, connect, convert, convert_head, get};
use crate::service::Service;

#[test]
fn html_becomes_markdown_and_is_listed() {
    let service = Service::start();
    let markdown = convert(service.address, "<h1>Tides</h1><ul><li>High<li>Low</ul>");
    assert_eq!((markdown.status, markdown.body.as_str()), (200, "# Tides\n\n- High\n- Low\n"));
    assert!(
        markdown.head.contains("content-type: text/markdown; charset=utf-8"),
        "{}",
        markdown.head
    );
    assert!(markdown.head.contains("conversion-id: 1"), "{}", markdown.head);

    let listed = get(service.address, "/conversions");
    assert_eq!(listed.status, 200);
    assert!(
        listed.body.starts_with(r#"{"kept_in":"memory","conversions":[{"id":1,"time":""#),
        "{}",
        listed.body
    );
    assert!(
        listed.body.ends_with(
            "\"html_bytes\":38,\"markdown_bytes\":21,\"markdown\":\"# Tides\\n\\n- High\\n- Low\",\"truncated\":false}]}\n"
        ),
        "{}",
        listed.body
    );
}

#[test]
fn a_service_without_a_database_is_healthy_alone() {
    let service = Service::start();
    let health = get(service.address, "/healthz");
    assert_eq!(
        (health.status, health.body.as_str()),
        (200, "{\"status\":\"ok\",\"database\":\"none\"}\n")
    );
}

#[test]
fn what_is_not_html_in_utf_8_is_refused() {
    let service = Service::start();
    let mut stream = connect(service.address);
    stream.write_all(convert_head("application/json", 2).as_bytes()).unwrap();
    stream.write_all(b"{}").unwrap();
    let wrong_type = answer(stream);
    assert_eq!(wrong_type.status, 415);
    assert!(wrong_type.body.contains("text/html"));

    let mut stream = connect(service.address);
    stream.write_all(convert_head("text/html", 1).as_bytes()).unwrap();
    stream.write_all(b"\xff").unwrap();
    assert_eq!(answer(stream).status, 400);
}

#[test]
fn documents_beyond_a_limit_are_refused_and_the_service_goes_on() {
    let service = Service::start();
    assert_eq!(convert(service.address, &"x".repeat(1024 * 1024)).status, 200);
    let mut stream = connect(service.address);
    stream.write_all(convert_head("text/html", 1024 * 1024 + 1).as_bytes()).unwrap();
    assert_eq!(answer(stream).status, 413);
    let deep = convert(service.address, &"<div>".repeat(100_000));
    assert_eq!(
        (deep.status, deep.body.as_str()),
        (422, "the document nests its elements deeper than 256 levels\n")
    );
    assert_eq!(convert(service.address, "<p>fine").body, "fine\n");
}

#[test]
fn a_chunked_body_beyond_the_limit_is_refused_too() {
    let service = Service::start();
    let mut stream = connect(service.address);
    let head = "POST /convert HTTP/1.1\r\nhost: test\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    // Exactly one byte too many and no end, so that nothing unread is left when the answer comes.
    write!(stream, "{:x}\r\n{}\r\n1\r\nx\r\n", 1024 * 1024, "x".repeat(1024 * 1024)).unwrap();
    assert_eq!(answer(stream).status, 413);
}

#[test]
fn other_paths_and_methods_are_refused() {
    let service = Service::start();
    assert_eq!(get(service.address, "/").status, 404);
    assert_eq!(get(service.address, "/convert").status, 405);
}

#[test]
fn many_clients_at_once_are_all_answered() {
    let service = Service::start();
    let address = service.address;
    let clients: Vec<_> = (0..40)
        .map(|number| {
            std::thread::spawn(move || {
                convert(address, &format!("<h1>{number}</h1>{}", "<p>x</p>".repeat(2000)))
            })
        })
        .collect();
    for (number, client) in clients.into_iter().enumerate() {
        let markdown = client.join().unwrap();
        assert_eq!(markdown.status, 200, "{}", markdown.body);
        assert!(markdown.body.starts_with(&format!("# {number}\n\nx\n")));
    }
}
