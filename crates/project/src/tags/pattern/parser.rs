//! Reads a regular expression.

mod class;
mod escape;

use super::set::{Class, ClassKind, Set};
use super::{DEPTH, Flags, Modifiers};

/// What an expression is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// One character.
    Unit { unit: u32, ignores_case: bool },
    /// One character of a set.
    Set { set: Set, ignores_case: bool },
    /// `^`, of each line where `is_multiline`.
    Start { is_multiline: bool },
    /// `$`, of each line where `is_multiline`.
    End { is_multiline: bool },
    /// `\b`, or `\B` where `is_negated`.
    WordEdge { is_negated: bool },
    /// `(…)`; the first one is number 1.
    Group { number: usize, body: Box<Node> },
    /// `\1`, `\k<name>`.
    Same { number: usize, ignores_case: bool },
    /// `(?=…)` and its like.
    Look { is_ahead: bool, is_negated: bool, body: Box<Node> },
    /// One after the other; nothing at all if empty.
    All(Vec<Node>),
    /// One or the other.
    Any(Vec<Node>),
    /// `*`, `{2,5}?`. `groups` are the numbers of the groups within, the last one excluded.
    Repeat {
        body: Box<Node>,
        least: usize,
        most: Option<usize>,
        is_lazy: bool,
        groups: (usize, usize),
    },
}

/// An expression that was read.
pub(super) struct Parsed {
    pub(super) node: Node,
    /// How many groups it has, the whole match included.
    pub(super) groups: usize,
}

/// Reads an expression.
pub(super) fn parse(pattern: &str, flags: Flags) -> Result<Parsed, String> {
    let units: Vec<char> = pattern.chars().collect();
    let names = names(&units)?;
    let mut parser = Parser {
        units,
        at: 0,
        is_unicode: flags.is_unicode,
        modifiers: flags.modifiers,
        names,
        group: 1,
        depth: 0,
    };
    let node = parser.alternatives()?;
    if parser.peek().is_some() {
        return Err("has a `)` without a `(`".to_owned());
    }
    Ok(Parsed { node, groups: parser.names.len() + 1 })
}

struct Parser {
    units: Vec<char>,
    at: usize,
    is_unicode: bool,
    modifiers: Modifiers,
    /// The name of each group, if it has one.
    names: Vec<Option<String>>,
    /// The number of the next group.
    group: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.units.get(self.at).copied()
    }

    fn looks_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, it)| self.units.get(self.at + index) == Some(&it))
    }

    fn skip(&mut self, text: &str) -> bool {
        let found = self.looks_at(text);
        self.at += if found { text.chars().count() } else { 0 };
        found
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn alternatives(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(format!("is nested more than {DEPTH} deep"));
        }
        let mut all = vec![self.sequence()?];
        while self.skip("|") {
            all.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if all.len() == 1 { Node::All(all) } else { Node::Any(all) })
    }

    fn sequence(&mut self) -> Result<Node, String> {
        let mut nodes = Vec::new();
        while let Some(next) = self.peek().filter(|it| !matches!(it, '|' | ')')) {
            let first = self.group;
            let node = self.term(next)?;
            let can_repeat = match &node {
                Node::Start { .. } | Node::End { .. } | Node::WordEdge { .. } => false,
                Node::Look { is_ahead, .. } => *is_ahead && !self.is_unicode,
                _ => true,
            };
            nodes.push(self.repeated(node, first, can_repeat)?);
        }
        Ok(Node::All(nodes))
    }

    fn repeated(&mut self, node: Node, first: usize, can_repeat: bool) -> Result<Node, String> {
        let start = self.at;
        let Some((least, most)) = self.count()? else { return Ok(node) };
        if !can_repeat {
            let quantifier: String =
                self.units.get(start..self.at).unwrap_or_default().iter().collect();
            return Err(format!("has nothing to repeat before `{quantifier}`"));
        }
        if most.is_some_and(|most| most < least) {
            return Err("has numbers out of order in `{}`".to_owned());
        }
        let is_lazy = self.skip("?");
        let groups = (first, self.group);
        Ok(Node::Repeat { body: Box::new(node), least, most, is_lazy, groups })
    }

    /// How often something is repeated, if the expression says so here.
    fn count(&mut self) -> Result<Option<(usize, Option<usize>)>, String> {
        for (sign, count) in [("*", (0, None)), ("+", (1, None)), ("?", (0, Some(1)))] {
            if self.skip(sign) {
                return Ok(Some(count));
            }
        }
        let start = self.at;
        if self.skip("{") {
            if let Some(least) = self.digits() {
                let most = if self.skip(",") { self.digits() } else { Some(least) };
                if self.skip("}") {
                    return Ok(Some((least, most)));
                }
            }
            if self.is_unicode {
                return Err("has an incomplete `{}`".to_owned());
            }
            self.at = start;
        }
        Ok(None)
    }

    fn digits(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|it| it.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.units.get(start..self.at)?.iter().collect();
        // What is too large to read is more than any text has.
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
    }

    fn term(&mut self, next: char) -> Result<Node, String> {
        self.at += 1;
        let Modifiers { ignores_case, is_multiline, dot_is_all } = self.modifiers;
        match next {
            '^' => Ok(Node::Start { is_multiline }),
            '$' => Ok(Node::End { is_multiline }),
            '.' => {
                let line_end = Class { kind: ClassKind::LineEnd, is_negated: true };
                let all = Set { is_negated: true, ..Set::default() };
                let line = Set { classes: vec![line_end], ..Set::default() };
                Ok(Node::Set { set: if dot_is_all { all } else { line }, ignores_case: false })
            }
            '(' => self.group(),
            '[' => Ok(Node::Set { set: self.class()?, ignores_case }),
            '\\' => self.escape(),
            '*' | '+' | '?' => Err(format!("has nothing to repeat before `{next}`")),
            '{' if self.is_unicode => Err("has a `{` that repeats nothing".to_owned()),
            '{' => {
                self.at -= 1;
                if self.count()?.is_some() {
                    return Err("has nothing to repeat before `{`".to_owned());
                }
                self.at += 1;
                Ok(self.unit('{'))
            }
            ']' | '}' if self.is_unicode => Err(format!("has a `{next}` without a beginning")),
            _ => Ok(self.unit(next)),
        }
    }

    /// One character, which is two units beyond the basic plane.
    fn unit(&self, it: char) -> Node {
        let ignores_case = self.modifiers.ignores_case;
        if self.is_unicode {
            return Node::Unit { unit: u32::from(it), ignores_case };
        }
        let mut units = [0; 2];
        let units = it.encode_utf16(&mut units).iter();
        let mut nodes: Vec<_> =
            units.map(|it| Node::Unit { unit: u32::from(*it), ignores_case }).collect();
        match (nodes.len(), nodes.pop()) {
            (1, Some(only)) => only,
            (_, last) => Node::All(nodes.into_iter().chain(last).collect()),
        }
    }

    fn group(&mut self) -> Result<Node, String> {
        for (start, is_ahead, is_negated) in
            [("?=", true, false), ("?!", true, true), ("?<=", false, false), ("?<!", false, true)]
        {
            if self.skip(start) {
                let body = Box::new(self.group_body()?);
                return Ok(Node::Look { is_ahead, is_negated, body });
            }
        }
        if self.skip("?:") {
            return self.group_body();
        }
        if self.looks_at("?") && !self.looks_at("?<") {
            self.at += 1;
            return self.modified();
        }
        if self.skip("?<") {
            while self.next().is_some_and(|it| it != '>') {}
        }
        let number = self.group;
        self.group += 1;
        let body = Box::new(self.group_body()?);
        Ok(Node::Group { number, body })
    }

    /// `(?i-s:…)`, after the `?`.
    fn modified(&mut self) -> Result<Node, String> {
        let outer = self.modifiers;
        let mut adds = true;
        let mut seen = String::new();
        loop {
            let next = self.next().unwrap_or(')');
            let modifier = match next {
                'i' => &mut self.modifiers.ignores_case,
                'm' => &mut self.modifiers.is_multiline,
                's' => &mut self.modifiers.dot_is_all,
                '-' if adds => {
                    adds = false;
                    continue;
                }
                ':' if !seen.is_empty() => break,
                _ => return Err("has an invalid group, `(?`".to_owned()),
            };
            if seen.contains(next) {
                return Err("has an invalid group, `(?`".to_owned());
            }
            seen.push(next);
            *modifier = adds;
        }
        let body = self.group_body();
        self.modifiers = outer;
        body
    }

    fn group_body(&mut self) -> Result<Node, String> {
        let body = self.alternatives()?;
        if self.skip(")") { Ok(body) } else { Err("has a `(` without a `)`".to_owned()) }
    }
}

/// The names of all groups, in order.
fn names(units: &[char]) -> Result<Vec<Option<String>>, String> {
    let mut names: Vec<Option<String>> = Vec::new();
    let mut in_class = false;
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        at += 1;
        match unit {
            '\\' => at += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class && units.get(at) != Some(&'?') => names.push(None),
            '(' if !in_class
                && units.get(at + 1) == Some(&'<')
                && !matches!(units.get(at + 2), Some('=' | '!')) =>
            {
                let name = units.get(at + 2..).unwrap_or_default().iter();
                let name: String = name.take_while(|it| **it != '>').collect();
                if !is_name(&name) || names.iter().flatten().any(|it| *it == name) {
                    return Err(format!("has an invalid name of a group, `{name}`"));
                }
                names.push(Some(name));
            }
            _ => {}
        }
    }
    Ok(names)
}

fn is_name(text: &str) -> bool {
    let starts = |it: char| it.is_alphabetic() || matches!(it, '$' | '_');
    text.starts_with(starts) && text.chars().all(|it| starts(it) || it.is_numeric())
}
