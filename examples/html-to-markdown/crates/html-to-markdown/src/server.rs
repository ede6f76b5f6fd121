//! Accepts connections, up to a number, and drains them in the end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

/// Further clients wait in the kernel's queue.
const CONNECTIONS: usize = 128;
/// The largest head of a request, and how much of a body waits per connection.
const BUFFER_BYTES: usize = 32 * 1024;
/// How long a client may take to send a request's head, and keep a connection open between two.
const HEAD_TIME: Duration = Duration::from_secs(5);
/// How long open requests may take once the service was asked to stop.
const DRAIN_TIME: Duration = Duration::from_millis(1500);

/// Serves `router` until `stop` is done, then finishes the open requests; the answer is `stop`'s.
pub(crate) async fn run<T>(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = T>,
) -> T {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(BUFFER_BYTES);
    let service = TowerToHyperService::new(router);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = GracefulShutdown::new();

    let mut stop = std::pin::pin!(stop);
    let outcome = loop {
        let (place, stream) = tokio::select! {
            outcome = &mut stop => break outcome,
            accepted = accept(&listener, &places) => accepted,
        };
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service.clone()));
        tokio::spawn(async move {
            // Clients hang up in many ways, and none of them concerns the operator.
            if let Err(error) = connection.await {
                tracing::debug!("connection ended: {}", crate::failure::in_one_line(&error));
            }
            drop(place);
        });
    };

    drop(listener);
    if timeout(DRAIN_TIME, open.shutdown()).await.is_ok() {
        tracing::info!("stopped: every open request was answered");
    } else {
        tracing::warn!("stopped: requests still open after {} ms were cut", DRAIN_TIME.as_millis());
    }
    outcome
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, TcpStream) {
    // The semaphore is never closed, so there always is a permit.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (place, stream),
            Err(error) => {
                // Out of file descriptors, or a client that left already: asking again at once would spin.
                tracing::warn!("cannot accept a connection: {error}");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
