//! `serve`: the service itself.

use std::{error::Error, io, sync::Arc, thread};

use harbour_berths::berths;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};
use tiny_http::{Header, Request, Response, Server};

pub(crate) fn serve(listen: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    let server = Arc::new(Server::http(listen)?);
    println!("harbour-api: listening on {listen}");
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let stopped = Arc::clone(&server);
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            stopped.unblock();
        }
    });
    for request in server.incoming_requests() {
        if let Err(error) = answer(request) {
            eprintln!("harbour-api: a client went away: {error}");
        }
    }
    Ok(())
}

fn answer(request: Request) -> io::Result<()> {
    let (status, body) = match request.url() {
        "/berths" => (200, serde_json::to_string(&berths())?),
        "/healthz" => (200, r#"{"status":"ok"}"#.to_owned()),
        _ => (404, r#"{"error":"no such page"}"#.to_owned()),
    };
    let response = Response::from_string(body).with_status_code(status);
    match Header::from_bytes("content-type", "application/json") {
        Ok(header) => request.respond(response.with_header(header)),
        Err(()) => request.respond(response),
    }
}
