//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Converts HTML to Markdown, on the command line and as a service.
#[derive(Debug, clap::Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Converts a file, or standard input, to Markdown on standard output.
    Convert {
        /// The HTML file, in UTF-8; standard input if left out or `-`.
        file: Option<PathBuf>,
    },
    /// Runs the service until SIGTERM or SIGINT.
    ///
    /// With `DATABASE_URL` (postgres://USER:PASSWORD@HOST:PORT/DATABASE) it keeps conversions in PostgreSQL,
    /// without it the newest ones in memory. `RUST_LOG` says how much is logged (default: info).
    Serve {
        #[command(flatten)]
        listen: Listen,
    },
    /// Asks the running service for its health: exit code 0 if it is well, 1 if not.
    Healthcheck {
        #[command(flatten)]
        listen: Listen,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Listen {
    /// The address on which the service listens.
    #[arg(
        long = "listen",
        env = "LISTEN_ADDR",
        value_name = "ADDR:PORT",
        default_value = "0.0.0.0:3000"
    )]
    pub(crate) address: SocketAddr,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
