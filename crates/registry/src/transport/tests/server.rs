//! A server that answers as a function says, and remembers what it was asked.

use std::{
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A request that arrived.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// How many came before.
    pub(super) number: usize,
    /// `GET /path`.
    pub(super) line: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| &**value)
    }
}

#[derive(Debug, Default)]
struct Record {
    seen: Vec<Seen>,
    connections: usize,
}

pub(super) struct Server {
    address: SocketAddr,
    record: Arc<Mutex<Record>>,
}

type Reply = Arc<dyn Fn(&Seen) -> String + Send + Sync>;

impl Server {
    /// Answers each request with the bytes that `reply` gives; nothing closes the connection.
    pub(super) fn start(reply: impl Fn(&Seen) -> String + Send + Sync + 'static) -> Self {
        Self::with(Arc::new(reply), false)
    }

    /// The same, but bodies are not read, and the connection ends after the answer.
    pub(super) fn start_deaf(reply: impl Fn(&Seen) -> String + Send + Sync + 'static) -> Self {
        Self::with(Arc::new(reply), true)
    }

    fn with(reply: Reply, is_deaf: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::new(Mutex::new(Record::default()));
        let of_thread = Arc::clone(&record);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                of_thread.lock().unwrap().connections += 1;
                let (record, reply) = (Arc::clone(&of_thread), Arc::clone(&reply));
                thread::spawn(move || serve(stream, &record, &reply, is_deaf));
            }
        });
        Self { address, record }
    }

    pub(super) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.record.lock().unwrap().seen.clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.record.lock().unwrap().connections
    }
}

fn serve(mut stream: TcpStream, record: &Mutex<Record>, reply: &Reply, is_deaf: bool) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(mut seen) = read(&mut reader, is_deaf) {
        {
            let mut record = record.lock().unwrap();
            seen.number = record.seen.len();
            record.seen.push(seen.clone());
        }
        let reply = reply(&seen);
        if reply.is_empty() || stream.write_all(reply.as_bytes()).is_err() {
            return;
        }
        if is_deaf {
            // What is on its way would make the system forget the answer.
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            thread::sleep(std::time::Duration::from_millis(300));
            return;
        }
    }
}

fn read(reader: &mut impl BufRead, is_deaf: bool) -> Option<Seen> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let line = lines.remove(0).trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<_> = lines
        .iter()
        .filter_map(|it| it.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut seen = Seen { number: 0, line, headers, body: Vec::new() };
    let length: u64 = seen.header("content-length").map_or(0, |it| it.parse().unwrap());
    if !is_deaf {
        reader.take(length).read_to_end(&mut seen.body).ok()?;
    }
    Some(seen)
}

/// The bytes of an answer.
pub(super) fn answer(status: u16, headers: &[&str], body: &str) -> String {
    let length = format!("Content-Length: {}", body.len());
    let has_length = headers.iter().any(|it| it.starts_with("Content-Length"));
    let mut lines = vec![format!("HTTP/1.1 {status} X")];
    lines.extend((!has_length).then_some(length));
    lines.extend(headers.iter().filter(|it| !it.is_empty()).map(|it| (*it).to_owned()));
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}
