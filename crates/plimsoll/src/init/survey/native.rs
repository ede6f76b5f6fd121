//! What a program's crates need of the system.

mod own;
mod table;

use std::collections::BTreeSet;

use plimsoll_lint::libraries::compiled::Compiled;
use plimsoll_project::files::Files;

use super::Native;

/// Crates that take the authorities of the system to prove who a server is.
const TRUSTS_SYSTEM: [&str; 6] = [
    "native-tls",
    "openssl",
    "openssl-probe",
    "rustls-native-certs",
    "rustls-platform-verifier",
    "curl",
];

/// What is needed, sorted by crate and need.
pub(super) fn needs(files: &dyn Files, compiled: &Compiled<'_>) -> Vec<Native> {
    let mut found = table::of_crates(compiled);
    found.extend(own::of_members(files, compiled));
    found.sort_by(|a, b| (&a.crate_name, &a.what).cmp(&(&b.crate_name, &b.what)));
    found.dedup_by(|a, b| (&a.crate_name, &a.what) == (&b.crate_name, &b.what));
    found
}

/// Whether the program makes TLS connections that need the authorities of the system.
pub(super) fn needs_certificates(compiled: &Compiled<'_>) -> bool {
    let names: BTreeSet<&str> = compiled.names();
    TRUSTS_SYSTEM.iter().any(|it| names.contains(it))
}
