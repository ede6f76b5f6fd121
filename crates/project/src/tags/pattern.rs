//! Regular expressions as JavaScript has them, which is what `type=match` and `match=` take.
//!
//! The engine speaks the dialect and can't be told when to stop, and an expression of a few characters
//! can take longer than anybody waits: `(a+)+$`. So it works in a thread that nobody waits for longer
//! than a moment.

use std::{sync::mpsc, thread, time::Duration};

use regress::{Match, Regex};

/// How long an expression may be, in bytes, and what it is held against.
const SIZE: usize = 4096;
/// How long anybody waits for an answer. Real ones take microseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// What an expression finds: the whole match and each group. With the flag `g`, all whole matches.
pub(super) type Groups = Vec<Option<String>>;

/// Finds an expression in a text, with flags such as `ig`.
///
/// # Errors
/// What is wrong with the expression or its flags, or that it takes too long.
pub(super) fn find(pattern: &str, flags: &str, text: &str) -> Result<Option<Groups>, String> {
    if pattern.len() > SIZE || text.len() > SIZE {
        return Err(format!("has more than {SIZE} characters, or what it is held against"));
    }
    let flags = Flags::parse(flags)?;
    let expression = Regex::with_flags(pattern, &*flags.engine)
        .map_err(|error| format!("is no regular expression: {error}"))?;
    let text = text.to_owned();
    let (sender, answer) = mpsc::channel();
    let search = move || {
        // Who waited may have gone.
        sender.send(search(&expression, &flags, &text)).ok();
    };
    thread::Builder::new().spawn(search).map_err(|error| format!("can't be tried: {error}"))?;
    answer.recv_timeout(PATIENCE).map_err(|_| "takes too long".to_owned())
}

fn search(expression: &Regex, flags: &Flags, text: &str) -> Option<Groups> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let slice = |range: std::ops::Range<usize>| {
        String::from_utf16_lossy(units.get(range).unwrap_or_default())
    };
    let groups = |found: &Match| found.groups().map(|it| it.map(slice)).collect();
    let starts_at_0 = |found: &Match| !flags.is_sticky || found.start() == 0;
    let mut found: Box<dyn Iterator<Item = Match>> = if flags.is_unicode {
        Box::new(expression.find_from_utf16(&units, 0))
    } else {
        Box::new(expression.find_from_ucs2(&units, 0))
    };
    if !flags.is_global {
        return found.next().filter(starts_at_0).map(|it| groups(&it));
    }
    let mut end = 0;
    let in_place = |it: &Match| {
        // With the flag `y`, each match begins where the one before ended.
        let is_next = !flags.is_sticky || it.start() == end;
        end = it.end();
        is_next
    };
    let all: Groups = found.take_while(in_place).map(|it| Some(slice(it.range()))).collect();
    (!all.is_empty()).then_some(all)
}

/// The flags of an expression.
#[derive(Clone, Debug, Default)]
struct Flags {
    is_global: bool,
    is_sticky: bool,
    is_unicode: bool,
    /// Those that the engine obeys.
    engine: String,
}

impl Flags {
    fn parse(text: &str) -> Result<Self, String> {
        let mut flags = Self::default();
        for (index, flag) in text.char_indices() {
            match flag {
                'g' => flags.is_global = true,
                'y' => flags.is_sticky = true,
                'u' | 'v' => {
                    flags.is_unicode = true;
                    flags.engine.push(flag);
                }
                'i' | 'm' | 's' => flags.engine.push(flag),
                // Positions, which nobody asks for.
                'd' => {}
                _ => return Err(format!("has an unknown flag, `{flag}`")),
            }
            if text.get(..index).is_some_and(|it| it.contains(flag)) {
                return Err(format!("has the flag `{flag}` twice"));
            }
        }
        Ok(flags)
    }
}

#[cfg(test)]
mod tests;
