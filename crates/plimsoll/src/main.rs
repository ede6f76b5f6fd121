//! The `plimsoll` program: arguments, settings, output and exit codes. Everything else is in the
//! libraries below it.

use std::process::ExitCode;

use clap::Parser as _;

mod args;
mod commands;
mod diff;
mod disk;
mod environment;
mod failure;
mod hints;
mod init;
mod owner;
mod paths;
mod read;
mod registry;
mod report;
mod settings;
mod status;
mod ui;

fn main() -> ExitCode {
    // clap prints help and usage errors itself, and exits with 0 or 2.
    let mut args = args::Args::parse();
    let ui = ui::Ui::new(&args);
    match commands::run(&mut args, &ui) {
        Ok(status) => status.into(),
        Err(failure) => {
            ui.failure(&failure);
            ExitCode::from(failure::COULD_NOT_WORK)
        }
    }
}
