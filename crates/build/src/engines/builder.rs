//! `--builder`: where buildx builds. A name that `docker buildx ls` knows, or an address, for which a
//! builder is made once and found again.

use std::{collections::BTreeMap, fmt, str::FromStr};

use plimsoll_image::Digest;

/// The builder that is made where the current one can't do what is asked for.
pub(super) const OWN: &str = "plimsoll";

/// Where it is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Builder {
    /// A builder that is there.
    Name(String),
    /// A builder at an address.
    Address(Address),
}

/// An address, and how buildx reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// As it was given.
    text: String,
    driver: &'static str,
    /// What buildx calls CONTEXT or ENDPOINT.
    endpoint: Option<String>,
    options: BTreeMap<String, String>,
}

impl FromStr for Builder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORMS: &str = "expected the name of a builder, tcp://HOST:PORT, unix://PATH, \
             ssh://[USER@]HOST or kubernetes://[NAMESPACE]";
        let Some((scheme, rest)) = text.split_once("://") else {
            let starts = text.starts_with(|it: char| it.is_ascii_alphanumeric());
            let is_name = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
            return if starts && text.chars().all(is_name) {
                Ok(Self::Name(text.to_owned()))
            } else {
                Err(FORMS.to_owned())
            };
        };
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut options = BTreeMap::new();
        for option in query.split('&').filter(|it| !it.is_empty()) {
            let (key, value) = option
                .split_once('=')
                .ok_or_else(|| format!("`{option}` after `?` is no KEY=VALUE of the driver"))?;
            options.insert(key.to_owned(), value.to_owned());
        }
        let endpoint = Some(format!("{scheme}://{place}"));
        let (driver, endpoint) = match scheme {
            "kubernetes" => {
                if !place.is_empty() {
                    options.insert("namespace".to_owned(), place.to_owned());
                }
                ("kubernetes", None)
            }
            _ if place.is_empty() => return Err(format!("`{scheme}://` needs a place: {FORMS}")),
            // A daemon of BuildKit listens there.
            "tcp" | "unix" | "docker-container" | "kube-pod" => ("remote", endpoint),
            // A Docker Engine is there, and BuildKit is started in a container of it.
            "ssh" => ("docker-container", endpoint),
            "http" | "https" => {
                return Err(format!(
                    "BuildKit's daemon does not speak {scheme}: write tcp://{place}"
                ));
            }
            _ => return Err(format!("`{scheme}` is no scheme of a builder: {FORMS}")),
        };
        Ok(Self::Address(Address { text: text.to_owned(), driver, endpoint, options }))
    }
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => f.write_str(&address.text),
        }
    }
}

impl Address {
    /// The name of the builder that is made for it: always the same, so that it is found again.
    pub(super) fn name(&self) -> String {
        let hex = Digest::of(self.text.as_bytes()).hex();
        format!("{OWN}-{}", hex.get(..12).unwrap_or(&hex))
    }

    pub(super) fn driver(&self) -> &'static str {
        self.driver
    }

    /// The arguments of `docker` that make the builder.
    pub(super) fn create(&self) -> Vec<String> {
        let name = self.name();
        let mut arguments: Vec<String> =
            ["buildx", "create", "--name", &name, "--driver", self.driver]
                .map(str::to_owned)
                .into();
        for (key, value) in &self.options {
            arguments.push("--driver-opt".to_owned());
            arguments.push(super::csv::join([format!("{key}={value}")]));
        }
        arguments.extend(self.endpoint.clone());
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(text: &str) -> String {
        let Builder::Address(address) = text.parse().unwrap() else { panic!("{text}") };
        let created = address.create().join(" ");
        created.replace(&address.name(), "NAME")
    }

    #[test]
    fn an_address_says_the_driver() {
        for (text, command) in [
            ("tcp://b:1234", "buildx create --name NAME --driver remote tcp://b:1234"),
            ("unix:///run/b.sock", "buildx create --name NAME --driver remote unix:///run/b.sock"),
            (
                "tcp://b:1234?cacert=/ca.pem&cert=/c.pem&key=/k.pem",
                "buildx create --name NAME --driver remote --driver-opt cacert=/ca.pem --driver-opt \
                 cert=/c.pem --driver-opt key=/k.pem tcp://b:1234",
            ),
            ("ssh://me@b", "buildx create --name NAME --driver docker-container ssh://me@b"),
            ("kubernetes://", "buildx create --name NAME --driver kubernetes"),
            (
                "kubernetes://ci?replicas=2",
                "buildx create --name NAME --driver kubernetes --driver-opt namespace=ci --driver-opt \
                 replicas=2",
            ),
        ] {
            assert_eq!(create(text), command);
        }
    }

    #[test]
    fn the_same_address_has_the_same_builder_and_another_another() {
        let name = |text: &str| match text.parse::<Builder>().unwrap() {
            Builder::Address(address) => address.name(),
            Builder::Name(name) => name,
        };
        assert_eq!(name("tcp://a:1"), name("tcp://a:1"));
        assert_ne!(name("tcp://a:1"), name("tcp://a:2"));
        assert_eq!(name("mine"), "mine");
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in ["", "-x", "a b", "https://b", "tcp://", "ftp://b", "tcp://b?x"] {
            assert!(text.parse::<Builder>().is_err(), "{text}");
        }
        assert!("https://b:1".parse::<Builder>().unwrap_err().contains("tcp://b:1"));
    }
}
