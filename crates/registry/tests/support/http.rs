//! HTTP/1.1, as far as servers of tests need it: with the means to see half a request.

use std::io::{self, BufRead, Read as _, Write as _};

/// No head is longer.
const MOST_HEAD: u64 = 64 * 1024;

/// What stands before the body of a request or an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    /// The first line, without its end.
    pub(crate) start: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// All of it, as it came.
    pub(crate) raw: Vec<u8>,
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length(u64),
    Chunked,
}

impl Head {
    /// Reads a head; `None` where the connection ended before it.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = Self::default();
        // A TLS client says something else, in which there may be no end of a line.
        if from.fill_buf()?.first().is_some_and(|it| !it.is_ascii_uppercase()) {
            return Err(broken("no HTTP"));
        }
        let mut from = from.take(MOST_HEAD);
        loop {
            let begin = head.raw.len();
            from.read_until(b'\n', &mut head.raw)?;
            let line = &head.raw[begin..];
            if !line.ends_with(b"\n") {
                return if head.raw.is_empty() { Ok(None) } else { Err(broken("half a head")) };
            }
            let line = str::from_utf8(line).map_err(|_| broken("a head of other bytes"))?;
            let line = line.trim_end_matches(['\r', '\n']);
            if begin == 0 {
                if !line.contains("HTTP/1.") {
                    return Err(broken("no HTTP"));
                }
                line.clone_into(&mut head.start);
            } else if line.is_empty() {
                return Ok(Some(head));
            } else {
                let (name, value) = line.split_once(':').ok_or_else(|| broken("no header"))?;
                head.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| &**value)
    }

    pub(crate) fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    /// Path and query of a request.
    pub(crate) fn target(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> u16 {
        self.start.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or_default()
    }

    pub(crate) fn framing(&self) -> Framing {
        if self.header("transfer-encoding").is_some_and(|it| it.eq_ignore_ascii_case("chunked")) {
            return Framing::Chunked;
        }
        let length = self.header("content-length").and_then(|it| it.parse().ok());
        Framing::Length(length.unwrap_or_default())
    }

    pub(crate) fn closes(&self) -> bool {
        self.header("connection").is_some_and(|it| it.eq_ignore_ascii_case("close"))
    }
}

/// Reads a body to its end into `into`, which keeps what came before an error.
pub(crate) fn read_body(
    from: &mut impl BufRead,
    framing: Framing,
    into: &mut Vec<u8>,
) -> io::Result<()> {
    match framing {
        Framing::Length(length) => {
            let got = from.take(length).read_to_end(into)?;
            if got as u64 == length { Ok(()) } else { Err(broken("half a body")) }
        }
        Framing::Chunked => loop {
            let mut line = String::new();
            from.read_line(&mut line)?;
            let size = u64::from_str_radix(line.trim(), 16).map_err(|_| broken("no chunk"))?;
            if from.take(size).read_to_end(into)? as u64 != size {
                return Err(broken("half a chunk"));
            }
            from.read_line(&mut String::new())?;
            if size == 0 {
                return Ok(());
            }
        },
    }
}

/// What a server answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    #[must_use]
    pub(crate) fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.with("Content-Type", kind)
    }

    /// An error as the specification has it.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        let text = serde_json::json!({ "errors": [{ "code": code, "message": message }] });
        Self::new(status).body("application/json", text.to_string())
    }

    /// Its bytes; the answer to a `HEAD` has the length of a body and none.
    pub(crate) fn bytes(&self, is_head: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        write!(bytes, "HTTP/1.1 {} Answer\r\n", self.status).unwrap();
        for (name, value) in &self.headers {
            write!(bytes, "{name}: {value}\r\n").unwrap();
        }
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            write!(bytes, "Content-Length: {}\r\n", self.body.len()).unwrap();
        }
        bytes.extend(b"\r\n");
        if !is_head {
            bytes.extend(&self.body);
        }
        bytes
    }
}

/// The values of a query or a form by their names.
pub(crate) fn fields(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|it| !it.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let digits = str::from_utf8(&digits).unwrap_or_default();
                u8::from_str_radix(digits, 16).unwrap_or(b'?')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(crate) fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
