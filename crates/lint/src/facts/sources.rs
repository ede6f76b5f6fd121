//! What `ADD` and `COPY` copy, as its name tells.

use plimsoll_syntax::dockerfile::{Command, Copy, Instruction, Source, Word};

/// The endings of archives that `ADD` may unpack.
const ARCHIVES: &[&str] = &[
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz",
    ".tbz2",
    ".tb2",
    ".tar.xz",
    ".txz",
    ".tar.lzma",
    ".tlz",
    ".tar.zst",
    ".tzst",
    ".tar.z",
    ".taz",
    ".gz",
    ".bz2",
    ".xz",
    ".zst",
    ".lzma",
    ".lz",
];

/// The instruction itself, or the one that `ONBUILD` keeps for later.
pub(crate) fn without_onbuild<'d>(instruction: &'d Instruction<'d>) -> &'d Instruction<'d> {
    match &instruction.command {
        Command::Onbuild(inner) => inner,
        _ => instruction,
    }
}

/// The paths among the sources; heredocs are none.
pub(crate) fn paths<'c, 'd>(copy: &'c Copy<'d>) -> impl Iterator<Item = &'c Word<'d>> {
    copy.sources.iter().filter_map(|it| match it {
        Source::Path(word) => Some(word),
        Source::Heredoc(..) => None,
    })
}

/// Whether a name has the ending of an archive or of a compressed file.
pub(crate) fn is_archive(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    ARCHIVES.iter().any(|ending| {
        let start = name.len().checked_sub(ending.len());
        start.and_then(|it| name.get(it..)).is_some_and(|it| it.eq_ignore_ascii_case(ending))
    })
}

/// Whether a source is fetched: a URL or a git repository.
pub(crate) fn is_remote(path: &str) -> bool {
    let scheme = |it: &str| path.get(..it.len()).is_some_and(|at| at.eq_ignore_ascii_case(it));
    ["http://", "https://", "git://", "ssh://", "git@", "ftp://"].into_iter().any(scheme)
        || path.starts_with("github.com/")
        || path
            .split('#')
            .next()
            .is_some_and(|it| it.contains(':') && it.rsplit('.').next() == Some("git"))
}

/// Whether the last part of a path is a pattern that an archive may match.
pub(crate) fn may_match_archive(path: &str) -> bool {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let Some(last) = name.rfind(['*', '?', '[', ']']) else { return false };
    let ending = &name[last + 1..];
    !ending.contains('.') || is_archive(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_told_by_their_endings() {
        for name in ["a.tar", "dir/a.TAR.GZ", "a.tgz", "a.txz", "rootfs.tar.zst"] {
            assert!(is_archive(name), "{name}");
        }
        for name in ["a.zip", "app.jar", "tar", "a.tar/", "src", "a.target"] {
            assert!(!is_archive(name), "{name}");
        }
    }

    #[test]
    fn patterns_may_match_archives() {
        for name in ["*", "app*", "dist/*", "*.tar", "a.*", "[ab]"] {
            assert!(may_match_archive(name), "{name}");
        }
        for name in ["*.jar", "app", "*/src", "target/*.whl"] {
            assert!(!may_match_archive(name), "{name}");
        }
    }

    #[test]
    fn urls_and_repositories_are_remote() {
        for name in
            ["https://x.example/a", "HTTP://x", "git@host.example:a/b.git", "github.com/a/b"]
        {
            assert!(is_remote(name), "{name}");
        }
        for name in ["git", "http", "src/github.com/a", "a.git"] {
            assert!(!is_remote(name), "{name}");
        }
    }
}
