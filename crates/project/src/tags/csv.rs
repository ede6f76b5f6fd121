//! Lists and entries as the action's CSV parser reads them.
//!
//! Fields stand between commas, records end with lines, and `"` quotes a field that holds either;
//! `""` is a quote within quotes. The first line end decides which one ends records: one that looks
//! different is part of a field from then on.

/// How forgiving a parse is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rules {
    /// A quote stands only around a whole field: for single entries.
    Strict,
    /// A quote in the wrong place stands for itself, and lines that start with `#` are left out: for
    /// lists of entries.
    Lists,
}

/// The records of a text, each with its fields; what is wrong with the text if it can't be read.
pub(super) fn records(text: &str, rules: Rules) -> Result<Vec<Vec<String>>, String> {
    let mut parser = Parser { rules, ..Parser::new(text) };
    while let Some(next) = parser.rest.chars().next() {
        parser.step(next)?;
    }
    parser.end()
}

/// The fields of a single entry. Lines after the first are ignored, as the action does.
pub(super) fn fields(entry: &str) -> Result<Vec<String>, String> {
    let first = records(entry, Rules::Strict)?.into_iter().next();
    first.ok_or_else(|| "it is empty".to_owned())
}

/// Quotes a field if it would be taken apart without.
pub(super) fn quoted(field: &str) -> String {
    if field.contains([',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

struct Parser<'t> {
    rest: &'t str,
    rules: Rules,
    line_end: Option<&'static str>,
    records: Vec<Vec<String>>,
    record: Vec<String>,
    field: String,
    is_quoting: bool,
    was_quoting: bool,
    is_commenting: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            rest: text,
            rules: Rules::Strict,
            line_end: None,
            records: Vec::new(),
            record: Vec::new(),
            field: String::new(),
            is_quoting: false,
            was_quoting: false,
            is_commenting: false,
        }
    }

    /// Reads what `next` begins.
    fn step(&mut self, next: char) -> Result<(), String> {
        if !self.is_quoting {
            self.discover(0);
        }
        if next == '"' && !self.is_commenting && self.quote()? {
            return Ok(());
        }
        if !self.is_quoting {
            if let Some(end) = self.line_end.filter(|it| self.rest.starts_with(*it)) {
                self.end_record();
                self.skip(end.len());
                return Ok(());
            }
            let is_start = self.record.is_empty() && self.field.is_empty();
            if next == '#' && is_start && matches!(self.rules, Rules::Lists) {
                self.is_commenting = true;
            }
            if !self.is_commenting && next == ',' {
                self.end_field();
                self.skip(1);
                return Ok(());
            }
        }
        if !self.is_commenting {
            self.field.push(next);
        }
        self.skip(next.len_utf8());
        Ok(())
    }

    /// Reads a quote; `false` if it stands for itself.
    fn quote(&mut self) -> Result<bool, String> {
        if !self.is_quoting {
            if self.field.is_empty() {
                self.is_quoting = true;
                self.skip(1);
                return Ok(true);
            }
            return match self.rules {
                Rules::Lists => Ok(false),
                Rules::Strict => Err("there is a quote in the middle of a field".to_owned()),
            };
        }
        if self.rest.starts_with("\"\"") {
            self.field.push('"');
            self.skip(2);
            return Ok(true);
        }
        self.discover(1);
        let after = self.rest.get(1..).unwrap_or_default();
        let is_comment = matches!(self.rules, Rules::Lists) && after.starts_with('#');
        let is_line_end = self.line_end.is_some_and(|it| after.starts_with(it));
        let is_end = after.is_empty() || after.starts_with(',') || is_line_end || is_comment;
        self.is_quoting = false;
        self.was_quoting = true;
        match (is_end, self.rules) {
            (true, _) => {
                self.skip(1);
                Ok(true)
            }
            (false, Rules::Lists) => {
                self.field.insert(0, '"');
                Ok(false)
            }
            (false, Rules::Strict) => Err("there is more after a closing quote".to_owned()),
        }
    }

    /// Takes the first line end for that of all lines.
    fn discover(&mut self, at: usize) {
        let rest = self.rest.get(at..).unwrap_or_default();
        if self.line_end.is_none() {
            self.line_end = ["\r\n", "\n", "\r"].into_iter().find(|it| rest.starts_with(it));
        }
    }

    fn is_blank(&self) -> bool {
        !self.was_quoting && self.record.is_empty() && self.field.is_empty()
    }

    fn end_field(&mut self) {
        self.record.push(std::mem::take(&mut self.field));
        self.was_quoting = false;
    }

    fn end_record(&mut self) {
        if !self.is_blank() {
            self.end_field();
            self.records.push(std::mem::take(&mut self.record));
        }
        self.is_commenting = false;
    }

    fn end(mut self) -> Result<Vec<Vec<String>>, String> {
        if self.is_quoting {
            return Err("there is a quote without an end".to_owned());
        }
        self.end_record();
        Ok(self.records)
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::{Rules, fields, quoted, records};

    #[test]
    fn fields_stand_between_commas() {
        assert_eq!(fields("type=ref,event=tag").unwrap(), ["type=ref", "event=tag"]);
        assert_eq!(fields("a,,").unwrap(), ["a", "", ""]);
    }

    #[test]
    fn quotes_hold_commas_and_quotes() {
        assert_eq!(fields(r#"a,"b=\d{1,2}""#).unwrap(), ["a", r"b=\d{1,2}"]);
        assert_eq!(fields(r#""say ""hi""""#).unwrap(), [r#"say "hi""#]);
        assert_eq!(fields("\"\"").unwrap(), [""]);
    }

    #[test]
    fn misplaced_quotes_are_errors_in_entries() {
        for entry in [r#"pattern="x""#, r#""a"b"#, "\"a", ""] {
            assert!(fields(entry).is_err(), "{entry}");
        }
    }

    #[test]
    fn misplaced_quotes_stand_for_themselves_in_lists() {
        let read = |text| records(text, Rules::Lists).unwrap();
        assert_eq!(read(r#"label="x""#), [[r#"label="x""#]]);
        assert_eq!(read(r#""a"b"#), [[r#""a"b"#]]);
    }

    #[test]
    fn comments_take_whole_lines() {
        let read = |text| records(text, Rules::Lists).unwrap();
        assert_eq!(read("a#b\n#c \"\n\nd"), [["a#b"], ["d"]]);
        assert_eq!(read("a,#b\n"), [["a", "#b"]]);
        assert_eq!(records("#a", Rules::Strict).unwrap(), [["#a"]]);
    }

    #[test]
    fn the_first_line_end_is_that_of_all_lines() {
        let read = |text| records(text, Rules::Lists).unwrap();
        assert_eq!(read("a\r\nb\nc"), [["a"], ["b\nc"]]);
        assert_eq!(read("a\nb\r\nc"), [["a"], ["b\r"], ["c"]]);
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        for field in ["a", "a,b", "a\"b,\n"] {
            assert_eq!(fields(&quoted(field)).unwrap(), [field]);
        }
    }
}
