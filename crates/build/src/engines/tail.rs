//! The end of a log, as much of it as a report needs.

use std::collections::VecDeque;

/// How many bytes are kept: far more than an engine says about a step that failed.
const LIMIT: usize = 1 << 20;

/// The last lines of a log.
#[derive(Clone, Debug, Default)]
pub struct Tail {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Tail {
    /// Adds a line; the oldest ones go where there are too many.
    pub fn push(&mut self, line: &str) {
        self.bytes += line.len() + 1;
        self.lines.push_back(line.to_owned());
        while self.bytes > LIMIT && self.lines.len() > 1 {
            self.bytes -= self.lines.pop_front().map_or(0, |it| it.len() + 1);
        }
    }

    /// What is there.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.bytes);
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept_and_no_more() {
        let mut tail = Tail::default();
        for number in 0..200_000 {
            tail.push(&format!("line {number}"));
        }
        let text = tail.text();
        assert!(text.len() <= LIMIT && text.len() > LIMIT / 2, "{}", text.len());
        assert!(text.ends_with("line 199999\n"));
    }
}
