//! Container images: the OCI and Docker image models, layers, layouts and archives.
//!
//! Everything here reads from `Read` and writes to `Write`, so that it can be tested without files.
//! Two modules are about files by their nature: [`layout`], as an OCI layout is a directory, and
//! [`blob`], as a blob may lie in a file.

pub mod archive;
pub mod atomic;

pub mod blob;
pub mod bundle;
pub mod compression;
pub mod config;
pub mod digest;
pub mod files;
pub mod layer;
pub mod layout;
pub mod manifest;
pub mod media_type;
pub mod open;
pub mod platform;
pub mod reference;

pub use blob::{Blob, BlobContent, BlobSet, BlobSource};
pub use bundle::{Bundle, Image};
pub use compression::Compression;
pub use config::{Healthcheck, History, ImageConfig, RootFs, RunConfig};
pub use digest::Digest;
pub use manifest::{Descriptor, Index, Manifest};
pub use platform::Platform;
pub use reference::{DOCKER_HUB, Reference, Repository};
