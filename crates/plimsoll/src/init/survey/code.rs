//! What the sources of a program say about how it runs.
//!
//! Each crate is read once. Its facts belong to items, and a program has those whose items its `main`
//! leads to by names: several programs often share one library.

mod commands;
mod fact;
mod health;
mod listen;
mod names;
mod owner;
mod program;
mod reach;
mod serving;
mod signals;
mod sources;
mod variables;

pub(super) use fact::{Fact, Host, Listen, Subcommand, What};
pub(super) use health::{ROUTES, joined};
pub(super) use listen::{address, host_of};
pub(super) use names::{Meaning, meaning};
pub(super) use program::{Near, ProgramCode};
pub(super) use sources::Sources;
