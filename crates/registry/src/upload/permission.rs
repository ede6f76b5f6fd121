//! Whether a registry would take what is to be sent, before there is anything.

use plimsoll_image::Repository;

use crate::{Client, Events, RegistryError};

impl Client {
    /// Asks whether a repository may be written to, by an upload that is begun and given up. It costs two
    /// requests and leaves nothing.
    ///
    /// # Errors
    /// [`RegistryError::Denied`] where the credentials do not suffice, and whatever else would keep a push from
    /// going on.
    pub fn check_writable(
        &self,
        repository: &Repository,
        events: &dyn Events,
    ) -> Result<(), RegistryError> {
        let session = self.begin(repository, events)?;
        self.cancel(repository, &session, events);
        Ok(())
    }
}
