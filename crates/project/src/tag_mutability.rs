//! Which tags never move: those of versions and of commits.
//!
//! A tag that names a release or a commit names one image for ever; `latest`, `1`, `1.2`, branches and
//! dates go on to the next one. Nothing in a registry tells the two apart, so the name has to.

/// Whether a tag may ever name another image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// It names a version: `1.2.3`, `v1.2.3-rc.1`, `app-v1.2.3`.
    Version,
    /// It names a commit: `sha-860c190`, or its hexadecimal name.
    Commit,
    /// The settings say that it never moves.
    Chosen,
    /// It moves.
    Moving,
}

/// What is known beside the tag itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// The commit that the image is made of, in hexadecimal.
    pub commit: Option<&'a str>,
    /// Patterns of tags that never move, whatever they look like; `*` stands for any text in them.
    pub immutable: &'a [String],
    /// Patterns of tags that move; those that never do are stronger.
    pub moving: &'a [String],
}

impl Mutability {
    /// Tells it by the name of the tag.
    ///
    /// Immutable are: three or more numbers with dots between them, after an optional `v`, also with
    /// `-`, `_` or `.` and more behind (`1.2.3-alpine`), also behind a name and `-v` (`app-v1.2.3`);
    /// `sha-` with 7 to 64 hexadecimal digits; 40 or 64 of them alone, or 7 to 12 with a letter
    /// among them; and whatever 7 or more digits the commit of the image begins with. What ends in a word for
    /// what is not finished (`1.2.3-SNAPSHOT`, `-dirty`, `-dev`, `-nightly`, `-edge`, `-latest`) moves, and so do dates without dots
    /// (`20261123`, `2026-11-23`), as a second build of a day has the same.
    pub fn of(tag: &str, known: &Known<'_>) -> Self {
        let is_in = |patterns: &[String]| patterns.iter().any(|it| fits(it, tag));
        if is_in(known.immutable) {
            Self::Chosen
        } else if is_in(known.moving) || is_unfinished(tag) {
            Self::Moving
        } else if is_version(tag) || behind_name(tag).is_some_and(is_version) {
            Self::Version
        } else if is_commit(tag, known.commit) {
            Self::Commit
        } else {
            Self::Moving
        }
    }

    /// Whether it never moves.
    pub fn is_immutable(self) -> bool {
        self != Self::Moving
    }
}

/// Whether a pattern is about a tag.
fn fits(pattern: &str, tag: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == tag };
    let Some(mut tag) = tag.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return tag.ends_with(part);
        }
        let Some((_, after)) = tag.split_once(part) else { return false };
        tag = after;
    }
    true
}

fn is_unfinished(tag: &str) -> bool {
    let word = tag.rsplit(['-', '.', '_']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(&*word, "snapshot" | "dirty" | "dev" | "nightly" | "edge" | "latest")
}

/// `1.2.3`, `v1.2.3-rc.1`, `2026.11.23`.
fn is_version(tag: &str) -> bool {
    let text = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let end = text.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    // `1.2.3.alpine` has its last dot before what follows.
    let numbers =
        if rest.is_empty() { numbers } else { numbers.strip_suffix('.').unwrap_or(numbers) };
    let has_three = numbers.split('.').count() >= 3;
    let is_number = |it: &str| !it.is_empty();
    // Python writes `1.2.3rc1`.
    let follows = rest.is_empty()
        || rest.starts_with(['-', '_', '+'])
        || rest.bytes().next().is_some_and(|it| it.is_ascii_alphabetic());
    has_three && numbers.split('.').all(is_number) && follows
}

/// What stands behind a name and `-v`: `v1.2.3` of `app-v1.2.3`.
fn behind_name(tag: &str) -> Option<&str> {
    let start = tag.match_indices("-v").map(|(at, _)| at + 1).find(|at| is_version(&tag[*at..]))?;
    tag.get(start..)
}

fn is_commit(tag: &str, commit: Option<&str>) -> bool {
    let is_hex = |it: &str| it.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    if let Some(rest) = tag.strip_prefix("sha-") {
        let digits = rest.split('-').next().unwrap_or_default();
        return (7..=64).contains(&digits.len()) && is_hex(digits);
    }
    let has_letter = tag.bytes().any(|it| it.is_ascii_alphabetic());
    is_hex(tag)
        && match tag.len() {
            40 | 64 => true,
            7..=12 if has_letter => true,
            7.. => commit.is_some_and(|it| it.starts_with(tag)),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tag: &str) -> Mutability {
        Mutability::of(tag, &Known::default())
    }

    #[test]
    fn versions_never_move() {
        for tag in [
            "1.2.3",
            "v1.2.3",
            "0.0.0",
            "1.2.3-rc.1",
            "1.2.3-alpine",
            "1.2.3-alpine3.20",
            "1.2.3_build.5",
            "1.2.3rc1",
            "1.2.3.4",
            "2026.11.23",
            "app-v1.2.3",
            "my-very-app-v1.2.3-beta",
            "10.20.30",
        ] {
            assert_eq!(of(tag), Mutability::Version, "{tag}");
        }
    }

    #[test]
    fn commits_never_move() {
        let full = "860c1904a1ce19322e91ac35af1ab07466440c37";
        for tag in ["sha-860c190", &format!("sha-{full}"), "sha-860c190-alpine", full, "860c190"] {
            assert_eq!(of(tag), Mutability::Commit, "{tag}");
        }
        // Seven digits without a letter may be a number of anything, but not where it is our commit.
        assert_eq!(of("8601904"), Mutability::Moving);
        let known = Known { commit: Some("8601904a1ce1"), ..Known::default() };
        assert_eq!(Mutability::of("8601904", &known), Mutability::Commit);
        assert_eq!(Mutability::of("8601905", &known), Mutability::Moving);
    }

    #[test]
    fn everything_else_moves() {
        for tag in [
            "latest",
            "1",
            "1.2",
            "v1",
            "v1.2",
            "1.2-alpine",
            "main",
            "edge",
            "nightly",
            "stable",
            "pr-12",
            "20261123",
            "2026-11-23",
            "release-1",
            "1.2.3-SNAPSHOT",
            "1.2.3-dirty",
            "sha-860c190-dirty",
            "sha-86",
            "sha-nothex1",
            "feature-x",
            "1..3",
            "1.2.",
            "1.2.x",
            "facade",
            "node-v20",
        ] {
            assert_eq!(of(tag), Mutability::Moving, "{tag}");
        }
    }

    #[test]
    fn a_star_in_a_pattern_is_any_text() {
        for (pattern, tag, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "a", true),
            ("*b", "ab", true),
            ("a*b", "ab", true),
            ("a*b*c", "a-bb-c", true),
            ("a*b*c", "a-c", false),
            ("ab*b", "ab", false),
            ("*", "x", true),
        ] {
            assert_eq!(fits(pattern, tag), expected, "{pattern} {tag}");
        }
    }

    #[test]
    fn settings_may_say_otherwise_and_the_safe_side_wins() {
        let (immutable, moving) = (["2026*".to_owned()], ["*-rc.*".to_owned()]);
        let known = Known { commit: None, immutable: &immutable, moving: &moving };
        assert_eq!(Mutability::of("20261123", &known), Mutability::Chosen);
        assert_eq!(Mutability::of("1.2.3-rc.1", &known), Mutability::Moving);
        assert_eq!(Mutability::of("2026.1.1-rc.1", &known), Mutability::Chosen);
    }
}
