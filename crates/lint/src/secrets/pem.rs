//! Private keys in PEM, by RFC 7468.

use super::Secret;

const BEGIN: &str = "-----BEGIN ";

/// Of a key nothing is looked for beyond.
const LONGEST: usize = 8 * 1024;

/// The private key whose first dash is at an offset. A mark without a key behind it, as programs
/// that look for keys have, is none.
pub(super) fn at(text: &str, offset: usize) -> Option<Secret> {
    let rest = text.get(offset..)?.strip_prefix(BEGIN)?;
    let label_length = rest.find("-----").filter(|it| *it <= 40)?;
    let label = &rest[..label_length];
    if !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
        return None;
    }
    let body = &rest[label_length + "-----".len()..];
    let window = body.as_bytes().get(..LONGEST.min(body.len()))?;
    // Between the mark and the key there may be a written line end, a quote or headers.
    let has_key = window
        .split(|it| !it.is_ascii_alphanumeric() && !matches!(it, b'+' | b'/' | b'='))
        .take(60)
        .any(|it| it.len() >= 40);
    if !has_key {
        return None;
    }
    let begin_of_body = offset + BEGIN.len() + label_length + "-----".len();
    let end = end_mark(window, label).map_or(begin_of_body, |it| begin_of_body + it);
    Some(Secret { range: offset..end, kind: "private key" })
}

/// The end of `-----END label-----`, if that is the next mark.
fn end_mark(window: &[u8], label: &str) -> Option<usize> {
    const DASHES: &[u8] = b"-----";
    let at = window.windows(DASHES.len()).position(|it| it == DASHES)?;
    let rest = window.get(at..)?.strip_prefix(b"-----END ")?;
    let rest = rest.strip_prefix(label.as_bytes())?.strip_prefix(DASHES)?;
    Some(window.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use crate::secrets::find_secrets;

    #[test]
    fn keys_are_found_up_to_their_end_and_marks_alone_are_none() {
        let line = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW";
        let text = format!(
            "RUN echo \"-----BEGIN OPENSSH PRIVATE KEY-----\\n{line}\\n-----END OPENSSH PRIVATE KEY-----\" > k"
        );
        let [key] = &*find_secrets(&text) else { panic!("one key") };
        assert_eq!(key.kind, "private key");
        assert!(text[key.range.clone()].starts_with("-----BEGIN"));
        assert!(text[key.range.clone()].ends_with("KEY-----"));

        assert_eq!(find_secrets("grep -- '-----BEGIN RSA PRIVATE KEY-----' key.pem"), []);
        let certificate = format!("-----BEGIN CERTIFICATE-----\n{line}\n-----END CERTIFICATE-----");
        assert_eq!(find_secrets(&certificate), []);
    }
}
