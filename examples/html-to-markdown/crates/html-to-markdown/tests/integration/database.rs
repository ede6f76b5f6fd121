//! The service with a real PostgreSQL server that comes and goes.

use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::http::{convert, get};
use crate::left_out::left_out;
use crate::postgresql::{PASSWORD, PostgreSql};
use crate::service::{Service, program};

/// Waits until `/healthz` has the status, for a bounded time.
fn wait_for_health(address: SocketAddr, status: u16) {
    let start = Instant::now();
    loop {
        let health = get(address, "/healthz");
        if health.status == status {
            let database = if status == 200 { "answers" } else { "does not answer" };
            assert!(
                health.body.contains(&format!("\"database\":\"{database}\"")),
                "{}",
                health.body
            );
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(15), "{health:?}");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn conversions_survive_the_service_and_the_service_survives_the_database() {
    let Some(mut database) = PostgreSql::new() else {
        return left_out(
            "conversions_survive_the_service_and_the_service_survives_the_database",
            "PostgreSQL is not installed",
        );
    };
    // The service is up before its database, as it may be under Compose.
    let mut service = Service::start_with_database(&database.url());
    assert_eq!(get(service.address, "/healthz").status, 503);
    assert_eq!(get(service.address, "/conversions").status, 503);
    database.start();
    wait_for_health(service.address, 200);

    let kept = convert(service.address, "<h1>Höhe</h1>");
    assert!(kept.head.contains("conversion-id: 1"), "{}", kept.head);
    convert(service.address, &"x".repeat(2000));
    let listed = get(service.address, "/conversions").body;
    assert!(
        listed.starts_with(r#"{"kept_in":"postgresql","conversions":[{"id":2,"time":"2"#),
        "{listed}"
    );
    assert!(
        listed.contains(&format!("\"markdown\":\"{}\",\"truncated\":true", "x".repeat(1000))),
        "{listed}"
    );
    let oldest =
        "\"html_bytes\":14,\"markdown_bytes\":7,\"markdown\":\"# Höhe\",\"truncated\":false}]}\n";
    assert!(listed.ends_with(oldest), "{listed}");
    assert_eq!(service.terminate().0.code(), Some(0));
    assert!(!service.log().contains(PASSWORD));

    // Another service on the same database finds them.
    let mut service = Service::start_with_database(&database.url());
    wait_for_health(service.address, 200);
    assert_eq!(get(service.address, "/conversions").body, listed);

    // Without its database the service converts, and says that it keeps nothing.
    database.stop();
    wait_for_health(service.address, 503);
    let not_kept = convert(service.address, "<p>x");
    assert_eq!((not_kept.status, not_kept.body.as_str()), (200, "x\n"));
    assert!(!not_kept.head.contains("conversion-id"), "{}", not_kept.head);
    database.start();
    wait_for_health(service.address, 200);
    assert_eq!(get(service.address, "/conversions").body, listed);

    // A database that hangs is as good as none, and is noticed before a HEALTHCHECK times out.
    database.freeze();
    let start = Instant::now();
    assert_eq!(get(service.address, "/healthz").status, 503);
    assert!(start.elapsed() < Duration::from_millis(2500), "took {:?}", start.elapsed());
    database.thaw();
    wait_for_health(service.address, 200);

    let (status, took) = service.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(2), "took {took:?}");
    assert!(!service.log().contains(PASSWORD));
    database.stop();
}

#[test]
fn a_wrong_password_ends_the_start_at_once() {
    let Some(mut database) = PostgreSql::new() else {
        return left_out("a_wrong_password_ends_the_start_at_once", "PostgreSQL is not installed");
    };
    database.start();
    let url = database.url_with("hunter3");
    let output = program()
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("DATABASE_URL", url)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("password authentication failed for user \"tester\""), "{text}");
    assert!(
        !text.contains("hunter3") && !String::from_utf8(output.stdout).unwrap().contains("hunter3")
    );
    database.stop();
}

#[test]
fn waiting_for_a_database_does_not_hold_up_the_end() {
    // Port 1 of loopback, where nothing listens.
    let mut service = Service::start_with_database("postgres://tester:hunter2@127.0.0.1:1/app");
    assert_eq!(get(service.address, "/healthz").status, 503);
    let (status, took) = service.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(2), "took {took:?}");
    assert!(!service.log().contains(PASSWORD));
}
