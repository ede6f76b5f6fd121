//! Taking images out of an engine.

use std::io::Write;

use bollard::errors::Error;
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::error::EngineError;
use crate::{Engine, classify, image};

const ACTION: &str = "save the image";

impl Engine {
    /// Writes the archive of an image, as `docker save` does, and gives its length in bytes. It is
    /// written as it comes, in constant memory.
    ///
    /// # Errors
    /// [`EngineError::ImageNotFound`]; [`EngineError::Archive`] with the error of `sink`;
    /// [`EngineError::TimedOut`] when nothing comes for [`Timeouts::load_idle`](crate::Timeouts::load_idle).
    pub fn save(&self, name_or_id: &str, sink: &mut dyn Write) -> Result<u64, EngineError> {
        let name = image::checked(name_or_id)?;
        self.run(async {
            let mut blocks = std::pin::pin!(self.docker.export_image(name));
            let limit = self.timeouts.load_idle;
            let endpoint = || self.endpoint.to_string();
            let mut length = 0;
            loop {
                match timeout(limit, blocks.next()).await {
                    Err(_) => {
                        let endpoint = endpoint();
                        return Err(EngineError::TimedOut {
                            endpoint,
                            action: ACTION,
                            after: limit,
                        });
                    }
                    Ok(None) => break,
                    Ok(Some(Ok(block))) => {
                        length += block.len() as u64;
                        sink.write_all(&block).map_err(|source| EngineError::Archive {
                            endpoint: endpoint(),
                            source,
                        })?;
                    }
                    Ok(Some(Err(Error::DockerResponseServerError {
                        status_code: 404, ..
                    }))) => {
                        let name = name.to_owned();
                        return Err(EngineError::ImageNotFound { endpoint: endpoint(), name });
                    }
                    Ok(Some(Err(error))) => {
                        return Err(classify::asking(&self.endpoint, ACTION, error));
                    }
                }
            }
            sink.flush().map_err(|source| EngineError::Archive { endpoint: endpoint(), source })?;
            Ok(length)
        })?
    }
}
