//! Which flags an instruction takes, and which values they have.

use super::instruction::error;
use super::tree::{Flag, Instruction, SyntaxError};

type Result<T> = std::result::Result<T, SyntaxError>;

/// What a flag's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FlagType {
    /// Nothing, `true` or `false`.
    Bool,
    /// A text.
    Text,
    /// A text; the flag may be repeated.
    Texts,
}

/// Refuses flags that the instruction doesn't take.
pub(super) fn check(it: &Instruction<'_>, known: &[(&str, FlagType)]) -> Result<()> {
    for (at, flag) in it.flags.iter().enumerate() {
        let name = &*flag.name;
        let Some((_, kind)) = known.iter().find(|it| it.0 == name) else {
            return Err(error(flag.span, unknown(it, name, known)));
        };
        if *kind != FlagType::Texts && it.flags[..at].iter().any(|it| it.name == name) {
            return Err(error(flag.span, format!("--{name} is given twice")));
        }
        let value = flag.value.as_ref().map(|it| &*it.text);
        match (kind, value) {
            (FlagType::Bool, None) | (FlagType::Text | FlagType::Texts, Some(_)) => {}
            (FlagType::Bool, Some(value))
                if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") => {}
            (FlagType::Bool, Some(value)) if !value.is_empty() => {
                return Err(error(flag.span, format!("--{name} is true or false, not `{value}`")));
            }
            _ => return Err(error(flag.span, format!("--{name} has no value"))),
        }
    }
    Ok(())
}

fn unknown(it: &Instruction<'_>, name: &str, known: &[(&str, FlagType)]) -> String {
    let names: Vec<String> = known.iter().map(|it| format!("--{}", it.0)).collect();
    let takes = if names.is_empty() { "no flags".to_owned() } else { names.join(", ") };
    format!("{} has no flag --{name}: it takes {takes}", it.kind.name())
}

/// Whether a flag is there and not false.
pub(super) fn is_true(it: &Instruction<'_>, name: &str) -> bool {
    let value =
        |it: &Flag<'_>| it.value.as_ref().is_none_or(|it| it.text.eq_ignore_ascii_case("true"));
    it.flag(name).is_some_and(value)
}

/// Refuses wrong flags of `HEALTHCHECK`.
pub(super) fn check_healthcheck(it: &Instruction<'_>) -> Result<()> {
    const DURATIONS: [&str; 4] = ["interval", "timeout", "start-period", "start-interval"];
    let mut known: Vec<_> = DURATIONS.iter().map(|it| (*it, FlagType::Text)).collect();
    known.push(("retries", FlagType::Text));
    check(it, &known)?;
    for flag in &it.flags {
        let Some(value) = flag.value.as_ref().filter(|it| !it.text.is_empty()) else { continue };
        if flag.name == "retries" {
            if !matches!(value.text.parse::<i32>(), Ok(0..)) {
                let message = format!("--retries is a number of 0 or more, not `{}`", value.text);
                return Err(error(value.span, message));
            }
            continue;
        }
        if !matches!(duration(&value.text), Some(0.0 | 1_000_000.0..)) {
            let message = format!(
                "--{} is a duration of at least 1ms, such as 30s or 1m30s, not `{}`",
                flag.name, value.text
            );
            return Err(error(value.span, message));
        }
    }
    Ok(())
}

/// Nanoseconds of a duration as Go writes it: `1h2m3.5s`, `-1ms`, `0`.
fn duration(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits =
            rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let number = &rest[..digits];
        if !number.bytes().any(|it| it.is_ascii_digit()) {
            return None;
        }
        let number: f64 = number.parse().ok()?;
        rest = &rest[digits..];
        let length = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = match &rest[..length] {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        total += number * unit;
        rest = &rest[length..];
    }
    // Go counts nanoseconds in 64 bits.
    (total < 9_223_372_036_854_775_808.0).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_does() {
        for (text, value) in [
            ("30s", 30e9),
            ("1m30s", 90e9),
            ("1.5h", 5_400e9),
            (".5s", 5e8),
            ("1.s", 1e9),
            ("0", 0.0),
            ("-1s", -1e9),
            ("2us", 2e3),
        ] {
            assert_eq!(duration(text), Some(value), "{text}");
        }
        for text in ["", "5", "s", ".s", "1.2.3s", "1d", "5 s", "-", "300000h30000000h"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
