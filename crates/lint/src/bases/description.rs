//! A base image as its name describes it.

use super::{Family, Libc, PackageManager, Release, Targets, Tool, Toolchain, Tools, User};

/// How sure the release of an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Only a likeness of names speaks for it.
    Guess,
    /// So it was on the day of the tables; the tag moves on (`latest`, `stable`, `rust:1`).
    Moving,
    /// The version in the tag decides it, by the tables.
    Derived,
    /// The name or the tag says it.
    Named,
}

/// A base image as its name describes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Description<'t> {
    /// What it stands on.
    pub family: Family,
    /// The release of that: `bookworm`, `24.04`, `3.22`, `debian12` of distroless. Releases that
    /// the tables do not have stay as the tag has them.
    pub release: Option<&'t str>,
    /// How sure the release is; the family is as sure, or surer. [`Certainty::Named`] for families
    /// without releases.
    pub certainty: Certainty,
    /// What the tables know of the release.
    pub release_facts: Option<&'static Release>,
    /// The C library; `None` where that is not known. The version of a glibc is as sure as the
    /// release.
    pub libc: Option<Libc>,
    /// The tools of a language that the image is made for.
    pub toolchain: Option<Toolchain<'t>>,
    /// Rust targets that are installed beside the host's.
    pub targets: Targets<'t>,
    /// Whether cargo builds for the first of [`Self::targets`] unless it is told otherwise.
    pub builds_for_target: bool,
    /// The user that it starts as.
    pub user: User,
    /// The program that installs packages.
    pub package_manager: Option<PackageManager>,
    /// The programs that it has and lacks. `/busybox/sh` of distroless' debug images is not
    /// [`Tool::Sh`], which is at `/bin/sh`.
    pub tools: Tools,
    /// A shell at another place than `/bin/sh`.
    pub other_shell: Option<&'static str>,
    /// Whether it has `/etc/passwd`.
    pub has_passwd: bool,
    /// Roughly its size, compressed, in megabytes.
    pub size: Option<u32>,
    /// Whether the table has the image by name; otherwise its tag alone told what it stands on.
    pub is_known: bool,
    pub(super) extra_users: &'static str,
}

impl Description<'_> {
    /// Whether `/etc/passwd` names a user; `None` where that is not known.
    pub fn has_user(&self, user: &str) -> Option<bool> {
        if self.family.users().contains(&user) || self.extra_users.split(',').any(|it| it == user) {
            return Some(true);
        }
        // Ubuntu has its own since 23.04.
        if self.family == Family::Ubuntu && user == "ubuntu" {
            return self.release.map(|it| it >= "23.04");
        }
        self.is_known.then_some(false)
    }

    /// Whether `/bin/sh` is there; `None` where that is not known.
    pub fn has_shell(&self) -> Option<bool> {
        self.tools.has(Tool::Sh)
    }
}
