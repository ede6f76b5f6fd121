//! Cargo's configuration, as far as it tells which flags and which linker the compiler gets.
//!
//! Follows "Configuration" in the Cargo reference: files are looked for in a directory and above it,
//! then in `$CARGO_HOME`; they may `include` others (Cargo takes that since 1.94, and took no notice
//! before); lists of several files are joined, deeper files last; environment variables go before
//! files. Every value remembers where it stands.

mod error;
mod files;
mod linker;
mod native;
mod origin;
mod profiles;
mod rustflags;
mod value;

pub use error::ConfigError;
pub use files::{CargoConfig, load};
pub use linker::{Linker, effective_linker};
pub use native::{NativeCpu, native_cpu};
pub use origin::{ByteSpan, Origin};
pub use profiles::native_cpu_in_profile;
pub use rustflags::{Flag, FlagSource, Flags, effective_rustflags};
