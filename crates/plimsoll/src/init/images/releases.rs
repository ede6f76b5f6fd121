//! The releases of Debian and Alpine that images are chosen from, the newest first.

/// A release of Debian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Debian {
    /// As tags have it: `trixie`.
    pub(crate) name: &'static str,
    /// As distroless' names have it: 13.
    number: u32,
    /// The first Rust, 1 and this, that there is an official image of on it.
    first_rust: u32,
}

/// Those that are mended, the newest first.
pub(crate) const DEBIAN: [Debian; 2] = [
    Debian { name: "trixie", number: 13, first_rust: 89 },
    Debian { name: "bookworm", number: 12, first_rust: 70 },
];

/// Those of Alpine, likewise.
pub(super) const ALPINE: [&str; 3] = ["3.24", "3.23", "3.22"];

impl Debian {
    /// Debian slim.
    pub(crate) fn slim(self) -> String {
        format!("debian:{}-slim", self.name)
    }

    /// An image of distroless: `static`, `base` or `cc`.
    pub(crate) fn distroless(self, which: &str) -> String {
        format!("{}:nonroot", self.distroless_name(which))
    }

    /// The same without its tag.
    pub(crate) fn distroless_name(self, which: &str) -> String {
        format!("gcr.io/distroless/{which}-debian{}", self.number)
    }

    /// Whether there are official images of a Rust on it; of what is no version, there may be.
    pub(super) fn has_rust(self, version: &str) -> bool {
        let minor = version.strip_prefix("1.").and_then(|it| it.split('.').next());
        minor.and_then(|it| it.parse::<u32>().ok()).is_none_or(|it| it >= self.first_rust)
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_lint::bases::{self, TABLE_DATE};

    use super::*;

    #[test]
    fn every_release_is_mended_on_the_day_of_the_tables() {
        let names = DEBIAN.map(Debian::slim).into_iter();
        for name in names.chain(ALPINE.map(|it| format!("alpine:{it}"))) {
            let (name, tag) = name.split_once(':').unwrap();
            let base = bases::describe(name, Some(tag), None).unwrap();
            let facts = base.release_facts.unwrap_or_else(|| panic!("{name}:{tag}"));
            assert!(!facts.ended(TABLE_DATE), "{name}:{tag}");
        }
    }

    #[test]
    fn images_of_an_old_rust_stand_on_an_old_debian_alone() {
        let on = |version: &str| DEBIAN.map(|it| it.has_rust(version));
        assert_eq!(on("1.95.0"), [true, true]);
        assert_eq!(on("1.80"), [false, true]);
        assert_eq!(on("1.60"), [false, false]);
        assert_eq!(on("nightly"), [true, true]);
    }
}
