//! Log lines on standard output, where a container's log is.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::failure::Failure;

/// Starts logging at what `RUST_LOG` says; `info` where it is unset or empty.
pub(crate) fn start() -> Result<(), Failure> {
    let directives = std::env::var("RUST_LOG").unwrap_or_default();
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .parse(directives)
        .map_err(Failure::Logging)?;
    tracing_subscriber::fmt().with_env_filter(filter).with_target(false).init();
    Ok(())
}
