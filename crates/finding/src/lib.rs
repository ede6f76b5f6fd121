//! Findings: what breaks the standard, where, how badly, and how to fix it.
//!
//! The vocabulary that the linter, the scanner and the image checks share. The crate is pure: it
//! takes text and gives values back; files, clocks and settings are for its callers. How a finding
//! looks on a terminal, in JSON or in SARIF is decided by the binary, which is why nothing here can
//! be serialized.
#![warn(clippy::disallowed_methods)]

mod clause;
mod edit;
mod finding;
mod fingerprint;
mod fix;
mod line_index;
mod severity;
mod span;

pub use clause::{Clause, Level, UnknownClause};
pub use edit::{ApplyError, Edit, apply};
pub use finding::{Finding, Related, finish};
pub use fingerprint::Fingerprint;
pub use fix::{Applicability, Fix};
pub use line_index::{LineIndex, Position};
pub use severity::{Severity, UnknownSeverity};
pub use span::Span;
