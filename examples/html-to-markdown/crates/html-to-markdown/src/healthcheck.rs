//! `healthcheck`: asks the running service, for images that have neither shell nor curl.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// How long the whole question may take: shorter than the time-out that a HEALTHCHECK commonly has (3 s).
const TIME: Duration = Duration::from_millis(2500);
/// More than the service ever says about its health.
const ANSWER_BYTES: usize = 4096;

pub(crate) fn healthcheck(listen: SocketAddr) -> Result<(), Failure> {
    let address = reachable(listen);
    let answer = ask(address).map_err(|source| Failure::Unreachable { address, source })?;
    if answer.starts_with("HTTP/1.1 200 ") || answer.starts_with("HTTP/1.0 200 ") {
        return Ok(());
    }
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body.trim());
    let status = answer.lines().next().unwrap_or("no answer");
    Err(Failure::Unwell { address, answer: format!("{status} {body}").trim_end().to_owned() })
}

/// Where a service listening on `listen` can be reached from the same machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let end = Instant::now() + TIME;
    let mut stream = TcpStream::connect_timeout(&address, TIME)?;
    stream.set_write_timeout(Some(TIME))?;
    stream.write_all(
        format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut answer = Vec::new();
    let mut piece = [0; 1024];
    // A time-out of the socket starts anew with every piece, so the clock is looked at in between.
    while answer.len() < ANSWER_BYTES {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => answer.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Err(ErrorKind::TimedOut.into());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_every_interface_is_reached_over_loopback() {
        for (listen, reached) in [
            ("0.0.0.0:3000", "127.0.0.1:3000"),
            ("[::]:80", "[::1]:80"),
            ("10.1.2.3:81", "10.1.2.3:81"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), reached.parse().unwrap());
        }
    }
}
