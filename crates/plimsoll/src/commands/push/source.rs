//! Which image is meant: a path, an engine's, or a registry's.

use std::path::{Path, PathBuf};

use plimsoll_image::Reference;

use crate::failure::Failure;

/// Where an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A layout or an archive, and which image of it.
    Path {
        /// Where it is.
        path: PathBuf,
        /// A tag, a name or a digest.
        choice: Option<String>,
    },
    /// In an engine, by this name or identifier.
    Docker(String),
    /// In a registry.
    Registry(Reference),
}

impl Source {
    /// Tells what a text means. What is there as a path is one, whatever else it could be; `exists` tells.
    ///
    /// # Errors
    /// It is none of them.
    pub(crate) fn parse(text: &str, exists: impl Fn(&Path) -> bool) -> Result<Self, Failure> {
        let wrong = |reason: &dyn std::fmt::Display| {
            Failure::new(format!("`{text}` is no image: {reason}")).hint(
                "an image is a path of a layout or an archive, docker:NAME, registry:NAME or a \
                 plain name of a registry",
            )
        };
        let registry = |name: &str| name.parse().map(Self::Registry).map_err(|it| wrong(&it));
        if exists(Path::new(text)) {
            return Ok(Self::Path { path: text.into(), choice: None });
        }
        match text.split_once(':') {
            Some(("docker", "")) => Err(wrong(&"docker: needs a name")),
            Some(("docker", name)) => Ok(Self::Docker(name.to_owned())),
            Some(("registry", name)) => registry(name),
            Some(("rootfs", _)) => Err(wrong(&"a root file system has no layers to be sent")),
            Some(("oci" | "oci-archive" | "docker-archive", place)) => {
                Ok(split(place, &exists).unwrap_or(Self::Path { path: place.into(), choice: None }))
            }
            _ if text.starts_with(['.', '/', '~']) => {
                let found = split(text, &exists);
                found.ok_or_else(|| {
                    Failure::new(format!("there is no image at {text}: nothing is there")).hint(
                        "`plimsoll build -o oci:DIR` makes one, as does `docker save -o FILE`",
                    )
                })
            }
            _ => registry(text),
        }
    }
}

/// Says of a name that could have been meant as a path that there is none.
pub(super) fn not_opened(text: &str, mut failure: Failure) -> Failure {
    if !text.starts_with("registry:") {
        let hint = format!("`{text}` is taken for a name of a registry, as there is no such path");
        // First: who meant a path has no use for the rest.
        failure.hints.insert(0, hint);
    }
    failure
}

/// Takes off which image is meant: the longest part before a `:` or an `@` that is there as a path.
fn split(text: &str, exists: &impl Fn(&Path) -> bool) -> Option<Source> {
    let whole = [(text, None)].into_iter();
    let parts = text.rmatch_indices([':', '@']).map(|(at, _)| (&text[..at], text.get(at + 1..)));
    whole
        .chain(parts)
        .find(|(path, _)| exists(Path::new(path)))
        .map(|(path, choice)| Source::Path { path: path.into(), choice: choice.map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Source, Failure> {
        Source::parse(text, |path| matches!(path.to_str(), Some("x.tar" | "dir" | "./a:b")))
    }

    fn path(path: &str, choice: Option<&str>) -> Source {
        Source::Path { path: path.into(), choice: choice.map(str::to_owned) }
    }

    #[test]
    fn what_is_there_is_a_path() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (text, expected) in [
            ("dir", path("dir", None)),
            ("oci:dir", path("dir", None)),
            ("oci:dir:1.2", path("dir", Some("1.2"))),
            (&format!("oci:dir@{digest}"), path("dir", Some(&digest))),
            ("docker-archive:x.tar:app:1", path("x.tar", Some("app:1"))),
            ("./a:b", path("./a:b", None)),
            ("./a:b:c", path("./a:b", Some("c"))),
            ("oci:nothing", path("nothing", None)),
        ] {
            assert_eq!(parse(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_there_is_a_name() {
        assert_eq!(parse("docker:app:1").unwrap(), Source::Docker("app:1".to_owned()));
        for (text, name) in
            [("dir:1", "dir:1"), ("registry:dir", "dir"), ("ghcr.io/a/b", "ghcr.io/a/b")]
        {
            assert_eq!(parse(text).unwrap(), Source::Registry(name.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_name_that_is_not_there_is_told_from_a_path() {
        let hints = |text| not_opened(text, Failure::new("no")).hints;
        assert!(hints("dist")[0].contains("no such path"));
        assert!(hints("registry:dist").is_empty());
    }

    #[test]
    fn what_can_be_neither_is_refused() {
        for text in ["", "./nothing", "/nothing:1", "docker:", "rootfs:dir", "App", "registry:A"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
