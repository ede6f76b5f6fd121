//! Suppressions as they are written: `plimsoll: allow(rule, …): reason`.

use plimsoll_finding::Span;

/// Where a suppression applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// `allow`: the instruction, entry, item or pattern, or the file from its head.
    Instruction,
    /// `allow-file`.
    File,
    /// `allow-stage`.
    Stage,
    /// `allow-begin`: up to its end.
    Begin,
    /// `allow-end`.
    End,
}

const VERBS: &[(&str, Verb)] = &[
    ("allow", Verb::Instruction),
    ("allow-file", Verb::File),
    ("allow-stage", Verb::Stage),
    ("allow-begin", Verb::Begin),
    ("allow-end", Verb::End),
];

/// A suppression as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written<'t> {
    pub(super) verb: Verb,
    /// The selectors, and where they stand; never empty.
    pub(super) names: Vec<(&'t str, Span)>,
    /// The reason; never empty.
    pub(super) reason: Option<&'t str>,
}

/// What is wrong with a comment that means to suppress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// One line without a period.
    pub(super) message: String,
    /// What to write instead.
    pub(super) help: String,
}

const FORM: &str = "Write `# plimsoll: allow(rule): reason`.";

/// The comment of a line: what follows `#`, trimmed, and its place. `None` where there is no `#`.
pub(super) fn comment_of(text: &str, line: Span) -> Option<(&str, Span)> {
    let whole = line.slice(text)?;
    let rest = whole.trim_start_matches(['\u{feff}', ' ', '\t']).strip_prefix('#')?;
    let start = line.end() - rest.trim_start().len();
    let comment = rest.trim();
    Some((comment, Span::new(start, start + comment.len())))
}

/// Reads a comment, without its `#`, that stands at the byte `at`. `None` where it says nothing to
/// us.
pub(super) fn read(comment: &str, at: usize) -> Option<Result<Written<'_>, Malformed>> {
    let rest = comment.strip_prefix("plimsoll")?;
    let body = rest.trim_start();
    match body.strip_prefix(':') {
        Some(body) => Some(read_body(comment, body.trim_start(), at)),
        // A comment may speak of the program, but not look like a suppression.
        None if rest != body && body.starts_with("allow") && body.contains('(') => {
            Some(malformed("there is no colon after `plimsoll`"))
        }
        None => None,
    }
}

fn read_body<'t>(comment: &'t str, body: &'t str, at: usize) -> Result<Written<'t>, Malformed> {
    let end = body.find(|it: char| !it.is_ascii_alphanumeric() && it != '-');
    let (word, rest) = body.split_at(end.unwrap_or(body.len()));
    let Some((word, verb)) = VERBS.iter().find(|(name, _)| *name == word) else {
        return unknown_verb(word);
    };
    let Some(list) = rest.trim_start().strip_prefix('(') else {
        return malformed(format!("`{word}` is not followed by rules in parentheses"));
    };
    let Some((list, rest)) = list.split_once(')') else {
        return malformed(format!("the parenthesis after `{word}` is not closed"));
    };
    let mut names = Vec::new();
    for name in list.split(',') {
        let (start, name) = (offset_in(comment, name.trim_start()), name.trim());
        if name.is_empty() {
            return malformed(format!("`{word}` names no rule"));
        }
        names.push((name, Span::new(at + start, at + start + name.len())));
    }
    let rest = rest.trim();
    let reason = match rest.strip_prefix(':') {
        Some(reason) => reason.trim(),
        None if rest.is_empty() => "",
        None => return malformed("the reason is not separated by a colon"),
    };
    Ok(Written { verb: *verb, names, reason: (!reason.is_empty()).then_some(reason) })
}

fn unknown_verb<'t>(word: &str) -> Result<Written<'t>, Malformed> {
    let message = match word {
        "" => "no `allow` follows `plimsoll:`".to_owned(),
        word => format!("`{word}` is no suppression"),
    };
    let verbs: Vec<String> = VERBS.iter().map(|(name, _)| format!("`{name}`")).collect();
    let help = format!("{FORM} The words are {}.", verbs.join(", "));
    Err(Malformed { message, help })
}

/// What is wrong with `allow-stage` in a file that has no stages.
pub(super) fn without_stages() -> Malformed {
    Malformed {
        message: "`allow-stage` means a stage, and only Dockerfiles have them".to_owned(),
        help: "Write `allow` above what is meant, or `allow-file`.".to_owned(),
    }
}

fn malformed<T>(message: impl Into<String>) -> Result<T, Malformed> {
    Err(Malformed { message: message.into(), help: FORM.to_owned() })
}

/// Where a part of a text begins in it.
fn offset_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(comment: &str) -> String {
        read(comment, 0).unwrap().unwrap_err().message
    }

    #[test]
    fn names_and_reason_are_read_with_their_places() {
        let comment = "plimsoll:allow( root-user ,DL3002 ) : it says: why ";
        let written = read(comment, 10).unwrap().unwrap();
        assert_eq!(written.verb, Verb::Instruction);
        assert_eq!(
            written.names,
            [("root-user", Span::new(26, 35)), ("DL3002", Span::new(37, 43))]
        );
        assert_eq!(written.reason, Some("it says: why"));
    }

    #[test]
    fn each_word_has_its_reach() {
        for (word, verb) in VERBS {
            let comment = format!("plimsoll: {word}(a)");
            let written = read(&comment, 0).unwrap().unwrap();
            assert_eq!((written.verb, written.reason), (*verb, None));
        }
    }

    #[test]
    fn what_cannot_be_read_is_explained() {
        assert_eq!(message("plimsoll: alow(a): b"), "`alow` is no suppression");
        assert_eq!(message("plimsoll:"), "no `allow` follows `plimsoll:`");
        assert_eq!(message("plimsoll allow(a): b"), "there is no colon after `plimsoll`");
        assert_eq!(message("plimsoll: allow(a,): b"), "`allow` names no rule");
        assert_eq!(
            message("plimsoll: allow-file a"),
            "`allow-file` is not followed by rules in parentheses"
        );
    }

    #[test]
    fn other_comments_are_left_alone() {
        for comment in
            ["plimsoll", "plimsoll checks this", "a plimsoll: allow(b)", "plimsolls:", ""]
        {
            assert_eq!(read(comment, 0), None, "{comment}");
        }
    }

    #[test]
    fn a_comment_is_found_in_its_line() {
        let text = "\u{feff}  # a b \r\n#\nRUN a";
        assert_eq!(comment_of(text, Span::new(0, 13)), Some(("a b", Span::new(7, 10))));
        assert_eq!(comment_of(text, Span::new(13, 15)), Some(("", Span::new(15, 15))));
        assert_eq!(comment_of(text, Span::new(15, 20)), None);
    }

    proptest! {
        #[test]
        fn names_stand_where_they_are_said_to(
            comment in "plimsoll ?: ?(allow|allow-end|x)?[(), :aé-]{0,9}",
        ) {
            if let Some(Ok(written)) = read(&comment, 0) {
                prop_assert!(!written.names.is_empty());
                for (name, place) in written.names {
                    prop_assert_eq!(place.slice(&comment), Some(name));
                }
            }
        }
    }
}
