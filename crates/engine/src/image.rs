//! The images that an engine has.

use bollard::errors::Error;
use bollard::query_parameters::{RemoveImageOptionsBuilder, TagImageOptionsBuilder};

use crate::error::EngineError;
use crate::{Engine, classify};

/// An image that an engine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSummary {
    /// What the engine calls it: `sha256:` and 64 digits. The digest of its configuration, or, where
    /// the engine keeps images in containerd, that of its manifest or index.
    pub id: String,
    /// Its names with tags, such as `registry:5000/app:1.2`, sorted.
    pub repo_tags: Vec<String>,
    /// The digests that it has in registries, such as `registry:5000/app@sha256:…`, sorted; none for
    /// one that was neither pulled nor pushed. What was pulled has that of its index, if there is one.
    pub repo_digests: Vec<String>,
    /// The architecture as in an OCI platform: `amd64`, `arm64`.
    pub architecture: String,
    /// The operating system as in an OCI platform: `linux`.
    pub os: String,
    /// The bytes that its layers take, as the engine counts them.
    pub size: u64,
}

impl Engine {
    /// Finds an image by its name or identifier.
    pub fn find_image(&self, name_or_id: &str) -> Result<Option<ImageSummary>, EngineError> {
        let name = checked(name_or_id)?;
        let action = "describe the image";
        let Some(image) = self.ask_for_image(action, self.docker.inspect_image(name))? else {
            return Ok(None);
        };
        let mut repo_tags = image.repo_tags.unwrap_or_default();
        repo_tags.sort_unstable();
        let mut repo_digests = image.repo_digests.unwrap_or_default();
        repo_digests.sort_unstable();
        Ok(Some(ImageSummary {
            id: image.id.unwrap_or_default(),
            repo_tags,
            repo_digests,
            architecture: image.architecture.unwrap_or_default(),
            os: image.os.unwrap_or_default(),
            size: image.size.and_then(|it| u64::try_from(it).ok()).unwrap_or_default(),
        }))
    }

    /// Gives an image one more name, `repo:tag`; an image that had that name loses it.
    pub fn tag(&self, id: &str, repo: &str, tag: &str) -> Result<(), EngineError> {
        let name = checked(id)?;
        let options = TagImageOptionsBuilder::default().repo(repo).tag(tag).build();
        let tagged = self.docker.tag_image(name, Some(options));
        self.ask_for_image("tag the image", tagged)?.ok_or_else(|| EngineError::ImageNotFound {
            endpoint: self.endpoint.to_string(),
            name: name.to_owned(),
        })
    }

    /// Takes a name off an image, and deletes the image with its last name; by its identifier, an
    /// image of one name at most. Returns whether there was such an image.
    pub fn remove_image(&self, name_or_id: &str) -> Result<bool, EngineError> {
        let name = checked(name_or_id)?;
        let options = RemoveImageOptionsBuilder::default().build();
        let removed = self.docker.remove_image(name, Some(options), None);
        Ok(self.ask_for_image("remove the image", removed)?.is_some())
    }

    /// Asks a question about one image; `None` where the engine does not have it.
    fn ask_for_image<T>(
        &self,
        action: &'static str,
        question: impl Future<Output = Result<T, Error>>,
    ) -> Result<Option<T>, EngineError> {
        let answer = self.ask_plainly(action, question)?;
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
            Err(error) => Err(classify::asking(&self.endpoint, action, error)),
        }
    }
}

/// Lets only through what can be part of a request's path without changing which request it is.
pub(crate) fn checked(name: &str) -> Result<&str, EngineError> {
    let part = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-:@+".contains(&it))
    };
    if name.len() <= 512 && name.split('/').all(part) {
        Ok(name)
    } else {
        Err(EngineError::InvalidName { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_identifiers_of_images_pass() {
        let digest = format!("app@sha256:{}", "a".repeat(64));
        for name in ["app", "app:1.2", "localhost:5000/a/b_c:v1-2", &digest, "sha256:0123"] {
            assert_eq!(checked(name).unwrap(), name);
        }
    }

    #[test]
    fn what_would_lead_to_another_request_does_not() {
        let long = "a".repeat(513);
        for name in [
            "",
            "/",
            "a//b",
            "../containers",
            "a/..",
            "a/./b",
            "a?b",
            "a#b",
            "a b",
            "é",
            "%2e",
            &long,
        ] {
            assert!(matches!(checked(name), Err(EngineError::InvalidName { .. })), "{name}");
        }
    }
}
