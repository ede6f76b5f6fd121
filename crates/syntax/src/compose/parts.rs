//! The parts of a loaded file that are compared with one another.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_finding::Span;

use super::loaded::{Data, Field, Item};
use super::short_mount::{ShortMount, clean};

/// Services and the names of everything else.
pub(super) struct Parts<'i, 'y> {
    pub(super) root: &'i Item<'y>,
    pub(super) services: Vec<&'i Field<'y>>,
    pub(super) by_name: BTreeMap<&'y str, &'i Field<'y>>,
    /// Services that say only a part of what they are.
    pub(super) incomplete: &'i BTreeSet<&'y str>,
    /// Whether more may be defined elsewhere.
    pub(super) is_open: bool,
}

impl<'i, 'y> Parts<'i, 'y> {
    pub(super) fn new(
        root: &'i Item<'y>,
        incomplete: &'i BTreeSet<&'y str>,
        is_open: bool,
    ) -> Self {
        let services = root.get("services").map_or(&[][..], Item::fields);
        let services: Vec<_> = services.iter().filter(|it| it.value.is_map()).collect();
        let by_name = services.iter().map(|it| (it.name, *it)).collect();
        Self { root, services, by_name, incomplete, is_open }
    }

    /// The names in a section at the top.
    pub(super) fn names(&self, section: &str) -> BTreeSet<&'y str> {
        let fields = self.root.get(section).map_or(&[][..], Item::fields);
        fields.iter().map(|it| it.name).collect()
    }

    /// Whether a service is all there.
    pub(super) fn is_complete(&self, service: &Field<'y>) -> bool {
        !self.is_open && !self.incomplete.contains(service.name)
    }
}

/// A name that something refers to.
pub(super) struct Use<'i> {
    pub(super) name: Cow<'i, str>,
    pub(super) span: Span,
}

/// The names of a list or the keys of a mapping.
pub(super) fn uses<'i>(item: Option<&'i Item<'_>>) -> Vec<Use<'i>> {
    let Some(item) = item else { return Vec::new() };
    let listed = item
        .items()
        .iter()
        .filter_map(|it| Some(Use { name: Cow::Borrowed(it.text()?), span: it.span() }));
    let keys =
        item.fields().iter().map(|it| Use { name: Cow::Borrowed(it.name), span: it.key.written() });
    listed.chain(keys).collect()
}

/// The secrets or configs of a list: of those with one target the last one counts.
pub(super) fn file_mounts<'i>(item: Option<&'i Item<'_>>, directory: &str) -> Vec<Use<'i>> {
    let mut by_target: BTreeMap<String, Use<'i>> = BTreeMap::new();
    for it in item.map_or(&[][..], Item::items) {
        let source = it.get("source").unwrap_or(it);
        let (name, span) = match source.text() {
            Some(name) => (name, source.span()),
            None if it.is_map() && !it.has("source") => ("", it.span()),
            None => continue,
        };
        let target = it.text_of("target").map(str::to_owned);
        let target = target.unwrap_or_else(|| format!("{directory}/{name}"));
        by_target.insert(target, Use { name: Cow::Borrowed(name), span });
    }
    let mut uses: Vec<_> = by_target.into_values().collect();
    uses.sort_by_key(|it| it.span.start());
    uses
}

/// A mount that the loader keeps.
pub(super) struct LoadedMount<'i> {
    pub(super) is_volume: bool,
    pub(super) source: Cow<'i, str>,
    pub(super) target: String,
    pub(super) span: Span,
}

/// Mounts of a service, and those that others at the same target replace.
#[derive(Default)]
pub(super) struct Mounts<'i> {
    pub(super) kept: Vec<LoadedMount<'i>>,
    /// What is replaced, and the place of what replaces it.
    pub(super) replaced: Vec<(LoadedMount<'i>, Span)>,
}

/// The mounts of a service as the loader keeps them: of those at one target the last one counts.
pub(super) fn mounts<'i>(service: &'i Item<'_>) -> Mounts<'i> {
    let mut mounts = Mounts::default();
    let mut by_target: BTreeMap<String, usize> = BTreeMap::new();
    for item in service.get("volumes").map_or(&[][..], Item::items) {
        let Some(mount) = mount(item) else { continue };
        if let Some(at) = by_target.get(&mount.target) {
            let place = mount.span;
            let old = std::mem::replace(&mut mounts.kept[*at], mount);
            mounts.replaced.push((old, place));
        } else {
            by_target.insert(mount.target.clone(), mounts.kept.len());
            mounts.kept.push(mount);
        }
    }
    mounts
}

fn mount<'i>(item: &'i Item<'_>) -> Option<LoadedMount<'i>> {
    let span = item.span();
    match &item.data {
        Data::Text(text) => {
            let mount = ShortMount::parse(text).ok()?;
            let (is_volume, target) = (!mount.is_bind(), clean(mount.target));
            Some(LoadedMount { is_volume, source: Cow::Borrowed(mount.source), target, span })
        }
        Data::Map(_) => {
            // The long form's target is cleaned only after equal ones were dropped.
            let target = item.text_of("target")?.to_owned();
            let source = match item.get("source") {
                None => "",
                Some(source) => source.text().unwrap_or_default(),
            };
            let is_volume = item.text_of("type") == Some("volume");
            Some(LoadedMount { is_volume, source: Cow::Borrowed(source), target, span })
        }
        _ => None,
    }
}
