//! ELF files: what a program needs to run, and a section added after linking.
//!
//! Nothing here holds a file in memory: the tables are read, the contents are not. Every size that
//! a file claims has a limit, so that a hostile file costs little and ends in an [`ElfError`].
//!
//! The format is that of the System V ABI (gABI), chapters "Object Files" and "Program Loading and
//! Dynamic Linking", with the GNU extensions for symbol versions.

mod arm;
mod dynamic;
mod encode;
mod error;
mod facts;
mod headers;
#[cfg(test)]
mod hostile;
mod input;
mod library;
mod looks;
mod machine;
mod patched;
mod proof;
mod read;
#[cfg(test)]
mod real_programs;
#[cfg(test)]
pub(crate) mod samples;
mod section;
#[cfg(test)]
mod section_shapes;

pub(crate) use dynamic::{compare_versions, newest, split_version};
pub use error::{ElfError, ElfFileError, NotProgram, Part};
pub use facts::{Class, ElfFacts, Libc, Linkage, RequiredVersion, StackFlag};
pub(crate) use input::printable;
pub use library::{Library, read_library, symbols_in_versions};
pub use looks::LooksLike;
pub use machine::{Machine, OsAbi};
pub use object::Endianness;
pub use patched::Patched;
pub use proof::{ProofError, prove};
pub use read::{read, read_path};
pub use section::{Piece, has_section, plan_section};
