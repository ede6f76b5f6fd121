//! How proxies are spoken to: `CONNECT` for HTTPS, whole URLs for plain HTTP.

use std::io::{self, Read as _, Write as _};

use super::{line::NoLine, proxy::Proxy, stream::Stream, url::Url};
use crate::credentials::Secret;

/// The longest answer of a proxy to `CONNECT`, in bytes.
const MOST_PROXY_ANSWER: usize = 16 * 1024;

/// How the head of a request looks that a proxy passes on unencrypted.
#[derive(Debug)]
pub(super) struct Absolute {
    prefix: String,
    authorization: Option<Secret>,
}

impl Absolute {
    pub(super) fn new(url: &Url, proxy: &Proxy) -> Self {
        let prefix = format!("http://{}", url.authority());
        Self { prefix, authorization: proxy.authorization.clone() }
    }

    /// `GET /x HTTP/1.1` becomes `GET http://host/x HTTP/1.1`, with the proxy's credentials after it.
    pub(super) fn rewrite(&self, head: &[u8]) -> Option<Vec<u8>> {
        let space = head.iter().position(|it| *it == b' ')? + 1;
        let line = head.windows(2).position(|it| it == b"\r\n")? + 2;
        let mut out = head.get(..space)?.to_vec();
        out.extend_from_slice(self.prefix.as_bytes());
        out.extend_from_slice(head.get(space..line)?);
        if let Some(secret) = &self.authorization {
            out.extend_from_slice(b"Proxy-Authorization: ");
            out.extend_from_slice(secret.expose().as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(head.get(line..)?);
        Some(out)
    }
}

/// Asks a proxy for a connection to `url`'s host.
pub(super) fn tunnel(mut stream: Stream, proxy: &Proxy, url: &Url) -> Result<Stream, NoLine> {
    let name = proxy.url.authority();
    let broke = |error: io::Error| NoLine::Proxy(format!("the proxy {name} broke off: {error}"));
    let target = format!("{}:{}", url.host, url.port);
    let mut head = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some(secret) = &proxy.authorization {
        head.push_str("Proxy-Authorization: ");
        head.push_str(secret.expose());
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).and_then(|()| stream.flush()).map_err(broke)?;
    let mut answer = Vec::new();
    let mut byte = [0];
    // Byte by byte: what follows the empty line belongs to the other side.
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > MOST_PROXY_ANSWER {
            return Err(NoLine::Proxy(format!("the proxy {name} answered without an end")));
        }
        stream.read_exact(&mut byte).map_err(broke)?;
        answer.push(byte[0]);
    }
    let status: Option<u16> = std::str::from_utf8(&answer)
        .ok()
        .and_then(|it| it.strip_prefix("HTTP/1."))
        .and_then(|it| it.split_ascii_whitespace().nth(1)?.parse().ok());
    match status {
        Some(200..=299) => Ok(stream),
        Some(407) => {
            Err(NoLine::Proxy(format!("the proxy {name} wants other credentials, or some")))
        }
        Some(status) => Err(NoLine::Proxy(format!(
            "the proxy {name} did not connect to {}: {status}",
            url.authority()
        ))),
        None => Err(NoLine::Proxy(format!("what answered at {name} is no proxy"))),
    }
}
