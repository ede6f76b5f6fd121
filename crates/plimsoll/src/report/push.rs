//! `plimsoll/push/v1`: what `plimsoll push` sent, and where to.

use plimsoll_image::{Descriptor, Reference, open::OpenedImage};
use plimsoll_registry::Pushed;
use serde::Serialize;

use super::table::{Table, size};
use crate::failure::Failure;

/// The report.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Report {
    /// Which form this is: `plimsoll/push/v1`.
    schema: &'static str,
    /// The digest of the manifest, or of the index of several.
    digest: String,
    /// What the digest names.
    media_type: String,
    /// One for each platform.
    images: Vec<ImageReport>,
    /// The repositories that have the image now, in the order in which they were named.
    repositories: Vec<RepositoryReport>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ImageReport {
    platform: String,
    /// Digest of the manifest.
    digest: String,
    /// Digest of the configuration, by which engines call an image.
    config_digest: String,
}

/// What a repository has now.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RepositoryReport {
    /// The image by its digest: `NAME@sha256:…`.
    pub(super) image: String,
    /// Bytes of blobs that were sent.
    sent: u64,
    /// Bytes of blobs that the registry took over from other repositories of its own.
    mounted: u64,
    /// Bytes of blobs that were there already.
    existing: u64,
    /// The names that were written.
    tags: Vec<TagReport>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TagReport {
    /// The whole name: `NAME:TAG`.
    reference: String,
    /// The tag.
    tag: String,
    /// Whether it may never name another image.
    immutable: bool,
    /// Whether anything was written.
    changed: bool,
    /// What it named before, if that was another.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<String>,
}

impl Report {
    /// A report on an image of so many bytes of blobs.
    pub(crate) fn new(
        root: &Descriptor,
        images: &[OpenedImage],
        repositories: Vec<RepositoryReport>,
    ) -> Self {
        let image = |it: &OpenedImage| ImageReport {
            platform: it.platform.to_string(),
            digest: it.manifest.to_string(),
            config_digest: it.config.to_string(),
        };
        Self {
            schema: "plimsoll/push/v1",
            digest: root.digest.to_string(),
            media_type: root.media_type.clone(),
            images: images.iter().map(image).collect(),
            repositories,
        }
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        super::json(self)
    }

    /// `NAME@sha256:…`, a line for each repository.
    pub(crate) fn names(&self) -> String {
        let names: Vec<_> = self.repositories.iter().map(|it| &*it.image).collect();
        names.join("\n") + "\n"
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut table = Table::default();
        table.row(["digest", &self.digest]);
        for image in &self.images {
            table.row(["platform", &image.platform]);
        }
        rows(&self.repositories, &mut table);
        table.render()
    }

    /// What the steps after this one of a workflow are told.
    pub(crate) fn outputs(&self) -> Outputs {
        let image_id = match &*self.images {
            [image] => &image.config_digest,
            _ => &self.digest,
        };
        outputs(&self.digest, image_id, &self.repositories)
    }
}

/// Values for the steps after this one of a workflow, by their names.
pub(crate) type Outputs = Vec<(&'static str, String)>;

/// `digest`, `image`, `images`, `imageid` and `tags`; several values of one name are lines.
pub(crate) fn outputs(digest: &str, image_id: &str, repositories: &[RepositoryReport]) -> Outputs {
    let images: Vec<_> = repositories.iter().map(|it| &*it.image).collect();
    let tags = repositories.iter().flat_map(|it| &it.tags).map(|it| &*it.reference);
    vec![
        ("digest", digest.to_owned()),
        ("imageid", image_id.to_owned()),
        ("image", images.first().copied().unwrap_or_default().to_owned()),
        ("images", images.join("\n")),
        ("tags", tags.collect::<Vec<_>>().join("\n")),
    ]
}

/// Puts what came of each target together by repository.
pub(crate) fn repositories(
    pushed: &[Pushed],
    blobs: u64,
    is_immutable: impl Fn(&Reference) -> bool,
) -> Vec<RepositoryReport> {
    let mut reports: Vec<RepositoryReport> = Vec::new();
    for it in pushed {
        let image = it.reference.pinned(it.digest).to_string();
        let found = reports.iter().position(|report| report.image == image);
        let at = found.unwrap_or(reports.len());
        if found.is_none() {
            let tags = Vec::new();
            reports.push(RepositoryReport { image, sent: 0, mounted: 0, existing: 0, tags });
        }
        let Some(report) = reports.get_mut(at) else { continue };
        // What is told for each tag is the repository's.
        report.sent = report.sent.max(it.sent);
        report.mounted = report.mounted.max(it.mounted);
        report.existing = blobs.saturating_sub(report.sent + report.mounted);
        report.tags.extend(it.reference.tag.as_ref().map(|tag| TagReport {
            reference: it.reference.to_string(),
            tag: tag.clone(),
            immutable: is_immutable(&it.reference),
            changed: it.changed,
            replaced: it.replaced.map(|digest| digest.to_string()),
        }));
    }
    reports
}

/// The rows about repositories.
pub(super) fn rows(repositories: &[RepositoryReport], table: &mut Table) {
    for repository in repositories {
        table.row(["pushed", &repository.image]);
        for tag in &repository.tags {
            let state = match (&tag.replaced, tag.changed) {
                (Some(old), _) => format!("was {old}"),
                (None, true) => "new".to_owned(),
                (None, false) => "unchanged".to_owned(),
            };
            table.row(["  tag", &format!("{} ({state})", tag.tag)]);
        }
        let amounts = [
            (repository.sent, "sent"),
            (repository.mounted, "mounted"),
            (repository.existing, "there already"),
        ];
        let amounts = amounts.iter().filter(|(bytes, _)| *bytes > 0);
        let texts: Vec<_> =
            amounts.map(|(bytes, what)| format!("{} {what}", size(*bytes))).collect();
        table.row(["  layers", &texts.join(", ")]);
    }
}
