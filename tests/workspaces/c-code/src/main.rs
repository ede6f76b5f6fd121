//! Answers `GET /depth?12,15,11` with the median of the echoes. A thread for each connection, nothing but the
//! standard library, and no handler for SIGTERM.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

mod filter;

const PORT: u16 = 9100;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, PORT))?;
    println!("soundings: listening on port {PORT}");
    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || {
            if let Err(error) = answer(&stream) {
                eprintln!("soundings: a client went away: {error}");
            }
        });
    }
    Ok(())
}

fn answer(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut lines = BufReader::new(stream.take(16 * 1024)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // The headers: a client must be able to send them before it is answered.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let (status, body) = respond(request.split(' ').nth(1).unwrap_or_default());
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The status and the body for a path.
fn respond(path: &str) -> (&'static str, String) {
    if path == "/health" {
        return ("200 OK", "ok\n".to_owned());
    }
    let Some(echoes) = path.strip_prefix("/depth?") else {
        return ("404 Not Found", "no such page\n".to_owned());
    };
    match echoes.split(',').map(str::parse).collect::<Result<Vec<i32>, _>>() {
        Ok(mut echoes) => ("200 OK", format!("{}\n", filter::median(&mut echoes))),
        Err(error) => ("400 Bad Request", format!("{error}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wild_echo_does_not_move_the_depth() {
        assert_eq!(respond("/depth?12,900,11"), ("200 OK", "12\n".to_owned()));
        assert_eq!(respond("/depth?x").0, "400 Bad Request");
    }
}
