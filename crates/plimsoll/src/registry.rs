//! The client of registries, as the command line, settings and environment want it.

use std::{env, time::Duration};

use plimsoll_registry::{Client, Environment, Options};

use crate::settings::RegistrySettings;

/// Makes a client that speaks plain HTTP with `insecure` and with the hosts that the settings name.
pub(crate) fn client(
    settings: &RegistrySettings,
    insecure: &[String],
    connections: Option<usize>,
) -> Client {
    let options = options(settings, insecure);
    let connections = connections.unwrap_or(options.connections);
    Client::new(Options { connections, ..options })
}

/// A client that asks each question once, for those who can do without an answer.
pub(crate) fn impatient_client(settings: &RegistrySettings, insecure: &[String]) -> Client {
    let patience = Duration::from_secs(10);
    Client::new(Options { retries: 0, patience, ..options(settings, insecure) })
}

fn options(settings: &RegistrySettings, insecure: &[String]) -> Options {
    Options {
        environment: Environment::from_vars(|name| env::var(name).ok()),
        insecure: settings.insecure.iter().chain(insecure).cloned().collect(),
        ..Options::default()
    }
}
