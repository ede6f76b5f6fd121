//! The release that an official image stands on when its tag does not say.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::rows;

/// A version as far as tags compare: what a short one leaves out counts as the newest there is.
type Version = [u32; 3];

/// The variant of an image that has a default of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Variant {
    Plain,
    Slim,
    Alpine,
}

/// What a tag stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Default {
    /// The release, as tags name it: `bookworm`, `noble`, `oraclelinux8`, of Alpine `3.20`.
    pub(super) release: &'static str,
    /// Whether the tag will stand on another one later.
    pub(super) moving: bool,
}

struct Line {
    newest: Version,
    without_version: &'static str,
    changes: Vec<(Version, &'static str)>,
}

static TABLE: LazyLock<BTreeMap<(&'static str, Variant), Line>> = LazyLock::new(|| {
    rows(include_str!("../../data/base-defaults.tsv")).filter_map(parse).collect()
});

/// The release that `image` in `variant` stands on, by the version in its tag.
pub(super) fn find(image: &str, variant: Variant, version: Option<&str>) -> Option<Default> {
    let table = &*TABLE;
    let line = match table.get(&(image, variant)) {
        None if variant == Variant::Slim => table.get(&(image, Variant::Plain)),
        line => line,
    }?;
    let Some(version) = version else {
        let release = line.without_version;
        return (release != "-").then_some(Default { release, moving: true });
    };
    let version = parse_version(version, u32::MAX)?;
    let after = line.changes.partition_point(|(from, _)| *from <= version);
    let (_, release) = line.changes.get(after.checked_sub(1)?)?;
    (*release != "-").then_some(Default { release, moving: version > line.newest })
}

/// Reads `1.89` or `1.89.0`; what is left out becomes `rest`.
fn parse_version(text: &str, rest: u32) -> Option<Version> {
    let mut version = [rest; 3];
    for (place, part) in version.iter_mut().zip(text.split('.')) {
        *place = part.parse().ok()?;
    }
    Some(version)
}

fn parse(mut row: impl Iterator<Item = &'static str>) -> Option<((&'static str, Variant), Line)> {
    let image = row.next()?;
    let variant = match row.next()? {
        "plain" => Variant::Plain,
        "slim" => Variant::Slim,
        "alpine" => Variant::Alpine,
        _ => return None,
    };
    let newest = parse_version(row.next()?, 0)?;
    let without_version = row.next()?;
    let changes = row
        .next()?
        .split(' ')
        .map(|change| {
            let (version, release) = change.split_once('=')?;
            Some((parse_version(version, 0)?, release))
        })
        .collect::<Option<_>>()?;
    Some(((image, variant), Line { newest, without_version, changes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_understood_and_in_order() {
        let table = include_str!("../../data/base-defaults.tsv");
        for line in table.lines().filter(|it| !it.starts_with('#')) {
            let (_, parsed) = parse(line.split('\t')).unwrap_or_else(|| panic!("{line}"));
            assert!(parsed.changes.is_sorted_by(|a, b| a.0 < b.0), "{line}");
        }
    }

    #[test]
    fn the_debian_of_rust_follows_its_version() {
        let debian = |version| find("rust", Variant::Plain, Some(version)).map(|it| it.release);
        assert_eq!(debian("1.36"), Some("stretch"));
        assert_eq!(debian("1.54.0"), Some("buster"));
        assert_eq!(debian("1.71"), Some("bullseye"));
        assert_eq!(debian("1.72"), Some("bookworm"));
        assert_eq!(debian("1.88.0"), Some("bookworm"));
        assert_eq!(debian("1.89.0"), Some("trixie"));
        assert_eq!(debian("1.10"), None);
    }

    #[test]
    fn a_short_version_is_the_newest_that_it_can_be() {
        let one = find("rust", Variant::Plain, Some("1")).unwrap();
        assert_eq!(one, Default { release: "trixie", moving: true });
        let node = find("node", Variant::Slim, Some("20")).unwrap();
        assert_eq!(node, Default { release: "bookworm", moving: false });
        let latest = find("rust", Variant::Alpine, None).unwrap();
        assert_eq!(latest, Default { release: "3.24", moving: true });
    }
}
