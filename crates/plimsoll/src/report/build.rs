//! `plimsoll/build/v1`: what `plimsoll build` made.

use std::{collections::BTreeMap, time::Duration};

use plimsoll_build::pack::Packed;
use plimsoll_image::Image;
use serde::Serialize;

use super::{
    push::{self, RepositoryReport},
    table::{Table, size},
};
use crate::{
    commands::build::{BinaryFacts, Delivered},
    failure::Failure,
};

/// What is known beside the image itself.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) title: &'a str,
    pub(crate) version: Option<String>,
    pub(crate) binaries: &'a [BinaryFacts],
    pub(crate) cargo: Duration,
}

/// The report.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Report {
    /// Which form this is: `plimsoll/build/v1`.
    schema: &'static str,
    /// What the image is called.
    title: String,
    /// The program's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// The digest of the manifest, or of the index of several.
    digest: String,
    /// What the digest names.
    media_type: String,
    /// One for each platform.
    images: Vec<ImageReport>,
    /// Where the image is now.
    outputs: Vec<OutputReport>,
    /// The repositories of registries that it was pushed to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pushed: Vec<RepositoryReport>,
    /// How long it took.
    time: Time,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ImageReport {
    platform: String,
    /// Digest of the manifest.
    digest: String,
    /// Digest of the configuration, by which engines call an image.
    config_digest: String,
    /// Manifest, configuration and layers as they are stored, in bytes.
    size: u64,
    layers: Vec<LayerReport>,
    binaries: Vec<BinaryReport>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LayerReport {
    digest: String,
    diff_id: String,
    media_type: String,
    /// As it is stored, in bytes.
    size: u64,
    /// As a tar stream, in bytes; a layer of a base may not have been read.
    #[serde(skip_serializing_if = "Option::is_none")]
    unpacked_size: Option<u64>,
    /// `system` or `app`, and what is in it.
    created_by: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct BinaryReport {
    name: String,
    /// The path in the image.
    path: String,
    /// The target that Cargo built it for.
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    /// In bytes.
    size: u64,
    /// Such as `static-pie x86_64, stripped`.
    kind: String,
    /// How many crates the list in it names, where one was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    crates: Option<usize>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct OutputReport {
    /// `oci`, `oci-archive`, `docker-archive` or `docker`.
    kind: &'static str,
    /// A path, or the name in the engine.
    reference: String,
    /// Whether anything had to be written.
    changed: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Time {
    /// Milliseconds in Cargo.
    cargo_ms: f64,
    /// Milliseconds from there to the end.
    packing_ms: f64,
}

impl Report {
    pub(crate) fn new(
        facts: &Facts<'_>,
        packed: &Packed,
        delivered: &[Delivered],
        pushed: Vec<RepositoryReport>,
        packing: Duration,
    ) -> Self {
        let bundle = &packed.bundle;
        let names: BTreeMap<_, _> = packed.steps.iter().copied().collect();
        let images = bundle.images().iter().map(|image| image_report(image, facts, &names));
        Self {
            schema: "plimsoll/build/v1",
            title: facts.title.to_owned(),
            version: facts.version.clone(),
            digest: bundle.root().digest.to_string(),
            media_type: bundle.root().media_type.clone(),
            images: images.collect(),
            outputs: delivered
                .iter()
                .map(|it| OutputReport {
                    kind: it.kind,
                    reference: it.reference.clone(),
                    changed: it.changed,
                })
                .collect(),
            pushed,
            time: Time { cargo_ms: milliseconds(facts.cargo), packing_ms: milliseconds(packing) },
        }
    }

    /// The name of the image for other commands: by its digest in a registry, else that of the first
    /// output.
    pub(crate) fn reference(&self) -> &str {
        let output = self.outputs.first().map(|it| &it.reference);
        self.pushed.first().map(|it| &it.image).or(output).unwrap_or(&self.digest)
    }

    /// What the steps after this one of a workflow are told.
    pub(crate) fn outputs(&self) -> push::Outputs {
        let image_id = match &*self.images {
            [image] => &image.config_digest,
            _ => &self.digest,
        };
        push::outputs(&self.digest, image_id, &self.pushed)
    }

    /// As JSON.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        super::json(self)
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut table = Table::default();
        let version = self.version.as_deref().unwrap_or_default();
        table.row(["image", &format!("{} {version}", self.title)]);
        table.row(["digest", &self.digest]);
        for image in &self.images {
            table.row(["platform", &image.platform]);
            if self.images.len() > 1 {
                table.row(["  digest", &image.digest]);
            }
            table.row(["  size", &size(image.size)]);
            for layer in &image.layers {
                let name = layer.created_by.split(':').next().unwrap_or_default();
                let unpacked = layer.unpacked_size.map(|it| format!(", unpacked {}", size(it)));
                let sizes = format!("{}{}", size(layer.size), unpacked.unwrap_or_default());
                table.row([&format!("    {name}"), &sizes]);
            }
            for binary in &image.binaries {
                let crates = binary.crates.map(|it| format!(", {it} crates listed"));
                let crates = crates.unwrap_or_default();
                let text =
                    format!("{} {}, {}{crates}", binary.name, size(binary.size), binary.kind);
                table.row(["  binary", &text]);
            }
        }
        let time = format!(
            "cargo {}, packing {}",
            duration(self.time.cargo_ms),
            duration(self.time.packing_ms)
        );
        table.row(["time", &time]);
        for output in &self.outputs {
            let unchanged = if output.changed { "" } else { " (unchanged)" };
            table.row([output.kind, &format!("{}{unchanged}", output.reference)]);
        }
        push::rows(&self.pushed, &mut table);
        table.render()
    }
}

fn image_report(
    image: &Image,
    facts: &Facts<'_>,
    steps: &BTreeMap<plimsoll_image::Digest, &'static str>,
) -> ImageReport {
    let binaries = facts.binaries.iter().filter(|it| it.platform == image.platform.normalized());
    ImageReport {
        platform: image.platform.to_string(),
        digest: image.manifest.digest.to_string(),
        config_digest: image.config.digest.to_string(),
        size: image.size(),
        layers: image
            .layers
            .iter()
            .map(|layer| LayerReport {
                digest: layer.descriptor.digest.to_string(),
                diff_id: layer.diff_id.to_string(),
                media_type: layer.descriptor.media_type.clone(),
                size: layer.descriptor.size,
                unpacked_size: layer.unpacked_size,
                created_by: (*steps.get(&layer.descriptor.digest).unwrap_or(&"app")).to_owned(),
            })
            .collect(),
        binaries: binaries
            .map(|it| BinaryReport {
                name: it.name.clone(),
                path: plimsoll_build::pack::program_path(&it.name),
                target: it.target.clone(),
                size: it.size,
                kind: it.kind.clone(),
                crates: it.crates,
            })
            .collect(),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    // Microseconds are as fine as a clock is worth.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

fn duration(milliseconds: f64) -> String {
    if milliseconds < 1000.0 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}
