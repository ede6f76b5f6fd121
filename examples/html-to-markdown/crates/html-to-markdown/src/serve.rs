//! `serve`: brings the service up, and down again.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::Builder;

use crate::failure::Failure;
use crate::routes;
use crate::server;
use crate::shutdown::Signals;
use crate::store::{Store, StoreError};
use crate::workers::Workers;

/// Threads for connections. Conversions have their own, so two suffice whatever the number of CPUs.
const WORKER_THREADS: usize = 2;
/// Threads for conversions, which bound themselves, and for looking up the database's name, which may hang for
/// seconds each time.
const BLOCKING_THREADS: usize = 16;

pub(crate) fn serve(address: SocketAddr) -> Result<(), Failure> {
    crate::logging::start()?;
    let store = match std::env::var("DATABASE_URL") {
        Ok(url) if !url.is_empty() => Store::postgres(&url)?,
        Err(std::env::VarError::NotUnicode(_)) => Err(StoreError::Url)?,
        _ => Store::memory(),
    };
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKER_THREADS)
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    let done = runtime.block_on(run(address, Arc::new(store)));
    // A conversion that nobody waits for any longer must not hold up the exit.
    runtime.shutdown_background();
    done
}

async fn run(address: SocketAddr, store: Arc<Store>) -> Result<(), Failure> {
    let mut signals = Signals::install().map_err(Failure::Signals)?;
    let failed = |source| Failure::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    tracing::info!("listening on {address}, keeping conversions in {store}");

    // The service answers while the database comes up; only one that stays away ends it.
    let no_database = async {
        match store.wait().await {
            Ok(()) => std::future::pending().await,
            Err(error) => error,
        }
    };
    let stop = async {
        tokio::select! {
            name = signals.received() => {
                tracing::info!("{name}: stopping");
                Ok(())
            }
            error = no_database => Err(Failure::Database(error)),
        }
    };
    server::run(listener, routes::router(Arc::clone(&store), Workers::new()), stop).await
}
