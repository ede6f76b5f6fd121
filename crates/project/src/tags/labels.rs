//! Labels and annotations: what every image says of itself, and what was asked for beside.

use std::cmp::Ordering;

use super::date::{self, Zone};
use super::expressions::Expressions;
use super::{Manner, TagsError};

/// The labels that say `version`, with these lines of `key=value` on top, sorted by key.
pub(super) fn labels(
    expressions: &Expressions<'_>,
    version: &str,
    lines: &[String],
) -> Result<Vec<(String, String)>, TagsError> {
    let mut labels = defaults(expressions, version);
    for line in lines {
        let line = expressions.expand(line)?;
        let pair = line.split_once('=');
        let is_key = |key: &str| !key.is_empty() && !key.contains(char::is_control);
        if expressions.manner == Manner::Ours
            && !line.is_empty()
            && !pair.is_some_and(|it| is_key(it.0))
        {
            return Err(TagsError::InvalidLabel(line));
        }
        let Some((key, value)) = pair else { continue };
        let at = labels.iter().position(|it| it.0 == key);
        match at {
            Some(at) if value.is_empty() && expressions.manner == Manner::Ours => {
                labels.remove(at);
            }
            Some(at) => {
                if let Some(label) = labels.get_mut(at) {
                    value.clone_into(&mut label.1);
                }
            }
            None => labels.push((key.to_owned(), value.to_owned())),
        }
    }
    labels.sort_by(|left, right| compare(&left.0, &right.0));
    Ok(labels)
}

/// The annotations of the OCI image specification that are known without asking.
fn defaults(expressions: &Expressions<'_>, version: &str) -> Vec<(String, String)> {
    let context = expressions.context;
    let repository = &context.repository;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let created = context.created.unwrap_or(context.now);
    let created = date::write(created, &Zone::utc(), "YYYY-MM-DDTHH:mm:ss.SSS[Z]");
    [
        ("title", text(&repository.name)),
        ("description", text(&repository.description)),
        ("url", text(&repository.html_url)),
        ("source", text(&repository.html_url)),
        ("version", version.to_owned()),
        ("created", created.unwrap_or_default()),
        ("revision", context.sha.clone()),
        ("licenses", text(&repository.license)),
    ]
    .map(|(name, value)| (format!("org.opencontainers.image.{name}"), value))
    .to_vec()
}

/// The order of signs that Unicode's collation has, below digits and letters.
const SIGNS: &str = "\t\n\u{b}\u{c}\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/// Compares keys in the order of the Unicode collation: signs, digits, letters; lower case before
/// upper case where nothing else differs. Beyond ASCII it is the order of code points.
fn compare(left: &str, right: &str) -> Ordering {
    let primary = |text: &str| text.chars().map(weight).collect::<Vec<_>>();
    let cases = |text: &str| text.chars().map(|it| it.is_ascii_uppercase()).collect::<Vec<_>>();
    primary(left).cmp(&primary(right)).then_with(|| cases(left).cmp(&cases(right)))
}

fn weight(it: char) -> (u8, u32) {
    match SIGNS.chars().position(|sign| sign == it) {
        Some(at) => (0, u32::try_from(at).unwrap_or_default()),
        None if it.is_ascii_digit() => (1, u32::from(it)),
        None => (2, u32::from(it.to_ascii_lowercase())),
    }
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn keys_are_in_the_order_of_collation() {
        let mut keys = ["b", "B", "a.b", "a-b", "a_b", "A", "a", "a1", "ab", "é", "$"];
        keys.sort_by(|left, right| compare(left, right));
        assert_eq!(keys, ["$", "a", "A", "a_b", "a-b", "a.b", "a1", "ab", "b", "B", "é"]);
    }
}
