//! Expressions: what stands in `${{ … }}`, as the documentation of GitHub describes it.
//!
//! They are read to be asked two things: what they refer to, and whether they can be true in a
//! certain [`Situation`](super::Situation).

use std::borrow::Cow;
use std::ops::Range;

mod evaluate;
mod lexer;
mod parser;

pub use evaluate::{Known, Truth};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression<'e> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text in quotes.
    Text(Cow<'e, str>),
    /// `github.ref`
    Context(Context<'e>),
    /// `contains(a, b)`
    Call {
        /// The name of the function, in whatever case.
        name: &'e str,
        /// What it is given.
        arguments: Vec<Self>,
    },
    /// `!a`
    Not(Box<Self>),
    /// `a && b && c`
    And(Vec<Self>),
    /// `a || b || c`
    Or(Vec<Self>),
    /// `a == b`
    Compare(Box<Self>, Operator, Box<Self>),
    /// A part of what a call returns: `fromJSON(a).b`.
    Part(Box<Self>),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A value that GitHub knows: `steps.build.outputs.digest`, `matrix['os']`.
#[derive(Clone, Debug, PartialEq)]
pub struct Context<'e> {
    /// Its names; `*` and numbers stand for themselves.
    pub path: Vec<Cow<'e, str>>,
    /// Whether the path is all of it; an index that is an expression ends it.
    pub complete: bool,
    /// The expressions that are used as an index.
    pub indices: Vec<Expression<'e>>,
    /// Where it stands in the text that the expression is a part of.
    pub range: Range<usize>,
}

impl Context<'_> {
    /// Whether it begins with some names, in whatever case.
    pub fn starts_with(&self, names: &[&str]) -> bool {
        let same = |(own, name): (&Cow<'_, str>, &&str)| own.eq_ignore_ascii_case(name);
        self.path.len() >= names.len() && self.path.iter().zip(names).all(same)
    }

    /// Whether it is some names and nothing more, in whatever case.
    pub fn is(&self, names: &[&str]) -> bool {
        self.complete && self.path.len() == names.len() && self.starts_with(names)
    }

    /// A name of the path.
    pub fn name(&self, index: usize) -> Option<&str> {
        self.path.get(index).map(AsRef::as_ref)
    }
}

impl<'e> Expression<'e> {
    /// Reads an expression. `None` where it is none, or is longer or deeper than any.
    pub fn parse(text: &'e str) -> Option<Self> {
        Self::parse_at(text, 0)
    }

    /// Reads an expression that begins at an offset of the text that it is a part of.
    pub(super) fn parse_at(text: &'e str, offset: usize) -> Option<Self> {
        parser::parse(text, offset)
    }

    /// Whether something holds for the expression or any part of it.
    pub fn any(&self, holds: &mut impl FnMut(&Self) -> bool) -> bool {
        if holds(self) {
            return true;
        }
        match self {
            Self::Call { arguments: parts, .. } | Self::And(parts) | Self::Or(parts) => {
                parts.iter().any(|it| it.any(holds))
            }
            Self::Context(context) => context.indices.iter().any(|it| it.any(holds)),
            Self::Not(inner) | Self::Part(inner) => inner.any(holds),
            Self::Compare(left, _, right) => left.any(holds) || right.any(holds),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }

    /// Every context that it refers to, in order.
    pub fn contexts(&self) -> Vec<&Context<'e>> {
        let mut contexts = Vec::new();
        self.collect(&mut contexts);
        contexts
    }

    fn collect<'s>(&'s self, contexts: &mut Vec<&'s Context<'e>>) {
        match self {
            Self::Call { arguments: parts, .. } | Self::And(parts) | Self::Or(parts) => {
                for part in parts {
                    part.collect(contexts);
                }
            }
            Self::Context(context) => {
                contexts.push(context);
                for index in &context.indices {
                    index.collect(contexts);
                }
            }
            Self::Not(inner) | Self::Part(inner) => inner.collect(contexts),
            Self::Compare(left, _, right) => {
                left.collect(contexts);
                right.collect(contexts);
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
