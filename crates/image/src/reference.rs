//! Names of images in registries: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`, as the distribution
//! specification has the grammar and Docker the short forms.

use std::{fmt, str::FromStr};

use crate::Digest;

/// The host that a name without one means.
pub const DOCKER_HUB: &str = "docker.io";
/// Where Docker Hub keeps what has a name without a slash.
const LIBRARY: &str = "library/";
/// The longest repository that registries take, its host included.
const MOST_REPOSITORY: usize = 255;

/// A repository of a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    /// The host, with its port where there is one: `ghcr.io`, `localhost:5000`, `docker.io`.
    pub host: String,
    /// The path in it, with `library/` where Docker Hub has it: `library/alpine`.
    pub path: String,
}

/// The name of an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Where it is.
    pub repository: Repository,
    /// The tag, if one was written.
    pub tag: Option<String>,
    /// The digest, if one was written. It wins over a tag.
    pub digest: Option<Digest>,
}

/// Why a text names no image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseReferenceError {
    /// The repository does not follow the grammar.
    #[error(
        "`{0}` is no image name: lower-case letters, digits, `.`, `_` and `-`, with `/` between parts"
    )]
    Repository(String),
    /// The tag does not follow the grammar.
    #[error("`{0}` is no tag: up to 128 letters, digits, `_`, `.` and `-`, not `.` or `-` first")]
    Tag(String),
    /// The digest is none, or of another kind than SHA-256.
    #[error("`{0}` is no digest: expected `sha256:` and 64 hexadecimal digits")]
    Digest(String),
}

impl Reference {
    /// The tag that is meant: `latest` where neither tag nor digest is written.
    pub fn tag_or_latest(&self) -> Option<&str> {
        match (&self.tag, self.digest) {
            (Some(tag), _) => Some(tag),
            (None, None) => Some("latest"),
            (None, Some(_)) => None,
        }
    }

    /// The same image by its digest alone: `name@sha256:…`.
    #[must_use]
    pub fn pinned(&self, digest: Digest) -> Self {
        Self { repository: self.repository.clone(), tag: None, digest: Some(digest) }
    }

    /// The same repository with this tag.
    #[must_use]
    pub fn tagged(&self, tag: &str) -> Self {
        let tag = Some(tag.to_owned());
        Self { repository: self.repository.clone(), tag, digest: None }
    }
}

impl Repository {
    /// Everything but what Docker leaves out: `alpine`, `user/app`, `ghcr.io/a/b`.
    fn short(&self) -> String {
        if self.host != DOCKER_HUB {
            return format!("{}/{}", self.host, self.path);
        }
        match self.path.strip_prefix(LIBRARY) {
            Some(name) if !name.contains('/') => name.to_owned(),
            _ => self.path.clone(),
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        self.digest.map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

impl FromStr for Repository {
    type Err = ParseReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ParseReferenceError::Repository(text.to_owned());
        let (host, path) = match text.split_once('/') {
            // A first part with a dot, a port or an upper-case letter, or `localhost`, is a host.
            Some((host, path)) if is_host_like(host) => (host, path.to_owned()),
            _ if text.contains('/') => (DOCKER_HUB, text.to_owned()),
            _ => (DOCKER_HUB, format!("{LIBRARY}{text}")),
        };
        let host = if matches!(host, "index.docker.io" | "registry-1.docker.io") {
            DOCKER_HUB
        } else {
            host
        };
        let path = match (host, path.contains('/')) {
            (DOCKER_HUB, false) => format!("{LIBRARY}{path}"),
            _ => path,
        };
        let fits = is_host(host) && path.split('/').all(is_path_part);
        if !fits || host.len() + 1 + path.len() > MOST_REPOSITORY {
            return Err(wrong());
        }
        Ok(Self { host: host.to_ascii_lowercase(), path })
    }
}

impl FromStr for Reference {
    type Err = ParseReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => {
                let parsed = digest.parse();
                let parsed = parsed.map_err(|_| ParseReferenceError::Digest(digest.to_owned()))?;
                (name, Some(parsed))
            }
            None => (text, None),
        };
        // A colon before the last slash belongs to a port.
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(ParseReferenceError::Tag(tag.to_owned()));
        }
        Ok(Self { repository: repository.parse()?, tag: tag.map(str::to_owned), digest })
    }
}

/// Whether a text is a tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
pub fn is_tag(text: &str) -> bool {
    let word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    (1..=128).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|it| word(it) || matches!(it, b'.' | b'-'))
}

fn is_host_like(part: &str) -> bool {
    part == "localhost"
        || part.contains(['.', ':'])
        || part.bytes().any(|it| it.is_ascii_uppercase())
}

fn is_host(host: &str) -> bool {
    // An IPv6 address stands in brackets: `[::1]:5000`.
    let (name, port) = match host.strip_prefix('[').and_then(|it| it.split_once(']')) {
        Some((address, rest)) => {
            let is_address = address.parse::<std::net::Ipv6Addr>().is_ok();
            let port = if rest.is_empty() { Some("1") } else { rest.strip_prefix(':') };
            return is_address && port.is_some_and(|it| it.parse::<u16>().is_ok());
        }
        None => host.split_once(':').unwrap_or((host, "1")),
    };
    let letter = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    let part = |it: &str| !it.is_empty() && it.bytes().all(letter);
    name.split('.').all(part) && port.parse::<u16>().is_ok()
}

fn is_path_part(part: &str) -> bool {
    let alphanumeric = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let ends_fit = part.bytes().next().is_some_and(alphanumeric)
        && part.bytes().next_back().is_some_and(alphanumeric);
    // Between letters and digits stands one of: `.`, `_`, `__`, or any number of `-`.
    let separators = part.split(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit());
    ends_fit
        && separators
            .filter(|it| !it.is_empty())
            .all(|it| matches!(it, "." | "_" | "__") || it.bytes().all(|byte| byte == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_mean_docker_hub() {
        for (text, host, path, shown) in [
            ("alpine", "docker.io", "library/alpine", "alpine"),
            ("library/alpine", "docker.io", "library/alpine", "alpine"),
            ("docker.io/alpine", "docker.io", "library/alpine", "alpine"),
            ("index.docker.io/user/app", "docker.io", "user/app", "user/app"),
            ("ghcr.io/a/b/c", "ghcr.io", "a/b/c", "ghcr.io/a/b/c"),
            ("localhost/app", "localhost", "app", "localhost/app"),
            ("localhost:5000/app", "localhost:5000", "app", "localhost:5000/app"),
            ("[::1]:5000/app", "[::1]:5000", "app", "[::1]:5000/app"),
            ("Registry/app", "registry", "app", "registry/app"),
        ] {
            let found: Repository = text.parse().unwrap();
            assert_eq!((&*found.host, &*found.path), (host, path), "{text}");
            assert_eq!(found.to_string(), shown);
        }
    }

    #[test]
    fn tags_and_digests_are_told_from_ports() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let text = format!("127.0.0.1:5000/a/b:1.2@{digest}");
        let found: Reference = text.parse().unwrap();
        assert_eq!(found.repository.host, "127.0.0.1:5000");
        assert_eq!(found.tag.as_deref(), Some("1.2"));
        assert_eq!(found.digest.map(|it| it.to_string()), Some(digest));
        assert_eq!(found.to_string(), text);
        let found: Reference = "127.0.0.1:5000/a".parse().unwrap();
        assert_eq!((found.tag.as_deref(), found.tag_or_latest()), (None, Some("latest")));
    }

    #[test]
    fn what_names_no_image_is_refused() {
        for text in [
            "",
            "App",
            "a/",
            "/a",
            "a..b",
            "a:",
            "a:-x",
            "a@sha256:0",
            "é",
            "a:b:c",
            "a b",
            "ghcr.io/App",
            "host.:x/a",
            "a:99999/b",
            "..:1/a",
            "https://ghcr.io/a",
            "[::1/a",
            "a/../b",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
        assert!(!is_tag(&"a".repeat(129)) && is_tag(&"a".repeat(128)));
    }
}
