//! Which proxy a request goes through: `HTTPS_PROXY`, `http_proxy` and `NO_PROXY` as Go's programs, Docker
//! among them, read them.
//!
//! `NO_PROXY` lists, between commas or spaces: `*`; a domain, which means its subdomains as well, or
//! with a dot or `*.` before it, them alone; an address; a network as `10.0.0.0/8`. Each but a network
//! may end with a port. Loopback never goes through a proxy.

use std::net::IpAddr;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{tls::SetupProblem, url::Url};
use crate::{Environment, credentials::Secret};

/// A proxy that speaks HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Proxy {
    pub(crate) url: Url,
    /// The value of `Proxy-Authorization`.
    pub(crate) authorization: Option<Secret>,
}

/// The proxies of the environment.
#[derive(Debug)]
pub(crate) struct Proxies {
    https: Option<Result<Proxy, SetupProblem>>,
    http: Option<Result<Proxy, SetupProblem>>,
    without: Vec<Exception>,
}

/// For whom there is no proxy, and on which port alone.
#[derive(Debug, PartialEq, Eq)]
struct Exception(Who, Option<u16>);

#[derive(Debug, PartialEq, Eq)]
enum Who {
    All,
    /// The name, and whether it stands for itself as well as for its subdomains.
    Domain(String, bool),
    Network(IpAddr, u8),
}

impl Proxies {
    pub(crate) fn new(environment: &Environment) -> Self {
        let read = |name, value: &Option<String>| value.as_ref().map(|it| proxy(name, it));
        let without = environment.no_proxy.as_deref().unwrap_or_default();
        Self {
            https: read("HTTPS_PROXY", &environment.https_proxy),
            http: read("http_proxy", &environment.http_proxy),
            without: without.split([',', ' ', '\t']).filter_map(exception).collect(),
        }
    }

    /// The proxy for a URL.
    pub(crate) fn of(&self, url: &Url) -> Result<Option<Proxy>, SetupProblem> {
        let proxy = if url.https { &self.https } else { &self.http };
        let Some(proxy) = proxy else { return Ok(None) };
        if url.is_loopback() || self.without.iter().any(|it| it.fits(url)) {
            return Ok(None);
        }
        proxy.clone().map(Some)
    }
}

impl Exception {
    fn fits(&self, url: &Url) -> bool {
        if self.1.is_some_and(|port| port != url.port) {
            return false;
        }
        let host = url.host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
        match &self.0 {
            Who::All => true,
            Who::Domain(name, itself) => match host.strip_suffix(name.as_str()) {
                Some("") => *itself,
                Some(rest) => rest.ends_with('.'),
                None => false,
            },
            Who::Network(network, bits) => {
                host.parse().is_ok_and(|address| is_within(address, *network, *bits))
            }
        }
    }
}

fn exception(text: &str) -> Option<Exception> {
    let text = text.trim().to_ascii_lowercase();
    if text.is_empty() {
        return None;
    }
    if text == "*" {
        return Some(Exception(Who::All, None));
    }
    if let Some((network, bits)) = text.split_once('/') {
        let network: IpAddr = network.parse().ok()?;
        let most = if network.is_ipv4() { 32 } else { 128 };
        let bits = bits.parse().ok().filter(|it| *it <= most)?;
        return Some(Exception(Who::Network(network, bits), None));
    }
    let whole = |address: IpAddr| Who::Network(address, if address.is_ipv4() { 32 } else { 128 });
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Exception(whole(address), None));
    }
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => {
            (name, Some(port.parse().ok()?))
        }
        _ => (&*text, None),
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(Exception(whole(address), port));
    }
    let name = name.strip_prefix('*').unwrap_or(name).trim_end_matches('.');
    let domain = match name.strip_prefix('.') {
        Some(name) => Who::Domain(name.to_owned(), false),
        None => Who::Domain(name.to_owned(), true),
    };
    Some(Exception(domain, port))
}

fn is_within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (one, other, width) = match (address.to_canonical(), network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            (u128::from(one.to_bits()), u128::from(other.to_bits()), 32)
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    let shift = width - u32::from(bits).min(width);
    one.checked_shr(shift).unwrap_or(0) == other.checked_shr(shift).unwrap_or(0)
}

fn proxy(name: &'static str, value: &str) -> Result<Proxy, SetupProblem> {
    // The value may hold a password, so that no message repeats it.
    let wrong = |reason: &str| SetupProblem::Variable(name, reason.to_owned());
    let (scheme, rest) = value.trim().split_once("://").unwrap_or(("http", value.trim()));
    if scheme.to_ascii_lowercase().starts_with("socks") {
        return Err(wrong("proxies that speak SOCKS are not supported, only HTTP ones"));
    }
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (user, host) = match rest.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, rest),
    };
    let url = Url::parse(&format!("{scheme}://{host}"))
        .ok_or_else(|| wrong("it is not a URL such as http://proxy.example:3128"))?;
    let authorization = user.map(|user| {
        let (name, password) = user.split_once(':').unwrap_or((user, ""));
        let mut pair = decoded(name);
        pair.push(b':');
        pair.extend(decoded(password));
        Secret::new(format!("Basic {}", STANDARD.encode(pair)))
    });
    Ok(Proxy { url, authorization })
}

/// Takes `%40` and the like apart.
fn decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let value = digits
            .filter(|it| byte == b'%' && it.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|it| u8::from_str_radix(it, 16).ok());
        out.push(value.unwrap_or(byte));
        rest = if value.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes_through(no_proxy: &str, url: &str) -> bool {
        let environment = Environment {
            https_proxy: Some("http://proxy.example:3128".to_owned()),
            http_proxy: Some("proxy.example".to_owned()),
            no_proxy: Some(no_proxy.to_owned()),
            ..Environment::default()
        };
        Proxies::new(&environment).of(&Url::parse(url).unwrap()).unwrap().is_some()
    }

    #[test]
    fn no_proxy_is_read_as_go_reads_it() {
        for (list, url, expected) in [
            ("", "https://a.io/", true),
            ("*", "https://a.io/", false),
            ("a.io", "https://a.io/", false),
            ("A.IO", "https://x.a.io/", false),
            ("a.io", "https://ba.io/", true),
            (".a.io", "https://a.io/", true),
            (".a.io", "https://x.a.io/", false),
            ("*.a.io", "https://x.a.io/", false),
            ("b.io, a.io", "https://a.io/", false),
            ("b.io a.io", "https://a.io/", false),
            ("a.io:5000", "https://a.io:5000/", false),
            ("a.io:5000", "https://a.io/", true),
            ("a.io:443", "https://a.io/", false),
            ("10.0.0.0/8", "https://10.1.2.3:5000/", false),
            ("10.0.0.0/8", "https://11.1.2.3/", true),
            ("10.0.0.0/33", "https://10.1.2.3/", true),
            ("0.0.0.0/0", "https://11.1.2.3/", false),
            ("fd00::/8", "https://[fd00::1]/", false),
            ("::/0", "https://[fd00::1]/", false),
            ("[fd00::1]:5000", "https://[fd00::1]:5000/", false),
            ("10.1.2.3:80", "https://10.1.2.3/", true),
            ("10.1.2.3", "http://10.1.2.3/", false),
        ] {
            assert_eq!(goes_through(list, url), expected, "{list} {url}");
        }
    }

    #[test]
    fn loopback_needs_no_proxy() {
        for url in ["http://localhost:5000/", "https://127.0.0.1/", "http://[::1]:5000/"] {
            assert!(!goes_through("", url), "{url}");
        }
    }

    #[test]
    fn credentials_of_proxies_are_sent_and_not_shown() {
        let found = proxy("HTTPS_PROXY", "http://us%40er:p%3ass@proxy.example:3128/").unwrap();
        let value = found.authorization.as_ref().unwrap().expose();
        assert_eq!(value, format!("Basic {}", STANDARD.encode("us@er:p:ss")));
        assert_eq!(found.url.authority(), "proxy.example:3128");
        assert!(!format!("{found:?}").contains(value));
        for wrong in ["http://user:hunter2@", "socks5://user:hunter2@a", "http://user:hunter2@a b"]
        {
            let SetupProblem::Variable(name, reason) = proxy("HTTPS_PROXY", wrong).unwrap_err()
            else {
                panic!("{wrong}");
            };
            assert_eq!(name, "HTTPS_PROXY");
            assert!(!reason.contains("hunter2"), "{reason}");
        }
    }
}
