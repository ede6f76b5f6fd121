//! The newest conversions in memory, for a service without a database.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::{Conversion, LISTED_CHARS, NEWEST};

/// Holds what is listed and no more, so its size is bounded.
#[derive(Default)]
pub(crate) struct Memory {
    /// The newest first.
    kept: Mutex<VecDeque<Conversion>>,
}

impl Memory {
    pub(super) fn keep(&self, html_bytes: i64, markdown: &str) -> i64 {
        let end = markdown.char_indices().nth(LISTED_CHARS).map(|(end, _)| end);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let id = kept.front().map_or(1, |newest| newest.id + 1);
        kept.push_front(Conversion {
            id,
            time: humantime::format_rfc3339_millis(SystemTime::now()).to_string(),
            html_bytes,
            markdown_bytes: i64::try_from(markdown.len()).unwrap_or(i64::MAX),
            markdown: markdown[..end.unwrap_or(markdown.len())].to_owned(),
            truncated: end.is_some(),
        });
        kept.truncate(NEWEST);
        id
    }

    pub(super) fn newest(&self) -> Vec<Conversion> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_come_first_and_the_oldest_go() {
        let memory = Memory::default();
        for number in 1..=25 {
            assert_eq!(memory.keep(9, &format!("{number}")), number);
        }
        let newest = memory.newest();
        assert_eq!(newest.len(), NEWEST);
        assert_eq!((newest[0].id, newest[0].markdown.as_str()), (25, "25"));
        assert_eq!(newest[NEWEST - 1].id, 6);
    }

    #[test]
    fn long_markdown_is_listed_up_to_a_character() {
        let memory = Memory::default();
        memory.keep(0, &"€".repeat(LISTED_CHARS));
        memory.keep(0, &"€".repeat(LISTED_CHARS + 1));
        let newest = memory.newest();
        assert_eq!((newest[0].truncated, newest[0].markdown.chars().count()), (true, LISTED_CHARS));
        assert_eq!((newest[1].truncated, newest[1].markdown_bytes), (false, 3000));
    }
}
