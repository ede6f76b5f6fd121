//! The client against servers that behave in every way an engine can, and some that none should.
#![expect(clippy::unwrap_used, reason = "all of this is tests")]

mod connecting;
mod images;
mod loading;
mod saving;
mod server;
