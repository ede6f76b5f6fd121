//! One request and its answer, over whatever connection there is. Nothing is followed or repeated here.

use std::{
    io::{self, Read},
    time::Duration,
};

use ureq::{
    SendBody,
    http::{self, HeaderValue, header},
};

use super::{
    Body, Method, Transport,
    line::{Lines, NoLine, Unresolved},
    stream,
    url::Url,
};
use crate::{Options, credentials::Secret};

/// How long an unused connection is kept. Load balancers close theirs after a minute.
const MOST_IDLE: Duration = Duration::from_secs(30);

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There was no connection, so that nothing was sent.
    NoLine(NoLine),
    /// The connection broke, or was silent for too long.
    Broken(io::Error),
    /// What answered does not speak HTTP.
    Protocol(String),
    /// What was to be sent can't be read.
    Local(io::Error),
}

/// What came back, its body still to be read.
pub(crate) struct Raw {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Box<dyn Read + Send>,
}

impl Raw {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| &**value)
    }
}

/// The library that speaks HTTP, with everything off that is done here instead.
pub(crate) fn agent(options: &Options, lines: Lines) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(options.user_agent.clone())
        // A manifest that arrives compressed has another digest.
        .accept_encoding("identity")
        .max_idle_age(MOST_IDLE)
        .max_idle_connections(4 * options.connections.max(1))
        .max_idle_connections_per_host(options.connections.max(1))
        .build();
    ureq::Agent::with_parts(config, lines, Unresolved)
}

impl Transport {
    /// Sends a request and waits for the head of its answer.
    pub(crate) fn exchange(
        &self,
        method: Method,
        url: &Url,
        headers: &[(&'static str, String)],
        authorization: Option<&Secret>,
        body: &Body<'_>,
    ) -> Result<Raw, Failure> {
        let broken_rules = |error: http::Error| Failure::Protocol(error.to_string());
        let mut builder = http::Request::builder().method(verb(method)).uri(url.to_string());
        for (name, value) in headers {
            builder = builder.header(*name, value);
        }
        if let Some(secret) = authorization {
            let mut value = HeaderValue::from_str(secret.expose())
                .map_err(|_| Failure::Protocol("the credentials fit no header".to_owned()))?;
            value.set_sensitive(true);
            builder = builder.header(header::AUTHORIZATION, value);
        }
        let has_body = matches!(method, Method::Post | Method::Put | Method::Patch);
        let (length, reader): (u64, Box<dyn Read + Send>) = match body {
            Body::Empty => (0, Box::new(io::empty())),
            Body::Bytes(bytes) => (bytes.len() as u64, Box::new(*bytes)),
            Body::Stream { length, open } => (*length, open().map_err(Failure::Local)?),
        };
        let mut source = Source { reader, left: length, failure: None };
        let run = if has_body {
            let builder = builder.header(header::CONTENT_LENGTH, length);
            let request = builder.body(SendBody::from_reader(&mut source)).map_err(broken_rules)?;
            self.agent.run(request)
        } else {
            let request = builder.body(SendBody::none()).map_err(broken_rules)?;
            self.agent.run(request)
        };
        match (run, source.failure) {
            (_, Some(failure)) => Err(Failure::Local(failure)),
            (Ok(response), None) => Ok(raw(response)),
            (Err(error), None) => Err(failure(error)),
        }
    }
}

fn raw(response: http::Response<ureq::Body>) -> Raw {
    let (head, body) = response.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
    Raw {
        status: head.status.as_u16(),
        headers: headers.collect(),
        body: Box::new(body.into_reader()),
    }
}

fn failure(error: ureq::Error) -> Failure {
    match error {
        ureq::Error::Io(error) => match stream::refusal(&error) {
            Some(no_line) => Failure::NoLine(no_line),
            None => Failure::Broken(error),
        },
        ureq::Error::Other(other) => match other.downcast::<NoLine>() {
            Ok(no_line) => Failure::NoLine(*no_line),
            Err(other) => Failure::Protocol(other.to_string()),
        },
        other => Failure::Protocol(other.to_string()),
    }
}

fn verb(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Head => http::Method::HEAD,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    }
}

/// What is sent, in exactly the length that was announced. Its own failure is kept, as it is none of
/// the connection.
struct Source<'a> {
    reader: Box<dyn Read + Send + 'a>,
    left: u64,
    failure: Option<io::Error>,
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        let read = loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Waiting for more would be waiting for ever.
                Ok(0) if self.left > 0 && most > 0 => {
                    break Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "it is shorter than it was when its size was taken",
                    ));
                }
                read => break read,
            }
        };
        match read {
            Ok(count) => {
                self.left = self.left.saturating_sub(count as u64);
                Ok(count)
            }
            Err(error) => {
                let kind = error.kind();
                self.failure = Some(error);
                Err(kind.into())
            }
        }
    }
}
