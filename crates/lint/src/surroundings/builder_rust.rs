//! Which Rust a cargo command runs with, as the base image, the toolchain file and the file's own
//! words tell.

use plimsoll_finding::Span;
use plimsoll_project::cargo_files::ToolchainFile;

use super::{CargoBuild, Presence, Surroundings};
use crate::Facts;
use crate::bases::Language;
use crate::facts::cargo::CargoCommand;

/// The Rust of a base image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseRust {
    /// As the tag has it: `1.85`, `1`, `nightly`; `None` where the tag names none.
    pub(crate) version: Option<String>,
    /// The image.
    pub(crate) image: String,
    /// Where `FROM` names it.
    pub(crate) span: Span,
    /// Whether it is one of the official images, where rustup has that one toolchain alone.
    pub(crate) is_official: bool,
}

/// Words that change which toolchain runs.
const CHANGES: &[&str] = &[
    "rustup default",
    "rustup toolchain",
    "rustup install",
    "rustup override",
    "rustup update",
    "rustup show",
    "rustup self",
    "rustup-init",
    "sh.rustup.rs",
    "--default-toolchain",
    "RUSTUP_TOOLCHAIN",
    "rustup run",
];

/// The Rust of the image that a command runs in; `None` where the image is not made for Rust, or
/// the Dockerfile brings another one.
pub(crate) fn base_rust(facts: &Facts<'_>, command: &CargoCommand) -> Option<BaseRust> {
    let image = facts.base_image(command.stage)?;
    let description = image.describe()?;
    let toolchain = description.toolchain.filter(|it| it.language == Language::Rust)?;
    let text = facts.file.text.get(command.span.range())?;
    if !image.is_known
        || text.contains(" +")
        || facts.chain_mentions(command.stage, CHANGES)
        || runs_scripts(facts, command.stage)
    {
        return None;
    }
    let root = facts.stages.all.get(image.root)?;
    Some(BaseRust {
        version: toolchain.version.map(str::to_owned),
        image: image.text.clone(),
        span: root.from.image.span,
        is_official: crate::facts::cargo::is_rust_image(&image.text)
            && !image.text.contains("cargo-chef"),
    })
}

impl Surroundings {
    /// The toolchain file that rustup would find in the image, or miss there: that of the
    /// workspace's root, or of the nearest directory above it in the context.
    pub(crate) fn toolchain(&self, build: &CargoBuild) -> Option<(ToolchainFile, Presence)> {
        let file =
            ToolchainFile::nearest(self.files(), &build.workspace.directory, &self.context.root)?;
        let presence = build.presence(self, &file.source.path);
        Some((file, presence))
    }

    /// The version of Rust that a command surely runs with, and what says so.
    pub(crate) fn builder_rust(
        &self,
        facts: &Facts<'_>,
        build: &CargoBuild,
        command: &CargoCommand,
    ) -> Option<(Version, BaseRust)> {
        let base = base_rust(facts, command)?;
        match self.toolchain(build) {
            Some((_, Presence::Missing)) | None => {}
            // The file decides, and a file that can be newer than the image is taken at its word.
            Some(_) => return None,
        }
        let version = Version::parse(base.version.as_deref()?)?;
        Some((version, base))
    }
}

/// Whether scripts run that may install a toolchain.
fn runs_scripts(facts: &Facts<'_>, stage: usize) -> bool {
    facts.stages.chain(stage).any(|stage| {
        facts.run_commands_of(stage).any(|it| {
            let word = it.command.words.first().map_or("", |it| &*it.value);
            let is_shell = matches!(it.command.program(), Some("sh" | "bash" | "make" | "just"));
            word.starts_with('.') || is_shell
        })
    })
}

/// `1.85` or `1.85.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    pub(crate) major: u32,
    pub(crate) minor: u32,
    /// Of a tag without it, the newest.
    pub(crate) patch: Option<u32>,
}

impl Version {
    /// Reads a version with a minor part at least.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        let patch = match parts.next() {
            Some(patch) => Some(patch.parse().ok()?),
            None => None,
        };
        parts.next().is_none().then_some(Self { major, minor, patch })
    }

    /// Whether it is older than another that is needed at least.
    pub(crate) fn is_older_than(self, needed: Self) -> bool {
        let (own, other) = ((self.major, self.minor), (needed.major, needed.minor));
        let by_patch = || match (self.patch, needed.patch) {
            (Some(own), Some(other)) => own < other,
            _ => false,
        };
        own < other || own == other && by_patch()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_far_as_they_go() {
        let older = |own: &str, needed: &str| {
            Version::parse(own).unwrap().is_older_than(Version::parse(needed).unwrap())
        };
        assert!(older("1.79", "1.80") && older("1.79.0", "1.80.1") && older("1.85.0", "1.85.1"));
        assert!(!older("1.85", "1.85.1") && !older("1.85.1", "1.85") && !older("1.100", "1.85"));
        for text in ["1", "", "nightly", "1.x", "1.2.3.4", "stable"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
