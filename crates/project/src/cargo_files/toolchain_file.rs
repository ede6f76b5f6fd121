//! `rust-toolchain.toml`, and `rust-toolchain` in both of its formats.

use std::ops::Range;

use super::{
    place::SourceText,
    tree::{self, parse},
};
use crate::files::{Files, below, join};

/// A file that tells rustup which toolchain to take.
///
/// Follows "Overrides" in the book of rustup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolchainFile {
    /// The file.
    pub source: SourceText,
    /// The directory that it is for, with all below.
    pub directory: String,
    /// `stable`, `1.85.0`, `nightly-2025-01-01`; where no channel is named, rustup takes its default.
    pub channel: Option<(String, Range<usize>)>,
    /// A directory with a toolchain of its own, instead of a channel.
    pub path: Option<String>,
    /// What is installed beside the profile's components.
    pub components: Vec<(String, Range<usize>)>,
    /// Targets whose standard library is installed.
    pub targets: Vec<(String, Range<usize>)>,
    /// `minimal`, `default` or `complete`.
    pub profile: Option<String>,
}

impl ToolchainFile {
    /// Reads the file of a directory. `rust-toolchain` goes before `rust-toolchain.toml`, as with
    /// rustup.
    pub fn in_directory(files: &dyn Files, directory: &str) -> Option<Self> {
        let mut names = [("rust-toolchain", true), ("rust-toolchain.toml", false)].into_iter();
        names.find_map(|(name, may_be_old)| {
            let source = SourceText::read(files, join(directory, name))?;
            let text = source.text.clone();
            let mut found = Self {
                source,
                directory: directory.to_owned(),
                channel: None,
                path: None,
                components: Vec::new(),
                targets: Vec::new(),
                profile: None,
            };
            // The old format is a channel and nothing else.
            let channel = text.trim();
            if may_be_old && !channel.is_empty() && !channel.contains(['\n', '=']) {
                let start = text.len() - text.trim_start().len();
                found.channel = Some((channel.to_owned(), start..start + channel.len()));
            } else {
                found.read(&text);
            }
            Some(found)
        })
    }

    /// The file that holds in a directory: its own, or that of the nearest directory above it, no
    /// higher than `top`.
    pub fn nearest(files: &dyn Files, directory: &str, top: &str) -> Option<Self> {
        let above = std::iter::once(directory).chain(crate::files::ancestors(directory));
        above.take_while(|it| below(top, it).is_some()).find_map(|it| Self::in_directory(files, it))
    }

    fn read(&mut self, text: &str) {
        let (root, _) = parse(text);
        let Some(table) = tree::table_at(&root, &["toolchain"]) else { return };
        self.channel =
            table.get("channel").and_then(|it| Some((tree::as_text(it)?.to_owned(), it.span())));
        self.path = tree::text(table, "path").map(str::to_owned);
        self.profile = tree::text(table, "profile").map(str::to_owned);
        self.components = tree::placed_texts(table, "components");
        self.targets = tree::placed_texts(table, "targets");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    fn channel(name: &str, text: &str) -> Option<String> {
        let files = MemoryFiles::new([(format!("/a/{name}"), text)]);
        let found = ToolchainFile::nearest(&files, "/a/b/c", "/a")?;
        let (channel, span) = found.channel?;
        assert_eq!(text[span].trim_matches(['"', '\'']), channel);
        Some(channel)
    }

    #[test]
    fn channels_are_read_in_every_format() {
        for (name, text) in [
            ("rust-toolchain", "1.85.0\n"),
            ("rust-toolchain", "[toolchain]\nchannel = \"1.85.0\"\n"),
            ("rust-toolchain.toml", "[toolchain]\nchannel = '1.85.0'\ncomponents = [\"clippy\"]\n"),
            ("rust-toolchain.toml", "toolchain.channel = \"1.85.0\"\n"),
        ] {
            assert_eq!(channel(name, text).as_deref(), Some("1.85.0"), "{text}");
        }
        assert_eq!(channel("rust-toolchain.toml", "1.85.0\n"), None);
        assert_eq!(channel("rust-toolchain", ""), None);
    }

    #[test]
    fn the_nearest_file_holds_and_the_older_name_goes_first() {
        let files = MemoryFiles::new([
            ("/rust-toolchain", "outside"),
            ("/a/rust-toolchain", "old"),
            ("/a/rust-toolchain.toml", "[toolchain]\nchannel = \"new\"\ntargets = [\"t\"]"),
            ("/a/b/rust-toolchain.toml", "[toolchain]\npath = \"/opt/rust\""),
        ]);
        let named = |directory, top| ToolchainFile::nearest(&files, directory, top);
        assert_eq!(named("/a/c", "/a").unwrap().channel.unwrap().0, "old");
        assert_eq!(named("/a/b", "/a").unwrap().path.as_deref(), Some("/opt/rust"));
        assert_eq!(named("/c", "/c"), None);
        assert_eq!(named("/c", "/").unwrap().source.path, "/rust-toolchain");
    }
}
