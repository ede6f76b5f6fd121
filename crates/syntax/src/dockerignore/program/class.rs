//! One character of a regular expression: itself, a class, or any.

use std::iter::Peekable;
use std::str::Chars;

/// Characters that match.
#[derive(Clone, Debug, Default)]
pub(super) struct Class {
    negated: bool,
    ranges: Vec<(char, char)>,
}

const DIGITS: &[(char, char)] = &[('0', '9')];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const SPACE: &[(char, char)] = &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')];

/// The classes that have names: `[:alpha:]`.
const NAMED: &[(&str, &[(char, char)])] = &[
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7f')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1f'), ('\x7f', '\x7f')]),
    ("digit", DIGITS),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

impl Class {
    /// Any character but a newline.
    pub(super) fn any() -> Self {
        Self { negated: true, ranges: vec![('\n', '\n')] }
    }

    /// One character.
    pub(super) fn of(c: char) -> Self {
        Self { negated: false, ranges: vec![(c, c)] }
    }

    /// Reads what begins with `first`; `None` where Go refuses it.
    pub(super) fn read(first: char, chars: &mut Peekable<Chars<'_>>) -> Option<Self> {
        match first {
            '.' => Some(Self::any()),
            '[' => Self::bracketed(chars),
            '\\' => escaped(chars.next()?),
            c => Some(Self::of(c)),
        }
    }

    /// Whether a character matches.
    pub(super) fn holds(&self, c: char) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != self.negated
    }

    /// Reads a class after its `[`.
    fn bracketed(chars: &mut Peekable<Chars<'_>>) -> Option<Self> {
        let mut class = Self { negated: chars.next_if_eq(&'^').is_some(), ranges: Vec::new() };
        let mut first = true;
        loop {
            let c = chars.next()?;
            if c == ']' && !first {
                return Some(class);
            }
            first = false;
            if c == '[' && chars.peek() == Some(&':') {
                class.ranges.extend(named(chars)?);
                continue;
            }
            let low = match c {
                '\\' => {
                    let escaped = escaped(chars.next()?)?;
                    match &escaped.ranges[..] {
                        [(low, high)] if low == high && !escaped.negated => *low,
                        _ => {
                            class.ranges.extend(positive(&escaped));
                            continue;
                        }
                    }
                }
                c => c,
            };
            let high = if is_range(chars) { range_end(chars)? } else { low };
            if high < low {
                return None;
            }
            class.ranges.push((low, high));
        }
    }
}

/// Whether a `-` that is no last character of the class comes next.
fn is_range(chars: &Peekable<Chars<'_>>) -> bool {
    let mut ahead = chars.clone();
    ahead.next() == Some('-') && ahead.next().is_some_and(|it| it != ']')
}

/// Reads the `-z` of a range.
fn range_end(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    chars.next();
    match chars.next()? {
        '\\' => match &escaped(chars.next()?)?.ranges[..] {
            [(low, high)] if low == high => Some(*low),
            _ => None,
        },
        c => Some(c),
    }
}

/// Reads `:alpha:]` after its `[`, or takes the `[` for itself where nothing is closed.
fn named(chars: &mut Peekable<Chars<'_>>) -> Option<Vec<(char, char)>> {
    let rest: String = chars.clone().collect();
    let Some((name, _)) = rest.get(1..).and_then(|it| it.split_once(":]")) else {
        return Some(vec![('[', '[')]);
    };
    let (negated, bare) = match name.strip_prefix('^') {
        Some(bare) => (true, bare),
        None => (false, name),
    };
    let ranges = NAMED.iter().find(|it| it.0 == bare)?.1.to_vec();
    for _ in 0..name.chars().count() + 3 {
        chars.next();
    }
    Some(positive(&Class { negated, ranges }))
}

/// What a backslash and a character mean.
fn escaped(c: char) -> Option<Class> {
    let class = |negated, ranges: &[(char, char)]| Some(Class { negated, ranges: ranges.to_vec() });
    match c {
        'd' => class(false, DIGITS),
        'D' => class(true, DIGITS),
        's' => class(false, SPACE),
        'S' => class(true, SPACE),
        'w' => class(false, WORD),
        'W' => class(true, WORD),
        'a' => Some(Class::of('\x07')),
        'f' => Some(Class::of('\x0c')),
        'n' => Some(Class::of('\n')),
        'r' => Some(Class::of('\r')),
        't' => Some(Class::of('\t')),
        'v' => Some(Class::of('\x0b')),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(Class::of(c)),
        _ => None,
    }
}

/// The characters of a class, without its negation.
fn positive(class: &Class) -> Vec<(char, char)> {
    if !class.negated {
        return class.ranges.clone();
    }
    let mut sorted = class.ranges.clone();
    sorted.sort_unstable();
    let mut ranges = Vec::new();
    let mut next = '\0';
    for (low, high) in sorted {
        if let Some(before) = before(low).filter(|it| *it >= next) {
            ranges.push((next, before));
        }
        next = next.max(char::from_u32(high as u32 + 1).unwrap_or(char::MAX));
    }
    ranges.push((next, char::MAX));
    ranges
}

fn before(c: char) -> Option<char> {
    char::from_u32((c as u32).checked_sub(1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(text: &str) -> Option<Class> {
        let mut chars = text.chars().peekable();
        let first = chars.next()?;
        let class = Class::read(first, &mut chars)?;
        assert_eq!(chars.next(), None, "{text}");
        Some(class)
    }

    fn holds(text: &str, c: char) -> bool {
        class(text).is_some_and(|it| it.holds(c))
    }

    #[test]
    fn classes_hold_ranges_and_names() {
        assert!(holds("[a-c]", 'b') && !holds("[a-c]", 'd') && holds("[^a-c]", 'd'));
        assert!(holds("[a\\-c]", '-') && !holds("[a\\-c]", 'b') && holds("[!a]", '!'));
        assert!(holds("[[:digit:]x]", '7') && holds("[[:^digit:]]", 'a'));
        assert!(!holds("[[:^digit:]]", '7') && holds("[\\D]", 'a') && !holds("[\\D]", '1'));
        assert!(holds("\\d", '1') && holds("\\.", '.') && !holds("\\.", 'a') && holds("é", 'é'));
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in ["[z-a]", "[a", "\\z", "\\é", "[[:own:]]", "[\\q]"] {
            assert!(class(text).is_none(), "{text}");
        }
    }
}
