//! URLs as registries use them: `http` and `https`, with a host, a port, a path and a query.

use std::fmt;

/// The longest URL that is taken from a registry, in bytes. Signed ones have about 2 KiB.
const LONGEST: usize = 16 * 1024;

/// A URL without user, password and fragment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Url {
    /// Whether its scheme is `https`.
    pub(crate) https: bool,
    /// The host in lower case; an IPv6 address stands in brackets.
    pub(crate) host: String,
    /// The port, also where it is the scheme's own.
    pub(crate) port: u16,
    /// Path and query, from the first slash.
    pub(crate) target: String,
}

impl Url {
    /// The URL of a path on `host` or `host:port`.
    pub(crate) fn of(https: bool, authority: &str, target: &str) -> Option<Self> {
        let (host, port) = split_authority(authority, https)?;
        Some(Self { https, host, port, target: target.to_owned() })
    }

    /// Reads an absolute URL. Nothing that has a user or a character that can't be in a URL is one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let https = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        if text.len() > LONGEST || !text.bytes().all(|it| it.is_ascii_graphic()) {
            return None;
        }
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        Self::of(https, authority, &target)
    }

    /// What `location` means where this URL answered with it.
    pub(crate) fn join(&self, location: &str) -> Option<Self> {
        let location = location.trim();
        if location.len() > LONGEST || !location.bytes().all(|it| it.is_ascii_graphic()) {
            return None;
        }
        if let Some(rest) = location.strip_prefix("//") {
            return Self::parse(&format!("{}://{rest}", self.scheme()));
        }
        // A colon before any slash ends a scheme.
        let first = location.split(['/', '?', '#']).next().unwrap_or_default();
        if first.contains(':') {
            return Self::parse(location);
        }
        let location = location.split_once('#').map_or(location, |(rest, _)| rest);
        let path = self.target.split_once('?').map_or(&*self.target, |(path, _)| path);
        let target = if location.is_empty() {
            self.target.clone()
        } else if location.starts_with('/') {
            location.to_owned()
        } else if location.starts_with('?') {
            format!("{path}{location}")
        } else {
            let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
            format!("{directory}/{location}")
        };
        Some(Self { target, ..self.clone() })
    }

    pub(crate) fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// `host`, or `host:port` where the port is not the scheme's own.
    pub(crate) fn authority(&self) -> String {
        if self.port == default_port(self.https) {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Scheme, host and port: what credentials are for.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}:{}", self.scheme(), self.host, self.port)
    }

    /// Whether the host is this very machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

/// The whole URL. It may hold secrets in its query: messages name hosts instead.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme(), self.authority(), self.target)
    }
}

/// Whether a host, without its port, is this very machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V6(it)) => {
            it.is_loopback() || it.to_ipv4_mapped().is_some_and(|it| it.is_loopback())
        }
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

fn split_authority(authority: &str, https: bool) -> Option<(String, u16)> {
    let (host, port) = match authority.rsplit_once(':') {
        // A colon within brackets belongs to the address.
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let port = if port.is_empty() { default_port(https) } else { port.parse().ok()? };
    let fits = if let Some(rest) = host.strip_prefix('[') {
        rest.strip_suffix(']')?.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        let letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_');
        !host.is_empty() && !host.starts_with('.') && host.bytes().all(letter)
    };
    (fits && port != 0).then(|| (host.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_urls_are_read() {
        for (text, shown, origin) in [
            ("https://A.io/v2/x?y=1#z", "https://a.io/v2/x?y=1", "https://a.io:443"),
            ("HTTP://a:5000", "http://a:5000/", "http://a:5000"),
            ("http://[::1]:80?q", "http://[::1]/?q", "http://[::1]:80"),
            ("https://[::1]", "https://[::1]/", "https://[::1]:443"),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!((url.to_string().as_str(), url.origin().as_str()), (shown, origin));
        }
        for text in [
            "ftp://a/",
            "https://u:p@a/",
            "https://",
            "https://a:0/",
            "https://a:99999/",
            "https://a b/",
            "https://a/\r\nx",
            "https://[::1/",
            "https://../x",
            "a/b",
        ] {
            assert_eq!(Url::parse(text), None, "{text}");
        }
    }

    #[test]
    fn relative_urls_follow_from_the_one_that_answered() {
        let base = Url::parse("https://a:5000/v2/x/uploads/1?s=1").unwrap();
        for (location, expected) in [
            ("/y?z", "https://a:5000/y?z"),
            ("2?s=2", "https://a:5000/v2/x/uploads/2?s=2"),
            ("?s=2", "https://a:5000/v2/x/uploads/1?s=2"),
            ("//b/c", "https://b/c"),
            ("http://b/c#d", "http://b/c"),
            ("/with:colon", "https://a:5000/with:colon"),
        ] {
            assert_eq!(base.join(location).unwrap().to_string(), expected);
        }
        assert_eq!(base.join("mailto:x"), None);
        assert_eq!(base.join("/a\nb"), None);
    }

    #[test]
    fn loopback_is_this_machine_alone() {
        for host in [
            "localhost",
            "a.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
            "::1",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example", "128.0.0.1", "[::2]", "127.0.0.1.example", "0.0.0.0"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
