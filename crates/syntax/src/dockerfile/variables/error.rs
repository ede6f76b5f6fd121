//! Why a word has no value.

use std::ops::Range;

/// Why a word has no value, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ExpandError {
    /// What is wrong.
    pub kind: ExpandErrorKind,
    /// The bytes of the word from the quote or the `$` at fault to where reading stopped.
    pub range: Range<usize>,
}

/// What is wrong with a word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpandErrorKind {
    /// A single quote that no other follows.
    #[error("the single quote is never closed")]
    UnclosedSingleQuote,
    /// A double quote that no other follows.
    #[error("the double quote is never closed")]
    UnclosedDoubleQuote,
    /// A `${` without its `}`.
    #[error("`${{` is never closed by `}}`")]
    UnclosedBrace,
    /// A `${name/pattern` without the `/` that ends the pattern.
    #[error("the pattern to replace is never closed by `/`")]
    UnclosedPattern,
    /// `${}`, `${{` or `${:`.
    #[error("`${{` is not followed by the name of a variable")]
    MissingName,
    /// A modifier that BuildKit doesn't know, such as `=` or `:=`.
    #[error("the modifier `{modifier}` is not supported")]
    UnsupportedModifier {
        /// The modifier's characters.
        modifier: String,
    },
    /// A `${name?message}` whose variable has no value.
    #[error("{name}: {}", message.as_deref().unwrap_or("a value is required"))]
    Unset {
        /// The variable.
        name: String,
        /// What the Dockerfile says about it.
        message: Option<String>,
    },
    /// A `${name:?message}` whose variable has an empty value.
    #[error("{name}: {}", message.as_deref().unwrap_or("a value that is not empty is required"))]
    Empty {
        /// The variable.
        name: String,
        /// What the Dockerfile says about it.
        message: Option<String>,
    },
    /// A backslash in a pattern before something other than `*`, `?`, `/`, `}` or a backslash.
    #[error("the pattern `{pattern}` has a backslash before something that needs none")]
    InvalidPattern {
        /// The pattern after its own variables were replaced.
        pattern: String,
    },
    /// Modifiers nested deeper than anybody writes them.
    #[error("variables are nested more than {limit} deep")]
    TooDeep {
        /// The greatest depth.
        limit: usize,
    },
    /// Values that together exceed what one word may grow by.
    #[error("the values of the variables exceed {limit} bytes")]
    TooLong {
        /// The greatest length in bytes.
        limit: usize,
    },
    /// A pattern that takes too long to look for.
    #[error("the pattern `{pattern}` takes too long to match")]
    TooComplex {
        /// The pattern after its own variables were replaced.
        pattern: String,
    },
}
