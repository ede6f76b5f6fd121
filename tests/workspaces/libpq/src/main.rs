//! Keeps a ship's log: `POST /entries` writes into it, `GET /entries` reads it. `DATABASE_URL` says where.

use std::{env, error::Error, io::Read as _, process, sync::Arc, thread};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};
use tiny_http::{Method, Request, Response, Server};

mod log;

use log::Log;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// More is no entry.
const MOST_BYTES: u64 = 64 * 1024;

fn main() {
    if let Err(error) = serve() {
        eprintln!("logbook: {error}");
        process::exit(1);
    }
}

fn serve() -> Outcome<()> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let server = Arc::new(Server::http("0.0.0.0:8000")?);
    println!("logbook: listening on port 8000");
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let stopped = Arc::clone(&server);
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            stopped.unblock();
        }
    });
    let mut log = Log::new(url);
    for request in server.incoming_requests() {
        if let Err(error) = answer(request, &mut log) {
            eprintln!("logbook: a client went away: {error}");
        }
    }
    Ok(())
}

fn answer(mut request: Request, log: &mut Log) -> Outcome<()> {
    let body = match (request.method(), request.url()) {
        // Whether the process is well: a database that is away must not have it restarted.
        (Method::Get, "/healthz") => Ok("ok\n".to_owned()),
        (Method::Get, "/entries") => log.entries(),
        (Method::Post, "/entries") => {
            let mut text = String::new();
            request.as_reader().take(MOST_BYTES).read_to_string(&mut text)?;
            log.write(&text).map(|()| "written\n".to_owned())
        }
        _ => Ok("GET or POST /entries\n".to_owned()),
    };
    let response = match body {
        Ok(body) => Response::from_string(body),
        Err(error) => {
            eprintln!("logbook: {error}");
            Response::from_string("the log is not at hand\n").with_status_code(503)
        }
    };
    Ok(request.respond(response)?)
}
