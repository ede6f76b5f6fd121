//! What is known of a program without running it.

use std::collections::{BTreeMap, BTreeSet};

use object::Endianness;
use plimsoll_image::Platform;
use serde::{Deserialize, Serialize};

use crate::elf::{Machine, OsAbi};

/// What a program is and what it asks of the system that runs it.
///
/// Strings from the file are made valid UTF-8, and control characters in them are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct ElfFacts {
    /// The processor.
    pub machine: Machine,
    /// The version of the ARM architecture, as an OCI variant: `v5` to `v8`.
    ///
    /// `None` for other machines, and where the program does not say.
    pub arm_variant: Option<&'static str>,
    /// Whether addresses have 32 or 64 bits.
    pub class: Class,
    /// The byte order.
    pub byte_order: Endianness,
    /// The system.
    pub os_abi: OsAbi,
    /// Whether it can be loaded at any address (`ET_DYN`), as address randomisation wants.
    pub position_independent: bool,
    /// How it finds its libraries.
    pub linkage: Linkage,
    /// The path of the loader (`PT_INTERP`).
    pub interpreter: Option<String>,
    /// The libraries that the loader must find (`DT_NEEDED`), in the file's order.
    pub needed: Vec<String>,
    /// Where the loader looks first, also for the libraries of libraries (`DT_RPATH`).
    pub rpath: Vec<String>,
    /// Where the loader looks first for the libraries that this file names; where it is, `rpath` does not count
    /// (`DT_RUNPATH`).
    pub runpath: Vec<String>,
    /// The newest symbol version asked of each library, by library and prefix.
    pub versions: Vec<RequiredVersion>,
    /// All symbol versions asked of each library, by its name; without those that it can do without.
    pub requires: BTreeMap<String, BTreeSet<String>>,
    /// Whether there is a symbol table; without one the program counts as stripped.
    pub has_symbols: bool,
    /// Whether there is DWARF debug information.
    pub has_debug_info: bool,
    /// Whether cargo-auditable's dependency list is there (section `.dep-v0`).
    pub has_audit_data: bool,
    /// Whether the stack may be executed.
    pub stack: StackFlag,
    /// The virtual address at which the program starts.
    pub entry: u64,
    /// The size of the file in bytes.
    pub file_size: u64,
}

/// Whether addresses have 32 or 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 32 bits.
    Elf32,
    /// 64 bits.
    Elf64,
}

/// How a program finds its libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// It holds them, and is loaded at a fixed address.
    Static,
    /// It holds them, and is loaded anywhere.
    StaticPie,
    /// A loader finds them when the program starts.
    Dynamic,
}

/// The newest version that a program asks of one library under one prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequiredVersion {
    /// The library, such as `libc.so.6`.
    pub library: String,
    /// What stands before the number, such as `GLIBC`; the whole name where there is no number.
    pub prefix: String,
    /// The number, such as `2.34`; empty where there is none.
    pub version: String,
}

/// What a program says of its stack (`PT_GNU_STACK`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackFlag {
    /// The stack holds data only.
    NotExecutable,
    /// The stack may be executed, which turns overflows into attacks.
    Executable,
    /// Nothing is said; the kernel decides by machine.
    Unstated,
}

/// The C library that a program was linked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Libc {
    /// The GNU C library, as in Debian and Fedora.
    Glibc,
    /// musl, as in Alpine.
    Musl,
    /// Bionic, as in Android.
    Bionic,
    /// uClibc.
    Uclibc,
}

impl Libc {
    /// Its name as its makers write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Glibc => "glibc",
            Self::Musl => "musl",
            Self::Bionic => "bionic",
            Self::Uclibc => "uClibc",
        }
    }

    /// The C library whose loader has such a name, or such a path.
    pub(crate) fn of_loader(path: &str) -> Option<Self> {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        if name.starts_with("ld-musl-") {
            Some(Self::Musl)
        } else if name.starts_with("ld-uClibc") || name.starts_with("ld64-uClibc") {
            Some(Self::Uclibc)
        } else if name == "linker" || name == "linker64" {
            Some(Self::Bionic)
        } else if name.starts_with("ld-linux") || name.starts_with("ld64.so.") || name == "ld.so.1"
        {
            Some(Self::Glibc)
        } else {
            None
        }
    }
}

impl ElfFacts {
    /// The OCI platform that it runs on, which is Linux on some machine; `None` for machines that
    /// OCI has no name for.
    pub fn platform(&self) -> Option<Platform> {
        platform_of(self.machine, self.arm_variant)
    }

    /// The C library of a dynamic program, by the symbol versions, libraries and loader that it asks for.
    ///
    /// `None` for static programs and for libraries that are not known.
    pub fn libc(&self) -> Option<Libc> {
        if self.linkage != Linkage::Dynamic {
            return None;
        }
        // Only glibc versions its symbols so; a loader's path can be anything, as in Nix.
        if self.versions.iter().any(|it| it.prefix.starts_with("GLIBC")) {
            return Some(Libc::Glibc);
        }
        let by_loader = self.interpreter.as_deref().and_then(Libc::of_loader);
        by_loader.or_else(|| self.needed.iter().find_map(|name| libc_of_library(name)))
    }

    /// A few words for people: `static-pie x86_64, stripped`.
    pub fn kind(&self) -> String {
        let linkage = match (self.linkage, self.libc()) {
            (Linkage::Static, _) => "static",
            (Linkage::StaticPie, _) => "static-pie",
            (Linkage::Dynamic, Some(Libc::Glibc)) => "dynamic (glibc)",
            (Linkage::Dynamic, Some(Libc::Musl)) => "dynamic (musl)",
            (Linkage::Dynamic, Some(Libc::Bionic)) => "dynamic (bionic)",
            (Linkage::Dynamic, Some(Libc::Uclibc)) => "dynamic (uClibc)",
            (Linkage::Dynamic, None) => "dynamic",
        };
        let rest = match (self.has_debug_info, self.has_symbols) {
            (true, _) => "with debug info",
            (false, true) => "with symbols",
            (false, false) => "stripped",
        };
        let machine = self.machine;
        match self.arm_variant {
            Some(variant) => format!("{linkage} {machine} {variant}, {rest}"),
            None => format!("{linkage} {machine}, {rest}"),
        }
    }
}

pub(super) fn platform_of(machine: Machine, arm_variant: Option<&str>) -> Option<Platform> {
    Some(Platform {
        architecture: machine.oci()?.to_owned(),
        os: "linux".to_owned(),
        variant: arm_variant.map(str::to_owned),
    })
}

fn libc_of_library(name: &str) -> Option<Libc> {
    if name == "libc.so.6" {
        Some(Libc::Glibc)
    } else if name.starts_with("libc.musl-") || name == "libc.so" {
        Some(Libc::Musl)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::samples::facts;

    #[test]
    fn what_a_program_asks_for_tells_more_than_the_name_of_its_loader() {
        let dynamic = ElfFacts { linkage: Linkage::Dynamic, ..facts(Machine::X86_64) };
        assert_eq!(dynamic.libc(), None);
        let interpreter = Some("/opt/loader".to_owned());
        let needed = vec!["libc.musl-x86_64.so.1".to_owned()];
        let by_library = ElfFacts { interpreter, needed, ..dynamic };
        assert_eq!(by_library.libc(), Some(Libc::Musl));
        let [library, prefix, version] = ["libc.so.6", "GLIBC", "2.34"].map(str::to_owned);
        let versions = vec![RequiredVersion { library, prefix, version }];
        let by_version = ElfFacts { versions, ..by_library };
        assert_eq!(by_version.libc(), Some(Libc::Glibc));
        assert_eq!(by_version.kind(), "dynamic (glibc) x86_64, stripped");
    }

    #[test]
    fn loaders_tell_the_c_library() {
        let cases = [
            ("/lib64/ld-linux-x86-64.so.2", Some(Libc::Glibc)),
            ("/lib/ld-linux-armhf.so.3", Some(Libc::Glibc)),
            ("/lib/ld64.so.1", Some(Libc::Glibc)),
            ("/lib/ld-musl-aarch64.so.1", Some(Libc::Musl)),
            ("/lib/ld-uClibc.so.0", Some(Libc::Uclibc)),
            ("/system/bin/linker64", Some(Libc::Bionic)),
            ("/opt/loader", None),
        ];
        for (path, libc) in cases {
            assert_eq!(Libc::of_loader(path), libc, "{path}");
        }
    }
}
