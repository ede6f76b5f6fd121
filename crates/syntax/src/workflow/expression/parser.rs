//! From words to expressions.

use std::borrow::Cow;
use std::ops::Range;

use super::lexer::{Token, tokens};
use super::{Context, Expression, Operator};

/// Deeper than any expression that people write, and less than what exhausts a stack.
const DEEPEST: usize = 40;

/// GitHub takes no longer ones.
const LONGEST: usize = 21_000;

/// Reads an expression that begins at an offset of the text that it is a part of.
pub(super) fn parse(text: &str, offset: usize) -> Option<Expression<'_>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, offset };
    let expression = parser.or()?;
    (parser.at == parser.tokens.len()).then_some(expression)
}

struct Parser<'e> {
    tokens: Vec<(Token<'e>, Range<usize>)>,
    at: usize,
    depth: usize,
    offset: usize,
}

impl<'e> Parser<'e> {
    fn or(&mut self) -> Option<Expression<'e>> {
        self.list("||", Self::and, Expression::Or)
    }

    fn and(&mut self) -> Option<Expression<'e>> {
        self.list("&&", Self::comparison, Expression::And)
    }

    fn list(
        &mut self,
        mark: &'static str,
        part: fn(&mut Self) -> Option<Expression<'e>>,
        all: fn(Vec<Expression<'e>>) -> Expression<'e>,
    ) -> Option<Expression<'e>> {
        let first = part(self)?;
        if !self.eat(mark) {
            return Some(first);
        }
        let mut parts = vec![first, part(self)?];
        while self.eat(mark) {
            parts.push(part(self)?);
        }
        Some(all(parts))
    }

    fn comparison(&mut self) -> Option<Expression<'e>> {
        let mut left = self.unary()?;
        for _ in 0..DEEPEST {
            let Some((Token::Mark(mark), _)) = self.tokens.get(self.at) else { break };
            let operator = match *mark {
                "==" => Operator::Equal,
                "!=" => Operator::NotEqual,
                "<" => Operator::Less,
                "<=" => Operator::LessOrEqual,
                ">" => Operator::Greater,
                ">=" => Operator::GreaterOrEqual,
                _ => break,
            };
            self.at += 1;
            let right = self.unary()?;
            left = Expression::Compare(Box::new(left), operator, Box::new(right));
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Expression<'e>> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let expression =
            if self.eat("!") { Expression::Not(Box::new(self.unary()?)) } else { self.primary()? };
        self.depth -= 1;
        Some(expression)
    }

    fn primary(&mut self) -> Option<Expression<'e>> {
        let (token, range) = self.tokens.get(self.at)?.clone();
        self.at += 1;
        let expression = match token {
            Token::Number(number) => return Some(Expression::Number(number)),
            Token::Text(text) => return Some(Expression::Text(text)),
            Token::Mark("(") => {
                let inner = self.or()?;
                self.eat(")").then_some(())?;
                inner
            }
            Token::Mark(_) => return None,
            Token::Name(name) if self.eat("(") => {
                Expression::Call { name, arguments: self.arguments()? }
            }
            Token::Name(name) => match name {
                "true" => return Some(Expression::Bool(true)),
                "false" => return Some(Expression::Bool(false)),
                "null" => return Some(Expression::Null),
                "NaN" => return Some(Expression::Number(f64::NAN)),
                "Infinity" => return Some(Expression::Number(f64::INFINITY)),
                _ => return self.context(name, range),
            },
        };
        // A part of what a function returns is looked at by nobody.
        let mut rest = self.context("", range)?;
        let Expression::Context(context) = &mut rest else { return Some(expression) };
        if context.path.len() == 1 && context.complete {
            return Some(expression);
        }
        let mut parts = vec![expression];
        parts.append(&mut context.indices);
        let whole = if parts.len() == 1 { parts.remove(0) } else { Expression::And(parts) };
        Some(Expression::Part(Box::new(whole)))
    }

    fn arguments(&mut self) -> Option<Vec<Expression<'e>>> {
        let mut arguments = Vec::new();
        if self.eat(")") {
            return Some(arguments);
        }
        loop {
            arguments.push(self.or()?);
            if self.eat(")") {
                return Some(arguments);
            }
            self.eat(",").then_some(())?;
        }
    }

    /// Reads what follows the first name of a context.
    fn context(&mut self, first: &'e str, range: Range<usize>) -> Option<Expression<'e>> {
        let mut context = Context {
            path: vec![Cow::Borrowed(first)],
            complete: true,
            indices: Vec::new(),
            range,
        };
        loop {
            let name: Option<Cow<'e, str>> = if self.eat(".") {
                let (token, _) = self.tokens.get(self.at)?;
                let name = match token {
                    Token::Name(name) => *name,
                    Token::Mark("*") => "*",
                    _ => return None,
                };
                self.at += 1;
                Some(Cow::Borrowed(name))
            } else if self.eat("[") {
                if self.eat("*") {
                    self.eat("]").then_some(())?;
                    Some(Cow::Borrowed("*"))
                } else {
                    let index = self.or()?;
                    self.eat("]").then_some(())?;
                    match index {
                        Expression::Text(text) => Some(text),
                        Expression::Number(number) => Some(Cow::Owned(number.to_string())),
                        other => {
                            context.indices.push(other);
                            None
                        }
                    }
                }
            } else {
                break;
            };
            match name {
                Some(name) if context.complete => context.path.push(name),
                _ => context.complete = false,
            }
        }
        if let Some((_, last)) = self.tokens.get(self.at.saturating_sub(1)) {
            context.range.end = last.end;
        }
        context.range = context.range.start + self.offset..context.range.end + self.offset;
        Some(Expression::Context(context))
    }

    fn eat(&mut self, mark: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some((Token::Mark(it), _)) if *it == mark);
        self.at += usize::from(found);
        found
    }
}
