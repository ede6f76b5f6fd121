//! Tells how high the water stands, over HTTP. It listens on `PORT`, or on 8080.

use std::{
    env,
    error::Error,
    io, process,
    sync::Arc,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};
use tiny_http::{Request, Response, Server};

/// Minutes from one high water to the next.
const PERIOD: f64 = 745.2;

fn main() {
    if let Err(error) = serve() {
        eprintln!("tide: {error}");
        process::exit(1);
    }
}

fn serve() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port: u16 = env::var("PORT").map_or(Ok(8080), |it| it.parse())?;
    let server = Arc::new(Server::http(("0.0.0.0", port))?);
    println!("tide: listening on port {port}");

    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let stopped = Arc::clone(&server);
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            stopped.unblock();
        }
    });
    for request in server.incoming_requests() {
        if let Err(error) = answer(request) {
            eprintln!("tide: a client went away: {error}");
        }
    }
    println!("tide: stopped");
    Ok(())
}

fn answer(request: Request) -> io::Result<()> {
    match request.url() {
        "/" => request.respond(Response::from_string(format!("{:.2} m\n", height(minutes())))),
        "/healthz" => request.respond(Response::from_string("ok\n")),
        _ => request.respond(Response::from_string("no such page\n").with_status_code(404)),
    }
}

/// Minutes since 1970.
fn minutes() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |it| it.as_secs_f64() / 60.0)
}

/// Metres above the chart's zero.
fn height(minutes: f64) -> f64 {
    2.0 + 1.5 * (minutes / PERIOD * std::f64::consts::TAU).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn water_is_high_at_both_ends_of_a_period_and_low_between() {
        assert!((height(0.0) - 3.5).abs() < 1e-9);
        assert!((height(PERIOD) - 3.5).abs() < 1e-9);
        assert!((height(PERIOD / 2.0) - 0.5).abs() < 1e-9);
    }
}
