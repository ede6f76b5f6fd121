//! What a registry says about an error, as words on one line.

use std::io::Read;

use serde::Deserialize;

/// How much of an error's body is read, in bytes.
const MOST_BODY: u64 = 64 * 1024;
/// How much of it is shown, in characters.
const MOST_SHOWN: usize = 300;

#[derive(Deserialize)]
struct Complaints {
    #[serde(default)]
    errors: Vec<Complaint>,
    /// Token servers say `error` and `error_description`, or `details`.
    #[serde(default, alias = "details")]
    error_description: Option<String>,
}

#[derive(Deserialize)]
struct Complaint {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// Reads the body of an error, at most 64 KiB.
pub(crate) fn body(mut body: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What arrived before it broke off may be enough to say what is wrong.
    body.by_ref().take(MOST_BODY).read_to_end(&mut bytes).ok();
    bytes
}

/// The `errors` of the specification in a body, or what a token server says; else nothing.
pub(crate) fn words(body: &[u8]) -> String {
    let Ok(found) = serde_json::from_slice::<Complaints>(body) else { return String::new() };
    let mut words: Vec<String> = Vec::new();
    for it in &found.errors {
        let said = match (it.message.trim(), it.code.trim()) {
            ("", code) => code.to_owned(),
            (message, "") => message.to_owned(),
            (message, code) => format!("{message} ({code})"),
        };
        if !said.is_empty() && !words.contains(&said) {
            words.push(said);
        }
    }
    if words.is_empty() {
        words.extend(found.error_description);
    }
    one_line(&words.join("; "))
}

/// A text of somebody else on one line, of bounded length and without control characters.
pub(crate) fn one_line(text: &str) -> String {
    let is_break = |it: char| it.is_whitespace() || it.is_control();
    let words: Vec<_> = text.split(is_break).filter(|it| !it.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_specification_become_a_line() {
        let text = br#"{"errors":[{"code":"DENIED","message":"not\nfor \u001b[31myou"},{"code":"UNKNOWN"}]}"#;
        assert_eq!(words(text), "not for [31myou (DENIED); UNKNOWN");
        assert_eq!(
            words(br#"{"details":"incorrect username or password"}"#),
            "incorrect username or password"
        );
        assert_eq!(words(b"<html>"), "");
        let long = format!(r#"{{"errors":[{{"message":"{}"}}]}}"#, "x".repeat(1000));
        assert_eq!(words(long.as_bytes()).chars().count(), MOST_SHOWN + 1);
    }
}
