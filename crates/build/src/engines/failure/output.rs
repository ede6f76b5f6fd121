//! What programs wrote, without what engines and terminals add.

/// So many lines of a step's output are shown.
const SHOWN: usize = 40;

/// A line without escape sequences, carriage returns and other control characters. Of a line that was
/// written over, the last state counts.
pub(super) fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\u{1b}' => escape(&mut rest),
            // A progress bar begins its line anew; at the end of a line it is that of Windows.
            '\r' if rest.peek().is_some() => text.clear(),
            '\t' => text.push(' '),
            next if next.is_control() => {}
            next => text.push(next),
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// Passes over what follows an escape: `[…m`, `]…BEL`, or one character.
fn escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match rest.next() {
        Some('[') => while rest.next().is_some_and(|it| !('@'..='~').contains(&it)) {},
        Some(']') => while rest.next().is_some_and(|it| it != '\u{7}') {},
        _ => {}
    }
}

/// The last lines, without empty ones around them.
pub(super) fn last(lines: &[String]) -> Vec<String> {
    let end = lines.iter().rposition(|it| !it.is_empty()).map_or(0, |it| it + 1);
    let shown = &lines[end.saturating_sub(SHOWN)..end];
    shown.iter().skip_while(|it| it.is_empty()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_titles_and_progress_leave_the_text() {
        assert_eq!(plain("\u{1b}[1;31merror\u{1b}[0m: no\u{1b}]0;title\u{7}!\r"), "error: no!");
        assert_eq!(plain("Building 1/9\rBuilding 9/9"), "Building 9/9");
        assert_eq!(plain("a\tb\u{1b}"), "a b");
    }

    #[test]
    fn the_last_lines_are_shown_without_empty_ones_around() {
        let lines: Vec<String> = (0..60).map(|it| it.to_string()).chain([String::new()]).collect();
        assert_eq!(last(&lines).len(), SHOWN);
        assert_eq!(last(&lines).last().unwrap(), "59");
        assert!(last(&[]).is_empty());
    }
}
