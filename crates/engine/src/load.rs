//! Loading images into an engine.

mod pipe;

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::thread;

use bollard::errors::Error;
use bollard::query_parameters::ImportImageOptionsBuilder;
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::error::{Cause, EngineError};
use crate::{Engine, classify};
use pipe::{Body, Pace, Written};

const ACTION: &str = "load the image";

/// What an engine loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The names, `repo:tag`, that were in the archive, in its order.
    pub names: Vec<String>,
    /// The identifiers of the images that had no name in the archive, in its order.
    pub ids: Vec<String>,
}

impl Engine {
    /// Loads an archive of `docker save`, or of an OCI layout where the engine takes those. It is
    /// sent as it is read, in constant memory.
    pub fn load(&self, mut archive: impl Read + Send) -> Result<Loaded, EngineError> {
        self.load_with(|engine| io::copy(&mut archive, engine).map(drop))
    }

    /// Loads an archive that `write` makes while it is sent, in constant memory: a write waits
    /// until the engine has taken most of what was written before. `write` runs in a thread of its
    /// own and is done when this returns; small writes are gathered into blocks.
    ///
    /// When `write` fails, the load is called off, so the engine never sees a shortened archive as a
    /// whole one. When the engine ends the load, the next write fails with
    /// [`io::ErrorKind::BrokenPipe`].
    ///
    /// # Errors
    /// [`EngineError::Archive`] with the error of `write`; [`EngineError::LoadFailed`] with what the
    /// engine said; [`EngineError::HungUp`] where it said nothing; [`EngineError::TimedOut`] when it
    /// stands still for [`Timeouts::load_idle`](crate::Timeouts::load_idle).
    ///
    /// # Panics
    /// When `write` panics.
    pub fn load_with<W>(&self, write: W) -> Result<Loaded, EngineError>
    where
        W: FnOnce(&mut dyn Write) -> io::Result<()> + Send,
    {
        let (writer, body) = pipe::pipe();
        let (written, answer) = thread::scope(|scope| {
            let spawned = thread::Builder::new()
                .name("plimsoll-load".to_owned())
                .spawn_scoped(scope, move || writer.run(write));
            let writer = match spawned {
                Ok(writer) => writer,
                Err(source) => {
                    let endpoint = self.endpoint.to_string();
                    return Err(EngineError::Resources { endpoint, source });
                }
            };
            // The body is gone when this is done, so the writer can't wait for ever.
            let answer = self.run(self.send(body)).and_then(|it| it);
            match writer.join() {
                Ok(written) => Ok((written, answer)),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })?;
        self.verdict(written, answer)
    }

    /// Sends the body and collects what the engine tells of.
    async fn send(&self, body: Body) -> Result<Loaded, EngineError> {
        let pace = body.pace();
        let options = ImportImageOptionsBuilder::default().build();
        let mut answers =
            std::pin::pin!(self.docker.import_image_stream(options, body.into_stream(), None));
        let mut loaded = Loaded::default();
        loop {
            let next = self.unless_idle(&pace, answers.next()).await?;
            match next {
                None => return Ok(loaded),
                Some(Ok(answer)) => loaded.read(&answer.stream.unwrap_or_default()),
                Some(Err(error)) => return Err(self.load_error(error)),
            }
        }
    }

    /// Waits for `answer` as long as something moves: blocks that the engine takes, or answers.
    async fn unless_idle<T>(
        &self,
        pace: &Arc<Pace>,
        answer: impl Future<Output = T>,
    ) -> Result<T, EngineError> {
        let limit = self.timeouts.load_idle;
        let mut answer = std::pin::pin!(answer);
        pace.moved();
        loop {
            let patience = limit.saturating_sub(pace.idle());
            if patience.is_zero() {
                let endpoint = self.endpoint.to_string();
                return Err(EngineError::TimedOut { endpoint, action: ACTION, after: limit });
            }
            if let Ok(answer) = timeout(patience, &mut answer).await {
                return Ok(answer);
            }
        }
    }

    fn load_error(&self, error: Error) -> EngineError {
        let endpoint = self.endpoint.to_string();
        match error {
            Error::DockerResponseServerError { message, status_code: 500 } => {
                // Some engines report a failed load this way, some within a successful answer.
                EngineError::LoadFailed { endpoint, message }
            }
            error => classify::asking(&self.endpoint, ACTION, error),
        }
    }

    /// Weighs what the writer and the engine say: an error of the writer's own explains all that
    /// the engine says, and an engine that ended the load explains the writer's broken pipe.
    fn verdict(
        &self,
        written: Written,
        answer: Result<Loaded, EngineError>,
    ) -> Result<Loaded, EngineError> {
        let endpoint = || self.endpoint.to_string();
        if let Written::Failed(source) = written {
            return Err(EngineError::Archive { endpoint: endpoint(), source });
        }
        let loaded = answer?;
        if loaded != Loaded::default() {
            // It need not have taken all: what follows the end of an archive is padding.
            return Ok(loaded);
        }
        match written {
            Written::Whole => Err(EngineError::NothingLoaded { endpoint: endpoint() }),
            _ => Err(EngineError::HungUp {
                endpoint: endpoint(),
                action: ACTION,
                source: Cause("it did not take the whole archive".to_owned()),
            }),
        }
    }
}

impl Loaded {
    /// Takes what one message of the engine says: `Loaded image: NAME`, `Loaded image ID: ID`.
    fn read(&mut self, message: &str) {
        for line in message.lines() {
            if let Some(name) = line.strip_prefix("Loaded image: ") {
                self.names.push(name.trim().to_owned());
            } else if let Some(id) = line.strip_prefix("Loaded image ID: ") {
                self.ids.push(id.trim().to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_identifiers_are_read_from_the_engines_messages() {
        let mut loaded = Loaded::default();
        loaded.read("Loaded image: app:1.2\n");
        loaded.read("");
        loaded.read("Loading layer\nLoaded image ID: sha256:0123\n");
        assert_eq!(loaded.names, ["app:1.2"]);
        assert_eq!(loaded.ids, ["sha256:0123"]);
    }
}
