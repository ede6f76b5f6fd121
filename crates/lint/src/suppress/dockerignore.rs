//! Suppressions in `.dockerignore`: above a pattern, or for the file.

use plimsoll_finding::Span;
use plimsoll_syntax::dockerignore::Dockerignore;

use super::collect::Blocks;
use super::parts::Parts;
use super::{Suppressions, comment};

impl<'t> Suppressions<'t> {
    /// Reads every comment: a line with `#` in its first column.
    pub(crate) fn in_dockerignore(text: &'t str, file: &Dockerignore) -> Self {
        let mut collected = Self::default();
        let patterns = file.patterns.iter().map(|it| it.span);
        let parts = Parts::new(text, patterns.chain(file.errors.iter().map(|it| it.span)));
        let mut open = Blocks::new();
        let mut start = 0;
        for (line, whole) in text.split_inclusive('\n').enumerate() {
            let place = Span::new(start, start + whole.len());
            start = place.end();
            if !parts.line(line).starts_with('#') {
                continue;
            }
            if let Some((text, place)) = comment::comment_of(text, place) {
                collected.read(text, place, line, &parts, &mut open);
            }
        }
        collected.finish(&open);
        collected
    }
}
