//! Compose files: what they say, in the words of the
//! [Compose specification](https://github.com/compose-spec/compose-spec/blob/main/spec.md).
//!
//! [`Compose`] is a view of a YAML tree: it copies nothing, and each part knows its place. Parts that
//! can be written in a short and in a long form are read from both. Texts are as they are written,
//! variables included: see [`Text::is_templated`].

mod build;
mod command_line;
mod depends_on;
mod file_mounts;
mod healthcheck;
mod model;
mod pairs;
mod ports;
mod resources;
mod service;
mod split;
mod text;
mod volumes;

pub use build::Build;
pub use command_line::{CommandLine, CommandWord};
pub use depends_on::{Condition, Dependency};
pub use file_mounts::{EnvFile, FileMount};
pub use healthcheck::{Healthcheck, HealthcheckTest};
pub use model::{Compose, Resource};
pub use pairs::Pair;
pub use ports::Port;
pub use resources::{Limits, Resources};
pub use service::{NetworkUse, Service};
pub use text::Text;
pub use volumes::{Mount, MountKind};

#[cfg(test)]
mod tests;
