//! Regular expressions as JavaScript has them, which is what `type=match` and `match=` take.
//!
//! The crates that speak this dialect can't be told when to stop, and an expression of a few
//! characters can take longer than anybody waits: `(a+)+$`. This one counts its steps.
//!
//! Everything of ECMAScript 2025 but `\p{…}` and the flag `v`, with the leniency of its annex B where
//! the flag `u` isn't set.

mod compile;
mod matcher;
mod parser;
mod set;

use compile::Program;

/// How long an expression may be, in characters, and what it is held against.
const SIZE: usize = 4096;
/// How deep groups may be nested.
const DEPTH: usize = 64;

/// What an expression finds: the whole match and each group. With the flag `g`, all whole matches.
pub(super) type Groups = Vec<Option<String>>;

/// Finds an expression in a text, with flags such as `ig`.
///
/// # Errors
/// What is wrong with the expression or its flags, or that it takes too long.
pub(super) fn find(pattern: &str, flags: &str, text: &str) -> Result<Option<Groups>, String> {
    let flags = Flags::parse(flags)?;
    let units = flags.units(text);
    if pattern.len() > SIZE || units.len() > SIZE {
        return Err(format!("has more than {SIZE} characters, or what it is held against"));
    }
    let program = Program::new(&parser::parse(pattern, flags)?)?;
    let slice = |range: Option<(usize, usize)>| {
        range.and_then(|(start, end)| units.get(start..end)).map(|it| flags.text(it))
    };
    let mut steps = 0;
    if !flags.is_global {
        let found = matcher::find(&program, &units, 0, flags.is_sticky, &mut steps)?;
        return Ok(found.map(|groups| groups.into_iter().map(slice).collect()));
    }
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(found) = matcher::find(&program, &units, at, flags.is_sticky, &mut steps)? {
        let Some(Some((start, end))) = found.first().copied() else { break };
        all.push(slice(Some((start, end))));
        at = end + usize::from(start == end);
    }
    Ok((!all.is_empty()).then_some(all))
}

/// The flags of an expression.
#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    is_global: bool,
    is_sticky: bool,
    is_unicode: bool,
    modifiers: Modifiers,
}

/// The flags that may change within an expression: `(?i:…)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Modifiers {
    ignores_case: bool,
    is_multiline: bool,
    dot_is_all: bool,
}

impl Flags {
    fn parse(text: &str) -> Result<Self, String> {
        let mut flags = Self::default();
        for (index, flag) in text.char_indices() {
            let known = match flag {
                'g' => Some(&mut flags.is_global),
                'y' => Some(&mut flags.is_sticky),
                'u' => Some(&mut flags.is_unicode),
                'i' => Some(&mut flags.modifiers.ignores_case),
                'm' => Some(&mut flags.modifiers.is_multiline),
                's' => Some(&mut flags.modifiers.dot_is_all),
                'd' => None,
                _ => return Err(format!("has an unknown flag, `{flag}`")),
            };
            if text.get(..index).is_some_and(|it| it.contains(flag)) {
                return Err(format!("has the flag `{flag}` twice"));
            }
            if let Some(known) = known {
                *known = true;
            }
        }
        Ok(flags)
    }

    /// A text as the expression sees it: in UTF-16, or in characters with the flag `u`.
    fn units(self, text: &str) -> Vec<u32> {
        if self.is_unicode {
            text.chars().map(u32::from).collect()
        } else {
            text.encode_utf16().map(u32::from).collect()
        }
    }

    fn text(self, units: &[u32]) -> String {
        if self.is_unicode {
            return units.iter().filter_map(|it| char::from_u32(*it)).collect();
        }
        let units: Vec<_> = units.iter().filter_map(|it| u16::try_from(*it).ok()).collect();
        String::from_utf16_lossy(&units)
    }
}

#[cfg(test)]
mod tests;
