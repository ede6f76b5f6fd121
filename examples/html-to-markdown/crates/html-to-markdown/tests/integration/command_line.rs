//! `convert`, `healthcheck` and `--version`.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::service::{Service, program};

fn run(command: &mut Command, input: &[u8]) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may end before it read everything.
    _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn one_line(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[test]
fn convert_reads_standard_input_or_a_file() {
    let html = "<h1>Tides</h1><p>High at <b>noon</b>.";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), html).unwrap();
    let from_file = run(program().arg("convert").arg(file.path()), b"");
    let from_stdin = run(program().arg("convert"), html.as_bytes());
    let from_dash = run(program().args(["convert", "-"]), html.as_bytes());
    for output in [from_file, from_stdin, from_dash] {
        assert!(output.status.success());
        assert_eq!(output.stdout, b"# Tides\n\nHigh at **noon**.\n");
    }
}

#[test]
fn what_cannot_be_converted_is_one_line_and_exit_code_1() {
    let missing = run(program().args(["convert", "missing.html"]), b"");
    assert!(one_line(&missing).contains("cannot read missing.html"));
    let binary = run(program().arg("convert"), b"\xff\xfe");
    assert!(one_line(&binary).contains("standard input is not UTF-8"));
    let long = run(program().arg("convert"), &vec![b'x'; 2 * 1024 * 1024]);
    assert!(one_line(&long).contains("at most 1048576"));
    for output in [missing, binary, long] {
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    }
}

#[test]
fn the_version_is_the_packages() {
    let output = run(program().arg("--version"), b"");
    assert_eq!(
        output.stdout,
        concat!("html-to-markdown ", env!("CARGO_PKG_VERSION"), "\n").as_bytes()
    );
}

#[test]
fn healthcheck_finds_the_service_where_it_listens() {
    let service = Service::start();
    let address = service.address.to_string();
    let typed = run(program().args(["healthcheck", "--listen", &address]), b"");
    assert!(typed.status.success());
    let from_environment = run(program().arg("healthcheck").env("LISTEN_ADDR", &address), b"");
    assert!(from_environment.status.success());
    drop(service);
    let gone = run(program().args(["healthcheck", "--listen", &address]), b"");
    assert_eq!(gone.status.code(), Some(1));
    assert!(one_line(&gone).contains("does not answer"));
}

#[test]
fn healthcheck_gives_up_on_a_service_that_hangs() {
    // Takes connections, in the kernel's queue, and never answers one.
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = hanging.local_addr().unwrap().to_string();
    let start = Instant::now();
    let output = run(program().args(["healthcheck", "--listen", &address]), b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(start.elapsed() < Duration::from_secs(3), "took {:?}", start.elapsed());
}
