//! Whether a package is named with the version that is meant.

use super::names::is_file;
use super::{Manager, Package};

/// Whether a package can't become another version by the day of the build. What isn't known, and
/// what comes from a file, counts as pinned.
pub(crate) fn is_pinned(manager: Manager, package: &Package<'_>) -> bool {
    let text = package.text.as_ref();
    if !package.known && !has_written_name(manager, text) {
        return true;
    }
    match manager {
        Manager::Apt => is_file(text) || text.contains(['=', '/']) || text.ends_with(['-', '*']),
        Manager::Apk => {
            is_file(text) || text.contains(['=', '~', '<']) || text.starts_with(['!', '.'])
        }
        Manager::Yum | Manager::Dnf => {
            is_file(text)
                || text.starts_with('@')
                || text.contains(['*', '=', ':', '<'])
                || has_ending(text, "rpm")
                || has_dashed_version(text)
        }
        Manager::Zypper => {
            is_file(text)
                || text.contains(['=', '<'])
                || has_ending(text, "rpm")
                || has_dashed_version(text)
        }
        Manager::Pip => pip(text),
        Manager::Npm | Manager::Yarn | Manager::Pnpm => npm(text),
        Manager::Gem => text.contains(':') || is_file(text) || has_ending(text, "gem"),
        Manager::Go => go(text),
        Manager::Conda => text.contains(['=', '<']) || is_file(text),
        Manager::Composer => text.contains([':', '=']),
        Manager::Pacman => true,
    }
}

/// Whether the name is written out and only the version may come from a variable: `a=$B` is
/// pinned, `a-$B` and `$A` may be anything, `a[$B]` is not.
fn has_written_name(manager: Manager, text: &str) -> bool {
    manager == Manager::Pip && text.find('$').is_some_and(|at| text[..at].contains('['))
}

fn pip(text: &str) -> bool {
    let local = is_file(text)
        || text.contains('/') && !text.contains("://")
        || ["whl", "gz", "zip"].iter().any(|it| has_ending(text, it));
    if let Some(place) = text.split_once("git+").map(|(_, place)| place) {
        let path = place.split_once("://").map_or(place, |(_, rest)| rest);
        return path.split_once('/').is_some_and(|(_, path)| path.contains('@'));
    }
    // `>=` and `!=` leave the door open.
    local || text.contains(['=', '~', '<', '@']) && !only_lower_bound(text)
}

fn only_lower_bound(text: &str) -> bool {
    let marks = text.find(['=', '~', '<', '>', '!', '@']).map_or("", |at| &text[at..]);
    let bounds = marks.split(',').all(|it| it.trim().starts_with(['>', '!']));
    bounds && !marks.is_empty()
}

fn npm(text: &str) -> bool {
    let local = is_file(text) || has_ending(text, "tgz") || has_ending(text, "gz");
    // `owner/repository` of GitHub is a moving branch unless it names a commit.
    let plain = text.strip_prefix("npm:").unwrap_or(text);
    let scope = usize::from(plain.starts_with('@'));
    let version = plain[scope..].split_once('@').map(|(_, version)| version);
    local
        || text.contains('#')
        || text.starts_with("file:")
        || version.is_some_and(|it| !matches!(it, "latest" | "next" | "*" | ""))
}

fn go(text: &str) -> bool {
    let version = text.split_once('@').map(|(_, version)| version);
    let moving = ["latest", "master", "main", "upgrade", "patch", "HEAD", "trunk", "develop"];
    !version.is_some_and(|it| moving.contains(&it))
}

/// Whether Go fetches a package by its address: it has a host, as `github.com/a/b`, and no version.
pub(super) fn is_bare_go_address(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    host.contains('.') && !host.starts_with('.') && text.contains('/') && !text.contains(['@', '$'])
}

/// Whether a part after a dash begins with a digit or a variable: `nginx-1.26.3`.
fn has_dashed_version(text: &str) -> bool {
    text.split('-').skip(1).any(|it| it.starts_with(|it: char| it.is_ascii_digit() || it == '$'))
}

fn has_ending(text: &str, ending: &str) -> bool {
    text.rsplit_once('.')
        .is_some_and(|(name, it)| !name.is_empty() && it.eq_ignore_ascii_case(ending))
}
