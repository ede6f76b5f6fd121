//! Bytes over TCP, with TLS around them where it is spoken.

use std::{
    fmt,
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};

use super::line::{NoLine, TlsKind};

/// A stream of bytes, with TLS around it any number of times.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, Self>>),
}

impl Stream {
    /// Whether it is open with nothing to read, as it must be between two requests.
    pub(super) fn is_quiet(&self) -> bool {
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
pub(super) fn secure(
    mut stream: Stream,
    config: Arc<ClientConfig>,
    host: &str,
) -> Result<Stream, NoLine> {
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let refused = |reason: String| NoLine::Tls { reason, kind: TlsKind::Refused };
    let name = ServerName::try_from(bare)
        .map_err(|_| refused("its name can't be that of a certificate".to_owned()))?;
    let mut connection =
        ClientConnection::new(config, name).map_err(|error| refused(error.to_string()))?;
    while connection.is_handshaking() {
        if let Err(error) = connection.complete_io(&mut stream) {
            let inner = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
            return Err(match inner {
                Some(rustls::Error::InvalidMessage(_)) => NoLine::Tls {
                    reason: "it does not speak TLS".to_owned(),
                    kind: TlsKind::NotTls,
                },
                Some(error) => NoLine::Tls { reason: words(error), kind: kind(error) },
                // Whoever knows no TLS may just hang up.
                None if error.kind() == io::ErrorKind::UnexpectedEof || is_hung_up(&error) => {
                    NoLine::Tls {
                        reason: "it hung up when greeted with TLS".to_owned(),
                        kind: TlsKind::NotTls,
                    }
                }
                None => NoLine::Unreachable(error),
            });
        }
    }
    Ok(Stream::Tls(Box::new(StreamOwned::new(connection, stream))))
}

/// The refusal of our certificate, or of having none, which TLS 1.3 tells only after the handshake.
pub(super) fn refusal(error: &io::Error) -> Option<NoLine> {
    use rustls::AlertDescription as Alert;
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let about_certificates = [
        Alert::BadCertificate,
        Alert::CertificateRequired,
        Alert::CertificateExpired,
        Alert::CertificateRevoked,
        Alert::CertificateUnknown,
        Alert::UnknownCA,
        Alert::UnsupportedCertificate,
        Alert::AccessDenied,
    ];
    match inner {
        rustls::Error::AlertReceived(alert) if about_certificates.contains(alert) => {
            Some(NoLine::Tls {
                reason: format!("it wants another certificate of the client, or one ({alert:?})"),
                kind: TlsKind::Refused,
            })
        }
        _ => None,
    }
}

fn kind(error: &rustls::Error) -> TlsKind {
    use rustls::CertificateError as Bad;
    match error {
        // Two authorities may have one name and different keys.
        rustls::Error::InvalidCertificate(Bad::UnknownIssuer | Bad::BadSignature) => {
            TlsKind::UnknownIssuer
        }
        _ => TlsKind::Refused,
    }
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

/// Whether the other side closed the connection.
pub(super) fn is_hung_up(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
    )
}
