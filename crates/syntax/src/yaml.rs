//! YAML: a tree with the place of everything, comments included.
//!
//! The grammar is that of a library; here its events become a tree that points into the text, and
//! what the library leaves to its users is checked: duplicate keys, merge keys, and aliases that make
//! much of little. Values are read through [`Value`], which follows aliases and merge keys.

mod comments;
mod error;
mod events;
mod lenient;
mod scalar;
mod sizes;
mod tree;
mod value;

pub use comments::Comment;
pub use error::YamlError;
pub use scalar::{Resolved, Scalar, ScalarStyle};
pub use tree::Yaml;
pub use value::{Entry, Value};

/// Reads a text. It never fails: what can't be read is in [`Yaml::errors`], and the tree holds what
/// came before.
pub fn parse(text: &str) -> Yaml<'_> {
    let mut yaml = events::read(text);
    sizes::check(&mut yaml);
    yaml
}

#[cfg(test)]
mod tests;
