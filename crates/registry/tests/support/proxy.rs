//! A proxy in front of a server that lets go wrong what a plan says, on the level of TCP and of HTTP.

use std::{
    io::{self, BufReader, Read as _, Write as _},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    faults::{After, Fault, Plan},
    http::{Framing, Head, Response, broken, read_body},
    record::{Record, Seen},
    server::Server,
};

/// No stall is longer, whatever a client does.
const LONGEST_STALL: Duration = Duration::from_secs(20);

/// What a proxy knows.
struct Proxy {
    role: &'static str,
    upstream: String,
    stranger: String,
    plan: Arc<Plan>,
    record: Record,
}

/// Starts a proxy for the server at `upstream`. `stranger` is where redirects to elsewhere lead.
pub(crate) fn start(
    role: &'static str,
    upstream: &str,
    stranger: &str,
    plan: &Arc<Plan>,
    record: &Record,
) -> Server {
    let proxy = Proxy {
        role,
        upstream: upstream.to_owned(),
        stranger: stranger.to_owned(),
        plan: Arc::clone(plan),
        record: record.clone(),
    };
    Server::raw(move |stream, stop| {
        // However it ends, the connection ends with it.
        proxy.serve(&stream, stop).ok();
    })
}

impl Proxy {
    fn serve(&self, stream: &TcpStream, stop: &AtomicBool) -> io::Result<()> {
        let mut client = BufReader::new(stream.try_clone()?);
        while let Some(head) = Head::read(&mut client)? {
            self.record.note(Seen::of(self.role, &head));
            let fault = self.plan.fault(self.role, &head);
            let goes_on = self.exchange(stream, &mut client, &head, fault, stop)?;
            if !goes_on || head.closes() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// One request and its answer; whether the connection is good for another.
    fn exchange(
        &self,
        stream: &TcpStream,
        client: &mut BufReader<TcpStream>,
        head: &Head,
        fault: Option<Fault>,
        stop: &AtomicBool,
    ) -> io::Result<bool> {
        let mut to = stream;
        let is_head = head.method() == "HEAD";
        if let Some((answer, reads)) = fault.and_then(|it| self.instead(it, head)) {
            if reads {
                read_body(client, head.framing(), &mut Vec::new())?;
            }
            to.write_all(&answer.bytes(is_head))?;
            return Ok(reads);
        }
        let mut upstream = TcpStream::connect(&self.upstream)?;
        upstream.set_nodelay(true)?;
        let mut body = Vec::new();
        let whole = read_body(client, head.framing(), &mut body);
        let corrupt = match fault {
            Some(Fault::CorruptRequest(at)) if !body.is_empty() => {
                let at = at % body.len();
                body[at] ^= 0x20;
                true
            }
            _ => false,
        };
        let mut request = head.raw.clone();
        if head.framing() == Framing::Chunked {
            write!(request, "{:x}\r\n", body.len())?;
            request.extend(&body);
            request.extend(if body.is_empty() { &b"\r\n"[..] } else { b"\r\n0\r\n\r\n" });
        } else {
            request.extend(&body);
        }
        if let Some(Fault::CutRequest(at)) = fault {
            // At least the last byte is missing, else nothing is cut.
            upstream.write_all(&request[..at.min(request.len() - 1)])?;
            return Ok(false);
        }
        debug_assert!(!corrupt || !body.is_empty());
        // The registry may have answered and hung up before the end.
        upstream.write_all(&request).ok();
        whole?;

        let mut answers = BufReader::new(upstream);
        let answer = Head::read(&mut answers)?.ok_or_else(|| broken("no answer"))?;
        let mut body = Vec::new();
        if !is_head && !matches!(answer.status(), 204 | 304) {
            read_body(&mut answers, answer.framing(), &mut body)?;
        }
        let mut bytes = answer.raw.clone();
        let mut goes_on = !answer.closes();
        match fault {
            Some(Fault::CorruptAnswer(at)) if !body.is_empty() => {
                let at = at % body.len();
                body[at] ^= 0x20;
            }
            Some(Fault::Truncate(at)) if !body.is_empty() => {
                body.truncate(at % body.len());
                let start = format!("{}\r\n", answer.start);
                bytes = start.into_bytes();
                for (name, value) in &answer.headers {
                    if name != "content-length" {
                        write!(bytes, "{name}: {value}\r\n")?;
                    }
                }
                write!(bytes, "content-length: {}\r\n\r\n", body.len())?;
            }
            Some(Fault::Delay(milliseconds)) => thread::sleep(Duration::from_millis(milliseconds)),
            _ => {}
        }
        bytes.extend(body);
        match fault {
            Some(Fault::CutAnswer(at)) => {
                bytes.truncate(at.min(bytes.len() - 1));
                goes_on = false;
            }
            Some(Fault::Stall(at)) => {
                to.write_all(&bytes[..at.min(bytes.len() - 1)])?;
                stall(stream, stop);
                return Ok(false);
            }
            _ => {}
        }
        to.write_all(&bytes)?;
        Ok(goes_on)
    }

    /// What is answered in the place of the server, and whether the request is read to its end before.
    fn instead(&self, fault: Fault, head: &Head) -> Option<(Response, bool)> {
        let page = |status| Response::new(status).body("text/html", "<html>not now</html>");
        match fault {
            Fault::Status(status, after) => {
                let response = page(status);
                let response = match after {
                    After::Unsaid => response,
                    After::Seconds(seconds) => response.with("Retry-After", seconds),
                    After::Past => response.with("Retry-After", "Fri, 02 Jan 1970 00:00:00 GMT"),
                    After::Nonsense => response.with("Retry-After", "soon"),
                };
                Some((response, true))
            }
            Fault::StatusEarly(status) => Some((page(status).with("Connection", "close"), false)),
            Fault::Elsewhere(status) => {
                let to = format!("http://{}{}", self.stranger, head.target());
                Some((page(status).with("Location", to), true))
            }
            Fault::Loop(status) => {
                let host = head.header("host").unwrap_or_default();
                let to = format!("http://{host}{}", head.target());
                Some((page(status).with("Location", to), true))
            }
            _ => None,
        }
    }
}

/// Says nothing until the client hangs up or the test ends.
fn stall(mut stream: &TcpStream, stop: &AtomicBool) {
    let began = Instant::now();
    stream.set_read_timeout(Some(Duration::from_millis(50))).ok();
    let mut byte = [0];
    while !stop.load(Ordering::SeqCst) && began.elapsed() < LONGEST_STALL {
        match stream.read(&mut byte) {
            Err(error)
                if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            _ => return,
        }
    }
}
