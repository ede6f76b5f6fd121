//! `plimsoll/build/v1`: what `plimsoll build` made.

use std::{collections::BTreeMap, time::Duration};

use plimsoll_build::engines::{Tool, history};
use plimsoll_image::{Bundle, Digest, Image};
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
    pub(crate) engine: EngineReport,
    pub(crate) binaries: &'a [BinaryFacts],
    /// What made each layer; that of another one is in the history of its image.
    pub(crate) steps: BTreeMap<Digest, &'static str>,
    pub(crate) building: Building,
    pub(crate) packing: Duration,
}

/// How long it took before there was anything to pack.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Building {
    Cargo(Duration),
    Engine(Duration),
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
    /// Who built it.
    engine: EngineReport,
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

/// Who built an image.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct EngineReport {
    /// `native`, `buildx`, `docker` or `buildah`.
    name: &'static str,
    /// The version of the program that was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// The builder of buildx, where it is not the current one.
    #[serde(skip_serializing_if = "Option::is_none")]
    builder: Option<String>,
}

impl EngineReport {
    /// Plimsoll itself.
    pub(crate) fn native() -> Self {
        Self { name: "native", version: None, builder: None }
    }

    /// An engine that builds from a Dockerfile.
    pub(crate) fn of(tool: &Tool) -> Self {
        let builder = match tool {
            Tool::Buildx { builder, .. } => builder.clone(),
            Tool::Docker { .. } | Tool::Buildah { .. } => None,
        };
        let version = tool.version().map(|it| it.to_string());
        Self { name: tool.name(), version, builder }
    }

    /// For people: `buildx 0.21.1 (mine)`.
    pub(super) fn words(&self) -> String {
        let version = self.version.iter().map(|it| format!(" {it}"));
        let builder = self.builder.iter().map(|it| format!(" ({it})"));
        [self.name.to_owned()].into_iter().chain(version).chain(builder).collect()
    }
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
    /// The user that it runs as, as the configuration has it; empty for root.
    user: String,
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
    /// `system` or `app`, and what is in it; from a Dockerfile, the instruction.
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
#[expect(clippy::struct_field_names, reason = "names of JSON say their unit")]
struct Time {
    /// Milliseconds in Cargo; 0 where it was not run by us.
    cargo_ms: f64,
    /// Milliseconds in another engine.
    #[serde(skip_serializing_if = "Option::is_none")]
    engine_ms: Option<f64>,
    /// Milliseconds from there to the end.
    packing_ms: f64,
}

impl Report {
    pub(crate) fn new(
        facts: &Facts<'_>,
        bundle: &Bundle,
        delivered: &[Delivered],
        pushed: Vec<RepositoryReport>,
    ) -> Self {
        let images = bundle.images().iter().map(|image| image_report(image, facts, bundle));
        let (cargo_ms, engine_ms) = match facts.building {
            Building::Cargo(time) => (milliseconds(time), None),
            Building::Engine(time) => (0.0, Some(milliseconds(time))),
        };
        Self {
            schema: "plimsoll/build/v1",
            title: facts.title.to_owned(),
            version: facts.version.clone(),
            engine: facts.engine.clone(),
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
            time: Time { cargo_ms, engine_ms, packing_ms: milliseconds(facts.packing) },
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
        if self.engine.name != "native" {
            table.row(["engine", &self.engine.words()]);
        }
        table.row(["digest", &self.digest]);
        for image in &self.images {
            table.row(["platform", &image.platform]);
            if self.images.len() > 1 {
                table.row(["  digest", &image.digest]);
            }
            table.row(["  size", &size(image.size)]);
            let user = if image.user.is_empty() { "root" } else { &image.user };
            table.row(["  user", user]);
            for layer in &image.layers {
                let name = self.name_of(layer);
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
        let building = match self.time.engine_ms {
            Some(time) => format!("{} {}", self.engine.name, duration(time)),
            None => format!("cargo {}", duration(self.time.cargo_ms)),
        };
        let time = format!("{building}, packing {}", duration(self.time.packing_ms));
        table.row(["time", &time]);
        for output in &self.outputs {
            let unchanged = if output.changed { "" } else { " (unchanged)" };
            table.row([output.kind, &format!("{}{unchanged}", output.reference)]);
        }
        push::rows(&self.pushed, &mut table);
        table.render()
    }
}

impl Report {
    /// What a layer is called in the table.
    fn name_of(&self, layer: &LayerReport) -> String {
        const WIDTH: usize = 40;
        if self.engine.name == "native" {
            return layer.created_by.split(':').next().unwrap_or_default().to_owned();
        }
        let mut words = layer.created_by.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            // Bases are often made by programs that keep no history.
            return "without history".to_owned();
        }
        if words.chars().count() > WIDTH {
            words = words.chars().take(WIDTH - 1).chain(['…']).collect();
        }
        words
    }
}

fn image_report(image: &Image, facts: &Facts<'_>, bundle: &Bundle) -> ImageReport {
    let config = bundle.config(image);
    let commands = config.as_ref().map(history::created_by).unwrap_or_default();
    let binaries = facts.binaries.iter().filter(|it| it.platform == image.platform.normalized());
    ImageReport {
        platform: image.platform.to_string(),
        digest: image.manifest.digest.to_string(),
        config_digest: image.config.digest.to_string(),
        size: image.size(),
        user: config.map(|it| it.config.user).unwrap_or_default(),
        layers: image
            .layers
            .iter()
            .zip(commands.into_iter().chain(std::iter::repeat(String::new())))
            .map(|(layer, command)| LayerReport {
                digest: layer.descriptor.digest.to_string(),
                diff_id: layer.diff_id.to_string(),
                media_type: layer.descriptor.media_type.clone(),
                size: layer.descriptor.size,
                unpacked_size: layer.unpacked_size,
                created_by: match facts.steps.get(&layer.descriptor.digest) {
                    Some(step) => (*step).to_owned(),
                    None if facts.steps.is_empty() => command,
                    None => "app".to_owned(),
                },
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
