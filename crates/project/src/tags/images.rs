//! `images`: the names that tags are put after.

use super::TagsError;
use super::csv;
use super::javascript::trim;

/// A name, and whether it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `ghcr.io/User/app`, as it was written.
    pub name: String,
    /// Whether tags are made for it.
    pub is_enabled: bool,
}

impl Image {
    /// Reads all entries. A single one may hold several names between commas.
    pub fn parse(entries: &[String]) -> Result<Vec<Self>, TagsError> {
        if let [entry] = entries {
            let fields = fields(entry)?;
            if fields.iter().all(|it| !it.contains('=')) {
                let image =
                    |field: &String| Self { name: trim(field).to_owned(), is_enabled: true };
                return Ok(fields.iter().map(image).collect());
            }
        }
        entries.iter().map(|it| Self::read(it)).collect()
    }

    fn read(entry: &str) -> Result<Self, TagsError> {
        let mut image = Self { name: String::new(), is_enabled: true };
        for field in fields(entry)? {
            let Some((key, value)) = field.split_once('=') else {
                trim(&field).clone_into(&mut image.name);
                continue;
            };
            let value = trim(value.split('=').next().unwrap_or_default());
            match (trim(key).to_lowercase().as_str(), value) {
                ("name", _) => value.clone_into(&mut image.name),
                ("enable", "true" | "false") => image.is_enabled = value == "true",
                ("enable", _) => return Err(TagsError::InvalidImageEnable(entry.to_owned())),
                _ => return Err(TagsError::UnknownImageAttribute(entry.to_owned())),
            }
        }
        if image.name.is_empty() {
            return Err(TagsError::EmptyImageName(entry.to_owned()));
        }
        Ok(image)
    }

    /// The name as registries want it.
    ///
    /// # Errors
    /// The name has a tag or a digest, or can't be the name of an image.
    pub fn checked_name(&self) -> Result<String, TagsError> {
        let wrong = |why| TagsError::InvalidImageName(self.name.clone(), why);
        let name = self.name.to_lowercase();
        if name.contains("://") {
            return Err(wrong("it is an address; leave out what goes up to `://`"));
        }
        if name.contains('@') {
            return Err(wrong("it has a digest"));
        }
        let (host, path) = match name.split_once('/') {
            Some((host, path)) if is_host(host) => (Some(host), path),
            _ => (None, name.as_str()),
        };
        if path.contains(':') {
            return Err(wrong("it has a tag"));
        }
        if !host.is_none_or(is_host_name) || !path.split('/').all(is_component) {
            return Err(wrong("it has characters that names can't have there"));
        }
        Ok(name)
    }
}

fn fields(entry: &str) -> Result<Vec<String>, TagsError> {
    csv::fields(entry).map_err(|problem| TagsError::Quoting { entry: entry.to_owned(), problem })
}

/// Whether Docker takes the first part of a name for a host.
fn is_host(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost"
}

fn is_host_name(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let address = name.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let is_address = address.is_some_and(|it| it.parse::<std::net::Ipv6Addr>().is_ok());
    let is_label = |it: &str| {
        let ends_well = !it.starts_with('-') && !it.ends_with('-') && !it.is_empty();
        ends_well && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    port.is_none_or(is_digits) && (is_address || name.split('.').all(is_label))
}

/// Lower-case letters and digits, with single `.`, one or two `_`, or any number of `-` between.
fn is_component(part: &str) -> bool {
    let is_word = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let separators = part.split(is_word).filter(|it| !it.is_empty());
    let is_separator = |it: &str| matches!(it, "." | "_" | "__") || it.bytes().all(|it| it == b'-');
    part.starts_with(is_word) && part.ends_with(is_word) && { separators }.all(is_separator)
}

#[cfg(test)]
mod tests {
    use super::Image;

    fn images(entries: &[&str]) -> Result<Vec<(String, bool)>, String> {
        let entries: Vec<_> = entries.iter().map(|it| (*it).to_owned()).collect();
        let images = Image::parse(&entries).map_err(|it| it.to_string())?;
        Ok(images.into_iter().map(|it| (it.name, it.is_enabled)).collect())
    }

    #[test]
    fn names_stand_alone_or_have_attributes() {
        let named = |name: &str, is_enabled| (name.to_owned(), is_enabled);
        assert_eq!(images(&["a/b, c/d"]).unwrap(), [named("a/b", true), named("c/d", true)]);
        assert_eq!(images(&["a/b,enable=false"]).unwrap(), [named("a/b", false)]);
        assert_eq!(images(&["a,name=b", "c,d"]).unwrap(), [named("b", true), named("d", true)]);
        assert_eq!(images(&[]).unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_said_in_the_action_s_words() {
        for (entry, error) in [
            ("a,enable=x", "Invalid enable attribute value: a,enable=x"),
            ("value=a", "Unknown image attribute: value=a"),
            ("name=,enable=true", "Image name attribute empty: name=,enable=true"),
        ] {
            assert_eq!(images(&[entry]).unwrap_err(), error);
        }
    }

    #[test]
    fn names_are_checked() {
        let checked = |name: &str| {
            Image { name: name.to_owned(), is_enabled: true }.checked_name().map_err(|_| ())
        };
        for (name, expected) in [
            ("ghcr.io/Owner/Repo", "ghcr.io/owner/repo"),
            ("localhost:5000/a__b", "localhost:5000/a__b"),
            ("[::1]:5000/a", "[::1]:5000/a"),
            ("a.b-c--d/e_f", "a.b-c--d/e_f"),
        ] {
            assert_eq!(checked(name).as_deref(), Ok(expected));
        }
        for name in [
            "",
            "user/app:1.0",
            "https://ghcr.io/user/app",
            "a@sha256:0",
            "a//b",
            "/a",
            "a/",
            "-a",
            "a..b",
            "a___b",
            "a b",
            "a&b",
            "localhost:x/a",
            "[$(id):]/a",
            "[a:\nb]/a",
            "é",
        ] {
            assert_eq!(checked(name), Err(()), "{name}");
        }
    }
}
