//! Why the program ends with an exit code other than 0.

use std::error::Error;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::store::StoreError;

/// Each message names what was tried, on what; [`in_one_line`] adds why it failed. None holds a password.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("cannot read {}", path.display())]
    ReadFile { path: PathBuf, source: std::io::Error },
    #[error("cannot read standard input")]
    ReadStdin(#[source] std::io::Error),
    #[error("{name} is not UTF-8")]
    NotUtf8 { name: String },
    #[error("cannot convert {name}")]
    Convert { name: String, source: html_markdown::Error },
    #[error("cannot write to standard output")]
    WriteStdout(#[source] std::io::Error),
    #[error(
        "RUST_LOG is not understood; write a level (`info`) or directives (`info,html_to_markdown=debug`)"
    )]
    Logging(#[source] tracing_subscriber::filter::ParseError),
    #[error("cannot start the threads of the service")]
    Runtime(#[source] std::io::Error),
    #[error("cannot handle SIGTERM and SIGINT")]
    Signals(#[source] std::io::Error),
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("cannot use the database of DATABASE_URL")]
    Database(#[from] StoreError),
    #[error("the service on {address} does not answer")]
    Unreachable { address: SocketAddr, source: std::io::Error },
    #[error("the service on {address} is not well: {answer}")]
    Unwell { address: SocketAddr, answer: String },
}

/// The error and its causes, joined by colons. A cause whose text the line already ends with is not repeated.
pub(crate) fn in_one_line(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.ends_with(&text) {
            _ = write!(line, ": {text}");
        }
        cause = error.source();
    }
    line.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_in_the_same_line() {
        let source = std::io::Error::other("worn\nout");
        assert_eq!(
            in_one_line(&Failure::WriteStdout(source)),
            "cannot write to standard output: worn out"
        );
    }
}
