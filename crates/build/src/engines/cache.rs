//! `--cache`: where an engine finds steps that were built before, and keeps those that it builds.

use std::path::PathBuf;

use plimsoll_image::Reference;

use super::{SpecError, csv};

pub(super) const OPTION: &str = "--cache";
const FORM: &str = "write --cache registry[:REF], gha[:SCOPE], inline[:REF] or local[:DIR]";

/// A place for steps that were built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cache {
    /// In a registry, by a name of its own: all stages.
    Registry(Option<Reference>),
    /// In the cache of GitHub Actions: all stages. Several images need a scope each.
    Gha(Option<String>),
    /// In the image itself: its last stage. It is read from this image, else from the names that it gets.
    Inline(Option<Reference>),
    /// In a directory: all stages.
    Local(Option<PathBuf>),
}

impl Cache {
    /// Its name, as it is written.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Registry(_) => "registry",
            Self::Gha(_) => "gha",
            Self::Inline(_) => "inline",
            Self::Local(_) => "local",
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// It is written otherwise; the way in which BuildKit takes it is explained.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let (kind, place) = match text.split_once(':') {
            Some((kind, place)) => (kind, Some(place)),
            None => (text, None),
        };
        if text.contains("type=") || kind.contains(',') {
            return Err(as_buildkit(text));
        }
        if place == Some("") {
            let problem = format!("`{text}` ends where its place should stand");
            return Err(SpecError::new(OPTION, problem, FORM));
        }
        let reference = |place: &str| {
            place.parse::<Reference>().map_err(|error| {
                let write = format!("write --cache {kind}:HOST/PATH:TAG");
                SpecError::new(OPTION, format!("`{place}` is no name of an image: {error}"), write)
            })
        };
        match kind {
            "registry" => Ok(Self::Registry(place.map(reference).transpose()?)),
            "inline" => Ok(Self::Inline(place.map(reference).transpose()?)),
            "gha" => Ok(Self::Gha(place.map(str::to_owned))),
            "local" => Ok(Self::Local(place.map(PathBuf::from))),
            "max" | "min" | "mode=max" | "mode=min" => Err(SpecError::new(
                OPTION,
                format!("`{text}` says how much is kept, and not where"),
                "all stages are kept wherever the kind of cache can: write --cache registry, gha or local",
            )),
            _ => {
                let problem = format!("`{text}` is no kind of cache");
                let write = if text.contains('/') {
                    format!("write --cache registry:{text}")
                } else {
                    FORM.to_owned()
                };
                Err(SpecError::new(OPTION, problem, write))
            }
        }
    }
}

/// `type=registry,ref=…,mode=max`, as `--cache-to` has it.
fn as_buildkit(text: &str) -> SpecError {
    let mut value = std::collections::BTreeMap::new();
    for field in csv::fields(text) {
        let (key, it) = field.split_once('=').unwrap_or(("type", &field));
        value.entry(key.to_ascii_lowercase()).or_insert_with(|| it.to_owned());
    }
    let kind = value.get("type").map_or("", String::as_str);
    let place = match kind {
        "registry" => value.get("ref"),
        "gha" => value.get("scope"),
        "local" => value.get("dest").or_else(|| value.get("src")),
        "inline" => None,
        _ => return SpecError::new(OPTION, format!("`{text}` is no kind of cache"), FORM),
    };
    let place = place.map(|it| format!(":{it}")).unwrap_or_default();
    SpecError::new(
        OPTION,
        format!("`{text}` is how BuildKit's own options write it"),
        format!(
            "write --cache {kind}{place}: it stands for --cache-from and --cache-to, with mode=max"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_may_name_its_place() {
        let reference: Reference = "r.example/app:cache".parse().unwrap();
        for (text, cache) in [
            ("registry", Cache::Registry(None)),
            ("registry:r.example/app:cache", Cache::Registry(Some(reference.clone()))),
            ("gha", Cache::Gha(None)),
            ("gha:api", Cache::Gha(Some("api".to_owned()))),
            ("inline", Cache::Inline(None)),
            ("inline:r.example/app:cache", Cache::Inline(Some(reference))),
            ("local:/a:b", Cache::Local(Some("/a:b".into()))),
        ] {
            assert_eq!(Cache::parse(text).unwrap(), cache, "{text}");
        }
    }

    #[test]
    fn other_spellings_say_what_to_write() {
        for (text, write) in [
            ("type=registry,ref=r.example/a:c,mode=max", "--cache registry:r.example/a:c:"),
            ("type=gha,mode=max", "--cache gha:"),
            ("type=gha,scope=x", "--cache gha:x"),
            ("gha,mode=max", "--cache gha:"),
            ("type=local,dest=/c", "--cache local:/c"),
            ("type=inline", "--cache inline:"),
            ("type=s3,bucket=x", "registry[:REF]"),
            ("mode=max", "--cache registry"),
            ("ghcr.io/a/b:cache", "--cache registry:ghcr.io/a/b:cache"),
            ("registry:", "registry[:REF]"),
            ("registry:A B", "HOST/PATH:TAG"),
            ("github", "gha[:SCOPE]"),
        ] {
            let error = Cache::parse(text).unwrap_err();
            assert!(error.write.contains(write), "{text}: {}", error.write);
        }
    }
}
