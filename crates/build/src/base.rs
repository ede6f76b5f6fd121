//! Bases: images that an image is built on, from a registry or a layout on this machine.
//!
//! A [`BaseName`] is what the user writes, [`lock`] fixes it to a digest, a [`Source`] finds the image, and
//! [`Root::image`] picks the platform. Layers are named and never unpacked into ours: [`store`] keeps what
//! was downloaded, by digest, for all projects of a user.

pub mod contents;
mod error;
mod layers;
pub mod lock;
mod name;
mod platform;
mod resolve;
mod source;
pub mod store;

pub use error::BaseError;
pub use name::{BaseName, ParseBaseError, ShortName, short_names};
pub use resolve::{Base, Root};
pub use source::Source;
