//! Admits documents to memory and to a thread, so that any number of clients fits a small container.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use html_markdown::Converter;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Conversions at a time; each may take 25 MB for a short while.
const CONVERSIONS: usize = 2;
/// Bodies that are held at a time, all together, in KiB.
const BODIES_KIB: usize = 4 * 1024;
/// How long a client may take to send its document.
const BODY_TIME: Duration = Duration::from_secs(10);
/// How long a document waits for memory, and for a thread.
const WAIT_TIME: Duration = Duration::from_secs(5);

/// Why a document was not converted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
    #[error(transparent)]
    Convert(#[from] html_markdown::Error),
    #[error("the document has more than {limit} bytes, or did not arrive whole")]
    Body { limit: usize },
    #[error("the document is not UTF-8")]
    NotUtf8,
    #[error("the document took longer than {} s to arrive", BODY_TIME.as_secs())]
    SlowBody,
    #[error("too many documents are being converted; try again in a moment")]
    Busy,
    #[error("the conversion ended before its time")]
    Lost,
}

/// A document in memory, and the permit for that memory.
pub(crate) struct Document {
    html: String,
    _memory: OwnedSemaphorePermit,
}

impl Document {
    /// Length of the source in bytes.
    pub(crate) fn len(&self) -> usize {
        self.html.len()
    }
}

pub(crate) struct Workers {
    converter: Arc<Converter>,
    memory: Arc<Semaphore>,
    threads: Arc<Semaphore>,
}

impl Workers {
    pub(crate) fn new() -> Self {
        Self {
            converter: Arc::new(Converter::default()),
            memory: Arc::new(Semaphore::new(BODIES_KIB)),
            threads: Arc::new(Semaphore::new(CONVERSIONS)),
        }
    }

    /// Reads a document whose length is `announced`, or anything up to the limit.
    pub(crate) async fn receive(
        &self,
        body: Body,
        announced: Option<usize>,
    ) -> Result<Document, WorkError> {
        let limit = self.converter.limits().input_bytes;
        if let Some(actual) = announced.filter(|&length| length > limit) {
            Err(html_markdown::Error::InputTooLarge { actual, limit })?;
        }
        let kib = u32::try_from(announced.unwrap_or(limit).div_ceil(1024))
            .map_err(|_| WorkError::Busy)?;
        let memory = admit(Arc::clone(&self.memory).acquire_many_owned(kib)).await?;
        let bytes =
            timeout(BODY_TIME, to_bytes(body, limit)).await.map_err(|_| WorkError::SlowBody)?;
        let bytes = bytes.map_err(|_| WorkError::Body { limit })?;
        let html = String::from_utf8(bytes.into()).map_err(|_| WorkError::NotUtf8)?;
        Ok(Document { html, _memory: memory })
    }

    /// Converts on a thread of its own, as a long document would hold up every connection of a worker thread.
    pub(crate) async fn convert(&self, document: Document) -> Result<String, WorkError> {
        let thread = admit(Arc::clone(&self.threads).acquire_owned()).await?;
        let converter = Arc::clone(&self.converter);
        let conversion = tokio::task::spawn_blocking(move || {
            // The permit stays with the thread: it is not free again when the client has left.
            let _thread = thread;
            converter.convert(&document.html)
        });
        Ok(conversion.await.map_err(|_| WorkError::Lost)??)
    }
}

async fn admit<E>(
    permit: impl Future<Output = Result<OwnedSemaphorePermit, E>>,
) -> Result<OwnedSemaphorePermit, WorkError> {
    timeout(WAIT_TIME, permit).await.ok().and_then(Result::ok).ok_or(WorkError::Busy)
}
