//! The few ways of JavaScript that show in the results of the action.

/// Strips what JavaScript counts as white space from both ends.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_white_space)
}

/// `\s`: Unicode's spaces, the line ends, and the byte-order mark.
pub(super) fn is_white_space(it: char) -> bool {
    (it.is_whitespace() && it != '\u{85}') || it == '\u{feff}'
}

/// `Number(text)`: `None` is not a number.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = trim(text);
    if text.is_empty() {
        return Some(0.0);
    }
    if let Some((base, digits)) = based(text) {
        let mut sum = (!digits.is_empty()).then_some(0.0)?;
        for digit in digits.chars() {
            sum = sum * f64::from(base) + f64::from(digit.to_digit(base)?);
        }
        return Some(sum);
    }
    match text {
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ if text.bytes().all(|it| it.is_ascii_digit() || b"+-.eE".contains(&it)) => {
            text.parse().ok()
        }
        _ => None,
    }
}

fn based(text: &str) -> Option<(u32, &str)> {
    let rest = text.strip_prefix('0')?;
    let base = match rest.chars().next()? {
        'x' | 'X' => 16,
        'o' | 'O' => 8,
        'b' | 'B' => 2,
        _ => return None,
    };
    Some((base, rest.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::{number, trim};

    #[test]
    fn numbers_are_read_as_javascript_reads_them() {
        assert_eq!(number(""), Some(0.0));
        assert_eq!(number(" 12 "), Some(12.0));
        assert_eq!(number("1e2"), Some(100.0));
        assert_eq!(number("0x1F"), Some(31.0));
        assert_eq!(number(".5"), Some(0.5));
        assert_eq!(number("-Infinity"), Some(f64::NEG_INFINITY));
        for text in ["x", "inf", "nan", "1_000", "0x", "0xg", "1 2", "--1", "e", "-0x1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn white_space_is_what_javascript_says() {
        assert_eq!(trim("\u{feff}\u{a0}\t a \n"), "a");
        assert_eq!(trim("\u{85}a"), "\u{85}a");
    }
}
