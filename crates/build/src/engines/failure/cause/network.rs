//! Hosts that a build can't reach, or that don't let it in.

use super::{Cause, word_after};

pub(super) fn of(line: &str, before: &[String]) -> Option<Cause> {
    // Cargo tries again after such a warning.
    if line.trim_start().starts_with("warning: spurious network error") {
        return None;
    }
    if let Some(found) = certificate(line) {
        return Some(found);
    }
    credentials(line).or_else(|| unreachable(line, before))
}

/// A certificate that is not trusted.
pub(super) fn certificate(line: &str) -> Option<Cause> {
    const WORDS: [&str; 7] = [
        "SSL certificate problem",
        "unable to get local issuer certificate",
        "self-signed certificate in certificate chain",
        "self signed certificate in certificate chain",
        "invalid peer certificate",
        "x509: certificate signed by unknown authority",
        "certificate verify failed",
    ];
    let is_one = WORDS.iter().any(|it| line.contains(it));
    is_one.then(|| Cause::Certificate { host: host_in(line) })
}

fn credentials(line: &str) -> Option<Cause> {
    const WORDS: [&str; 9] = [
        "failed to authenticate when downloading repository",
        "no authentication methods succeeded",
        "authentication required",
        "Host key verification failed",
        "Permission denied (publickey",
        "could not read Username for",
        "no token found for",
        "failed to get a 200 OK response, got 401",
        "unauthorized: ",
    ];
    let is_one = WORDS.iter().any(|it| line.contains(it));
    is_one.then(|| Cause::Credentials { host: host_in(line) })
}

fn unreachable(line: &str, before: &[String]) -> Option<Cause> {
    const WORDS: [&str; 11] = [
        "Temporary failure in name resolution",
        "failed to lookup address information",
        "network is unreachable",
        "Network is unreachable",
        "Connection timed out",
        "connection timed out",
        "Connection refused",
        "i/o timeout",
        "Timeout was reached",
        "download of config.json failed",
        "temporary error (try again later)",
    ];
    let host = |before: &str| word_after(line, before).map(str::to_owned);
    if line.contains("Could not resolve host") {
        return Some(Cause::Network { host: host("Could not resolve host: ") });
    }
    if line.contains("Temporary failure resolving") {
        return Some(Cause::Network { host: host("Temporary failure resolving ") });
    }
    if line.contains("no such host") || line.contains("server misbehaving") {
        return Some(Cause::Network { host: host("lookup ").or_else(|| host_in(line)) });
    }
    let is_one = WORDS.iter().any(|it| line.contains(it));
    // The address often stands in the line before.
    let near = || before.iter().rev().take(4).find_map(|it| host_in(it));
    is_one.then(|| Cause::Network { host: host_in(line).or_else(near) })
}

/// The host of an address in a line.
fn host_in(line: &str) -> Option<String> {
    let address = ["https://", "http://", "ssh://git@", "git@"];
    let rest = address.iter().find_map(|it| Some(line.split_once(it)?.1))?;
    // Credentials before the host are nobody's business.
    let rest = rest.split(['/', '`', '\'', '"', ' ', ')']).next()?;
    let host = rest.rsplit('@').next()?.trim_end_matches([':', ',', '.']);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    (!host.is_empty()).then(|| host.to_owned())
}
