//! Compose files: what they say, in the words of the
//! [Compose specification](https://github.com/compose-spec/compose-spec/blob/main/spec.md).
//!
//! [`Compose`] is a view of a YAML tree: it copies nothing, and each part knows its place. Parts that
//! can be written in a short and in a long form are read from both. Texts are as they are written,
//! variables included: see [`Text::is_templated`].

mod broken;
mod build;
mod checks;
mod command_line;
mod consistency;
mod cycles;
mod depends_on;
mod file_mounts;
mod healthcheck;
pub mod interpolation;
mod loaded;
mod merge;
mod model;
mod pairs;
mod parts;
mod place;
mod ports;
mod problem;
mod problems;
mod resources;
mod schema;
mod service;
mod short_mount;
mod split;
mod text;
mod units;
mod validate;
mod volumes;

pub use build::Build;
pub use command_line::{CommandLine, CommandWord};
pub use depends_on::{Condition, Dependency};
pub use file_mounts::{EnvFile, FileMount};
pub use healthcheck::{Healthcheck, HealthcheckTest};
pub use model::{Compose, Resource};
pub use pairs::Pair;
pub use ports::Port;
pub use problem::{ComposeProblem, ComposeProblemKind};
pub use problems::{Options, problems};
pub use resources::{Limits, Resources};
pub use service::{NetworkUse, Service};
pub use text::Text;
pub use units::{bytes, duration};
pub use volumes::{Mount, MountKind};

#[cfg(test)]
mod tests;
