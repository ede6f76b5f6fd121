//! Where images go: `-o KIND:PLACE`.

use std::{fmt, path::PathBuf, str::FromStr};

use plimsoll_image::{Reference, Repository};

/// A place for an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// An OCI layout in a directory.
    Oci(PathBuf),
    /// An OCI layout in a tar file.
    OciArchive(PathBuf),
    /// A file for `docker load`.
    DockerArchive(PathBuf),
    /// A Docker Engine, under this name or that of the binary; without a tag it is the program's version.
    Docker(Option<Reference>),
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
            Self::Docker(Some(reference)) => write!(f, "docker:{reference}"),
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
            "docker" => name(place).map(Some).map(Self::Docker),
            _ => Err(format!("unknown kind `{kind}`: {KINDS}")),
        }
    }
}

/// Reads the name of an image that is made: the digest is what comes of it.
pub(crate) fn name(text: &str) -> Result<Reference, String> {
    let reference: Reference = text.parse().map_err(|error| format!("{error}"))?;
    match reference.digest {
        Some(_) => Err(format!("`{text}` has a digest, which only the image itself has")),
        None => Ok(reference),
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
    if name.parse::<Repository>().is_ok() { name } else { "app".to_owned() }
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
            assert!(found.parse::<Repository>().is_ok(), "{found}");
            if binary.is_ascii() {
                assert_eq!(found, repository);
            }
        }
        assert_eq!(tag_of("1.0.0-rc.1+build.5"), "1.0.0-rc.1_build.5");
    }
}
