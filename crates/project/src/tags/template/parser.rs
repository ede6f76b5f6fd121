//! Puts the tokens of a template together.

use super::lexer::{Open, Token};
use super::{Argument, Call, DEPTH, Node, Path, Value};

/// Reads a whole template.
pub(super) fn parse(tokens: Vec<Token>) -> Result<Vec<Node>, String> {
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), depth: 0 };
    match parser.body()? {
        (body, End::Template) => Ok(body),
        (_, End::Block(_)) => Err("a block is closed that was never opened".to_owned()),
        (_, End::Else(_)) => Err("there is an `else` outside of a block".to_owned()),
    }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

/// What ends a body.
enum End {
    Template,
    Block(Path),
    /// `{{else}}`, or `{{else call}}`.
    Else(Option<Call>),
}

impl Parser {
    /// Reads nodes up to an end that isn't theirs.
    fn body(&mut self) -> Result<(Vec<Node>, End), String> {
        let mut nodes = Vec::new();
        while let Some(token) = self.tokens.next() {
            let open = match token {
                Token::Text(text) => {
                    nodes.push(Node::Text(text));
                    continue;
                }
                Token::Open(open) => open,
                _ => return Err("an expression is closed that was never opened".to_owned()),
            };
            match open {
                Open::Plain | Open::Unescaped | Open::Triple => {
                    let call = self.call()?;
                    self.close(open == Open::Triple)?;
                    nodes.push(Node::Output { call, is_escaped: open == Open::Plain });
                }
                Open::Block => {
                    let call = self.call()?;
                    self.close(false)?;
                    nodes.push(self.block(call, false)?);
                }
                Open::Inverse if !self.is_close() => {
                    let call = self.call()?;
                    self.close(false)?;
                    nodes.push(self.block(call, true)?);
                }
                Open::Inverse => {
                    self.close(false)?;
                    return Ok((nodes, End::Else(None)));
                }
                Open::Else => {
                    let call = if self.is_close() { None } else { Some(self.call()?) };
                    self.close(false)?;
                    return Ok((nodes, End::Else(call)));
                }
                Open::End => {
                    let path = self.call()?.path;
                    self.close(false)?;
                    return Ok((nodes, End::Block(path)));
                }
            }
        }
        Ok((nodes, End::Template))
    }

    /// Reads the rest of a block, its end included.
    fn block(&mut self, call: Call, is_inverse: bool) -> Result<Node, String> {
        let name = call.path.clone();
        self.deeper(|parser| parser.branches(call, is_inverse, &name))
    }

    fn branches(&mut self, call: Call, is_inverse: bool, name: &Path) -> Result<Node, String> {
        let (first, end) = self.body()?;
        let second = match end {
            End::Template => return Err("there is a block without an end".to_owned()),
            End::Block(path) => {
                matching(name, &path)?;
                Vec::new()
            }
            End::Else(Some(condition)) => {
                vec![self.deeper(|parser| parser.branches(condition, false, name))?]
            }
            End::Else(None) => match self.body()? {
                (body, End::Block(path)) => {
                    matching(name, &path)?;
                    body
                }
                (_, End::Template) => return Err("there is a block without an end".to_owned()),
                (_, End::Else(_)) => return Err("there is an `else` after an `else`".to_owned()),
            },
        };
        let (then, otherwise) = if is_inverse { (second, first) } else { (first, second) };
        Ok(Node::Block { call, then, otherwise })
    }

    /// A name and its arguments.
    fn call(&mut self) -> Result<Call, String> {
        let path = match self.argument()? {
            Argument::Path(path) => path,
            Argument::Literal(value) => literal_name(&value),
            Argument::Call(_) => return Err("an expression must start with a name".to_owned()),
        };
        let mut call = Call { path, arguments: Vec::new(), named: Vec::new() };
        while !matches!(
            self.tokens.peek(),
            None | Some(Token::Close { .. } | Token::CloseParenthesis)
        ) {
            let argument = self.argument()?;
            if matches!(self.tokens.peek(), Some(Token::Equals)) {
                self.tokens.next();
                let name = key(&argument).ok_or("there is nothing that `=` gives a value to")?;
                call.named.push((name, self.argument()?));
            } else if call.named.is_empty() {
                call.arguments.push(argument);
            } else {
                return Err("there is an argument without a name after a named one".to_owned());
            }
        }
        Ok(call)
    }

    fn argument(&mut self) -> Result<Argument, String> {
        let token = self.tokens.next();
        match token {
            Some(Token::Quoted(text)) => Ok(Argument::Literal(Value::Text(text))),
            Some(Token::Number(text)) => Ok(Argument::Literal(Value::Number(text))),
            Some(Token::OpenParenthesis) => self.deeper(|parser| {
                let call = parser.call()?;
                match parser.tokens.next() {
                    Some(Token::CloseParenthesis) => Ok(Argument::Call(Box::new(call))),
                    _ => Err("there is a `(` without a `)`".to_owned()),
                }
            }),
            Some(Token::At) => match self.tokens.next() {
                Some(Token::Name { text, is_plain }) => {
                    let path = self.path(text, is_plain)?;
                    Ok(Argument::Path(Path { is_data: true, ..path }))
                }
                _ => Err("there is no name after `@`".to_owned()),
            },
            Some(Token::Name { text, is_plain }) => {
                let stands_alone =
                    !matches!(self.tokens.peek(), Some(Token::Separator | Token::Equals));
                match text.as_str() {
                    "true" | "false" if is_plain && stands_alone => {
                        Ok(Argument::Literal(Value::Bool(text == "true")))
                    }
                    "null" if is_plain && stands_alone => Ok(Argument::Literal(Value::Null)),
                    "undefined" if is_plain && stands_alone => {
                        Ok(Argument::Literal(Value::Undefined))
                    }
                    _ => self.path(text, is_plain).map(Argument::Path),
                }
            }
            _ => Err("there is no name where one should be".to_owned()),
        }
    }

    /// The rest of a path that starts with this part.
    fn path(&mut self, first: String, is_plain: bool) -> Result<Path, String> {
        let is_scoped = is_plain && matches!(first.as_str(), "." | ".." | "this");
        let mut path = Path { is_scoped, ..Path::default() };
        push_part(&mut path, first, is_plain)?;
        while matches!(self.tokens.peek(), Some(Token::Separator)) {
            self.tokens.next();
            match self.tokens.next() {
                Some(Token::Name { text, is_plain }) => push_part(&mut path, text, is_plain)?,
                _ => return Err("there is a path without an end".to_owned()),
            }
        }
        Ok(path)
    }

    fn is_close(&mut self) -> bool {
        matches!(self.tokens.peek(), Some(Token::Close { .. }))
    }

    fn close(&mut self, is_triple: bool) -> Result<(), String> {
        match self.tokens.next() {
            Some(Token::Close { is_triple: found, .. }) if found == is_triple => Ok(()),
            _ => Err("an expression doesn't end where it should".to_owned()),
        }
    }

    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(format!("blocks and expressions may be nested {DEPTH} deep at most"));
        }
        let read = read(self);
        self.depth -= 1;
        read
    }
}

fn matching(open: &Path, close: &Path) -> Result<(), String> {
    if open == close {
        Ok(())
    } else {
        Err(format!("`{}` is closed by `{}`", open.parts.join("."), close.parts.join(".")))
    }
}

fn push_part(path: &mut Path, part: String, is_plain: bool) -> Result<(), String> {
    match part.as_str() {
        "." | ".." | "this" if is_plain => {
            if !path.parts.is_empty() {
                return Err(format!("`{part}` can only start a path"));
            }
            path.depth += usize::from(part == "..");
        }
        _ => path.parts.push(part),
    }
    Ok(())
}

/// The name of a named argument.
fn key(argument: &Argument) -> Option<String> {
    match argument {
        Argument::Path(path) => path.simple().map(str::to_owned),
        Argument::Literal(_) | Argument::Call(_) => None,
    }
}

/// Texts, numbers and the like name what is called as they read.
fn literal_name(value: &Value) -> Path {
    let name = match value {
        Value::Undefined => "undefined".to_owned(),
        Value::Null => "null".to_owned(),
        _ => value.text(),
    };
    Path { parts: vec![name], is_literal: true, ..Path::default() }
}
