//! A client of container registries (OCI distribution specification 1.1): pull, push, credentials.
//!
//! [`Client`] is the way in; everything is synchronous, and several connections are used where work
//! is parallel. What arrives is checked against its digest and size before anybody sees it. Credentials
//! go to the host that they are for and nowhere else.

mod auth;
mod client;
mod copy;
mod credentials;
mod environment;
mod error;
mod events;
mod options;
mod pull;
mod push;
mod referrers;
mod transport;
mod upload;

pub use client::{Client, Fetched};
pub use environment::Environment;
pub use error::RegistryError;
pub use events::{Event, Events, Silent};
pub use options::Options;
pub use push::{Mounts, Push, Pushed, Target};
