//! The fields of `KEY=VALUE,KEY=VALUE` as Docker reads them: as a line of comma-separated values.

/// Splits into fields. A field may be quoted, and a quote in it is doubled.
pub fn fields(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        let Some(field) = fields.last_mut() else { break };
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => field.push(letter),
        }
    }
    fields
}

/// Joins fields, quoted where they have to be.
pub fn join<T: AsRef<str>>(fields: impl IntoIterator<Item = T>) -> String {
    let quoted = |field: &str| {
        if field.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field.to_owned()
        }
    };
    fields.into_iter().map(|it| quoted(it.as_ref())).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_is_split_again() {
        for case in [&["id=a", "src=b"][..], &["src=a,b"], &["src=a \"b\""], &[""]] {
            assert_eq!(fields(&join(case)), case);
        }
        assert_eq!(join(["id=a", "src=a,b"]), "id=a,\"src=a,b\"");
        assert_eq!(fields("a\"b,c"), ["a\"b", "c"]);
    }
}
