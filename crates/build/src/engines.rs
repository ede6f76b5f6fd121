//! Engines that build from a Dockerfile: `docker buildx`, `docker build` with BuildKit, and buildah.
//!
//! What a user asks for is a [`Request`]. [`tool::find`] says which program there is and which version,
//! [`plan::plan`] turns both into command lines, and into where the image will be; what an engine can't
//! do is an error there, before anything runs. [`run::run`] runs one of them, and [`failure`] says why it
//! failed.

pub mod argument;
pub mod buildah;
pub mod builder;
pub mod buildx;
pub mod cache;
pub mod csv;
pub mod docker;
pub mod failure;
pub mod history;
pub mod invocation;
pub mod plan;
pub mod request;
pub mod run;
pub mod secret;
pub mod spec_error;
pub mod ssh;
pub mod steps;
pub mod tail;
pub mod tool;
pub mod version;

pub use builder::Builder;
pub use cache::Cache;
pub use invocation::Invocation;
pub use plan::{Plan, PlanError, Product};
pub use request::{Request, World};
pub use secret::Secret;
pub use spec_error::SpecError;
pub use ssh::Ssh;
pub use steps::LocalSteps;
pub use tool::{FindError, Kind, Tool};
