//! Images by name.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::LazyLock;

use super::{Family, Language, User, rows};

/// What the table says of an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Image {
    /// The name under which the table has it.
    pub(super) name: &'static str,
    pub(super) base: Base,
    pub(super) purpose: Option<Purpose>,
    pub(super) targets: TargetsColumn,
    pub(super) user: User,
    /// Users beside those of the family, comma-separated.
    pub(super) users: &'static str,
    /// Tools beside those of the family: of the plain variant, of slim, of Alpine.
    pub(super) tools: [&'static str; 3],
}

/// What an image stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// A family, and its release where the image's name fixes it.
    Family(Family, Option<&'static str>),
    /// Only a tag can say.
    InTag,
    /// Nothing can be said: the image has two C libraries.
    Mixed,
}

/// What an image is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purpose {
    pub(super) language: Language,
    pub(super) only_builds: bool,
}

/// The Rust targets of an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct TargetsColumn {
    /// A list, or `tag`, `name`, `-`.
    pub(super) which: &'static str,
    /// Whether cargo builds for the first of them unless told.
    pub(super) by_default: bool,
}

impl Image {
    /// An image that the table does not have.
    pub(super) const fn unknown() -> Self {
        Self {
            name: "",
            base: Base::InTag,
            purpose: None,
            targets: TargetsColumn { which: "-", by_default: false },
            user: User::Unknown,
            users: "-",
            tools: ["?"; 3],
        }
    }
}

struct Table {
    exact: BTreeMap<&'static str, Image>,
    /// Those with a `*`, by what comes before it.
    prefixes: BTreeMap<&'static str, Image>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { exact: BTreeMap::new(), prefixes: BTreeMap::new() };
    for row in rows(include_str!("../../data/base-images.tsv")) {
        let Some((name, image)) = parse(row, &table) else { continue };
        match name.strip_suffix('*') {
            Some(prefix) => table.prefixes.insert(prefix, image),
            None => table.exact.insert(name, image),
        };
    }
    table
});

/// What the table says of the image with a canonical name.
pub(super) fn find(name: &str) -> Option<&'static Image> {
    let table = &*TABLE;
    table.exact.get::<str>(name).or_else(|| {
        // The longest prefix is not the last one in order: longer names may stand between.
        table
            .prefixes
            .range::<str, _>((Bound::Unbounded, Bound::Included(name)))
            .rev()
            .find_map(|(prefix, image)| name.starts_with(prefix).then_some(image))
    })
}

fn parse(
    mut row: impl Iterator<Item = &'static str>,
    table: &Table,
) -> Option<(&'static str, Image)> {
    let name = row.next()?;
    let base = row.next()?;
    if let Some(same) = base.strip_prefix('=') {
        return Some((name, *table.exact.get(same)?));
    }
    let base = match base {
        "?" => Base::InTag,
        "mixed" => Base::Mixed,
        family => match family.split_once(':') {
            Some((family, release)) => Base::Family(Family::parse(family)?, Some(release)),
            None => Base::Family(Family::parse(family)?, None),
        },
    };
    let purpose = match row.next()? {
        "-" => None,
        text => {
            let language = text.strip_suffix('!');
            let only_builds = language.is_some();
            Some(Purpose { language: Language::parse(language.unwrap_or(text))?, only_builds })
        }
    };
    let targets = row.next()?;
    let targets = TargetsColumn {
        which: targets.strip_suffix('!').unwrap_or(targets),
        by_default: targets.ends_with('!'),
    };
    let user = User::parse(row.next()?);
    let users = row.next()?;
    let tools = row.next()?;
    let mut variants = tools.split('|');
    let plain = variants.next()?;
    let tools = [plain, variants.next().unwrap_or(plain), variants.next().unwrap_or(plain)];
    Some((name, Image { name, base, purpose, targets, user, users, tools }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_understood() {
        let text = include_str!("../../data/base-images.tsv");
        for line in text.lines().filter(|it| !it.starts_with('#')) {
            let (name, image) =
                parse(line.split('\t'), &TABLE).unwrap_or_else(|| panic!("not understood: {line}"));
            let names = image.tools.iter().flat_map(|it| it.split(' '));
            for tool in names.filter(|it| !matches!(*it, "" | "-" | "?")) {
                assert!(super::super::Tool::from_name(tool).is_some(), "{name}: {tool}");
            }
            assert!(find(name).is_some(), "{name} is shadowed or lost");
        }
    }

    #[test]
    fn names_that_are_not_there_fall_back_to_the_longest_prefix() {
        assert_eq!(find("cgr.dev/chainguard/redis").unwrap().name, "cgr.dev/chainguard/*");
        assert_eq!(find("bitnami/minideb").unwrap().name, "bitnami/minideb");
        assert_eq!(find("bitnami/redis").unwrap().name, "bitnami/*");
        assert!(find("example.com/app").is_none());
    }
}
