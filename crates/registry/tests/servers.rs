//! The client against servers: a registry in memory that is stricter than real ones, with token server
//! and CDN, and proxies in front of them that let go wrong what can.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/auth.rs"]
mod auth;
#[path = "support/faults.rs"]
mod faults;
#[path = "support/http.rs"]
mod http;
#[path = "support/image.rs"]
mod image;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/random.rs"]
mod random;
#[path = "support/record.rs"]
mod record;
#[path = "support/registry.rs"]
mod registry;
#[path = "support/server.rs"]
mod server;
#[path = "support/uploads.rs"]
mod uploads;
#[path = "support/world.rs"]
mod world;

#[path = "servers/access.rs"]
mod access;
#[path = "servers/pulling.rs"]
mod pulling;
#[path = "servers/pushing.rs"]
mod pushing;
#[path = "servers/runs.rs"]
mod runs;
