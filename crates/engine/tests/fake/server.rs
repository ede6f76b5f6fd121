//! A server that answers on a port or a socket as a test tells it to: well, badly, or not at all.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use plimsoll_engine::{Endpoint, Environment};

/// A server that runs until the test process ends.
pub(crate) struct Server {
    /// Where it listens, as `DOCKER_HOST` would have it.
    pub(crate) address: String,
    /// The request lines so far.
    log: Arc<Mutex<Vec<String>>>,
    /// Holds the socket's directory.
    _directory: Option<tempfile::TempDir>,
}

impl Server {
    /// Listens on a port and has `handle` answer every request.
    pub(crate) fn tcp(handle: impl Fn(&mut Exchange) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("tcp://{}", listener.local_addr().unwrap());
        let log = Arc::default();
        let accept = move || listener.accept().map(|it| Box::new(it.0) as Box<dyn Connection>);
        serve(accept, handle, Arc::clone(&log));
        Self { address, log, _directory: None }
    }

    /// Listens on a Unix socket and has `handle` answer every request.
    pub(crate) fn unix(handle: impl Fn(&mut Exchange) + Send + Sync + 'static) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sock");
        let listener = UnixListener::bind(&path).unwrap();
        let address = format!("unix://{}", path.display());
        let log = Arc::default();
        let accept = move || listener.accept().map(|it| Box::new(it.0) as Box<dyn Connection>);
        serve(accept, handle, Arc::clone(&log));
        Self { address, log, _directory: Some(directory) }
    }

    /// An engine on a Unix socket that says what engines say, and has `handle` answer the rest.
    pub(crate) fn engine(handle: impl Fn(&mut Exchange) + Send + Sync + 'static) -> Self {
        Self::unix(move |exchange| {
            if exchange.line.contains("/version ") {
                exchange.json(200, VERSION);
            } else {
                handle(exchange);
            }
        })
    }

    /// The request lines so far.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        endpoint(&self.address)
    }
}

/// The endpoint of an address, in an empty environment.
pub(crate) fn endpoint(address: &str) -> Endpoint {
    Endpoint::resolve(Some(address), &Environment::from_vars(|_| None)).unwrap()
}

pub(crate) const VERSION: &str = r#"{"Platform":{"Name":""},"Version":"20.10.24","ApiVersion":"1.41",
    "MinAPIVersion":"1.12","Os":"linux","Arch":"arm64","KernelVersion":"6.1"}"#;

fn serve(
    accept: impl Fn() -> io::Result<Box<dyn Connection>> + Send + 'static,
    handle: impl Fn(&mut Exchange) + Send + Sync + 'static,
    log: Arc<Mutex<Vec<String>>>,
) {
    let handle = Arc::new(handle);
    thread::spawn(move || {
        while let Ok(connection) = accept() {
            let (handle, log) = (Arc::clone(&handle), Arc::clone(&log));
            thread::spawn(move || {
                let mut exchange = Exchange::new(connection);
                log.lock().unwrap().push(exchange.line.clone());
                handle(&mut exchange);
            });
        }
    });
}

/// One request and its answer; the connection is closed after it.
pub(crate) struct Exchange {
    /// The request line.
    pub(crate) line: String,
    reader: BufReader<Box<dyn Connection>>,
}

impl Exchange {
    fn new(connection: Box<dyn Connection>) -> Self {
        let mut reader = BufReader::new(connection);
        let mut head = Vec::new();
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap_or(0) > 2 {
            head.push(std::mem::take(&mut line));
        }
        let line = head.first().map(|it| it.trim_end().to_owned()).unwrap_or_default();
        Self { line, reader }
    }

    /// Reads a chunked body up to its end; an error where it is broken off.
    pub(crate) fn body(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim_end(), 16).map_err(io::Error::other)?;
            let start = body.len();
            body.resize(start + size, 0);
            self.reader.read_exact(&mut body[start..])?;
            self.reader.read_line(&mut String::new())?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    /// Reads some of the body, whatever it is.
    pub(crate) fn read(&mut self, bytes: usize) {
        self.reader.read_exact(&mut vec![0; bytes]).unwrap();
    }

    /// Answers with a JSON document.
    pub(crate) fn json(&mut self, status: u16, body: &str) {
        let head = format!(
            "HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.raw(&(head + body));
    }

    /// Sends text as it is.
    pub(crate) fn raw(&mut self, text: &str) {
        // A client that left early is the client's affair.
        drop(self.reader.get_mut().write_all(text.as_bytes()));
    }

    /// Ends the answer, but keeps the connection open for what is still on its way, as Go's server
    /// does for half a second.
    pub(crate) fn linger(&mut self) {
        self.reader.get_ref().finish();
        thread::sleep(Duration::from_millis(500));
    }
}

/// A stream of either kind.
pub(crate) trait Connection: Read + Write + Send {
    /// Says that nothing more will be written.
    fn finish(&self);
}

impl Connection for TcpStream {
    fn finish(&self) {
        self.shutdown(Shutdown::Write).unwrap();
    }
}

impl Connection for UnixStream {
    fn finish(&self) {
        self.shutdown(Shutdown::Write).unwrap();
    }
}
