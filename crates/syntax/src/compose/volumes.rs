//! Mounts: `[SOURCE:]TARGET[:OPTIONS]`, or a mapping.

use plimsoll_finding::Span;

use super::{Text, split};
use crate::yaml::Value;

/// Something that is mounted.
#[derive(Clone, Debug)]
pub struct Mount<'y> {
    /// What it is.
    pub kind: MountKind,
    /// The path of the host, or the volume's name; `None` for a volume without a name and for memory.
    pub source: Option<Text<'y>>,
    /// The path in the container.
    pub target: Option<Text<'y>>,
    /// Whether it can only be read.
    pub read_only: bool,
    /// The options of the short form.
    pub options: Vec<Text<'y>>,
    /// All of it.
    pub span: Span,
    /// The item of the list.
    pub value: Value<'y>,
}

/// What is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountKind {
    /// A path of the host.
    Bind,
    /// A volume.
    Volume,
    /// Memory.
    Tmpfs,
    /// A pipe of Windows.
    Npipe,
    /// A volume of a cluster.
    Cluster,
    /// The files of an image.
    Image,
    /// Nobody knows: its kind or source is a variable, or a word that has no meaning.
    Unknown,
}

impl<'y> Mount<'y> {
    pub(super) fn read(value: Value<'y>) -> Option<Self> {
        let span = value.written();
        if let Some(text) = Text::of(value) {
            return Some(Self { span, ..Self::short(text, value) });
        }
        if !value.is_mapping() {
            return None;
        }
        let text = |key: &str| value.get(key).filter(|it| !it.is_null()).and_then(Text::of);
        let kind = match text("type").map(|it| it.text) {
            Some("bind") => MountKind::Bind,
            Some("volume") => MountKind::Volume,
            Some("tmpfs") => MountKind::Tmpfs,
            Some("npipe") => MountKind::Npipe,
            Some("cluster") => MountKind::Cluster,
            Some("image") => MountKind::Image,
            _ => MountKind::Unknown,
        };
        Some(Self {
            kind,
            source: text("source"),
            target: text("target"),
            read_only: value.get("read_only").and_then(Value::as_bool) == Some(true),
            options: Vec::new(),
            span,
            value,
        })
    }

    fn short(text: Text<'y>, value: Value<'y>) -> Self {
        let mut parts = split::outside_variables(text.text, b':');
        rejoin_drives(text.text, &mut parts);
        let part = |at: usize| parts.get(at).map(|it| text.part(it.clone()));
        let (source, target) = if parts.len() == 1 { (None, part(0)) } else { (part(0), part(1)) };
        let options: Vec<Text<'y>> = part(2).map_or_else(Vec::new, |options| {
            let parts = split::outside_variables(options.text, b',').into_iter();
            parts.map(|it| options.part(it)).collect()
        });
        let kind = source.map_or(MountKind::Volume, |it| kind_of_source(it.text));
        let read_only = options.iter().any(|it| it.text == "ro");
        Self { kind, source, target, read_only, options, span: text.span, value }
    }

    /// Whether it is written as one text.
    pub fn is_short(&self) -> bool {
        !self.value.is_mapping()
    }
}

/// Joins `C` and `\path` again, which a colon parted.
fn rejoin_drives(text: &str, parts: &mut Vec<std::ops::Range<usize>>) {
    let mut at = 0;
    while at + 1 < parts.len() {
        let is_drive = text[parts[at].clone()].chars().count() == 1
            && text[parts[at].clone()].starts_with(char::is_alphabetic);
        if is_drive {
            parts[at].end = parts[at + 1].end;
            parts.remove(at + 1);
        }
        at += 1;
    }
}

/// A path begins with `.`, `/`, `~`, a drive or `\\`; a variable may be anything, unless its value in
/// place of none tells.
fn kind_of_source(source: &str) -> MountKind {
    if source.starts_with('$') {
        let default = source.strip_prefix("${").and_then(|it| it.split_once('-'));
        return match default.map(|it| kind_of_source(it.1.trim_end_matches('}'))) {
            Some(MountKind::Bind) => MountKind::Bind,
            _ => MountKind::Unknown,
        };
    }
    if is_path(source) { MountKind::Bind } else { MountKind::Volume }
}

/// Whether the loader takes a source for a path of the host.
pub(super) fn is_path(source: &str) -> bool {
    let mut chars = source.chars();
    match chars.next() {
        Some('.' | '/' | '~') => true,
        Some(first) => {
            source.starts_with("\\\\") || (first.is_alphabetic() && chars.next() == Some(':'))
        }
        None => false,
    }
}
