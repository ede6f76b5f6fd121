//! Aliases that make much of little: a few lines can stand for more values than fit into memory.

use plimsoll_finding::Span;

use super::tree::{Kind, NodeId, Yaml};
use super::{Value, YamlError};

/// With fewer values than this nobody is harmed.
const HARMLESS: u64 = 1000;

/// The most values that are read, however they come about.
const MOST: u64 = 4_000_000;

/// Reports a tree whose aliases stand for too much, and empties it: whoever walks through it would
/// walk through all of that.
pub(super) fn check(yaml: &mut Yaml<'_>) {
    if !yaml.nodes.iter().any(|it| matches!(it.kind, Kind::Alias(_))) {
        return;
    }
    let mut sizes: Vec<Option<Size>> = vec![None; yaml.nodes.len()];
    let mut total = Size::default();
    for root in yaml.documents.clone() {
        total = total.with(size(yaml, root, &mut sizes));
    }
    if total.is_excessive() {
        let first = yaml.nodes.iter().find(|it| matches!(it.kind, Kind::Alias(_)));
        let span = first.map_or(Span::new(0, 0), |it| it.span);
        yaml.documents.clear();
        let message = "its aliases stand for far more values than are written";
        yaml.errors.push(YamlError::new(span, message));
    }
}

/// How many values something stands for.
#[derive(Clone, Copy, Default)]
struct Size {
    all: u64,
    /// Those that are there for an alias.
    aliased: u64,
}

impl Size {
    fn with(self, other: Self) -> Self {
        Self {
            all: self.all.saturating_add(other.all),
            aliased: self.aliased.saturating_add(other.aliased),
        }
    }

    /// Up to 400,000 values nearly all may come from aliases, and above that fewer and fewer: the
    /// measure of the YAML library that Compose is built with.
    fn is_excessive(self) -> bool {
        if self.all <= HARMLESS || self.aliased <= 100 {
            return false;
        }
        let percent = match self.all {
            0..=400_000 => 99,
            MOST.. => 10,
            all => 99 - 89 * (all - 400_000) / (MOST - 400_000),
        };
        u128::from(self.aliased) * 100 > u128::from(self.all) * u128::from(percent)
    }
}

/// The size of a node. A target of an alias comes before it in the list and can't hold it, and the
/// depth of what is written is limited; only the depth of aliases within aliases adds to it.
fn size(yaml: &Yaml<'_>, id: NodeId, sizes: &mut [Option<Size>]) -> Size {
    if let Some(Some(known)) = sizes.get(id as usize) {
        return *known;
    }
    let one = Size { all: 1, aliased: 0 };
    let size = match yaml.node(id).map(|it| &it.kind) {
        None | Some(Kind::Scalar(..)) => one,
        Some(Kind::Alias(target)) => {
            // It was met before, and so is known.
            let target = sizes.get(*target as usize).copied().flatten().unwrap_or(one);
            Size { all: target.all.saturating_add(1), aliased: target.all }
        }
        Some(Kind::Sequence(items)) => {
            items.iter().fold(one, |sum, it| sum.with(size(yaml, *it, sizes)))
        }
        Some(Kind::Mapping(entries)) => entries.iter().fold(one, |sum, (key, value)| {
            sum.with(size(yaml, *key, sizes)).with(size(yaml, *value, sizes))
        }),
    };
    if let Some(slot) = sizes.get_mut(id as usize) {
        *slot = Some(size);
    }
    size
}

impl Value<'_> {
    /// How deep a walk over any value may go: no file is deeper, aliases included.
    pub const DEEPEST: usize = 400;
}
