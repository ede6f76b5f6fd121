//! Writes a tag that must not change, as far as the protocol allows (see the parent module).

use std::{
    thread,
    time::{Duration, Instant},
};

use plimsoll_image::{Digest, Reference};

use super::{manifests::PutError, plan::Sheet, tag_exists};
use crate::{
    Client, Events, RegistryError,
    client::retry::{Retry, in_words, is_passing},
};

/// How long is waited at most for somebody who writes the same tag.
const MOST_WAIT: Duration = Duration::from_secs(2);

impl Client {
    pub(super) fn write_immutable(
        &self,
        target: &Reference,
        sheet: &Sheet,
        events: &dyn Events,
    ) -> Result<(), PutError> {
        let new = sheet.descriptor.digest;
        let Some(tag) = &target.tag else {
            return self.put_manifest(&target.pinned(new), sheet, false, events);
        };
        let reference = target.tagged(tag);
        let mut retry = Retry::new(&self.inner.options);
        loop {
            let began = Instant::now();
            if self.is_written(&reference, new, events)? {
                return Ok(());
            }
            let error = match self.put_manifest(&reference, sheet, true, events) {
                Ok(()) => {
                    // Somebody else may have looked before we wrote, and the last one wins. They need
                    // about as long from the look to the end of writing as we did.
                    thread::sleep(began.elapsed().min(MOST_WAIT));
                    self.is_written(&reference, new, events)?;
                    return Ok(());
                }
                Err(PutError::Failed(error)) if is_passing(&error) => error,
                Err(PutError::Refused(refusal)) if refusal.misses_blobs() => {
                    return Err(PutError::Refused(refusal));
                }
                Err(PutError::Refused(refusal)) => {
                    // 412, or what a registry says whose tags can't change: who was faster?
                    if !refusal.may_pass() {
                        return if self.is_written(&reference, new, events)? {
                            Ok(())
                        } else {
                            Err(PutError::Refused(refusal))
                        };
                    }
                    let retry_after = refusal.retry_after;
                    let action = format!("write the manifest of {reference}");
                    let error = refusal.into_error(&reference.repository, &action);
                    if retry.again(&in_words(&error), retry_after, events) {
                        continue;
                    }
                    return Err(PutError::Failed(error));
                }
                // So do some registries answer whose tags can't change.
                Err(PutError::Failed(error @ RegistryError::Denied { .. })) => {
                    return match self.is_written(&reference, new, events) {
                        Ok(true) => Ok(()),
                        Err(exists @ PutError::Failed(RegistryError::TagExists { .. })) => {
                            Err(exists)
                        }
                        _ => Err(PutError::Failed(error)),
                    };
                }
                Err(error @ PutError::Failed(_)) => return Err(error),
            };
            if !retry.again(&in_words(&error), None, events) {
                return Err(PutError::Failed(error));
            }
        }
    }

    /// Whether a tag names what it should; an error if it names something else.
    fn is_written(
        &self,
        reference: &Reference,
        new: Digest,
        events: &dyn Events,
    ) -> Result<bool, PutError> {
        let found: Result<_, RegistryError> = self.look(reference, true, events);
        match found.map_err(PutError::Failed)?.map(|it| it.digest) {
            Some(existing) if existing != new => {
                Err(PutError::Failed(tag_exists(reference, existing, new)))
            }
            found => Ok(found.is_some()),
        }
    }
}
