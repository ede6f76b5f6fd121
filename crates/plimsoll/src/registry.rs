//! The client of registries, as the command line, settings and environment want it.

use std::env;

use plimsoll_registry::{Client, Environment, Options};

use crate::settings::RegistrySettings;

/// Makes a client that speaks plain HTTP with `insecure` and with the hosts that the settings name.
pub(crate) fn client(
    settings: &RegistrySettings,
    insecure: &[String],
    connections: Option<usize>,
) -> Client {
    let default = Options::default();
    Client::new(Options {
        environment: Environment::from_vars(|name| env::var(name).ok()),
        insecure: settings.insecure.iter().chain(insecure).cloned().collect(),
        connections: connections.unwrap_or(default.connections),
        ..default
    })
}
