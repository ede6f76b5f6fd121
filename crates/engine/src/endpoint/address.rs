//! Addresses of engines, as `DOCKER_HOST` has them.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;

use super::Origin;
use super::error::EndpointError;

/// Where an engine listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A Unix socket.
    Unix(PathBuf),
    /// A TCP port.
    Tcp {
        /// `host:port`, with brackets around an IPv6 address.
        authority: String,
        /// The directory with `ca.pem`, and `cert.pem` and `key.pem` where the engine wants to know
        /// its clients. `None` means that TLS is not used.
        certificates: Option<PathBuf>,
    },
}

impl Address {
    /// Takes an address apart: `unix://PATH`, or `tcp://`, `http://`, `https://` or nothing before
    /// `[HOST][:PORT]`. The port is 2375 by default, with TLS 2376; `http://` and `https://` have
    /// the ports of the web.
    ///
    /// `certificates` are for `tcp://` and mean that TLS is wanted; `fallback` is for `https://`,
    /// which has no choice.
    pub(super) fn parse(
        text: &str,
        origin: &Origin,
        certificates: Option<PathBuf>,
        fallback: Option<PathBuf>,
    ) -> Result<Self, EndpointError> {
        let malformed = |reason| EndpointError::Malformed {
            address: text.to_owned(),
            origin: origin.clone(),
            reason,
        };
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let (authority, certificates) = match scheme {
            "unix" if rest.starts_with('/') => return Ok(Self::Unix(PathBuf::from(rest))),
            "unix" => return Err(malformed("the path of its socket must be absolute")),
            "ssh" => {
                return Err(EndpointError::Ssh {
                    address: text.to_owned(),
                    destination: ssh_destination(rest),
                    origin: origin.clone(),
                });
            }
            "" if rest.is_empty() => return Err(malformed("it is empty")),
            "" if rest.starts_with(['/', '.']) => {
                return Err(malformed("the path of a socket is written unix://PATH"));
            }
            "" | "tcp" => {
                let port = if certificates.is_some() { 2376 } else { 2375 };
                (authority(rest, port).map_err(malformed)?, certificates)
            }
            "http" => (authority(rest, 80).map_err(malformed)?, None),
            "https" => {
                let directory = certificates.or(fallback);
                let Some(directory) = directory else {
                    let (address, origin) = (text.to_owned(), origin.clone());
                    return Err(EndpointError::NoCertificates { address, origin });
                };
                (authority(rest, 443).map_err(malformed)?, Some(directory))
            }
            _ => {
                let (address, origin) = (text.to_owned(), origin.clone());
                return Err(EndpointError::UnknownScheme { address, origin });
            }
        };
        Ok(Self::Tcp { authority, certificates })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { authority, certificates: None } => write!(f, "tcp://{authority}"),
            Self::Tcp { authority, certificates: Some(_) } => write!(f, "https://{authority}"),
        }
    }
}

/// Completes `[HOST][:PORT][/]` to `host:port`.
fn authority(text: &str, default_port: u16) -> Result<String, &'static str> {
    let text = text.strip_suffix('/').unwrap_or(text);
    if text.contains('/') {
        return Err("it must not have a path");
    }
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or("it lacks a `]`")?;
        host.parse::<Ipv6Addr>().map_err(|_| "there is no IPv6 address in its brackets")?;
        (format!("[{host}]"), port)
    } else {
        let colon = text.find(':').unwrap_or(text.len());
        let (host, port) = text.split_at(colon);
        if !host.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-' | b'_')) {
            return Err("its host is not a name or an address");
        }
        (if host.is_empty() { "localhost" } else { host }.to_owned(), port)
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => default_port,
        // `parse` alone would take a sign too.
        Some(digits) if digits.bytes().all(|it| it.is_ascii_digit()) => digits
            .parse()
            .ok()
            .filter(|it| *it != 0)
            .ok_or("its port is not a number from 1 to 65535")?,
        _ => return Err("its port is not a number from 1 to 65535"),
    };
    Ok(format!("{host}:{port}"))
}

/// `USER@HOST:PORT/PATH` as arguments for `ssh`.
fn ssh_destination(rest: &str) -> String {
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => format!("-p {port} {host}"),
        _ => authority.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address, EndpointError> {
        Address::parse(text, &Origin::DockerHost, None, Some(PathBuf::from("/certs")))
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let actual = match parse(text) {
            Ok(address) => address.to_string(),
            Err(error) => format!("{error}"),
        };
        assert_eq!(actual, expected);
    }

    #[test]
    fn addresses_are_completed() {
        check("unix:///var/run/docker.sock", "unix:///var/run/docker.sock");
        check("tcp://127.0.0.1:4000", "tcp://127.0.0.1:4000");
        check("tcp://box", "tcp://box:2375");
        check("tcp://box/", "tcp://box:2375");
        check("tcp://:4000", "tcp://localhost:4000");
        check("box:4000", "tcp://box:4000");
        check("http://box", "tcp://box:80");
        check("https://box", "https://box:443");
        check("tcp://[::1]", "tcp://[::1]:2375");
        check("tcp://[fe80::1]:9", "tcp://[fe80::1]:9");
    }

    #[test]
    fn tls_changes_the_default_port_and_needs_certificates() {
        let directory = Some(PathBuf::from("/certs"));
        let address =
            Address::parse("tcp://box", &Origin::Explicit, directory.clone(), None).unwrap();
        let expected = Address::Tcp { authority: "box:2376".to_owned(), certificates: directory };
        assert_eq!(address, expected);
        let error = Address::parse("https://box", &Origin::Explicit, None, None).unwrap_err();
        assert!(matches!(error, EndpointError::NoCertificates { .. }));
    }

    #[test]
    fn ssh_says_how_to_forward_the_socket() {
        let error = parse("ssh://me@box:2222").unwrap_err();
        let EndpointError::Ssh { destination, origin, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!((destination.as_str(), origin), ("-p 2222 me@box", &Origin::DockerHost));
        let message = error.to_string();
        assert!(message.contains("`ssh://me@box:2222` (from DOCKER_HOST)"), "{message}");
        assert!(
            message.contains("ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock -p 2222 me@box")
        );
    }

    #[test]
    fn other_schemes_are_refused() {
        for text in ["npipe:////./pipe/docker_engine", "fd://", "ftp://box", "UNIX:///a"] {
            assert!(matches!(parse(text), Err(EndpointError::UnknownScheme { .. })), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let malformed = [
            "",
            "/var/run/docker.sock",
            "./docker.sock",
            "unix://",
            "unix://docker.sock",
            "tcp://box:",
            "tcp://box:0",
            "tcp://box:+1",
            "tcp://box:65536",
            "tcp://box:1/path",
            "tcp://me@box",
            "tcp://a b",
            "tcp://[::1",
            "tcp://[box]:1",
            "tcp://::1",
            "tcp://[::1]x",
        ];
        for text in malformed {
            assert!(matches!(parse(text), Err(EndpointError::Malformed { .. })), "{text}");
        }
        check(
            "unix://docker.sock",
            "`unix://docker.sock` (from DOCKER_HOST) is not the address of a Docker Engine: \
             the path of its socket must be absolute",
        );
    }
}
