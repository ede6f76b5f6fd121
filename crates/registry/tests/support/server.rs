//! Servers on free ports of 127.0.0.1, with a thread for each connection. They end when they are dropped.

use std::{
    collections::BTreeMap,
    io::{self, BufReader, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{
    http::{self, Head, Response},
    record::{Record, Seen},
};

/// A connection that stays silent for so long is given up, so that nothing outlives a test.
const SILENCE: Duration = Duration::from_secs(30);

type Open = Arc<Mutex<BTreeMap<u64, TcpStream>>>;

/// Something that listens.
pub(crate) struct Server {
    /// `127.0.0.1:PORT`
    pub(crate) host: String,
    stop: Arc<AtomicBool>,
    open: Open,
    thread: Option<JoinHandle<()>>,
}

/// A request, its body not read yet.
pub(crate) struct Request<'a> {
    pub(crate) head: Head,
    from: &'a mut BufReader<TcpStream>,
    consumed: bool,
}

impl Request<'_> {
    /// Reads the body to its end.
    pub(crate) fn body(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        self.body_into(&mut body)?;
        Ok(body)
    }

    /// Reads the body; what came before an error is kept.
    pub(crate) fn body_into(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        self.consumed = true;
        http::read_body(self.from, self.head.framing(), into)
    }

    /// The path, and the fields of the query.
    pub(crate) fn target(&self) -> (String, Vec<(String, String)>) {
        let (path, query) = self.head.target().split_once('?').unwrap_or((self.head.target(), ""));
        (path.to_owned(), http::fields(query))
    }
}

/// What becomes of a request. With `None`, the server hangs up.
pub(crate) trait Handler: Send + Sync + 'static {
    fn answer(&self, request: &mut Request<'_>) -> Option<Response>;
}

impl<F: Fn(&mut Request<'_>) -> Option<Response> + Send + Sync + 'static> Handler for F {
    fn answer(&self, request: &mut Request<'_>) -> Option<Response> {
        self(request)
    }
}

impl Server {
    /// Answers requests, and notes them as those of `role`.
    pub(crate) fn http(role: &'static str, record: &Record, handler: impl Handler) -> Self {
        let record = record.clone();
        Self::raw(move |stream, _| serve(&stream, role, &record, &handler))
    }

    /// Hands each connection over, and whether it is time to stop.
    pub(crate) fn raw(work: impl Fn(TcpStream, &AtomicBool) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let stop = Arc::new(AtomicBool::new(false));
        let open = Open::default();
        let thread = thread::spawn({
            let (stop, open, work) = (Arc::clone(&stop), Arc::clone(&open), Arc::new(work));
            move || accept(&listener, &stop, &open, &work)
        });
        Self { host, stop, open, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // A connection wakes the thread that waits for one.
        TcpStream::connect(&self.host).ok();
        for stream in self.open.lock().unwrap().values() {
            stream.shutdown(Shutdown::Both).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn accept<W: Fn(TcpStream, &AtomicBool) + Send + Sync + 'static>(
    listener: &TcpListener,
    stop: &Arc<AtomicBool>,
    open: &Open,
    work: &Arc<W>,
) {
    for (number, stream) in (0_u64..).zip(listener.incoming()) {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        stream.set_read_timeout(Some(SILENCE)).unwrap();
        stream.set_write_timeout(Some(SILENCE)).unwrap();
        // Without it, an answer in two parts waits for the other side.
        stream.set_nodelay(true).unwrap();
        open.lock().unwrap().insert(number, stream.try_clone().unwrap());
        let (stop, open, work) = (Arc::clone(stop), Arc::clone(open), Arc::clone(work));
        thread::spawn(move || {
            work(stream, &stop);
            open.lock().unwrap().remove(&number);
        });
    }
}

fn serve(stream: &TcpStream, role: &'static str, record: &Record, handler: &impl Handler) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Ok(Some(head)) = Head::read(&mut reader) {
        record.note(Seen::of(role, &head));
        let (is_head, closes) = (head.method() == "HEAD", head.closes());
        let mut request = Request { head, from: &mut reader, consumed: false };
        let Some(response) = handler.answer(&mut request) else { return };
        // What was not read would be taken for the next request.
        if !request.consumed && request.body().is_err() {
            return;
        }
        let mut to = stream;
        if to.write_all(&response.bytes(is_head)).is_err() || closes {
            return;
        }
    }
}
