//! How the service stops: open requests are answered, and 2 s are enough in any case.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::http::{answer, connect, convert_head, get};
use crate::left_out::left_out;
use crate::service::{PROGRAM, Service, clean};

const LIMIT: Duration = Duration::from_secs(2);

/// Opens a request, and waits until the service has begun it: it then asks for the body.
fn open_request(service: &Service, length: usize) -> TcpStream {
    let mut stream = connect(service.address);
    let head =
        convert_head("text/html", length).replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[test]
fn an_idle_service_stops_at_once() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut service = Service::start();
        // A client that keeps its connection and one that never asked anything hold up nothing.
        let mut kept = connect(service.address);
        kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n").unwrap();
        kept.read_exact(&mut [0; 15]).unwrap();
        kill_process(service.pid(), signal).unwrap();
        let (status, took) = service.wait();
        assert_eq!(status.code(), Some(0));
        assert!(took < Duration::from_millis(500), "took {took:?}");
    }
}

#[test]
fn an_open_request_is_answered_before_the_end() {
    let mut service = Service::start();
    let mut stream = open_request(&service, 12);
    stream.write_all(b"<h1>Ti").unwrap();
    kill_process(service.pid(), Signal::TERM).unwrap();
    // Nobody is let in any longer, but who is inside is served.
    let start = Instant::now();
    while TcpStream::connect(service.address).is_ok() {
        assert!(start.elapsed() < LIMIT, "still listening");
        sleep(Duration::from_millis(5));
    }
    sleep(Duration::from_millis(300));
    stream.write_all(b"des</h").unwrap();
    let markdown = answer(stream);
    assert_eq!((markdown.status, markdown.body.as_str()), (200, "# Tides\n"));
    let (status, _) = service.wait();
    assert_eq!(status.code(), Some(0));
    assert!(start.elapsed() < LIMIT);
    assert!(service.log().contains("every open request was answered"));
}

#[test]
fn a_request_that_never_ends_is_cut() {
    let mut service = Service::start();
    let mut stream = open_request(&service, 12);
    let (status, took) = service.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took > Duration::from_secs(1) && took < LIMIT, "took {took:?}");
    match stream.read(&mut [0; 1]) {
        Ok(length) => assert_eq!(length, 0),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
}

#[test]
fn a_conversion_at_work_does_not_hold_up_the_end() {
    let mut service = Service::start();
    // Foster parenting makes the parser slow; it works for up to 2 s on this.
    let html = "<table><i>".repeat(100_000);
    let mut stream = open_request(&service, html.len());
    stream.write_all(html.as_bytes()).unwrap();
    sleep(Duration::from_millis(100));
    let (status, took) = service.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(took < LIMIT, "took {took:?}");
}

#[test]
fn pid_1_stops_as_well() {
    // Root may make a PID namespace; everybody else needs a user namespace around it.
    let user: &[&str] =
        if rustix::process::geteuid().is_root() { &[] } else { &["--user", "--map-root-user"] };
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(user).args(["--pid", "--fork", "--kill-child", "--mount-proc"]);
        command
    };
    if !unshare().arg("true").status().is_ok_and(|status| status.success()) {
        return left_out("pid_1_stops_as_well", "unshare cannot make a PID namespace");
    }
    for in_flight in [false, true] {
        let mut command = clean(unshare());
        command.arg(PROGRAM);
        let mut service = Service::start_as(command, None);
        let stream = in_flight.then(|| open_request(&service, 1));
        assert_eq!(get(service.address, "/healthz").status, 200);
        let start = Instant::now();
        kill_process(child_of(service.pid()), Signal::TERM).unwrap();
        if let Some(mut stream) = stream {
            stream.write_all(b"x").unwrap();
            assert_eq!(answer(stream).body, "x\n");
        }
        // `unshare` ends as its child does.
        let (status, _) = service.wait();
        assert_eq!(status.code(), Some(0));
        assert!(start.elapsed() < LIMIT, "took {:?}", start.elapsed());
    }
}

/// The only child of `pid`, and proof that it is PID 1 in a namespace of its own.
fn child_of(pid: Pid) -> Pid {
    let pid = pid.as_raw_nonzero();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    let child: i32 = children.trim().parse().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap();
    let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:")).unwrap();
    assert_eq!(numbers.split_whitespace().last(), Some("1"));
    Pid::from_raw(child).unwrap()
}
