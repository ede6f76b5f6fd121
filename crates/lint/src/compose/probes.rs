//! What a test of health asks: the port, and the path of its request.

use plimsoll_syntax::compose::{HealthcheckTest, Text};

use crate::image_facts::{ImageFacts, ImageHealth};

/// What a test asks the container itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    /// The port.
    pub(crate) port: u16,
    /// The path, without its last slash; `None` where it only connects.
    pub(crate) path: Option<String>,
}

/// The names of the container itself.
const SELF: &[&str] = &["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];

impl Probe {
    /// The first request or connection to the container itself that a text names, without variables.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (at, host) = SELF.iter().filter_map(|it| Some((text.find(it)?, *it))).min()?;
        let before = &text[..at];
        let rest = &text[at + host.len()..];
        let end = rest.find(|it: char| it.is_whitespace() || "'\"`|;)&>".contains(it));
        let url = &rest[..end.unwrap_or(rest.len())];
        if url.contains('$') {
            return None;
        }
        let digits = |text: &str| text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
        if let Some(after) = url.strip_prefix(':') {
            let length = digits(after);
            let port = after[..length].parse().ok()?;
            let path = &after[length..];
            let is_request = before.ends_with("://")
                || path.starts_with('/')
                || text.contains("curl")
                || text.contains("wget");
            return Some(Self {
                port,
                path: is_request.then(|| path.trim_end_matches('/').to_owned()),
            });
        }
        if before.ends_with("://") || url.starts_with('/') {
            let port = if before.ends_with("https://") { 443 } else { 80 };
            return Some(Self { port, path: Some(url.trim_end_matches('/').to_owned()) });
        }
        // `nc -z localhost 8080`
        let next = rest.trim_start();
        let port = next[..digits(next)].parse().ok()?;
        Some(Self { port, path: None })
    }

    /// What another one asks otherwise; `None` where they agree.
    pub(crate) fn difference(&self, other: &Self) -> Option<&'static str> {
        if self.port != other.port {
            return Some("port");
        }
        let (own, others) = (self.path.as_ref()?, other.path.as_ref()?);
        (own != others).then_some("path")
    }
}

/// A test of a Compose file as one text.
pub(crate) fn text_of(test: &HealthcheckTest<'_>) -> String {
    let join = |words: &[Text<'_>]| words.iter().map(|it| it.text).collect::<Vec<_>>().join(" ");
    match test {
        HealthcheckTest::None => String::new(),
        HealthcheckTest::Cmd(words) | HealthcheckTest::Unknown(words) => join(words),
        HealthcheckTest::CmdShell(words) => join(words.get(..1).unwrap_or_default()),
    }
}

/// The test of an image as one text; `None` where it has none, or switches it off.
pub(crate) fn text_of_image(image: &ImageFacts) -> Option<String> {
    match &image.health.as_ref()?.value {
        ImageHealth::Disabled => None,
        ImageHealth::Test { words, .. } => Some(words.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_connections_are_read() {
        let of = |text: &str| Probe::of(text).map(|it| (it.port, it.path));
        let some = |port, path: &str| Some((port, Some(path.to_owned())));
        assert_eq!(of("curl -f http://localhost:3000/health || exit 1"), some(3000, "/health"));
        assert_eq!(of("wget -q --spider 127.0.0.1:80"), some(80, ""));
        assert_eq!(of("curl 'http://[::1]/a/'"), some(80, "/a"));
        assert_eq!(of("curl https://localhost"), some(443, ""));
        assert_eq!(of("nc -z localhost 5432"), Some((5432, None)));
        assert_eq!(of("bash -c '</dev/tcp/127.0.0.1/80'"), some(80, "/80"));
        for text in ["curl http://localhost:$PORT/", "server check", "curl http://db:80", ""] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
