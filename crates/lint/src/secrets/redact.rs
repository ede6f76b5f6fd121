//! Secrets as they may be shown.

/// A secret as reports may show it: at most its first four characters, at most a quarter of them,
/// and how long it is.
pub fn redact(value: &str) -> String {
    let length = value.chars().count();
    let shown: String = value.chars().take((length / 4).min(4)).collect();
    let noun = if length == 1 { "character" } else { "characters" };
    format!("{shown}… ({length} {noun})")
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn little_is_shown() {
        assert_eq!(redact("AKIAABCDEFGHIJKLMNOP"), "AKIA… (20 characters)");
        assert_eq!(redact("hunter2"), "h… (7 characters)");
        assert_eq!(redact("äöü"), "… (3 characters)");
        assert_eq!(redact("x"), "… (1 character)");
    }
}
