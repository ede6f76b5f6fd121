//! Asks a service for its health, in images that have neither shell nor curl. `plimsoll init` wrote it; the Dockerfile
//! compiles it by itself, without Cargo.
//!
//!     healthcheck http://127.0.0.1:3000/healthz    well if it answers with 200, or another 2xx
//!     healthcheck tcp://127.0.0.1:3000             well if it takes the connection
//!
//! The exit code is 0 or 1; why it is 1 stands on standard error.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long all of it may take: less than the 3 s that HEALTHCHECK waits.
const TIME: Duration = Duration::from_millis(2500);
/// The line with the status is never longer.
const LINE: usize = 1024;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), None) = (arguments.next(), arguments.next()) else {
        eprintln!("healthcheck: one address is asked for, such as http://127.0.0.1:3000/healthz");
        return ExitCode::FAILURE;
    };
    match ask(&url) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("healthcheck: {url}: {why}");
            ExitCode::FAILURE
        }
    }
}

fn ask(url: &str) -> Result<(), String> {
    if let Some(address) = url.strip_prefix("tcp://") {
        return connect(address, Instant::now() + TIME).map(drop);
    }
    let Some(rest) = url.strip_prefix("http://") else {
        return Err("an address begins with http:// or tcp://".to_owned());
    };
    let (address, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let end = Instant::now() + TIME;
    let mut stream = connect(address, end)?;
    let status = status(&mut stream, address, path, end).map_err(|why| why.to_string())?;
    // HTTP/1.1 200 OK
    match status.split(' ').nth(1) {
        Some(code) if code.len() == 3 && code.starts_with('2') => Ok(()),
        Some(_) => Err(format!("answered with {}", status.escape_default())),
        None => Err("the answer is not HTTP".to_owned()),
    }
}

/// Connects to an address of numbers: there is no resolver in such images.
fn connect(address: &str, end: Instant) -> Result<TcpStream, String> {
    let address: SocketAddr =
        address.parse().map_err(|_| format!("{address} is no address and port in numbers"))?;
    let time = left(end).map_err(|why| why.to_string())?;
    TcpStream::connect_timeout(&address, time).map_err(|why| why.to_string())
}

/// Sends the question, and reads the first line of the answer.
fn status(stream: &mut TcpStream, host: &str, path: &str, end: Instant) -> io::Result<String> {
    stream.set_write_timeout(Some(left(end)?))?;
    let question = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: healthcheck\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(question.as_bytes())?;
    let mut line = Vec::new();
    let mut part = [0; 256];
    while !line.contains(&b'\n') && line.len() < LINE {
        stream.set_read_timeout(Some(left(end)?))?;
        let count = stream.read(&mut part)?;
        if count == 0 {
            break;
        }
        line.extend_from_slice(&part[..count]);
    }
    let line = String::from_utf8_lossy(&line);
    Ok(line.lines().next().unwrap_or_default().trim_end().to_owned())
}

/// What is left of the time; a time-out of zero would mean none.
fn left(end: Instant) -> io::Result<Duration> {
    match end.checked_duration_since(Instant::now()) {
        Some(time) if !time.is_zero() => Ok(time),
        _ => Err(io::Error::new(ErrorKind::TimedOut, "no answer in time")),
    }
}
