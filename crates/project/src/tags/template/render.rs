//! Expands a template.

use super::{Argument, Call, Node, Path, SIZE, Value};

/// Whether what expressions give is written as HTML writes it, as the action has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tags) enum Escape {
    Html,
    Nothing,
}

/// The names that a template knows.
pub(in crate::tags) trait Names<E> {
    /// What a name stands for; functions are not called yet.
    fn value(&self, name: &str) -> Value;

    /// Calls a function that [`Names::value`] gave.
    fn call(&self, name: &str, arguments: &[Value], named: &[(String, Value)]) -> Result<Value, E>;
}

/// Expands nodes with these names.
pub(super) fn render<E: From<String>>(
    nodes: &[Node],
    names: &dyn Names<E>,
    escape: Escape,
) -> Result<String, E> {
    let mut renderer = Renderer { names, escape, output: String::new(), steps: 0 };
    renderer.nodes(nodes, &mut Scopes::default())?;
    Ok(renderer.output)
}

/// What `this` is: the names at first, a value within `each` and `with`.
#[derive(Default)]
struct Scopes {
    inner: Vec<Scope>,
}

struct Scope {
    this: Value,
    data: Vec<(&'static str, Value)>,
}

struct Renderer<'n, E> {
    names: &'n dyn Names<E>,
    escape: Escape,
    output: String,
    steps: usize,
}

impl<E: From<String>> Renderer<'_, E> {
    fn nodes(&mut self, nodes: &[Node], scopes: &mut Scopes) -> Result<(), E> {
        for node in nodes {
            self.steps += 1;
            if self.output.len() > SIZE || self.steps > SIZE {
                return Err(format!("it grows beyond {SIZE} bytes").into());
            }
            match node {
                Node::Text(text) => self.output.push_str(text),
                Node::Output { call, is_escaped } => {
                    let text = self.call(call, scopes)?.text();
                    if *is_escaped && self.escape == Escape::Html {
                        push_escaped(&mut self.output, &text);
                    } else {
                        self.output.push_str(&text);
                    }
                }
                Node::Block { call, then, otherwise } => {
                    self.block(call, then, otherwise, scopes)?;
                }
            }
        }
        Ok(())
    }

    /// What an expression gives.
    fn call(&mut self, call: &Call, scopes: &Scopes) -> Result<Value, E> {
        let has_arguments = !call.arguments.is_empty() || !call.named.is_empty();
        match call.path.simple() {
            Some("lookup") => {
                let arguments = self.arguments(&call.arguments, scopes)?;
                let [of, name] = arguments.as_slice() else {
                    return Err("`lookup` takes a value and a name".to_owned().into());
                };
                Ok(of.part(&name.text()))
            }
            Some("log") => Ok(Value::Undefined),
            Some(name @ ("if" | "unless" | "each" | "with")) => {
                Err(format!("`{name}` must be a block, `{{{{#{name} …}}}}`").into())
            }
            _ => match self.path(&call.path, scopes) {
                Value::Function(name) => {
                    let arguments = self.arguments(&call.arguments, scopes)?;
                    let mut named = Vec::new();
                    for (key, argument) in &call.named {
                        named.push((key.clone(), self.argument(argument, scopes)?));
                    }
                    self.names.call(&name, &arguments, &named)
                }
                _ if has_arguments => {
                    let name = call.path.parts.join(".");
                    Err(format!("there is nothing to call by the name of `{name}`").into())
                }
                value => Ok(value),
            },
        }
    }

    fn arguments(&mut self, arguments: &[Argument], scopes: &Scopes) -> Result<Vec<Value>, E> {
        arguments.iter().map(|it| self.argument(it, scopes)).collect()
    }

    fn argument(&mut self, argument: &Argument, scopes: &Scopes) -> Result<Value, E> {
        match argument {
            Argument::Literal(value) => Ok(value.clone()),
            Argument::Path(path) => Ok(self.path(path, scopes)),
            Argument::Call(call) => self.call(call, scopes),
        }
    }

    /// What a path names; a function is not called.
    fn path(&self, path: &Path, scopes: &Scopes) -> Value {
        let mut parts = path.parts.iter().map(String::as_str);
        let mut value = if path.is_data {
            match parts.next() {
                Some("root") => match parts.next() {
                    Some(name) => self.names.value(name),
                    None => Value::Undefined,
                },
                Some(name) => scopes.data(name),
                None => Value::Undefined,
            }
        } else {
            match scopes.above(path.depth) {
                Above::Value(this) => this.clone(),
                Above::Names => match parts.next() {
                    Some(name) => self.names.value(name),
                    None => Value::Text("[object Object]".to_owned()),
                },
                Above::Nothing => Value::Undefined,
            }
        };
        for part in parts {
            value = value.part(part);
        }
        value
    }

    fn block(
        &mut self,
        call: &Call,
        then: &[Node],
        otherwise: &[Node],
        scopes: &mut Scopes,
    ) -> Result<(), E> {
        match call.path.simple() {
            Some(name @ ("if" | "unless")) => {
                let value = self.only_argument(name, call, scopes)?;
                let counts = call.named.iter().find(|(key, _)| key == "includeZero");
                let zero_counts = match counts {
                    Some((_, it)) => !self.argument(it, scopes)?.is_nothing(false),
                    None => false,
                };
                let holds = !value.is_nothing(zero_counts);
                self.nodes(if holds == (name == "if") { then } else { otherwise }, scopes)
            }
            Some("with") => {
                let value = self.only_argument("with", call, scopes)?;
                if value.is_nothing(true) {
                    return self.nodes(otherwise, scopes);
                }
                self.within(value, Vec::new(), then, scopes)
            }
            Some("each") => {
                let value = self.only_argument("each", call, scopes)?;
                self.each(value, then, otherwise, scopes)
            }
            _ => {
                let is_called = !call.arguments.is_empty() || !call.named.is_empty();
                let value = self.call(call, scopes)?;
                match value {
                    value if is_called => {
                        self.output.push_str(&value.text());
                        Ok(())
                    }
                    Value::Bool(true) => self.nodes(then, scopes),
                    Value::Bool(false) | Value::Undefined | Value::Null => {
                        self.nodes(otherwise, scopes)
                    }
                    Value::List(_) => self.each(value, then, otherwise, scopes),
                    value => self.within(value, Vec::new(), then, scopes),
                }
            }
        }
    }

    fn only_argument(&mut self, name: &str, call: &Call, scopes: &Scopes) -> Result<Value, E> {
        let [argument] = call.arguments.as_slice() else {
            return Err(format!("`#{name}` takes one argument").into());
        };
        match self.argument(argument, scopes)? {
            Value::Function(name) => self.names.call(&name, &[], &[]),
            value => Ok(value),
        }
    }

    fn each(
        &mut self,
        value: Value,
        then: &[Node],
        otherwise: &[Node],
        scopes: &mut Scopes,
    ) -> Result<(), E> {
        let values = match value {
            Value::List(values) => values,
            _ => Vec::new(),
        };
        if values.is_empty() {
            return self.nodes(otherwise, scopes);
        }
        let last = values.len() - 1;
        for (index, value) in values.into_iter().enumerate() {
            let number = || Value::Number(index.to_string());
            let data = vec![
                ("index", number()),
                ("key", number()),
                ("first", Value::Bool(index == 0)),
                ("last", Value::Bool(index == last)),
            ];
            self.within(value, data, then, scopes)?;
        }
        Ok(())
    }

    fn within(
        &mut self,
        this: Value,
        data: Vec<(&'static str, Value)>,
        nodes: &[Node],
        scopes: &mut Scopes,
    ) -> Result<(), E> {
        scopes.inner.push(Scope { this, data });
        let done = self.nodes(nodes, scopes);
        scopes.inner.pop();
        done
    }
}

enum Above<'s> {
    Value(&'s Value),
    Names,
    Nothing,
}

impl Scopes {
    /// What `this` is so many `../` above.
    fn above(&self, depth: usize) -> Above<'_> {
        match self.inner.len().checked_sub(depth) {
            None => Above::Nothing,
            Some(0) => Above::Names,
            Some(level) => {
                self.inner.get(level - 1).map_or(Above::Nothing, |it| Above::Value(&it.this))
            }
        }
    }

    fn data(&self, name: &str) -> Value {
        let found = self.inner.iter().rev().flat_map(|it| &it.data).find(|(key, _)| *key == name);
        found.map_or(Value::Undefined, |(_, value)| value.clone())
    }
}

/// What Handlebars writes as HTML does.
fn push_escaped(output: &mut String, text: &str) {
    for it in text.chars() {
        match it {
            '&' => output.push_str("&amp;"),
            '<' => output.push_str("&lt;"),
            '>' => output.push_str("&gt;"),
            '"' => output.push_str("&quot;"),
            '\'' => output.push_str("&#x27;"),
            '`' => output.push_str("&#x60;"),
            '=' => output.push_str("&#x3D;"),
            _ => output.push(it),
        }
    }
}
