//! `plimsoll push` and `build --push` as a user meets them: the real program, and a registry in memory
//! that notes every request.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "the registry's own tests use all of it")]
#[path = "../../registry/tests/support/auth.rs"]
mod auth;
#[expect(dead_code, reason = "the registry's own tests use all of it")]
#[path = "../../registry/tests/support/http.rs"]
mod http;
#[expect(dead_code, reason = "the registry's own tests use all of it")]
#[path = "../../registry/tests/support/image.rs"]
mod image;
#[expect(dead_code, reason = "the registry's own tests use all of it")]
#[path = "../../registry/tests/support/random.rs"]
mod random;
#[expect(dead_code, reason = "the registry's own tests use all of it")]
#[path = "../../registry/tests/support/record.rs"]
mod record;
#[expect(dead_code, reason = "the registry's own tests use all of it")]
#[path = "../../registry/tests/support/registry.rs"]
mod registry;
#[path = "../../registry/tests/support/server.rs"]
mod server;
#[path = "../../registry/tests/support/uploads.rs"]
mod uploads;

#[path = "push/bases.rs"]
mod bases;
#[path = "push/building.rs"]
mod building;
#[path = "push/fixture.rs"]
mod fixture;
#[path = "push/sending.rs"]
mod sending;
#[path = "push/tags.rs"]
mod tags;
