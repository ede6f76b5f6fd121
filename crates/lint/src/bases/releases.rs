//! Releases of distributions: their C library and the ends of their support.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::family::Distribution;
use super::{Date, rows};

/// A release of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its name, as its people say: `bookworm`, `24.04`, `3.22`, `debian12` of distroless.
    pub name: &'static str,
    /// The version of its glibc.
    pub glibc: Option<(u32, u32)>,
    /// The last day of standard support.
    pub end: Option<Date>,
    /// The last day of the long-term support that everybody gets for nothing, where there is one.
    pub long_term_end: Option<Date>,
    pub(super) distribution: Distribution,
}

impl Release {
    /// The first release of Debian with that glibc or a newer one; `None` where there is none yet.
    pub fn first_of_debian_with_glibc(version: (u32, u32)) -> Option<&'static Self> {
        TABLE.releases.iter().find(|it| {
            it.distribution == Distribution::Debian && it.glibc.is_some_and(|it| it >= version)
        })
    }

    /// Whether nobody has mended it for free on a day: long-term support has ended too.
    pub fn ended(&self, on: Date) -> bool {
        self.long_term_end.or(self.end).is_some_and(|it| it < on)
    }

    /// Whether its standard support has ended on a day, long-term support aside.
    pub fn standard_support_ended(&self, on: Date) -> bool {
        self.end.is_some_and(|it| it < on)
    }
}

/// A release, and whether the name that it was found by moves on to later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) release: &'static Release,
    pub(super) moving: bool,
}

struct Table {
    releases: Vec<Release>,
    by_name: BTreeMap<(Distribution, &'static str), (usize, bool)>,
    by_codename: BTreeMap<&'static str, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table =
        Table { releases: Vec::new(), by_name: BTreeMap::new(), by_codename: BTreeMap::new() };
    for row in rows(include_str!("../../data/base-releases.tsv")) {
        let Some((release, other_names)) = parse(row) else { continue };
        let index = table.releases.len();
        for name in other_names.split(',').chain([release.name]).filter(|it| *it != "-") {
            let (name, moving) = match name.strip_suffix('~') {
                Some(name) => (name, true),
                None => (name, false),
            };
            table.by_name.entry((release.distribution, name)).or_insert((index, moving));
            let of_debian =
                matches!(release.distribution, Distribution::Debian | Distribution::Ubuntu);
            if of_debian && !moving && name.bytes().all(|it| it.is_ascii_lowercase()) {
                table.by_codename.insert(name, index);
            }
        }
        table.releases.push(release);
    }
    table
});

/// The release of a distribution that a version stands for; `12.5` is found as `12`.
pub(super) fn find(distribution: Distribution, version: &str) -> Option<Found> {
    let table = &*TABLE;
    let mut shorter = version;
    loop {
        // `3` of Alpine moves and has nothing to say of `3.99`.
        match table.by_name.get(&(distribution, shorter)) {
            Some((index, moving)) if shorter == version || !moving => {
                return Some(Found { release: table.releases.get(*index)?, moving: *moving });
            }
            _ => shorter = shorter.rsplit_once('.')?.0,
        }
    }
}

/// The Debian or Ubuntu release with a code name such as `bookworm` or `noble`.
pub(super) fn by_codename(name: &str) -> Option<&'static Release> {
    let table = &*TABLE;
    table.releases.get(*table.by_codename.get(name)?)
}

fn parse(mut row: impl Iterator<Item = &'static str>) -> Option<(Release, &'static str)> {
    let distribution = Distribution::parse(row.next()?)?;
    let name = row.next()?;
    let other_names = row.next()?;
    let glibc = row.next()?.split_once('.');
    let glibc = glibc.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let (end, long_term_end) = (Date::parse(row.next()?), Date::parse(row.next()?));
    Some((Release { name, glibc, end, long_term_end, distribution }, other_names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_understood() {
        let table = include_str!("../../data/base-releases.tsv");
        for line in table.lines().filter(|it| !it.starts_with('#')) {
            let columns: Vec<_> = line.split('\t').collect();
            assert_eq!(columns.len(), 6, "{line}");
            let (release, _) = parse(line.split('\t')).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(release.glibc.is_none(), columns[3] == "-", "{line}");
            assert_eq!(release.end.is_none(), columns[4] == "-", "{line}");
            assert_eq!(release.long_term_end.is_none(), columns[5] == "-", "{line}");
            assert!(release.long_term_end.is_none() || release.end <= release.long_term_end);
        }
    }

    #[test]
    fn versions_lose_their_last_parts_until_they_are_found() {
        let name = |distribution, version| find(distribution, version).map(|it| it.release.name);
        assert_eq!(name(Distribution::Debian, "12.5"), Some("bookworm"));
        assert_eq!(name(Distribution::Alpine, "3.20.3"), Some("3.20"));
        assert_eq!(name(Distribution::Alpine, "4.1"), None);
        assert_eq!(by_codename("noble").map(|it| it.name), Some("24.04"));
        assert_eq!(by_codename("stable"), None);
    }

    #[test]
    fn the_first_debian_that_is_new_enough_is_found() {
        let name = |version| Release::first_of_debian_with_glibc(version).map(|it| it.name);
        assert_eq!(name((2, 36)), Some("bookworm"));
        assert_eq!(name((2, 38)), Some("trixie"));
        assert_eq!(name((9, 0)), None);
    }

    #[test]
    fn names_that_move_say_so() {
        assert!(find(Distribution::Alpine, "3").is_some_and(|it| it.moving));
        assert!(find(Distribution::Debian, "sid").is_some_and(|it| it.moving));
        assert!(find(Distribution::Debian, "trixie").is_some_and(|it| !it.moving));
    }
}
