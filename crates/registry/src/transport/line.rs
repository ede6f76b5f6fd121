//! Connections: TCP, through a proxy where there is one, with TLS where HTTPS is spoken; and what of
//! them `ureq` sees.
//!
//! This takes the place of `ureq`'s own connectors, because roots are read lazily and differ by host,
//! because a proxy depends on the host, and because a silent connection must end whatever is going on.

use std::{
    fmt,
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport},
    },
};

use super::{
    proxy::{Proxies, Proxy},
    tls::{SetupProblem, Tls},
    url::{Url, is_loopback},
};

/// How long a connection to one address may take to come about.
const CONNECT: Duration = Duration::from_secs(15);
/// How long all addresses of a host may take together.
const CONNECT_ALL: Duration = Duration::from_secs(30);
/// How much is sent and read at once, in bytes.
const BUFFER: usize = 128 * 1024;
/// How long an answer to TLS is waited for where plain HTTP is likelier.
const PROBE: Duration = Duration::from_secs(2);
/// The longest answer of a proxy to `CONNECT`, in bytes.
const MOST_PROXY_ANSWER: usize = 16 * 1024;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoLine {
    /// Nobody was reached.
    #[error("{0}")]
    Unreachable(io::Error),
    /// The proxy was not reached, or refused. The text names it without its credentials.
    #[error("{0}")]
    Proxy(String),
    /// The two sides can't agree on TLS.
    #[error("{reason}")]
    Tls {
        /// A sentence.
        reason: String,
        /// What answered does not speak TLS at all.
        not_tls: bool,
    },
    /// Something of this machine is not as it must be.
    #[error("this machine is not set up for it")]
    Setup(SetupProblem),
}

/// Makes connections.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) tls: Arc<Tls>,
    pub(crate) proxies: Arc<Proxies>,
    pub(crate) patience: Duration,
}

impl Lines {
    /// Opens a connection for requests to `url`.
    fn open(&self, url: &Url) -> Result<Line, NoLine> {
        let proxy = self.proxies.of(url).map_err(NoLine::Setup)?;
        let mut absolute = None;
        let stream = match proxy {
            None => Stream::Plain(self.tcp(&url.host, url.port).map_err(NoLine::Unreachable)?),
            Some(proxy) => {
                let stream = self.to_proxy(&proxy)?;
                if url.https {
                    tunnel(stream, &proxy, url)?
                } else {
                    absolute = Some(Absolute::new(url, &proxy));
                    stream
                }
            }
        };
        let stream = if url.https {
            let config = self.tls.config(&url.authority()).map_err(NoLine::Setup)?;
            secure(stream, config, &url.host)?
        } else {
            stream
        };
        Ok(Line {
            stream,
            buffers: LazyBuffers::new(BUFFER, BUFFER),
            absolute,
            begins: true,
            deaf: false,
        })
    }

    /// Whether TLS is answered at `url`'s host, whatever its certificate. Unlike a connection this
    /// reads no roots.
    pub(crate) fn speaks_tls(&self, url: &Url) -> bool {
        let Ok(config) = super::tls::trusting_nobody() else { return false };
        let Ok(tcp) = self.tcp(&url.host, url.port) else { return false };
        // Whoever knows nothing of TLS may wait for the end of a line.
        if tcp.set_read_timeout(Some(self.patience.min(PROBE))).is_err() {
            return false;
        }
        match secure(Stream::Plain(tcp), Arc::new(config), &url.host) {
            Err(NoLine::Tls { not_tls, .. }) => !not_tls,
            other => other.is_ok(),
        }
    }

    fn to_proxy(&self, proxy: &Proxy) -> Result<Stream, NoLine> {
        let tcp = self.tcp(&proxy.url.host, proxy.url.port).map_err(|error| {
            NoLine::Proxy(format!("the proxy {} is not reached: {error}", proxy.url.authority()))
        })?;
        if !proxy.url.https {
            return Ok(Stream::Plain(tcp));
        }
        let config = self.tls.config(&proxy.url.authority()).map_err(NoLine::Setup)?;
        secure(Stream::Plain(tcp), config, &proxy.url.host)
    }

    fn tcp(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let begin = Instant::now();
        let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for address in addresses(host, port)? {
            let left = CONNECT_ALL.saturating_sub(begin.elapsed());
            if left.is_zero() {
                break;
            }
            match TcpStream::connect_timeout(&address, CONNECT.min(left)) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    stream.set_read_timeout(Some(self.patience))?;
                    stream.set_write_timeout(Some(self.patience))?;
                    return Ok(stream);
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }
}

/// The addresses of a host. Those of `localhost` are known: whatever a resolver says, what may be spoken
/// to in plain HTTP must not lie on another machine.
fn addresses(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if is_loopback(host) && host.parse::<IpAddr>().is_err() {
        let both = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        return Ok(both.map(|it| SocketAddr::new(it, port)).to_vec());
    }
    Ok((host, port).to_socket_addrs()?.collect())
}

impl Connector<()> for Lines {
    type Out = Line;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Line>, ureq::Error> {
        let url = Url::parse(&details.uri.to_string())
            .ok_or_else(|| ureq::Error::BadUri("no URL of a registry".to_owned()))?;
        self.open(&url).map(Some).map_err(|error| ureq::Error::Other(Box::new(error)))
    }
}

/// Finds no address: [`Lines`] does that, and only when there is no connection yet.
#[derive(Debug)]
pub(crate) struct Unresolved;

impl Resolver for Unresolved {
    fn resolve(
        &self,
        _: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// How the head of a request looks that a proxy passes on unencrypted.
#[derive(Debug)]
struct Absolute {
    prefix: String,
    authorization: Option<crate::credentials::Secret>,
}

impl Absolute {
    fn new(url: &Url, proxy: &Proxy) -> Self {
        let prefix = format!("http://{}", url.authority());
        Self { prefix, authorization: proxy.authorization.clone() }
    }

    /// `GET /x HTTP/1.1` becomes `GET http://host/x HTTP/1.1`, with the proxy's credentials after it.
    fn rewrite(&self, head: &[u8]) -> Option<Vec<u8>> {
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

/// A connection, for one request after the other.
#[derive(Debug)]
pub(crate) struct Line {
    stream: Stream,
    buffers: LazyBuffers,
    absolute: Option<Absolute>,
    /// Whether what is sent next is the head of a request.
    begins: bool,
    /// The other side hears no more. What it said before that is still to be read: it is the reason.
    deaf: bool,
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        if self.deaf {
            return Ok(());
        }
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        let head = match &self.absolute {
            Some(absolute) if self.begins => absolute.rewrite(output),
            _ => None,
        };
        let begins = std::mem::replace(&mut self.begins, false);
        let sent = self.stream.write_all(head.as_deref().unwrap_or(output));
        match sent.and_then(|()| self.stream.flush()) {
            // A registry that wants no more of a body may answer and close.
            Err(error) if !begins && is_hung_up(&error) => {
                self.deaf = true;
                Ok(())
            }
            sent => sent.map_err(ureq::Error::Io),
        }
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.begins = true;
        !self.deaf && self.stream.is_quiet()
    }

    fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }
}

fn is_hung_up(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
    )
}

/// A stream of bytes, with TLS around it any number of times.
enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, Self>>),
}

impl Stream {
    /// Whether it is open with nothing to read, as it must be between two requests.
    fn is_quiet(&self) -> bool {
        match self {
            Self::Tls(stream) => stream.sock.is_quiet(),
            Self::Plain(stream) => {
                let peeked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
                let waits = peeked.is_err_and(|it| it.kind() == io::ErrorKind::WouldBlock);
                waits && stream.set_nonblocking(false).is_ok()
            }
        }
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "Plain",
            Self::Tls(_) => "Tls",
        })
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match self {
                Self::Plain(stream) => stream.read(buffer),
                Self::Tls(stream) => stream.read(buffer),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read.map_err(named),
            }
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        };
        written.map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// A timeout of a socket says "would block" on Unix, which says nothing to anybody.
fn named(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            io::Error::new(io::ErrorKind::TimedOut, "the other side was silent for too long")
        }
        _ => error,
    }
}

/// Shakes hands.
fn secure(mut stream: Stream, config: Arc<ClientConfig>, host: &str) -> Result<Stream, NoLine> {
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let refused = |reason: String| NoLine::Tls { reason, not_tls: false };
    let name = ServerName::try_from(bare)
        .map_err(|_| refused("its name can't be that of a certificate".to_owned()))?;
    let mut connection =
        ClientConnection::new(config, name).map_err(|error| refused(error.to_string()))?;
    while connection.is_handshaking() {
        if let Err(error) = connection.complete_io(&mut stream) {
            let inner = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
            return Err(match inner {
                Some(rustls::Error::InvalidMessage(_)) => {
                    NoLine::Tls { reason: "it does not speak TLS".to_owned(), not_tls: true }
                }
                Some(error) => refused(words(error)),
                // Whoever knows no TLS may just hang up.
                None if error.kind() == io::ErrorKind::UnexpectedEof || is_hung_up(&error) => {
                    NoLine::Tls {
                        reason: "it hung up when greeted with TLS".to_owned(),
                        not_tls: true,
                    }
                }
                None => NoLine::Unreachable(error),
            });
        }
    }
    Ok(Stream::Tls(Box::new(StreamOwned::new(connection, stream))))
}

/// What is wrong, for somebody who does not know the library.
fn words(error: &rustls::Error) -> String {
    use rustls::CertificateError as Bad;
    match error {
        rustls::Error::InvalidCertificate(Bad::UnknownIssuer | Bad::BadSignature) => {
            "its certificate is signed by nobody that this machine trusts".to_owned()
        }
        rustls::Error::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => {
            "its certificate has expired".to_owned()
        }
        rustls::Error::InvalidCertificate(Bad::NotValidYet | Bad::NotValidYetContext { .. }) => {
            "its certificate is not valid yet".to_owned()
        }
        rustls::Error::InvalidCertificate(
            Bad::NotValidForName | Bad::NotValidForNameContext { .. },
        ) => "its certificate is for another name".to_owned(),
        other => other.to_string(),
    }
}

/// Asks a proxy for a connection to `url`'s host.
fn tunnel(mut stream: Stream, proxy: &Proxy, url: &Url) -> Result<Stream, NoLine> {
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
