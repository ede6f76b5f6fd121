//! Converts HTML of unknown origin to Markdown.
//!
//! The conversion itself is [`htmd`]'s. This crate adds what a service needs around it: the parser of HTML
//! takes quadratic time on deep nesting, the walk over the tree recurses, and padded tables and indented
//! lists can grow far beyond their source. So every conversion has [`Limits`], and a document beyond them is
//! a typed [`Error`] instead of an overflown stack or an exhausted machine.
//!
//! ```
//! let converter = html_markdown::Converter::default();
//! assert_eq!(converter.convert("<h1>Tides</h1><p>High at <b>noon</b>.")?, "# Tides\n\nHigh at **noon**.");
//! # Ok::<(), html_markdown::Error>(())
//! ```

mod converter;
mod error;
mod limits;
mod measure;
mod parse;

pub use converter::Converter;
pub use error::Error;
pub use limits::Limits;
