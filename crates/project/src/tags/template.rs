//! The part of Handlebars that inputs are written in.
//!
//! Expressions with arguments, `tz='…'` and subexpressions, the built-in blocks (`if`, `unless`,
//! `each`, `with`, `lookup`), `else`, comments, `{{{…}}}` and `~`. Not here: partials, decorators,
//! block parameters and raw blocks, which have nothing to stand on in a single line of settings.

mod lexer;
mod parser;
mod render;
mod value;

pub(super) use render::{Escape, Names};
pub(super) use value::Value;

/// How deep blocks and subexpressions may be nested.
const DEPTH: usize = 32;
/// How long a template may be, and what comes of it, in bytes.
const SIZE: usize = 64 * 1024;

/// A template that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template {
    body: Vec<Node>,
}

/// What a template is made of.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// Text that stands for itself.
    Text(String),
    /// `{{call}}`, escaped unless it is `{{{call}}}` or `{{&call}}`.
    Output { call: Call, is_escaped: bool },
    /// `{{#call}}then{{else}}otherwise{{/…}}`.
    Block { call: Call, then: Vec<Self>, otherwise: Vec<Self> },
}

/// An expression: what is named, and its arguments.
#[derive(Clone, Debug, PartialEq)]
struct Call {
    path: Path,
    arguments: Vec<Argument>,
    named: Vec<(String, Argument)>,
}

/// An argument of an expression.
#[derive(Clone, Debug, PartialEq)]
enum Argument {
    Literal(Value),
    Path(Path),
    Call(Box<Call>),
}

/// A name, possibly of several parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Path {
    parts: Vec<String>,
    /// How many `../` stand in front.
    depth: usize,
    /// Whether it starts with `this`, `.` or `..`: then it never names a built-in.
    is_scoped: bool,
    /// Whether it starts with `@`.
    is_data: bool,
    /// Whether it is a string, number or other word in the place of a name.
    is_literal: bool,
}

impl Path {
    /// The name, if it is a single plain one.
    fn simple(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [name] if !self.is_scoped && !self.is_data && self.depth == 0 => Some(name),
            _ => None,
        }
    }
}

impl Template {
    /// Reads a template; says what is wrong with it otherwise.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > SIZE {
            return Err(format!("a template may have {SIZE} bytes at most"));
        }
        let tokens = lexer::tokens(text)?;
        parser::parse(tokens).map(|body| Self { body })
    }

    /// Expands the template with these names.
    pub(super) fn render<E: From<String>>(
        &self,
        names: &dyn Names<E>,
        escape: Escape,
    ) -> Result<String, E> {
        render::render(&self.body, names, escape)
    }

    /// Whether it is nothing but `{{raw}}`.
    pub(super) fn is_raw(&self) -> bool {
        match self.body.as_slice() {
            [Node::Output { call, .. }] => !call.path.is_literal && call.path.parts == ["raw"],
            _ => false,
        }
    }

    /// Whether any expression names this.
    pub(super) fn uses(&self, name: &str) -> bool {
        fn in_argument(argument: &Argument, name: &str) -> bool {
            match argument {
                Argument::Literal(_) => false,
                Argument::Path(path) => path.parts.iter().any(|it| it == name),
                Argument::Call(call) => in_call(call, name),
            }
        }
        fn in_call(call: &Call, name: &str) -> bool {
            call.path.parts.iter().any(|it| it == name)
                || call.arguments.iter().any(|it| in_argument(it, name))
                || call.named.iter().any(|(_, it)| in_argument(it, name))
        }
        fn in_nodes(nodes: &[Node], name: &str) -> bool {
            nodes.iter().any(|node| match node {
                Node::Text(_) => false,
                Node::Output { call, .. } => in_call(call, name),
                Node::Block { call, then, otherwise } => {
                    in_call(call, name) || in_nodes(then, name) || in_nodes(otherwise, name)
                }
            })
        }
        in_nodes(&self.body, name)
    }
}

#[cfg(test)]
mod tests;
