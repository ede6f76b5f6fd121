//! What stands after a backslash.

use super::super::set::{Class, ClassKind, Set};
use super::{Node, Parser};

impl Parser {
    /// Reads an escape outside of `[]`, after its backslash.
    pub(super) fn escape(&mut self) -> Result<Node, String> {
        let ignores_case = self.modifiers.ignores_case;
        if self.skip("b") {
            return Ok(Node::WordEdge { is_negated: false });
        }
        if self.skip("B") {
            return Ok(Node::WordEdge { is_negated: true });
        }
        if let Some(class) = self.class_escape()? {
            let set = Set { classes: vec![class], ..Set::default() };
            return Ok(Node::Set { set, ignores_case });
        }
        if self.looks_at("k") && (self.is_unicode || self.names.iter().any(Option::is_some)) {
            return self.same_by_name();
        }
        if self.peek().is_some_and(|it| matches!(it, '1'..='9')) {
            let start = self.at;
            let number = self.digits().unwrap_or(usize::MAX);
            if number <= self.names.len() {
                return Ok(Node::Same { number, ignores_case });
            }
            if self.is_unicode {
                return Err(format!("refers to a group that it doesn't have, \\{number}"));
            }
            self.at = start;
        }
        let unit = self.character_escape(false)?;
        match char::from_u32(unit) {
            Some(it) => Ok(self.unit(it)),
            None => Ok(Node::Unit { unit, ignores_case }),
        }
    }

    fn same_by_name(&mut self) -> Result<Node, String> {
        let missing = || "refers to a group that it doesn't have, by \\k".to_owned();
        if !self.skip("k<") {
            return Err(missing());
        }
        let rest = self.units.get(self.at..).unwrap_or_default().iter();
        let name: String = rest.take_while(|it| **it != '>').collect();
        self.at += name.chars().count() + 1;
        let found = self.names.iter().position(|it| it.as_deref() == Some(&name));
        let number = found.ok_or_else(missing)? + 1;
        Ok(Node::Same { number, ignores_case: self.modifiers.ignores_case })
    }

    /// `\d` and its like.
    pub(super) fn class_escape(&mut self) -> Result<Option<Class>, String> {
        let Some(letter) = self.peek() else {
            return Err("ends with a backslash".to_owned());
        };
        let kind = match letter.to_ascii_lowercase() {
            'd' => ClassKind::Digit,
            'w' => ClassKind::Word,
            's' => ClassKind::Space,
            'p' if self.is_unicode => return Err("has \\p, which is not supported".to_owned()),
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(Class { kind, is_negated: letter.is_ascii_uppercase() }))
    }

    /// An escape that means a character.
    pub(super) fn character_escape(&mut self, in_class: bool) -> Result<u32, String> {
        let Some(next) = self.next() else { return Err("ends with a backslash".to_owned()) };
        match next {
            'n' => Ok(0x0A),
            'r' => Ok(0x0D),
            't' => Ok(0x09),
            'v' => Ok(0x0B),
            'f' => Ok(0x0C),
            'c' => self.control(in_class),
            'x' => self.hex(2).map_or_else(|| self.identity('x'), Ok),
            'u' => self.unicode(),
            '0'..='7' if !self.is_unicode => Ok(self.octal(next)),
            '0' if !self.peek().is_some_and(|it| it.is_ascii_digit()) => Ok(0),
            _ => self.identity(next),
        }
    }

    /// `\cA`; the backslash stands for itself where no letter follows.
    fn control(&mut self, in_class: bool) -> Result<u32, String> {
        let follows = self.peek().filter(|it| {
            let is_word = in_class && (it.is_ascii_digit() || *it == '_') && !self.is_unicode;
            it.is_ascii_alphabetic() || is_word
        });
        if let Some(letter) = follows {
            self.at += 1;
            return Ok(u32::from(letter) % 32);
        }
        if self.is_unicode {
            return Err("has an invalid escape, \\c".to_owned());
        }
        self.at -= 1;
        Ok(u32::from('\\'))
    }

    fn hex(&mut self, digits: usize) -> Option<u32> {
        let text: String = self.units.get(self.at..self.at + digits)?.iter().collect();
        let is_hex = text.chars().all(|it| it.is_ascii_hexdigit());
        let value = u32::from_str_radix(&text, 16).ok().filter(|_| is_hex)?;
        self.at += digits;
        Some(value)
    }

    fn unicode(&mut self) -> Result<u32, String> {
        if self.is_unicode && self.skip("{") {
            let rest = self.units.get(self.at..).unwrap_or_default().iter();
            let digits: String = rest.take_while(|it| it.is_ascii_hexdigit()).collect();
            self.at += digits.chars().count();
            let value = u32::from_str_radix(&digits, 16).ok().filter(|it| *it <= 0x10_FFFF);
            return match value {
                Some(value) if self.skip("}") => Ok(value),
                _ => Err("has an invalid escape, \\u{".to_owned()),
            };
        }
        let Some(unit) = self.hex(4) else { return self.identity('u') };
        // Two halves of one character.
        let start = self.at;
        if self.is_unicode && (0xD800..0xDC00).contains(&unit) && self.skip("\\u") {
            match self.hex(4) {
                Some(low) if (0xDC00..0xE000).contains(&low) => {
                    return Ok(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
                }
                _ => self.at = start,
            }
        }
        Ok(unit)
    }

    /// `\101`, up to three digits of a byte.
    fn octal(&mut self, first: char) -> u32 {
        let mut value = first.to_digit(8).unwrap_or_default();
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|it| it.to_digit(8)) else { break };
            if value * 8 + digit > 0o377 {
                break;
            }
            value = value * 8 + digit;
            self.at += 1;
        }
        value
    }

    fn identity(&self, it: char) -> Result<u32, String> {
        if self.is_unicode && !"^$\\.*+?()[]{}|/".contains(it) {
            return Err(format!("has an invalid escape, \\{it}"));
        }
        Ok(u32::from(it))
    }
}
