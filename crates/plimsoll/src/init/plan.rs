//! What will be written, decided: everything that templates see.

#[cfg(test)]
pub(crate) mod sample;

use plimsoll_image::{Platform, Reference};
