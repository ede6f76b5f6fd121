//! What a careless edit breaks in a shell script: quotations, and operators without a command.

/// How many things are wrong: a quotation that is never closed, and `&&`, `||`, `|` or `;` where a
/// command should be.
///
/// It knows little of the shell, so it is only good for comparing a script before and after an edit.
pub(super) fn problems(script: &str) -> usize {
    let mut scan = Scan { problems: 0, has_command: false, waits: false };
    let bytes = script.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied();
        let previous = at.checked_sub(1).and_then(|it| bytes.get(it)).copied();
        match byte {
            b'\\' => {
                scan.word();
                at += 1;
            }
            b'\'' | b'"' => {
                scan.word();
                match closing(bytes, at) {
                    Some(end) => at = end,
                    None => return scan.problems + 1,
                }
            }
            b'#' if previous.is_none_or(|it| it.is_ascii_whitespace() || b";&|(".contains(&it)) => {
                let length = script.as_bytes()[at..].iter().position(|it| *it == b'\n');
                at = length.map_or(bytes.len(), |it| at + it - 1);
            }
            // `>&`, `<&`, `>|` and `&>` redirect.
            b'&' | b'|' if matches!(previous, Some(b'>' | b'<')) => {}
            b'&' if next == Some(b'>') => {}
            b'&' | b'|' if next == Some(byte) => {
                scan.operator(true);
                at += 1;
            }
            b'|' => {
                scan.operator(true);
                at += usize::from(next == Some(b'&'));
            }
            b'&' | b';' => scan.operator(false),
            b'\n' => scan.newline(),
            b')' | b'}' => scan.close(),
            b'(' | b'{' => scan.open(),
            it if it.is_ascii_whitespace() => {}
            _ => scan.word(),
        }
        at += 1;
    }
    scan.problems + usize::from(scan.waits)
}

/// Where the quotation ends that begins at a byte.
fn closing(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = *bytes.get(start)?;
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote == b'"' => at += 1,
            it if it == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

/// The state between two characters.
struct Scan {
    problems: usize,
    /// Whether the command has begun.
    has_command: bool,
    /// Whether an operator waits for its right side.
    waits: bool,
}

impl Scan {
    fn word(&mut self) {
        self.has_command = true;
        self.waits = false;
    }

    fn operator(&mut self, wants_both_sides: bool) {
        if self.waits || (wants_both_sides && !self.has_command) {
            self.problems += 1;
        }
        self.has_command = false;
        self.waits = wants_both_sides;
    }

    /// A command may follow on the next line.
    fn newline(&mut self) {
        self.has_command = false;
    }

    fn open(&mut self) {
        self.has_command = false;
        self.waits = false;
    }

    /// A group that has ended is a command.
    fn close(&mut self) {
        if self.waits {
            self.problems += 1;
        }
        self.word();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_scripts_have_no_problem() {
        for script in [
            "",
            "a && b || c | d; e &",
            "a 2>&1 | b &> c >| d |& e",
            "echo 'a && ' \"b\\\" ||\" \\' # don't",
            "(a && b) || { c; }",
            "case $x in a|b) c ;; esac",
            "a &&\n b",
            "x=$(a \"$(b 'c')\") && d",
            "if a; then b; fi;",
        ] {
            assert_eq!(problems(script), 0, "{script}");
        }
    }

    #[test]
    fn what_an_edit_leaves_behind_is_counted() {
        for script in [
            "a &&",
            "&& a",
            "a && && b",
            "a && ; b",
            "a || | b",
            "(a &&) b",
            "echo 'a",
            "echo \"a\\\"",
            "a | ",
        ] {
            assert_eq!(problems(script), 1, "{script}");
        }
        assert_eq!(problems("&& a &&"), 2);
    }
}
