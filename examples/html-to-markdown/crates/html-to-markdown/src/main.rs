//! The `html-to-markdown` program: converts HTML to Markdown, once or as a service.

mod cli;
mod convert;
mod failure;
mod healthcheck;
mod logging;
mod routes;
mod serve;
mod server;
mod shutdown;
mod store;
mod workers;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Convert { file } => convert::convert(file.as_deref()),
        Command::Serve { listen } => serve::serve(listen.address),
        Command::Healthcheck { listen } => healthcheck::healthcheck(listen.address),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell if even this fails.
            _ = writeln!(std::io::stderr(), "html-to-markdown: {}", failure::in_one_line(&failure));
            ExitCode::FAILURE
        }
    }
}
