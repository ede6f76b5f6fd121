//! `docker-bake.hcl`: the part of HCL's native syntax that bake files use.

use plimsoll_finding::Span;

use super::{Bake, BakeAttribute, BakeBlock, BakeItem, BakeValue};

/// Deeper than any value in a bake file, and less than what exhausts a stack.
pub(super) const DEEPEST: usize = 40;

/// Reads a file.
pub(super) fn read(text: &str) -> Bake {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0 };
    let mut bake = Bake::default();
    reader.skip_blank(true);
    while reader.peek().is_some() {
        let start = reader.at;
        reader.top(&mut bake);
        reader.skip_blank(true);
        if reader.at == start {
            reader.at = reader.next_character();
        }
    }
    bake
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Reader<'t> {
    /// Reads a block or an attribute at the top.
    fn top(&mut self, bake: &mut Bake) {
        let Some(kind) = self.name() else { return };
        self.skip_blank(false);
        let label_start = self.at;
        let label = match self.peek() {
            Some(b'"') => match self.text_value() {
                BakeValue::Text(text) => Some(text),
                _ => None,
            },
            Some(b'=') => {
                self.at += 1;
                self.skip_expression();
                return;
            }
            _ => self.name().map(ToOwned::to_owned),
        };
        let name_span = Span::new(label_start, self.at);
        self.skip_blank(false);
        if self.peek() != Some(b'{') {
            return;
        }
        let list = match kind {
            "target" => &mut bake.targets,
            "group" => &mut bake.groups,
            "variable" => &mut bake.variables,
            _ => return self.skip_expression(),
        };
        self.at += 1;
        let attributes = self.body();
        list.push(BakeBlock { name: label.unwrap_or_default(), name_span, attributes });
    }

    /// Reads attributes up to the brace that ends a block.
    fn body(&mut self) -> Vec<BakeAttribute> {
        let mut attributes = Vec::new();
        loop {
            self.skip_blank(true);
            match self.peek() {
                None => return attributes,
                Some(b'}') => {
                    self.at += 1;
                    return attributes;
                }
                _ => {}
            }
            let start = self.at;
            if let Some(name) = self.name() {
                let name_span = Span::new(start, self.at);
                self.skip_blank(false);
                if self.peek() == Some(b'=') {
                    self.at += 1;
                    self.skip_blank(false);
                    let value = self.value(0);
                    attributes.push(BakeAttribute { name: name.to_owned(), name_span, value });
                } else {
                    // A block within the block, such as `validation`.
                    self.skip_expression();
                }
            }
            if self.at == start {
                self.at = self.next_character();
            }
        }
    }

    /// Reads a value up to where it ends; what is computed is unknown.
    fn value(&mut self, depth: usize) -> BakeItem {
        let start = self.at;
        let value = self.simple_value(depth);
        let end = self.at;
        self.skip_blank(false);
        if matches!(self.peek(), None | Some(b'\n' | b'\r' | b',' | b']' | b'}' | b')')) {
            return BakeItem { span: Span::new(start, end), value };
        }
        self.at = start;
        self.skip_expression();
        let end = start + self.text[start..self.at].trim_end().len();
        BakeItem { span: Span::new(start, end.max(start)), value: BakeValue::Unknown }
    }

    fn simple_value(&mut self, depth: usize) -> BakeValue {
        match self.peek() {
            _ if depth > DEEPEST => BakeValue::Unknown,
            Some(b'"') => self.text_value(),
            Some(b'<') if self.text[self.at..].starts_with("<<") => self.heredoc(),
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                while self.goes_on(b']') {
                    items.push(self.value(depth + 1));
                }
                BakeValue::List(items)
            }
            Some(b'{') => {
                self.at += 1;
                let mut entries = Vec::new();
                while self.goes_on(b'}') {
                    entries.extend(self.entry(depth + 1));
                }
                BakeValue::Map(entries)
            }
            Some(b'0'..=b'9' | b'-') => {
                let start = self.at;
                let rest = &self.bytes[start..];
                let is_part = |it: &&u8| it.is_ascii_digit() || matches!(it, b'-' | b'.');
                self.at += rest.iter().take_while(is_part).count();
                BakeValue::Text(self.text[start..self.at].to_owned())
            }
            _ => match self.name() {
                Some(word @ ("true" | "false")) => BakeValue::Text(word.to_owned()),
                // A name alone is a variable.
                Some(word) if word != "null" => BakeValue::Text(format!("${{{word}}}")),
                _ => BakeValue::Unknown,
            },
        }
    }

    /// Goes to the next item of a list or map; `false` after its end.
    fn goes_on(&mut self, end: u8) -> bool {
        loop {
            self.skip_blank(true);
            match self.peek() {
                Some(byte) if byte == end => {
                    self.at += 1;
                    return false;
                }
                // Brackets that don't fit together end all that is open.
                None | Some(b']' | b'}' | b')') => return false,
                Some(b',') => self.at += 1,
                Some(_) => return true,
            }
        }
    }

    /// Reads `name = value` or `"name": value` of a map.
    fn entry(&mut self, depth: usize) -> Option<BakeAttribute> {
        let start = self.at;
        let name = match self.peek() {
            Some(b'"') => match self.text_value() {
                BakeValue::Text(text) => Some(text),
                _ => None,
            },
            _ => self.name().map(ToOwned::to_owned),
        };
        let name_span = Span::new(start, self.at);
        self.skip_blank(false);
        if name.is_none() || !matches!(self.peek(), Some(b'=' | b':')) {
            self.skip_expression();
            if self.at == start {
                self.at = self.next_character();
            }
            return None;
        }
        self.at += 1;
        self.skip_blank(false);
        let value = self.value(depth);
        name.map(|name| BakeAttribute { name, name_span, value })
    }

    /// Reads `"…"`, escapes replaced and `${…}` kept.
    fn text_value(&mut self) -> BakeValue {
        let mut text = String::new();
        let mut known = true;
        self.at += 1;
        let mut piece = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    text.push_str(&self.text[piece..self.at]);
                    self.at += 1;
                    return if known { BakeValue::Text(text) } else { BakeValue::Unknown };
                }
                b'\n' => break,
                b'\\' => {
                    text.push_str(&self.text[piece..self.at]);
                    self.at += 1;
                    match self.peek() {
                        Some(b'n') => text.push('\n'),
                        Some(b't') => text.push('\t'),
                        Some(b'r') => text.push('\r'),
                        Some(b'"') => text.push('"'),
                        Some(b'\\') => text.push('\\'),
                        _ => known = false,
                    }
                    self.at = self.next_character();
                    piece = self.at;
                }
                b'$' | b'%' if self.bytes.get(self.at + 1) == Some(&b'{') => {
                    // `$${` is text.
                    let escaped = self.bytes.get(self.at.wrapping_sub(1)) == Some(&byte);
                    self.at += 2;
                    if !escaped {
                        let start = self.at;
                        self.skip_template();
                        let inner = self.text[start..self.at].trim_end_matches('}').trim();
                        let is_name = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
                        known &= byte == b'$' && inner.bytes().all(is_name);
                    }
                }
                _ => self.at = self.next_character(),
            }
        }
        BakeValue::Unknown
    }

    /// Reads `<<NAME` or `<<-NAME` with its lines.
    fn heredoc(&mut self) -> BakeValue {
        self.at += 2;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let Some(word) = self.name() else { return BakeValue::Unknown };
        let mut text = String::new();
        let rest = &self.text[self.at..];
        let Some(line_end) = rest.find('\n') else { return BakeValue::Unknown };
        self.at += line_end + 1;
        let body = &self.text[self.at..];
        for line in body.split_inclusive('\n') {
            if line.trim() == word {
                self.at += line.trim_end().len();
                return BakeValue::Text(text);
            }
            self.at += line.len();
            text.push_str(line.trim_start());
        }
        BakeValue::Unknown
    }

    /// Skips to the end of an expression: the end of its line, or the comma or bracket after it.
    fn skip_expression(&mut self) {
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.text_value();
                    continue;
                }
                b'<' if self.text[self.at..].starts_with("<<") => {
                    self.heredoc();
                    continue;
                }
                b'#' | b'/' => {
                    let start = self.at;
                    self.skip_blank(false);
                    if self.at > start {
                        continue;
                    }
                }
                b'(' | b'[' | b'{' => open += 1,
                b')' | b']' | b'}' | b'\n' | b',' if open == 0 => return,
                b')' | b']' | b'}' => open -= 1,
                _ => {}
            }
            self.at = self.next_character();
        }
    }

    /// Skips what follows `${` in a text, its brace included.
    fn skip_template(&mut self) {
        let mut open = 1_usize;
        let mut quoted = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => return,
                b'\\' if quoted => self.at = self.next_character(),
                // Quotes in a template are no end of the text around it.
                b'"' => quoted = !quoted,
                b'{' if !quoted => open += 1,
                b'}' if !quoted => open -= 1,
                _ => {}
            }
            self.at = self.next_character();
            if open == 0 {
                return;
            }
        }
    }

    /// Reads a name.
    fn name(&mut self) -> Option<&'t str> {
        let rest = &self.bytes[self.at..];
        if !rest.first().is_some_and(|it| it.is_ascii_alphabetic() || *it == b'_') {
            return None;
        }
        let is_part = |it: &&u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
        let start = self.at;
        self.at += rest.iter().take_while(is_part).count();
        self.text.get(start..self.at)
    }

    /// Skips blanks and comments, and ends of lines where they mean nothing.
    fn skip_blank(&mut self, lines: bool) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' if lines => self.at += 1,
                b'#' => self.skip_line(),
                b'/' if self.bytes.get(self.at + 1) == Some(&b'/') => self.skip_line(),
                b'/' if self.bytes.get(self.at + 1) == Some(&b'*') => {
                    let rest = &self.text[self.at..];
                    self.at += rest.find("*/").map_or(rest.len(), |it| it + 2);
                }
                _ => return,
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|it| *it == b'\n').unwrap_or(rest.len());
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next_character(&self) -> usize {
        let width = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        self.at + width
    }
}
