//! Tests that start the real program, on loopback alone.
#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that it did not expect")]

mod command_line;
mod database;
mod drain;
mod http;
mod left_out;
mod postgresql;
mod requests;
mod service;
mod start_up;
