//! Sets of characters, and characters without regard to case.

use crate::tags::javascript::is_white_space;

/// `[a-z]`, `\d`, `.`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) ranges: Vec<(u32, u32)>,
    pub(super) classes: Vec<Class>,
    pub(super) is_negated: bool,
}

/// `\d`, `\w`, `\s` and their opposites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) kind: ClassKind,
    pub(super) is_negated: bool,
}

/// What a class holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClassKind {
    Digit,
    Word,
    Space,
    LineEnd,
}

impl Class {
    fn contains(self, unit: u32) -> bool {
        let found = match self.kind {
            ClassKind::Digit => (0x30..=0x39).contains(&unit),
            ClassKind::Word => is_word(unit),
            ClassKind::Space => char::from_u32(unit).is_some_and(is_white_space),
            ClassKind::LineEnd => is_line_end(unit),
        };
        found != self.is_negated
    }
}

impl Set {
    pub(super) fn contains(&self, unit: u32, ignores_case: bool) -> bool {
        let has = |unit: u32| {
            self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&unit))
                || self.classes.iter().any(|it| it.contains(unit))
        };
        let found = has(unit) || (ignores_case && cases(unit).any(has));
        found != self.is_negated
    }
}

/// Whether `\b` takes this for a part of a word.
pub(super) fn is_word(unit: u32) -> bool {
    u8::try_from(unit).is_ok_and(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// Whether a line ends here.
pub(super) fn is_line_end(unit: u32) -> bool {
    matches!(unit, 0x0A | 0x0D | 0x2028 | 0x2029)
}

/// A character as all its cases are compared.
pub(super) fn canonical(unit: u32) -> u32 {
    let Some(it) = char::from_u32(unit) else { return unit };
    let mut upper = it.to_uppercase();
    match (upper.next(), upper.next()) {
        // Nothing beyond ASCII equals a letter of ASCII.
        (Some(only), None) if it.is_ascii() || !only.is_ascii() => u32::from(only),
        _ => unit,
    }
}

fn cases(unit: u32) -> impl Iterator<Item = u32> {
    let lower = char::from_u32(unit).and_then(|it| {
        let mut lower = it.to_lowercase();
        lower.next().filter(|only| lower.next().is_none() && only.is_ascii() == it.is_ascii())
    });
    [Some(canonical(unit)), lower.map(u32::from)].into_iter().flatten()
}
