//! Finds files in a base with the user's own files over it, and libraries as loaders look for them.

use std::collections::BTreeMap;

use super::{BaseFacts, collect::is_musl_path};
use crate::elf::{Libc, Library, Machine};

/// The most links on the way to a file, as in Linux.
const MAX_LINKS: usize = 40;
const MAX_STEPS: usize = 1024;

/// A file that is put over the base and may matter to the loader. Paths are as in [`BaseFacts`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shipped {
    /// A shared library.
    Library(Box<Library>),
    /// A symbolic link and its target.
    Link(String),
    /// Some other file, which hides what the base has there.
    Other,
}

/// A base with the user's files over it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) base: &'a BaseFacts,
    pub(super) shipped: &'a BTreeMap<String, Shipped>,
}

impl<'a> View<'a> {
    /// The library at a path, and its own path without links.
    pub(super) fn library(&self, path: &str) -> Option<(String, &'a Library)> {
        let real = self.real(path)?;
        let library = match self.shipped.get(&real) {
            Some(Shipped::Library(library)) => Some(&**library),
            Some(_) => None,
            None => self.base.libraries.get(&real),
        }?;
        Some((real, library))
    }

    /// A path without links, as far as they are known.
    fn real(&self, path: &str) -> Option<String> {
        let mut todo: Vec<&str> = path.split('/').rev().collect();
        let mut way: Vec<&str> = Vec::new();
        let (mut links, mut steps) = (0, 0);
        while let Some(name) = todo.pop() {
            steps += 1;
            if steps > MAX_STEPS {
                return None;
            }
            match name {
                "" | "." => continue,
                ".." => {
                    way.pop();
                    continue;
                }
                _ => way.push(name),
            }
            let here = way.join("/");
            let target = match self.shipped.get(&here) {
                Some(Shipped::Link(target)) => Some(target),
                Some(_) => None,
                None => self.base.links.get(&here),
            };
            if let Some(target) = target {
                links += 1;
                if links > MAX_LINKS {
                    return None;
                }
                way.pop();
                if target.starts_with('/') {
                    way.clear();
                }
                todo.extend(target.split('/').rev());
            }
        }
        Some(way.join("/"))
    }
}

/// How a loader looks for libraries.
#[derive(Clone, Debug)]
pub(super) struct Search<'a> {
    pub(super) view: View<'a>,
    pub(super) kind: Libc,
    /// Libraries for other processors are passed over.
    pub(super) machine: Machine,
    /// `LD_LIBRARY_PATH`.
    pub(super) environment: Vec<String>,
    /// Where it looks last.
    pub(super) defaults: Vec<String>,
}

/// Whoever asks for a library, and those that asked for it, up to the program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker<'a> {
    /// The directory that `$ORIGIN` stands for.
    pub(super) origin: &'a str,
    pub(super) rpath: &'a [String],
    pub(super) runpath: &'a [String],
}

impl<'a> Search<'a> {
    /// Where a library is found, the path under which it is found first. `askers` begins with the one that needs it.
    pub(super) fn find(
        &self,
        name: &str,
        askers: &[Asker<'_>],
    ) -> Option<(String, String, &'a Library)> {
        if name.contains('/') {
            let origin = askers.first().map_or("", |it| it.origin);
            return self.expanded(name, origin).iter().find_map(|path| self.at(path));
        }
        let mut directories = Vec::new();
        let expand = |paths: &[String], origin: &str| -> Vec<String> {
            paths.iter().flat_map(|it| self.expanded(it, origin)).collect()
        };
        let own = askers.first();
        if self.kind == Libc::Musl {
            directories.extend(self.environment.clone());
            for asker in askers {
                // It knows no difference between the two, and takes the newer one where there are both.
                let paths = if asker.runpath.is_empty() { asker.rpath } else { asker.runpath };
                directories.extend(expand(paths, asker.origin));
            }
        } else {
            if own.is_some_and(|it| it.runpath.is_empty()) {
                for asker in askers.iter().filter(|it| it.runpath.is_empty()) {
                    directories.extend(expand(asker.rpath, asker.origin));
                }
            }
            directories.extend(self.environment.clone());
            if let Some(own) = own {
                directories.extend(expand(own.runpath, own.origin));
            }
        }
        let in_directory = |directory: &String| self.at(&format!("{directory}/{name}"));
        let found = directories.iter().filter(|it| it.starts_with('/')).find_map(in_directory);
        let cached = || {
            let paths =
                self.view.base.loader_cache.get(name).filter(|_| self.kind != Libc::Musl)?;
            paths.iter().find_map(|path| self.at(path))
        };
        found.or_else(cached).or_else(|| self.defaults.iter().find_map(in_directory))
    }

    /// The library at an absolute path, if it is for the right processor.
    fn at(&self, path: &str) -> Option<(String, String, &'a Library)> {
        let (real, library) = self.view.library(path)?;
        (library.machine == self.machine).then(|| (path.to_owned(), real, library))
    }

    /// What a path of a program stands for; a few where it depends on how the loader was built.
    fn expanded(&self, path: &str, origin: &str) -> Vec<String> {
        let path = path.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", origin);
        let path = path.replace("${LIB}", "$LIB");
        if !path.contains("$LIB") {
            return vec![path];
        }
        let multiarch = multiarch(self.machine).map(|it| format!("lib/{it}"));
        let names = multiarch.into_iter().chain(["lib64", "lib"].map(str::to_owned));
        names.map(|it| path.replace("$LIB", &it)).collect()
    }
}

/// Where a loader looks last: what its file says, or what the loaders of most systems do.
pub(super) fn default_directories(
    base: &BaseFacts,
    kind: Libc,
    loader: &str,
    machine: Machine,
) -> Vec<String> {
    if kind == Libc::Musl {
        let listed = base.texts.iter().find(|(path, _)| is_musl_path(path.as_bytes()));
        let listed = listed.map(|(_, text)| {
            let parts = text.split([':', '\n']).map(str::trim).filter(|it| !it.is_empty());
            parts.map(str::to_owned).collect()
        });
        return listed
            .unwrap_or_else(|| ["/lib", "/usr/local/lib", "/usr/lib"].map(str::to_owned).into());
    }
    let own = base.loaders.get(loader).map(|it| it.directories.clone()).unwrap_or_default();
    if !own.is_empty() {
        return own;
    }
    let multiarch = multiarch(machine)
        .into_iter()
        .flat_map(|it| [format!("/lib/{it}"), format!("/usr/lib/{it}")]);
    let plain = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(str::to_owned);
    multiarch.chain(plain).collect()
}

/// Debian's name of a machine in the paths of libraries.
fn multiarch(machine: Machine) -> Option<&'static str> {
    Some(match machine {
        Machine::X86_64 => "x86_64-linux-gnu",
        Machine::X86 => "i386-linux-gnu",
        Machine::Aarch64 => "aarch64-linux-gnu",
        Machine::Arm => "arm-linux-gnueabihf",
        Machine::Riscv64 => "riscv64-linux-gnu",
        Machine::S390x => "s390x-linux-gnu",
        Machine::Powerpc64le => "powerpc64le-linux-gnu",
        Machine::Loongarch64 => "loongarch64-linux-gnu",
        _ => return None,
    })
}
