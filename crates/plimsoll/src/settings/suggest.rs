//! Did you mean.

/// How alike two words must be, from 0 to 1.
const ALIKE: f64 = 0.75;

/// The known key that an unknown one was probably meant to be.
pub(super) fn suggestion(text: &str, error: &toml::de::Error) -> Option<String> {
    // serde says: unknown field `x`, expected one of `a`, `b`.
    let message = error.message().strip_prefix("unknown field")?;
    let mut quoted = message.split('`').skip(1).step_by(2);
    let in_message = quoted.next()?;
    // What stands in the file, in case that the message names it otherwise.
    let unknown = error.span().and_then(|span| text.get(span)).unwrap_or(in_message).trim();
    nearest(unknown, quoted)
}

/// The candidate most like `word`, if any is alike enough.
pub(crate) fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    candidates
        .map(|it| (strsim::jaro_winkler(&word.replace('_', "-"), it), it))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, it)| it.to_owned())
}
