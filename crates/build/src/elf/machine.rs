//! Processors and systems, by their ELF numbers and by their names in OCI platforms.

use std::fmt;

use object::{Endianness, elf};
use serde::{Deserialize, Serialize};

use crate::elf::Class;

/// The processor that a program is made for.
///
/// Displayed as Rust's targets name it: `x86_64`, `aarch64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the processors' own")]
#[non_exhaustive]
pub enum Machine {
    X86_64,
    /// `x86_64` with addresses of 32 bits; no OCI platform means it.
    X32,
    X86,
    Aarch64,
    Arm,
    Riscv64,
    Riscv32,
    S390x,
    Powerpc64le,
    Powerpc64,
    Powerpc,
    Loongarch64,
    Mips,
    Mipsel,
    Mips64,
    Mips64el,
    /// Another one, or an unusual class or byte order of one above; the number is `e_machine`.
    Other(u16),
}

impl Machine {
    pub(super) fn of(number: u16, class: Class, order: Endianness) -> Self {
        use Class::{Elf32, Elf64};
        use Endianness::{Big, Little};
        match (elf::Machine(number), class, order) {
            (elf::EM_X86_64, Elf64, Little) => Self::X86_64,
            (elf::EM_X86_64, Elf32, Little) => Self::X32,
            (elf::EM_386, Elf32, Little) => Self::X86,
            (elf::EM_AARCH64, Elf64, Little) => Self::Aarch64,
            (elf::EM_ARM, Elf32, Little) => Self::Arm,
            (elf::EM_RISCV, Elf64, Little) => Self::Riscv64,
            (elf::EM_RISCV, Elf32, Little) => Self::Riscv32,
            (elf::EM_S390, Elf64, Big) => Self::S390x,
            (elf::EM_PPC64, Elf64, Little) => Self::Powerpc64le,
            (elf::EM_PPC64, Elf64, Big) => Self::Powerpc64,
            (elf::EM_PPC, Elf32, Big) => Self::Powerpc,
            (elf::EM_LOONGARCH, Elf64, Little) => Self::Loongarch64,
            (elf::EM_MIPS, Elf32, Big) => Self::Mips,
            (elf::EM_MIPS, Elf32, Little) => Self::Mipsel,
            (elf::EM_MIPS, Elf64, Big) => Self::Mips64,
            (elf::EM_MIPS, Elf64, Little) => Self::Mips64el,
            _ => Self::Other(number),
        }
    }

    /// The `architecture` of an OCI platform (a `GOARCH`), if there is one.
    pub fn oci(self) -> Option<&'static str> {
        Some(match self {
            Self::X86_64 => "amd64",
            Self::X86 => "386",
            Self::Aarch64 => "arm64",
            Self::Arm => "arm",
            Self::Riscv64 => "riscv64",
            Self::S390x => "s390x",
            Self::Powerpc64le => "ppc64le",
            Self::Powerpc64 => "ppc64",
            Self::Loongarch64 => "loong64",
            Self::Mips => "mips",
            Self::Mipsel => "mipsle",
            Self::Mips64 => "mips64",
            Self::Mips64el => "mips64le",
            Self::X32 | Self::Riscv32 | Self::Powerpc | Self::Other(_) => return None,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::X32 => "x86_64 x32",
            Self::X86 => "x86",
            Self::Aarch64 => "aarch64",
            Self::Arm => "arm",
            Self::Riscv64 => "riscv64",
            Self::Riscv32 => "riscv32",
            Self::S390x => "s390x",
            Self::Powerpc64le => "powerpc64le",
            Self::Powerpc64 => "powerpc64",
            Self::Powerpc => "powerpc",
            Self::Loongarch64 => "loongarch64",
            Self::Mips => "mips",
            Self::Mipsel => "mipsel",
            Self::Mips64 => "mips64",
            Self::Mips64el => "mips64el",
            Self::Other(number) => return write!(f, "machine {number}"),
        })
    }
}

/// The system that a program is made for, the byte `EI_OSABI`.
///
/// Programs for Linux carry 0 (System V) or 3 (GNU).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OsAbi(pub u8);

impl OsAbi {
    /// Whether a program for Linux carries it. ARM's own two are those of old Linux programs.
    pub fn is_linux(self) -> bool {
        matches!(
            elf::OsAbi(self.0),
            elf::ELFOSABI_SYSV | elf::ELFOSABI_GNU | elf::ELFOSABI_ARM | elf::ELFOSABI_ARM_AEABI
        )
    }
}

impl fmt::Display for OsAbi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match elf::OsAbi(self.0) {
            elf::ELFOSABI_SYSV => "System V",
            elf::ELFOSABI_GNU => "GNU/Linux",
            elf::ELFOSABI_NETBSD => "NetBSD",
            elf::ELFOSABI_HURD => "GNU Hurd",
            elf::ELFOSABI_SOLARIS => "Solaris",
            elf::ELFOSABI_FREEBSD => "FreeBSD",
            elf::ELFOSABI_OPENBSD => "OpenBSD",
            elf::ELFOSABI_CLOUDABI => "CloudABI",
            elf::ELFOSABI_ARM | elf::ELFOSABI_ARM_AEABI => "ARM",
            elf::ELFOSABI_STANDALONE => "no system",
            elf::OsAbi(other) => return write!(f, "system {other}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_and_byte_order_tell_machines_of_one_number_apart() {
        use Class::{Elf32, Elf64};
        use Endianness::{Big, Little};
        let cases = [
            (62, Elf64, Little, "x86_64", Some("amd64")),
            (62, Elf32, Little, "x86_64 x32", None),
            (3, Elf32, Little, "x86", Some("386")),
            (183, Elf64, Little, "aarch64", Some("arm64")),
            (183, Elf64, Big, "machine 183", None),
            (40, Elf32, Little, "arm", Some("arm")),
            (243, Elf64, Little, "riscv64", Some("riscv64")),
            (22, Elf64, Big, "s390x", Some("s390x")),
            (21, Elf64, Little, "powerpc64le", Some("ppc64le")),
            (21, Elf64, Big, "powerpc64", Some("ppc64")),
            (258, Elf64, Little, "loongarch64", Some("loong64")),
            (8, Elf64, Little, "mips64el", Some("mips64le")),
        ];
        for (number, class, order, name, oci) in cases {
            let machine = Machine::of(number, class, order);
            assert_eq!((machine.to_string().as_str(), machine.oci()), (name, oci));
        }
    }

    #[test]
    fn only_the_bsds_and_their_like_are_foreign() {
        assert!(OsAbi(0).is_linux() && OsAbi(3).is_linux());
        assert!(!OsAbi(9).is_linux() && !OsAbi(12).is_linux());
        assert_eq!(OsAbi(9).to_string(), "FreeBSD");
    }
}
