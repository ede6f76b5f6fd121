//! A server for tests that answers as each test says, and notes what it was asked.

use std::{
    fmt::Display,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use plimsoll_image::{Reference, Repository};

use crate::{Client, Options};

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// `PUT /v2/…`, with the query.
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// After so many bytes of the body the connection is closed; with the status 0, at once.
    cut: Option<usize>,
}

type Answers = dyn FnMut(&Ask) -> Reply + Send;

/// A server, for as long as the test runs.
pub(crate) struct Server {
    pub(crate) host: String,
    asked: Arc<Mutex<Vec<Ask>>>,
}

impl Ask {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| &**value)
    }

    /// Whether it begins with this method and path.
    pub(crate) fn is(&self, start: &str) -> bool {
        self.line.starts_with(start)
    }
}

impl Reply {
    pub(crate) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), cut: None }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.headers.push((name.to_owned(), format!("{value}")));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn cut(mut self, after: usize) -> Self {
        self.cut = Some(after);
        self
    }

    /// An error of the specification.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        Self::new(status).body(format!(r#"{{"errors":[{{"code":"{code}","message":"no"}}]}}"#))
    }
}

impl Server {
    pub(crate) fn new(answers: impl FnMut(&Ask) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers: Arc<Mutex<Box<Answers>>> = Arc::new(Mutex::new(Box::new(answers)));
        let notes = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                stream.set_nodelay(true).unwrap();
                let (answers, notes) = (Arc::clone(&answers), Arc::clone(&notes));
                thread::spawn(move || serve(&stream, &notes, &answers));
            }
        });
        Self { host, asked }
    }

    /// A client that makes no long pauses.
    pub(crate) fn client(&self) -> Client {
        Client::new(Options {
            insecure: [self.host.clone()].into(),
            retries: 3,
            pause: Duration::from_millis(1),
            patience: Duration::from_secs(10),
            ..Options::default()
        })
    }

    pub(crate) fn repository(&self, path: &str) -> Repository {
        Repository { host: self.host.clone(), path: path.to_owned() }
    }

    pub(crate) fn reference(&self, name: &str) -> Reference {
        format!("{}/{name}", self.host).parse().unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Ask> {
        self.asked.lock().unwrap().clone()
    }

    /// What was asked for, in order.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|it| it.line).collect()
    }
}

fn serve(stream: &TcpStream, notes: &Mutex<Vec<Ask>>, answers: &Mutex<Box<Answers>>) {
    let mut reader = BufReader::new(stream);
    while let Some(ask) = read(&mut reader) {
        let reply = {
            // In one step, so that what was noted is in the order of the answers.
            let mut answers = answers.lock().unwrap();
            notes.lock().unwrap().push(ask.clone());
            answers(&ask)
        };
        if write(stream, &ask, &reply).is_none() {
            break;
        }
    }
    stream.shutdown(std::net::Shutdown::Both).ok();
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Ask> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (line, _) = line.trim_end().rsplit_once(" HTTP/1.1")?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut ask = Ask { line: line.to_owned(), headers, body: Vec::new() };
    let length = ask.header("content-length").map_or(0, |it| it.parse().unwrap());
    ask.body = vec![0; length];
    reader.read_exact(&mut ask.body).ok()?;
    Some(ask)
}

fn write(mut stream: &TcpStream, ask: &Ask, reply: &Reply) -> Option<()> {
    if reply.status == 0 {
        return None;
    }
    let mut head = format!("HTTP/1.1 {} X\r\n", reply.status);
    for (name, value) in &reply.headers {
        head = format!("{head}{name}: {value}\r\n");
    }
    if !head.to_ascii_lowercase().contains("content-length:") && reply.status != 204 {
        head = format!("{head}content-length: {}\r\n", reply.body.len());
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
    if !ask.is("HEAD") {
        let body = reply.body.get(..reply.cut.unwrap_or(reply.body.len())).unwrap_or(&reply.body);
        stream.write_all(body).ok()?;
    }
    reply.cut.is_none().then_some(())
}
