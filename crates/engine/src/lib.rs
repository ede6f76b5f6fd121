//! The Docker Engine: loading, tagging and finding images.
//!
//! [`Endpoint::resolve`] says which engine is meant, [`Engine::connect`] asks it whether it is one,
//! and the methods of [`Engine`] do the work. Everything is synchronous: the asynchronous client and
//! its runtime stay inside, and no type of theirs is in the API. Call it from ordinary threads, not
//! from within an asynchronous runtime.

mod classify;
mod endpoint;
mod engine;
mod error;
mod image;
mod load;
mod save;

pub use endpoint::environment::Environment;
pub use endpoint::error::EndpointError;
pub use endpoint::{Address, Endpoint, Origin};
pub use engine::{Engine, Info, Timeouts};
pub use error::{Cause, EngineError};
pub use image::ImageSummary;
pub use load::Loaded;
