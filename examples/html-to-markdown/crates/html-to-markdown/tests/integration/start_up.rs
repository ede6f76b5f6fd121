//! What keeps the service from starting is one clear line on stderr.

use std::net::TcpListener;

use crate::service::program;

/// Starts a service that cannot start; the answer is what it says.
fn refusal(listen: &str, variable: &str, value: &str) -> String {
    let output =
        program().args(["serve", "--listen", listen]).env(variable, value).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(
        !text.contains("hunter2") && !String::from_utf8(output.stdout).unwrap().contains("hunter2")
    );
    text
}

#[test]
fn a_taken_port() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let text = refusal(&address, "RUST_LOG", "info");
    assert!(
        text.contains(&format!("cannot listen on {address}: Address already in use")),
        "{text}"
    );
}

#[test]
fn a_database_url_that_is_none() {
    let text = refusal("127.0.0.1:0", "DATABASE_URL", "postgres//me:hunter2@db/app");
    assert!(
        text.contains("DATABASE_URL")
            && text.contains("postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
        "{text}"
    );
}

#[test]
fn a_log_level_that_is_none() {
    let text = refusal("127.0.0.1:0", "RUST_LOG", "info=loud=very");
    assert!(text.contains("RUST_LOG"), "{text}");
}
