//! The commands that empty a cache.

use std::borrow::Cow;

use plimsoll_syntax::shell::ShellCommand;

use super::super::manager::is_python;
use super::{Cache, covers};

impl Cache {
    /// Whether a command empties the cache.
    pub(in crate::facts::packages) fn is_emptied_by(self, command: &ShellCommand<'_>) -> bool {
        let Some(program) = command.program() else { return false };
        match program {
            "rm" | "find" => {
                let deletes = program == "rm"
                    || command
                        .args()
                        .iter()
                        .any(|it| matches!(it.value.as_ref(), "-delete" | "rm"));
                deletes && command.args().iter().any(|it| self.is_path(&it.value))
            }
            "apt-get" | "apt" | "aptitude" => {
                let lists = matches!(command.subcommand(&[]), Some("dist-clean" | "distclean"));
                self == Self::AptLists && lists
            }
            "apk" => self == Self::Apk && has_words(command, &["cache", "clean"]),
            "yum" | "dnf" | "dnf5" | "microdnf" | "tdnf" => {
                matches!(self, Self::Yum | Self::Dnf) && has_words(command, &["clean"])
            }
            "zypper" => {
                let cleans = has_words(command, &["clean"]) || has_words(command, &["cc"]);
                self == Self::Zypper && cleans
            }
            "yarn" => self == Self::Yarn && has_words(command, &["cache", "clean"]),
            "npm" => self == Self::Npm && has_words(command, &["cache", "clean"]),
            "uv" => self == Self::Pip && has_words(command, &["cache"]),
            _ if program.starts_with("pip") || is_python(program) => {
                self == Self::Pip && has_words(command, &["cache", "purge"])
            }
            _ => false,
        }
    }

    /// Whether an argument names all of the cache, or what lies in it by a pattern.
    fn is_path(self, argument: &str) -> bool {
        let Some((head, rest)) = argument.split_once('{') else { return self.is_whole(argument) };
        let Some((middle, tail)) = rest.split_once('}') else { return false };
        // `/var/cache/{apk,misc}/*`; braces in what follows are read in turn.
        let tail = if tail.contains('{') { "/*" } else { tail };
        middle.split(',').any(|it| self.is_whole(&format!("{head}{it}{tail}")))
    }

    fn is_whole(self, path: &str) -> bool {
        let home = ["~", "$HOME", "${HOME}"].iter().find_map(|it| path.strip_prefix(it));
        let path: Cow<'_, str> = match home {
            Some(rest) => format!("/root{rest}").into(),
            None => path.into(),
        };
        let pattern = path.contains(['*', '?', '[']);
        let directory = path.split(['*', '?', '[']).next().unwrap_or_default();
        let directory = directory.rsplit_once('/').map_or("", |(it, _)| it);
        let plain = if pattern { directory } else { path.trim_end_matches('/') };
        if plain.is_empty() || plain == "." {
            return false;
        }
        let whole = self.paths().iter().any(|it| covers(plain, it) || pattern && covers(it, plain));
        whole || self.home().is_some_and(|it| plain.contains(it))
    }
}

/// Whether a command's arguments hold words in this order.
fn has_words(command: &ShellCommand<'_>, words: &[&str]) -> bool {
    let mut rest = words.iter();
    let mut next = rest.next();
    for argument in command.args() {
        if next.is_some_and(|it| argument.value == *it) {
            next = rest.next();
        }
    }
    next.is_none()
}
