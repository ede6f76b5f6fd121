//! Names of images, as Docker and BuildKit read them.
//!
//! A name is normalized first: `rust` means `docker.io/library/rust`. The grammar is that of the
//! [distribution project](https://pkg.go.dev/github.com/distribution/reference); what it accepts is
//! accepted here and means the same.

use std::fmt;

/// What names without a registry mean.
const DEFAULT_REGISTRY: &str = "docker.io";

/// Another name of the default registry, from the time before it had a domain of its own.
const LEGACY_REGISTRY: &str = "index.docker.io";

/// Where the default registry keeps images without a namespace.
const OFFICIAL: &str = "library/";

const MAX_REPOSITORY: usize = 255;
const MAX_TAG: usize = 128;

/// The name of an image, normalized.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageName {
    /// The registry's host, with its port if one is named: `docker.io`, `localhost:5000`. Empty where
    /// what stands in its place is no host, as in `my_host.example/a`, but can be part of a path.
    pub registry: String,
    /// The path in the registry, such as `library/rust`.
    pub repository: String,
    /// The tag, if one is written.
    pub tag: Option<String>,
    /// The digest with its algorithm, if one is written.
    pub digest: Option<String>,
}

/// Why a text names no image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageNameError {
    /// There is no name.
    #[error("the image name is empty")]
    Empty,
    /// 64 hexadecimal digits: an image's id, which can't be pulled.
    #[error("`{name}` is an image id: 64 hexadecimal digits can't name an image")]
    Id {
        /// The text.
        name: String,
    },
    /// A capital letter in the repository.
    #[error("the repository `{repository}` must be in lower case")]
    UpperCase {
        /// The repository.
        repository: String,
    },
    /// A registry that is no host.
    #[error("`{registry}` is no host of a registry")]
    Registry {
        /// What stands before the first slash.
        registry: String,
    },
    /// A repository that is no path.
    #[error("`{repository}` is no repository name")]
    Repository {
        /// What stands between the registry and the tag.
        repository: String,
    },
    /// A repository that is too long.
    #[error("the repository name has {length} bytes; {MAX_REPOSITORY} are allowed")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// A colon that no tag follows.
    #[error("no tag follows the colon")]
    EmptyTag,
    /// A tag that is too long or has characters that no tag has.
    #[error("`{tag}` is no tag")]
    Tag {
        /// The tag.
        tag: String,
    },
    /// A digest that isn't written as `algorithm:hexadecimal digits`, or has too many or too few.
    #[error("`{digest}` is no digest")]
    Digest {
        /// The digest.
        digest: String,
    },
    /// A digest of an algorithm that registries don't know.
    #[error("`{algorithm}` is no digest algorithm: use sha256, sha384 or sha512")]
    DigestAlgorithm {
        /// The algorithm.
        algorithm: String,
    },
}

impl ImageName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, ImageNameError> {
        if text.is_empty() {
            return Err(ImageNameError::Empty);
        }
        if text.len() == 64 && text.bytes().all(is_lower_hex) {
            return Err(ImageNameError::Id { name: text.to_owned() });
        }
        let (registry, rest) = split_registry(text);
        let (name, tag, digest) = split_tag_and_digest(rest);
        let mut repository = name.to_owned();
        if registry == DEFAULT_REGISTRY && !rest.contains('/') {
            repository.insert_str(0, OFFICIAL);
        }
        if name.chars().any(char::is_uppercase) {
            return Err(ImageNameError::UpperCase { repository: name.to_owned() });
        }
        let is_host = is_host_and_port(registry);
        if !is_host && !is_path_part(registry) {
            return Err(if is_path_part(&registry.to_ascii_lowercase()) {
                ImageNameError::UpperCase { repository: format!("{registry}/{name}") }
            } else {
                ImageNameError::Registry { registry: registry.to_owned() }
            });
        }
        if !is_path(&repository) {
            return Err(ImageNameError::Repository { repository: name.to_owned() });
        }
        let registry = if is_host {
            registry.to_owned()
        } else {
            repository = format!("{registry}/{repository}");
            String::new()
        };
        if repository.len() > MAX_REPOSITORY {
            return Err(ImageNameError::TooLong { length: repository.len() });
        }
        let tag = tag.map(check_tag).transpose()?;
        let digest = digest.map(check_digest).transpose()?;
        Ok(Self { registry, repository, tag, digest })
    }

    /// The name with the tag `latest` where neither tag nor digest is written.
    #[must_use]
    pub fn with_default_tag(mut self) -> Self {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some("latest".to_owned());
        }
        self
    }

    /// Registry and repository: `docker.io/library/rust`.
    pub fn name(&self) -> String {
        if self.registry.is_empty() {
            self.repository.clone()
        } else {
            format!("{}/{}", self.registry, self.repository)
        }
    }

    /// Registry and repository as people write them: `rust`, `grafana/grafana`, `ghcr.io/a/b`.
    pub fn familiar(&self) -> String {
        if let Some(official) = self.official() {
            official.to_owned()
        } else if self.registry == DEFAULT_REGISTRY {
            self.repository.clone()
        } else {
            self.name()
        }
    }

    /// Whether it is one of Docker's official images, such as `rust`.
    pub fn is_official(&self) -> bool {
        self.official().is_some()
    }

    fn official(&self) -> Option<&str> {
        let name = self.repository.strip_prefix(OFFICIAL)?;
        (self.registry == DEFAULT_REGISTRY && !name.contains('/')).then_some(name)
    }
}

/// The whole normalized name: `docker.io/library/rust:1.90@sha256:…`.
impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// What stands before the first slash is a registry only if it looks like one.
fn split_registry(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some((LEGACY_REGISTRY, rest)) => (DEFAULT_REGISTRY, rest),
        Some((first, rest))
            if first == "localhost"
                || first.contains(['.', ':'])
                || first.chars().any(char::is_uppercase) =>
        {
            (first, rest)
        }
        _ => (DEFAULT_REGISTRY, text),
    }
}

/// No repository holds a colon or an at sign, and no tag an at sign.
fn split_tag_and_digest(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (text, digest) = match text.split_once('@') {
        Some((text, digest)) => (text, Some(digest)),
        None => (text, None),
    };
    match text.split_once(':') {
        Some((name, tag)) => (name, Some(tag), digest),
        None => (text, None, digest),
    }
}

/// `host`, `host:port` or `[address]:port`.
fn is_host_and_port(text: &str) -> bool {
    let (is_host, port) = if let Some(rest) = text.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        let fits = |it: u8| it.is_ascii_hexdigit() || it == b':';
        let port = if port.is_empty() { None } else { Some(port.strip_prefix(':').unwrap_or("")) };
        (!address.is_empty() && address.bytes().all(fits), port)
    } else {
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        };
        (host.split('.').all(is_host_part), port)
    };
    is_host && port.is_none_or(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}

fn is_host_part(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('-')
        && !part.ends_with('-')
        && part.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

fn is_path(text: &str) -> bool {
    text.split('/').all(is_path_part)
}

/// Lower-case letters and digits with separators between them: `.`, `_`, `__` or any number of `-`.
fn is_path_part(part: &str) -> bool {
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let is_separator =
        |it: &str| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|it| it == b'-');
    part.starts_with(is_plain) && part.ends_with(is_plain) && part.split(is_plain).all(is_separator)
}

fn check_tag(tag: &str) -> Result<String, ImageNameError> {
    let is_word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    match tag.as_bytes() {
        [] => Err(ImageNameError::EmptyTag),
        [first, rest @ ..]
            if is_word(*first)
                && tag.len() <= MAX_TAG
                && rest.iter().all(|it| is_word(*it) || matches!(it, b'.' | b'-')) =>
        {
            Ok(tag.to_owned())
        }
        _ => Err(ImageNameError::Tag { tag: tag.to_owned() }),
    }
}

fn check_digest(digest: &str) -> Result<String, ImageNameError> {
    let invalid = || ImageNameError::Digest { digest: digest.to_owned() };
    let (algorithm, encoded) = digest.split_once(':').ok_or_else(invalid)?;
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        "" => return Err(invalid()),
        _ => return Err(ImageNameError::DigestAlgorithm { algorithm: algorithm.to_owned() }),
    };
    if encoded.len() == length && encoded.bytes().all(is_lower_hex) {
        Ok(digest.to_owned())
    } else {
        Err(invalid())
    }
}

fn is_lower_hex(it: u8) -> bool {
    matches!(it, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests;
