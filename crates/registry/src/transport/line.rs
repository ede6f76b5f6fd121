//! Connections: TCP, through a proxy where there is one, with TLS where HTTPS is spoken; and what of
//! them `ureq` sees.
//!
//! This takes the place of `ureq`'s own connectors, because roots are read lazily and differ by host,
//! because a proxy depends on the host, and because a silent connection must end whatever is going on.

use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _},
    sync::Arc,
    time::{Duration, Instant},
};

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
    stream::{Stream, is_hung_up, secure},
    tls::{SetupProblem, Tls},
    tunnel::{Absolute, tunnel},
    url::{Url, is_loopback},
};

/// How long a connection to the last address of a host may take to come about, and to one before it.
const CONNECT: Duration = Duration::from_secs(15);
const CONNECT_FIRST: Duration = Duration::from_secs(4);
/// How long all addresses of a host may take together.
const CONNECT_ALL: Duration = Duration::from_secs(30);
/// How much is sent and read at once, in bytes.
const BUFFER: usize = 128 * 1024;
/// How long an answer to TLS is waited for where plain HTTP is likelier.
const PROBE: Duration = Duration::from_secs(2);

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
        /// Whether something else may help.
        kind: TlsKind,
    },
    /// Something of this machine is not as it must be.
    #[error("this machine is not set up for it")]
    Setup(SetupProblem),
}

/// What may help where TLS failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TlsKind {
    /// Plain HTTP, where it is allowed: what answers does not speak TLS at all.
    NotTls,
    /// More roots.
    UnknownIssuer,
    /// Nothing.
    Refused,
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
        match self.open_once(url) {
            Err(NoLine::Tls { kind: TlsKind::UnknownIssuer, .. }) if self.tls.widen() => {
                self.open_once(url)
            }
            opened => opened,
        }
    }

    fn open_once(&self, url: &Url) -> Result<Line, NoLine> {
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
            Err(NoLine::Tls { kind, .. }) => kind != TlsKind::NotTls,
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
        let addresses = addresses(host, port)?;
        for (number, address) in addresses.iter().enumerate() {
            // An address that answers nothing must not keep us from the next one.
            let most = if number + 1 < addresses.len() { CONNECT_FIRST } else { CONNECT };
            let left = CONNECT_ALL.saturating_sub(begin.elapsed());
            if left.is_zero() {
                break;
            }
            match TcpStream::connect_timeout(address, most.min(left)) {
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
