//! Proves that programs run on a base: that its loader and libraries are there, and have the symbol versions that the
//! programs ask for.
//!
//! [`BaseFacts`] is all that must be known of a base. [`BaseFacts::collect`] reads its layers once; the facts are small, and
//! are kept, so that the next build reads no layer. [`prove`] then walks the libraries as the base's loader would (glibc's or
//! musl's), starting at a program.
//!
//! What a program loads by itself while it runs (`dlopen`) can't be known beforehand: glibc's name services (`libnss_*`)
//! are such libraries, and plug-ins are.

mod collect;
mod error;
mod facts;
mod ld_cache;
mod search;
mod shipped;
#[cfg(test)]
mod tests;
mod walk;

pub use collect::{Collector, Note};
pub use error::{BaseProofError, Missing, OldLibrary};
pub use facts::{BaseFacts, BaseLibc, Loader};
pub use search::Shipped;
pub use shipped::shipped;
pub use walk::{BaseProof, Subject, prove};
