//! Where images go: `-o KIND:PLACE`.

use std::{fmt, path::PathBuf, str::FromStr};

/// A place for an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// An OCI layout in a directory.
    Oci(PathBuf),
    /// An OCI layout in a tar file.
    OciArchive(PathBuf),
    /// A file for `docker load`.
    DockerArchive(PathBuf),
    /// A Docker Engine, under this name or that of the binary.
    Docker(Option<Name>),
}

/// The name of an image in an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// As in `registry.example:5000/team/app`.
    pub(crate) repository: String,
    /// The program's version where none is given.
    pub(crate) tag: Option<String>,
}

impl Output {
    /// Whether both can't be there at the same time.
    pub(crate) fn clashes_with(&self, other: &Self) -> bool {
        let path = |output: &Self| match output {
            Self::Oci(path) | Self::OciArchive(path) | Self::DockerArchive(path) => {
                std::path::absolute(path).ok()
            }
            Self::Docker(_) => None,
        };
        match (path(self), path(other)) {
            (Some(one), Some(two)) => one.starts_with(&two) || two.starts_with(&one),
            (None, None) => self == other,
            _ => false,
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oci(path) => write!(f, "oci:{}", path.display()),
            Self::OciArchive(path) => write!(f, "oci-archive:{}", path.display()),
            Self::DockerArchive(path) => write!(f, "docker-archive:{}", path.display()),
            Self::Docker(None) => f.write_str("docker:"),
            Self::Docker(Some(Name { repository, tag: None })) => write!(f, "docker:{repository}"),
            Self::Docker(Some(Name { repository, tag: Some(tag) })) => {
                write!(f, "docker:{repository}:{tag}")
            }
        }
    }
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const KINDS: &str =
            "expected oci:DIR, oci-archive:FILE, docker-archive:FILE or docker:[NAME[:TAG]]";
        let (kind, place) = text.split_once(':').ok_or_else(|| KINDS.to_owned())?;
        let path = || {
            if place.is_empty() { Err(format!("`{kind}:` needs a path")) } else { Ok(place.into()) }
        };
        match kind {
            "oci" => path().map(Self::Oci),
            "oci-archive" => path().map(Self::OciArchive),
            "docker-archive" => path().map(Self::DockerArchive),
            "docker" if place.is_empty() => Ok(Self::Docker(None)),
            "docker" => place.parse().map(Some).map(Self::Docker),
            _ => Err(format!("unknown kind `{kind}`: {KINDS}")),
        }
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('@') {
            return Err(format!("`{text}` has a digest, which only the engine gives"));
        }
        // A colon before the last slash belongs to a port.
        let (repository, tag) = match text.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (text, None),
        };
        if !is_repository(repository) {
            return Err(format!(
                "`{repository}` is no image name: lower-case letters, digits, `.`, `_` and `-`, with `/` between parts"
            ));
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(format!(
                "`{}` is no tag: up to 128 letters, digits, `_`, `.` and `-`, not `.` or `-` first",
                tag.unwrap_or_default()
            ));
        }
        Ok(Self { repository: repository.to_owned(), tag: tag.map(str::to_owned) })
    }
}

/// Makes a tag of a version: `+` is not allowed in tags.
pub(crate) fn tag_of(version: &str) -> String {
    version.replace('+', "_")
}

/// Makes the name of an image of a binary's: upper case and odd ends are not allowed there.
pub(crate) fn repository_of(binary: &str) -> String {
    let name = binary.to_ascii_lowercase();
    let name = name.trim_matches(['-', '_', '.']);
    let plain = |it: char| if it.is_ascii_alphanumeric() || "-_.".contains(it) { it } else { '-' };
    let name: String = name.chars().map(plain).collect();
    if is_repository(&name) { name } else { "app".to_owned() }
}

/// The grammar of the distribution specification.
fn is_repository(name: &str) -> bool {
    let (host, path) = match name.split_once('/') {
        // A first part with a dot or a port, or `localhost`, is a host.
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
            (Some(host), path)
        }
        _ => (None, name),
    };
    let host_fits = host.is_none_or(|host| {
        let (name, port) = host.split_once(':').unwrap_or((host, "1"));
        let letter = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'-');
        !name.is_empty() && name.bytes().all(letter) && port.parse::<u16>().is_ok()
    });
    host_fits && name.len() <= 255 && path.split('/').all(is_path_part)
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

fn is_tag(tag: &str) -> bool {
    let word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|it| word(it) || matches!(it, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_and_written_the_same() {
        for text in [
            "oci:a/b",
            "oci-archive:x.tar",
            "docker-archive:/x:y.tar",
            "docker:",
            "docker:app",
            "docker:app:1.2",
            "docker:localhost:5000/a/b__c.d--e:v1",
        ] {
            assert_eq!(text.parse::<Output>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn outputs_in_one_place_or_within_each_other_clash() {
        for (one, two, clash) in [
            ("oci:a", "oci:a", true),
            ("oci:a", "oci-archive:a", true),
            ("oci:a", "oci:./a/b", true),
            ("oci:a", "oci:ab", false),
            ("docker:a", "docker:a", true),
            ("docker:a", "docker:b", false),
            ("docker:a", "oci:a", false),
        ] {
            let [one, two] = [one, two].map(|it| it.parse::<Output>().unwrap());
            assert_eq!(one.clashes_with(&two), clash, "{one} {two}");
        }
    }

    #[test]
    fn wrong_outputs_are_refused() {
        for text in [
            "x",
            "oci:",
            "tar:x",
            "docker:App",
            "docker:a:",
            "docker:a:-x",
            "docker:a/",
            "docker:/a",
            "docker:a..b",
            "docker:a@sha256:0",
            "docker:é",
            "docker:a:b:c",
        ] {
            assert!(text.parse::<Output>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_and_versions_of_programs_become_valid_ones() {
        for (binary, repository) in
            [("app", "app"), ("MyApp", "myapp"), ("_x_", "x"), ("a___b", "app"), ("ä b", "b")]
        {
            let found = repository_of(binary);
            assert!(is_repository(&found), "{found}");
            if binary.is_ascii() {
                assert_eq!(found, repository);
            }
        }
        assert_eq!(tag_of("1.0.0-rc.1+build.5"), "1.0.0-rc.1_build.5");
    }
}
