//! Which image of several is meant.

use std::path::Path;

use super::OpenError;
use crate::{
    Descriptor, Platform, Reference,
    manifest::{CONTAINERD_NAME, REF_NAME},
};

/// Something that can be chosen, by one of its names.
pub(super) struct Candidate<T> {
    /// All that it is called.
    pub(super) names: Vec<String>,
    /// The thing.
    pub(super) value: T,
}

/// The names of an image in a layout's index.
pub(super) fn names(descriptor: &Descriptor) -> Vec<String> {
    let annotation = |key| descriptor.annotations.get(key).cloned();
    [CONTAINERD_NAME, REF_NAME].into_iter().filter_map(annotation).collect()
}

/// The one that is meant: the only one, or the only one of that name. `same` tells what is there twice.
pub(super) fn choose<T>(
    path: &Path,
    candidates: Vec<Candidate<T>>,
    choice: Option<&str>,
    same: impl Fn(&T, &T) -> bool,
) -> Result<T, OpenError> {
    let all: Vec<String> = candidates
        .iter()
        .map(|it| it.names.first().cloned().unwrap_or_else(|| "one without a name".to_owned()))
        .collect();
    let mut chosen = candidates
        .into_iter()
        .filter(|it| choice.is_none_or(|choice| it.names.iter().any(|name| fits(name, choice))));
    let Some(first) = chosen.next() else {
        let name = choice.map(str::to_owned);
        return Err(OpenError::NothingChosen { path: path.to_owned(), name, names: all });
    };
    if chosen.all(|other| same(&first.value, &other.value)) {
        return Ok(first.value);
    }
    Err(OpenError::Several { path: path.to_owned(), names: all })
}

/// Whether a name is the one that was asked for: the same text, the same image in other words, or its tag.
fn fits(name: &str, choice: &str) -> bool {
    let parsed = |text: &str| text.parse::<Reference>().ok();
    let is_same = || {
        let (Some(name), Some(choice)) = (parsed(name), parsed(choice)) else { return false };
        name.repository == choice.repository && name.tag_or_latest() == choice.tag_or_latest()
    };
    let is_tag = || parsed(name).is_some_and(|it| it.tag.as_deref() == Some(choice));
    name == choice || is_same() || is_tag()
}

/// Whether both name the same platform, however they spell it.
pub(super) fn is_same_platform(one: &Platform, other: &Platform) -> bool {
    let normal = |it: &Platform| it.to_string().parse::<Platform>().ok();
    normal(one).is_some_and(|one| Some(one) == normal(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(choice: Option<&str>) -> Result<u32, OpenError> {
        let candidate = |name: &str, value| Candidate { names: vec![name.to_owned()], value };
        let candidates = vec![
            candidate("docker.io/library/app:1", 1),
            candidate("app:latest", 1),
            candidate("ghcr.io/a/app:2", 2),
            candidate("ghcr.io/b/app:2", 3),
        ];
        choose(Path::new("x.tar"), candidates, choice, |one, other| one == other)
    }

    #[test]
    fn a_name_a_short_name_or_a_tag_chooses() {
        for (choice, value) in [("app:1", 1), ("1", 1), ("app", 1), ("ghcr.io/a/app:2", 2)] {
            assert_eq!(chosen(Some(choice)).unwrap(), value, "{choice}");
        }
    }

    #[test]
    fn what_is_not_one_image_is_an_error_that_names_them() {
        for choice in [None, Some("2")] {
            let error = chosen(choice).unwrap_err().to_string();
            assert!(error.contains("ghcr.io/b/app:2"), "{error}");
        }
        assert!(matches!(chosen(Some("3")), Err(OpenError::NothingChosen { .. })));
    }

    #[test]
    fn platforms_are_the_same_in_any_spelling() {
        let with_variant = Platform {
            architecture: "arm64".to_owned(),
            os: "linux".to_owned(),
            variant: Some("v8".to_owned()),
        };
        assert!(is_same_platform(&with_variant, &Platform::linux("aarch64")));
        assert!(!is_same_platform(&with_variant, &Platform::linux("amd64")));
    }
}
