//! Where a script is: what `cd` did to its directory.

use std::rc::Rc;

use super::{ShellOptions, ShellWord};

/// Longer paths are not followed, so that a hostile script can't make every command carry one.
const LONGEST: usize = 1024;
/// `pushd` beyond this depth forgets the oldest directory.
const DEEPEST: usize = 16;

/// A directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// The one that the script began in.
    #[default]
    Start,
    /// An absolute path, or one relative to the start.
    At(Rc<str>),
    /// A path that only the running script knows.
    Unknown,
}

/// What a subshell inherits and its end brings back.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) place: Place,
    previous: Place,
    pushed: Vec<Place>,
    pub(super) options: ShellOptions,
}

impl State {
    /// A shell that begins with options.
    pub(super) fn new(options: ShellOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Does what a command of the shell itself does to the shell.
    pub(super) fn run(&mut self, words: &[ShellWord<'_>]) {
        let [program, arguments @ ..] = words else { return };
        match program.value.as_ref() {
            "cd" | "chdir" => self.go(arguments),
            "pushd" => {
                if self.pushed.len() == DEEPEST {
                    self.pushed.remove(0);
                }
                self.pushed.push(self.place.clone());
                self.go(arguments);
            }
            "popd" => {
                let place = self.pushed.pop().unwrap_or(Place::Unknown);
                self.enter(place);
            }
            "set" => self.options.apply(arguments.iter().map(|it| it.value.as_ref())),
            "builtin" | "command" => self.run(arguments),
            _ => {}
        }
    }

    /// Forgets where it is.
    pub(super) fn lose(&mut self) {
        self.enter(Place::Unknown);
    }

    fn go(&mut self, arguments: &[ShellWord<'_>]) {
        let is_option = |it: &&ShellWord<'_>| it.raw.len() > 1 && it.raw.starts_with('-');
        let place = match arguments.iter().find(|it| !is_option(it)) {
            Some(word) if word.value == "-" => self.previous.clone(),
            Some(word) if word.literal => self.place.join(&word.value),
            _ => Place::Unknown,
        };
        self.enter(place);
    }

    fn enter(&mut self, place: Place) {
        self.previous = std::mem::replace(&mut self.place, place);
    }
}

impl Place {
    /// The directory at a path, seen from this one. Symbolic links are not known.
    fn join(&self, path: &str) -> Self {
        let drive = path.as_bytes().get(1) == Some(&b':');
        let base = match self {
            _ if path.len() > LONGEST || drive => return Self::Unknown,
            _ if path.starts_with('/') => "",
            Self::Start => "",
            Self::At(base) => base,
            Self::Unknown => return Self::Unknown,
        };
        let absolute = path.starts_with('/') || base.starts_with('/');
        let mut parts: Vec<&str> = Vec::new();
        for part in base.split('/').chain(path.split('/')) {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|it| *it != "..") => {
                    parts.pop();
                }
                ".." if absolute => {}
                _ => parts.push(part),
            }
        }
        let joined = parts.join("/");
        match (absolute, joined.len()) {
            (_, length) if length > LONGEST => Self::Unknown,
            (true, _) => Self::At(format!("/{joined}").into()),
            (false, 0) => Self::Start,
            (false, _) => Self::At(joined.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_without_dots() {
        let at = |it: &str| Place::At(it.into());
        assert_eq!(Place::Start.join("a/./b//"), at("a/b"));
        assert_eq!(at("a/b").join("../c"), at("a/c"));
        assert_eq!(at("a").join(".."), Place::Start);
        assert_eq!(at("a").join("../../b"), at("../b"));
        assert_eq!(at("/a").join("../../b"), at("/b"));
        assert_eq!(Place::Unknown.join("/x"), at("/x"));
        assert_eq!(Place::Unknown.join("x"), Place::Unknown);
        assert_eq!(Place::Start.join("/"), at("/"));
    }

    #[test]
    fn endless_paths_are_not_followed() {
        let mut place = Place::Start;
        for _ in 0..200 {
            place = place.join("abcdefgh");
        }
        assert_eq!(place, Place::Unknown);
        assert_eq!(Place::Start.join(&"a".repeat(2000)), Place::Unknown);
    }
}
