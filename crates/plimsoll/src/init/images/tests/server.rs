//! A server that answers as a test tells it to.

use std::{
    io::{BufRead as _, BufReader, Read, Write},
    net::TcpListener,
    os::unix::net::UnixListener,
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

use plimsoll_engine::Environment;

/// Request lines, in the order in which they came.
pub(super) type Log = Arc<Mutex<Vec<String>>>;

/// A registry on a port of this machine, by its `HOST:PORT`. `answer` gets request lines, and gives
/// status, headers and body.
pub(super) fn registry(
    answer: impl Fn(&str) -> String + Send + Sync + Clone + 'static,
) -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let log = Log::default();
    let seen = Arc::clone(&log);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (answer, seen) = (answer.clone(), Arc::clone(&seen));
            thread::spawn(move || talk(&stream.unwrap(), &answer, &seen));
        }
    });
    (host, log)
}

/// An engine on a socket in a directory, which has images: names and what it says of their digests.
pub(super) fn engine(directory: &Path, images: &'static [(&str, &str)]) -> (Environment, Log) {
    let path = directory.join("sock");
    let listener = UnixListener::bind(&path).unwrap();
    let log = Log::default();
    let seen = Arc::clone(&log);
    let answer = |line: &str| {
        if line.contains("/version ") {
            return ok(r#"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}"#);
        }
        let image = images.iter().find(|(name, _)| line.contains(&format!("/images/{name}/json")));
        match image {
            Some((_, digests)) => ok(&format!(r#"{{"Id":"sha256:1","RepoDigests":[{digests}]}}"#)),
            None => "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
        }
    };
    thread::spawn(move || {
        for stream in listener.incoming() {
            let seen = Arc::clone(&seen);
            thread::spawn(move || talk(&stream.unwrap(), &answer, &seen));
        }
    });
    let address = format!("unix://{}", path.display());
    (Environment::from_vars(|name| (name == "DOCKER_HOST").then(|| address.clone())), log)
}

fn ok(json: &str) -> String {
    let length = json.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}"
    )
}

fn talk<S>(stream: &S, answer: &dyn Fn(&str) -> String, log: &Log)
where
    for<'s> &'s S: Read + Write,
{
    let mut lines = BufReader::new(stream).lines();
    // Whoever speaks TLS first speaks no lines.
    while let Some(Ok(line)) = lines.next() {
        for header in lines.by_ref() {
            if header.is_ok_and(|it| it.is_empty()) {
                break;
            }
        }
        log.lock().unwrap().push(line.clone());
        let mut writer = stream;
        if writer.write_all(answer(&line).as_bytes()).is_err() {
            break;
        }
    }
}
