//! Text of others as the Dockerfile has it.

/// A list of words as a JSON array, which is what exec forms are.
pub(super) fn exec(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|it| json(it)).collect();
    format!("[{}]", words.join(", "))
}

fn json(word: &str) -> String {
    serde_json::Value::from(word).to_string()
}

/// A value of `LABEL`, in which nothing stands for anything else. Line breaks become spaces.
pub(super) fn label(value: &str) -> String {
    let mut quoted = String::from('"');
    for character in value.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(character, '"' | '\\' | '$') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_json() {
        let words = ["/bin/a".to_owned(), "say \"b\"".to_owned()];
        assert_eq!(exec(&words), r#"["/bin/a", "say \"b\""]"#);
    }

    #[test]
    fn labels_hold_what_was_written() {
        assert_eq!(label("a \"b\"\n costs $5 \\"), r#""a \"b\" costs \$5 \\""#);
    }
}
