//! Taking entries and items out.

use plimsoll_finding::{Edit, Span};
use plimsoll_syntax::yaml::{Entry, Value};

use super::{YamlEdits, end_of, end_of_entry};

impl<'y> YamlEdits<'y> {
    /// Takes an entry out of a mapping, with all its lines. The comments above it stay; where one
    /// stands inside or at its end, there is no edit, nor for the only entry of a block.
    pub fn entry_removed(&self, mapping: Value<'y>, entry: &Entry<'y>) -> Option<Edit> {
        if !self.owns(mapping, entry) {
            return None;
        }
        let start = entry.key.written().start();
        let place = |it: Entry<'_>| Some(Span::new(it.key.written().start(), end_of_entry(&it)?));
        let places: Vec<Span> = mapping.own_entries().map(place).collect::<Option<_>>()?;
        let at = places.iter().position(|it| it.start() == start)?;
        if mapping.is_flow() {
            return self.without_loss(self.out_of_brackets(&places, at)?);
        }
        if places.len() < 2 {
            return None;
        }
        let taken = if self.prefix(start)?.contains('-') {
            // The next entry takes the place behind the dash.
            Span::new(start, places.get(at + 1)?.start())
        } else {
            self.whole_lines(*places.get(at)?)?
        };
        self.without_loss(taken)
    }

    /// Takes an item out of a list, with all its lines, as [`Self::entry_removed`] does.
    pub fn item_removed(&self, list: Value<'y>, item: Value<'y>) -> Option<Edit> {
        if !list.is_sequence() || !self.may_change(list) {
            return None;
        }
        let place = |it: Value<'_>| Some(Span::new(it.written().start(), end_of(it)?));
        let places: Vec<Span> = list.items().map(place).collect::<Option<_>>()?;
        let at = list.items().position(|it| it.written() == item.written())?;
        if list.is_flow() {
            return self.without_loss(self.out_of_brackets(&places, at)?);
        }
        let place = *places.get(at)?;
        let prefix = self.prefix(place.start())?;
        let column = self.prefix(list.content().start())?.len();
        // The dash is this list's, and not one of a list around or in it.
        let is_own = prefix.matches('-').count() == 1 && prefix.find('-') == Some(column);
        if !is_own || places.len() < 2 {
            return None;
        }
        self.without_loss(self.whole_lines(place)?)
    }

    /// Takes out what holds no comment, not even one in a script, and nothing that an alias needs.
    fn without_loss(&self, span: Span) -> Option<Edit> {
        let mut lines = span.slice(self.yaml.text)?.lines();
        let has_comment =
            self.has_comment(span) || lines.any(|it| it.trim_start().starts_with('#'));
        (!has_comment && !self.holds_shared(span)).then(|| Edit::delete(span))
    }

    /// One of several parts between brackets, with its comma.
    fn out_of_brackets(&self, places: &[Span], at: usize) -> Option<Span> {
        let place = *places.get(at)?;
        if let Some(next) = places.get(at + 1) {
            return Some(Span::new(place.start(), next.start()));
        }
        let before = at.checked_sub(1).and_then(|it| places.get(it));
        let start = before.map_or(place.start(), |it| it.end());
        // A comma after the last one would stay.
        let rest = self.yaml.text.get(place.end()..)?.trim_start();
        rest.starts_with([']', '}']).then(|| Span::new(start, place.end()))
    }

    /// All lines of something that begins its first line, with what ends them.
    fn whole_lines(&self, place: Span) -> Option<Span> {
        let text = self.yaml.text;
        let start = self.line_start(place.start());
        let before = text.get(..start)?;
        let end = self.end_of_lines(place.end())?;
        let Some(mut next) = self.next_line(end) else {
            // The last line of a file without a last newline: the line before it loses its own.
            let kept = before.strip_suffix('\n').unwrap_or(before);
            let kept = kept.strip_suffix('\r').unwrap_or(kept);
            return Some(Span::new(kept.len(), end));
        };
        // Of the blank lines above and below it, one lot is enough.
        let above = before.strip_suffix('\n').unwrap_or(before);
        let above = above.trim_end_matches([' ', '\t', '\r']);
        if above.is_empty() || above.ends_with(['\n', '\u{feff}']) {
            while let Some(line) = self.next_line(next) {
                if !text.get(next..line)?.trim().is_empty() {
                    break;
                }
                next = line;
            }
        }
        Some(Span::new(start, next))
    }
}
