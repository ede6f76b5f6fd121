//! Answers what lies where in the harbour. `harbour-api healthcheck` asks a running one whether it is well.

use std::{env, process::ExitCode};

mod healthcheck;
mod serve;

/// Where it listens unless `LISTEN_ADDR` says so.
const LISTEN: &str = "0.0.0.0:7000";

fn main() -> ExitCode {
    let listen = env::var("LISTEN_ADDR").unwrap_or_else(|_| LISTEN.to_owned());
    let done = match env::args().nth(1).as_deref() {
        None | Some("serve") => serve::serve(&listen),
        Some("healthcheck") => healthcheck::healthcheck(&listen),
        Some(other) => Err(format!("unknown command {other}: serve or healthcheck").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("harbour-api: {error}");
            ExitCode::FAILURE
        }
    }
}
