//! When the support of the programs ends that services run, by their version.

use std::sync::LazyLock;

use crate::bases::{Date, rows};

/// A release of a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// What people call the program.
    pub title: &'static str,
    /// The release, in as many parts as it takes.
    pub version: &'static str,
    /// The last day of its support.
    pub date: Date,
}

/// The release that an image of a name and tag holds, if the table has it.
pub(crate) fn of(name: &str, tag: &str) -> Option<End> {
    let name = known_name(name)?;
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let version = tag.split(['-', '_']).next().unwrap_or(tag);
    let is_it = |(names, end): &&(&str, End)| {
        let rest = version.strip_prefix(end.version);
        rest.is_some_and(|it| it.is_empty() || it.starts_with('.'))
            && names.split(',').any(|it| it == name)
    };
    TABLE.iter().find(is_it).map(|it| it.1)
}

/// The rows: names of images, and a release.
static TABLE: LazyLock<Vec<(&str, End)>> = LazyLock::new(|| {
    let read = |mut row: Box<dyn Iterator<Item = &'static str>>| {
        let (names, title, version) = (row.next()?, row.next()?, row.next()?);
        Some((names, End { title, version, date: Date::parse(row.next()?)? }))
    };
    rows(include_str!("../../data/service-releases.tsv"))
        .filter_map(|it| read(Box::new(it)))
        .collect()
});

/// The last part of a name whose owner gives the versions of the program itself.
fn known_name(name: &str) -> Option<&str> {
    let Some((owner, last)) = name.rsplit_once('/') else { return Some(name) };
    let is_known = matches!(
        owner,
        "library"
            | "docker.io/library"
            | "public.ecr.aws/docker/library"
            | "bitnami"
            | "bitnamilegacy"
            | "docker.io/bitnami"
            | "postgis"
            | "mysql"
            | "docker.elastic.co/elasticsearch"
            | "docker.elastic.co/kibana"
            | "docker.elastic.co/logstash"
    );
    is_known.then_some(last)
}

#[cfg(test)]
mod tests {
    use super::{Date, of, rows};

    #[test]
    fn every_row_is_understood() {
        for mut row in rows(include_str!("../../data/service-releases.tsv")) {
            let (names, _, version, date) =
                (row.next().unwrap(), row.next(), row.next().unwrap(), row.next().unwrap());
            assert!(row.next().is_none() && Date::parse(date).is_some(), "{names} {version}");
            assert!(of(names.split(',').next().unwrap(), version).is_some(), "{names} {version}");
        }
    }

    #[test]
    fn parts_of_versions_are_whole() {
        assert!(of("postgres", "10.3").is_some());
        assert!(of("postgres", "101").is_none());
        assert!(of("redis", "6.2").is_none());
        assert!(of("mariadb", "10.11").is_none());
        assert!(of("somebody/postgres", "9.6").is_none());
    }
}
