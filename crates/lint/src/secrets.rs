//! Secrets by their names, their values and the files that hold them.
//!
//! Values that stand for one (`changeme`, `<token>`, `${TOKEN}`) are not secrets. What is found is
//! never shown whole: see [`redact`].

mod assignments;
mod file;
mod name;
mod pem;
mod placeholder;
mod redact;
mod settings;
mod tokens;
mod urls;

pub use assignments::secret_value;
pub use file::secret_file;
pub use name::looks_secret;
pub use redact::redact;
pub use settings::settings_hold_secret;

use std::ops::Range;

/// A secret in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it is, as a noun without an article: `GitHub token`.
    pub kind: &'static str,
}

/// Finds secrets by their form in one pass, in order of place and without overlaps.
pub fn find_secrets(text: &str) -> Vec<Secret> {
    let bytes = text.as_bytes();
    let mut secrets = Vec::new();
    let mut at = 0;
    // Most bytes are within words, and no secret is known by those.
    let mut previous = b' ';
    while let Some(&byte) = bytes.get(at) {
        if !tokens::may_begin(previous, byte) && !matches!(byte, b'-' | b'=' | b':') {
            previous = byte;
            at += 1;
            continue;
        }
        let found = match byte {
            b'-' => pem::at(text, at),
            b'=' => assignments::at(text, at),
            b':' => urls::at(text, at)
                .or_else(|| tokens::around_colon(text, at))
                .or_else(|| assignments::at(text, at)),
            _ => tokens::at(text, at),
        };
        previous = byte;
        match found {
            Some(secret) => {
                at = secret.range.end.max(at + 1);
                secrets.push(secret);
            }
            None => at += 1,
        }
    }
    secrets
}

#[cfg(test)]
mod tests;
