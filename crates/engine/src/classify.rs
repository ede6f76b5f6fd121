//! What the client's errors mean to whoever wants to use an engine.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use bollard::errors::Error;

use crate::error::{Cause, EngineError};
use crate::{Address, Endpoint};

/// What Go's HTTP server, and so every engine, answers to plain HTTP on a port for TLS.
const TLS_WANTED: &str = "HTTP request to an HTTPS server";

/// Says what went wrong before the engine had shown that it is one.
pub(crate) fn connecting(endpoint: &Endpoint, error: Error) -> EngineError {
    let to = endpoint.to_string();
    match error {
        Error::DockerResponseServerError { status_code, message } => {
            let source = Cause(format!("it answers with HTTP status {status_code}: {message}"));
            match status_code {
                400 if message.contains(TLS_WANTED) => EngineError::Tls { endpoint: to, source },
                // An engine that is ill is an engine all the same.
                500.. => EngineError::Refused {
                    endpoint: to,
                    action: "tell its version",
                    status: status_code,
                    message,
                },
                _ => EngineError::NotAnEngine { endpoint: to, source },
            }
        }
        error => match transport(endpoint, &error) {
            Some(error) => error,
            None => EngineError::NotAnEngine { endpoint: to, source: innermost(&error) },
        },
    }
}

/// Says what went wrong when an engine was asked to do `action`.
pub(crate) fn asking(endpoint: &Endpoint, action: &'static str, error: Error) -> EngineError {
    let to = endpoint.to_string();
    match error {
        Error::DockerResponseServerError { status_code: status, message } => {
            EngineError::Refused { endpoint: to, action, status, message }
        }
        Error::DockerStreamError { error } => {
            EngineError::LoadFailed { endpoint: to, message: error }
        }
        Error::JsonDataError { .. }
        | Error::JsonSerdeError { .. }
        | Error::StrParseError { .. } => {
            EngineError::Unexpected { endpoint: to, action, source: innermost(&error) }
        }
        error => match transport(endpoint, &error) {
            Some(error) => error,
            None => EngineError::HungUp { endpoint: to, action, source: innermost(&error) },
        },
    }
}

/// Recognises the failures to connect at all.
fn transport(endpoint: &Endpoint, error: &Error) -> Option<EngineError> {
    let source = innermost(error);
    let to = endpoint.to_string();
    let connecting = match error {
        Error::SocketNotFoundError(_) => {
            let source = Cause("the socket does not exist".to_owned());
            return Some(EngineError::NothingListens { endpoint: to, source });
        }
        Error::CertPathError { .. }
        | Error::CertParseError { .. }
        | Error::CertMultipleKeys { .. }
        | Error::NoNativeCertsError { .. }
        | Error::LoadNativeCertsErrors { .. } => {
            return Some(EngineError::Tls { endpoint: to, source });
        }
        Error::HyperLegacyError { err } => err.is_connect(),
        _ => false,
    };
    let kind = io_error(error).map(io::Error::kind);
    let tls = matches!(endpoint.address, Address::Tcp { certificates: Some(_), .. });
    match kind {
        // The TLS library wraps all it has to say in this kind, alerts of the engine included.
        Some(ErrorKind::InvalidData) if tls => Some(EngineError::Tls { endpoint: to, source }),
        _ if !connecting => None,
        Some(ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            Some(EngineError::NothingListens { endpoint: to, source })
        }
        Some(ErrorKind::PermissionDenied) => {
            Some(EngineError::PermissionDenied { endpoint: to, source })
        }
        Some(ErrorKind::UnexpectedEof) if tls => Some(EngineError::Tls { endpoint: to, source }),
        _ => Some(EngineError::Unreachable { endpoint: to, source }),
    }
}

/// The error and what caused it, outermost first.
fn chain<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |it: &&'e (dyn StdError + 'static)| (*it).source())
}

/// The system's error, without those that others have wrapped around it: a wrapper has no kind.
fn io_error(error: &Error) -> Option<&io::Error> {
    let outer = chain(error).find_map(|it| it.downcast_ref::<io::Error>())?;
    std::iter::successors(Some(outer), |it| it.get_ref()?.downcast_ref()).last()
}

/// The last reason of the chain: those around it speak of the client's own parts.
fn innermost(error: &Error) -> Cause {
    Cause(chain(error).last().map(ToString::to_string).unwrap_or_default())
}
