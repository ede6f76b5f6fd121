//! Sends its chart to whoever asks for anything. It knows one answer, so nothing is said about its health.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process, thread,
    time::Duration,
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

fn main() -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            process::exit(0);
        }
    });
    let listener = TcpListener::bind("[::]:50051")?;
    println!("charts: listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(|stream| answer(&stream)) {
            eprintln!("charts: a client went away: {error}");
        }
    }
    Ok(())
}

fn answer(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let mut lines = BufReader::new(stream.take(16 * 1024)).lines();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let chart = charts::encode(&charts::harbour());
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        chart.len()
    )?;
    stream.write_all(&chart)
}
