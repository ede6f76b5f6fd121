//! Variables in values: `$NAME`, `${NAME}`, `${NAME:-default}` and its kin.
//!
//! A dollar that no name or brace follows is only a dollar, and `$$` stands for one. Values are
//! expanded as the loader of Compose does it, down to its corners: `${NAME:-…}` ends at the brace that
//! closes it, what is in the default may hold variables, and no default goes over the end of a line.

use std::borrow::Cow;
use std::ops::Range;

/// Defaults within defaults that are followed: more than anybody writes.
const DEEPEST: usize = 32;

/// Once a value is so long, no more values are put in: values of values could fill the memory.
const MOST_BYTES: usize = 1 << 20;

/// How far the end of what is no variable is looked for.
const MOST_SHOWN: usize = 100;

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable<'v> {
    /// Its value, which may be empty.
    Set(Cow<'v, str>),
    /// That it isn't set.
    Unset,
    /// Nothing: it may have any value when the file is used. Defaults are taken for it.
    Unknown,
}

/// Tells what variables hold.
pub type Variables<'v> = dyn Fn(&str) -> Variable<'v> + 'v;

/// A value with its variables replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substituted<'t> {
    /// The text. Where nothing is known of a variable it is left out.
    pub text: Cow<'t, str>,
    /// Whether all of it is known.
    pub is_known: bool,
}

/// What makes a value unusable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InterpolationError {
    /// `${` without a name and a closing brace.
    #[error("`{text}` is no variable")]
    Invalid {
        /// What is written.
        text: String,
        /// Its bytes in the value.
        range: Range<usize>,
    },
    /// `${NAME:?reason}` or `${NAME?reason}` without a value.
    #[error("the variable `{name}` must be set")]
    Required {
        /// The variable.
        name: String,
        /// Why, as written.
        reason: String,
        /// Its bytes in the value.
        range: Range<usize>,
    },
}

impl InterpolationError {
    /// The bytes of the value that are wrong.
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Invalid { range, .. } | Self::Required { range, .. } => range.clone(),
        }
    }

    fn shift(self, by: usize) -> Self {
        let moved = |it: Range<usize>| it.start + by..it.end + by;
        match self {
            Self::Invalid { text, range } => Self::Invalid { text, range: moved(range) },
            Self::Required { name, reason, range } => {
                Self::Required { name, reason, range: moved(range) }
            }
        }
    }
}

/// What stands behind a name in braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `:-`: taken if the variable is unset or empty.
    DefaultIfEmpty,
    /// `-`: taken if it is unset.
    DefaultIfUnset,
    /// `:?`: an error if it is unset or empty.
    RequiredAndFilled,
    /// `?`: an error if it is unset.
    Required,
    /// `:+`: taken if it is set and not empty.
    ReplacementIfFilled,
    /// `+`: taken if it is set.
    ReplacementIfSet,
}

/// A variable in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'t> {
    /// Its name.
    pub name: &'t str,
    /// The bytes of all of it.
    pub range: Range<usize>,
    /// Whether it is in braces.
    pub in_braces: bool,
    /// What follows the name, and its text.
    pub operator: Option<(Operator, &'t str)>,
}

/// The variables of a value, those in defaults included, each after what it is in.
pub fn references(text: &str) -> Vec<Reference<'_>> {
    let mut all = Vec::new();
    collect(text, 0, 0, &mut all);
    all
}

fn collect<'t>(text: &'t str, base: usize, depth: usize, all: &mut Vec<Reference<'t>>) {
    let mut scanner = Scanner::new(text);
    while let Some(piece) = scanner.next() {
        let Piece::Reference(reference) = piece else { continue };
        let end = reference.range.end;
        let inner = reference.operator.map(|it| it.1);
        let range = base + reference.range.start..base + end;
        all.push(Reference { range, ..reference });
        if let Some(inner) = inner.filter(|_| depth < DEEPEST) {
            collect(inner, base + end - 1 - inner.len(), depth + 1, all);
        }
    }
}

/// Replaces the variables of a value.
pub fn substitute<'t>(
    text: &'t str,
    variables: &Variables<'_>,
) -> Result<Substituted<'t>, InterpolationError> {
    let mut result = Substituted { text: Cow::Borrowed(text), is_known: true };
    if text.contains('$') {
        let mut out = String::with_capacity(text.len());
        result.is_known = expand(text, variables, 0, &mut out)?;
        result.text = Cow::Owned(out);
    }
    Ok(result)
}

/// Appends a text with its variables replaced; whether all of it is known.
fn expand(
    text: &str,
    variables: &Variables<'_>,
    depth: usize,
    out: &mut String,
) -> Result<bool, InterpolationError> {
    if depth > DEEPEST {
        return Ok(false);
    }
    let mut is_known = true;
    let mut scanner = Scanner::new(text);
    while let Some(piece) = scanner.next() {
        match piece {
            Piece::Literal(literal) => out.push_str(literal),
            Piece::Invalid(range) => {
                let text = text.get(range.clone()).unwrap_or_default().to_owned();
                return Err(InterpolationError::Invalid { text, range });
            }
            Piece::Reference(it) => is_known &= replace(&it, variables, depth, out)?,
        }
    }
    Ok(is_known)
}

fn replace(
    it: &Reference<'_>,
    variables: &Variables<'_>,
    depth: usize,
    out: &mut String,
) -> Result<bool, InterpolationError> {
    let variable = variables(it.name);
    let value = match &variable {
        Variable::Set(value) => Some(&**value),
        Variable::Unset | Variable::Unknown => None,
    };
    let is_filled = value.is_some_and(|it| !it.is_empty());
    let known = variable != Variable::Unknown;
    let value_of = |out: &mut String| out.push_str(value.unwrap_or_default());
    if out.len().saturating_add(value.map_or(0, str::len)) > MOST_BYTES {
        return Ok(false);
    }
    let Some((operator, word)) = it.operator else {
        value_of(out);
        return Ok(known);
    };
    let word_start = it.range.end - 1 - word.len();
    let within = |error: InterpolationError| error.shift(word_start);
    let (takes_word, is_required) = match operator {
        Operator::DefaultIfEmpty => (!is_filled, false),
        Operator::DefaultIfUnset => (value.is_none(), false),
        Operator::RequiredAndFilled => (!is_filled, true),
        Operator::Required => (value.is_none(), true),
        Operator::ReplacementIfFilled => (is_filled, false),
        Operator::ReplacementIfSet => (value.is_some(), false),
    };
    let is_replacement =
        matches!(operator, Operator::ReplacementIfFilled | Operator::ReplacementIfSet);
    match (takes_word, is_required) {
        (true, true) if !known => Ok(false),
        (true, true) => {
            let mut reason = String::new();
            expand(word, variables, depth + 1, &mut reason).map_err(within)?;
            let (name, range) = (it.name.to_owned(), it.range.clone());
            Err(InterpolationError::Required { name, reason, range })
        }
        (true, false) => expand(word, variables, depth + 1, out).map_err(within),
        (false, _) => {
            value_of(out);
            Ok(known || !is_replacement)
        }
    }
}

/// A part of a value.
enum Piece<'t> {
    Literal(&'t str),
    Reference(Reference<'t>),
    /// `${` that begins no variable.
    Invalid(Range<usize>),
}

/// Goes through the parts of a value.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// The end of a line that was looked up, and the last closing brace before it.
    line: (usize, Option<usize>),
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: (0, None) }
    }

    fn next(&mut self) -> Option<Piece<'t>> {
        let rest = self.text.get(self.at..).filter(|it| !it.is_empty())?;
        let start = self.at;
        let Some(dollar) = rest.find('$') else {
            self.at = self.text.len();
            return Some(Piece::Literal(rest));
        };
        if dollar > 0 {
            self.at += dollar;
            return Some(Piece::Literal(&rest[..dollar]));
        }
        let after = &rest[1..];
        match after.bytes().next() {
            Some(b'$') => {
                self.at += 2;
                Some(Piece::Literal("$"))
            }
            Some(b'{') => Some(self.braced(start)),
            _ => {
                let name = name_of(after);
                self.at += 1 + name.len();
                if name.is_empty() {
                    return Some(Piece::Literal("$"));
                }
                let range = start..self.at;
                Some(Piece::Reference(Reference { name, range, in_braces: false, operator: None }))
            }
        }
    }

    /// A variable in braces, whose `$` is at a byte.
    fn braced(&mut self, start: usize) -> Piece<'t> {
        let text = self.text;
        let name = name_of(&text[start + 2..]);
        let after = start + 2 + name.len();
        let rest = &text[after..];
        let found = (!name.is_empty()).then(|| {
            if rest.starts_with('}') {
                return Some((after + 1, None));
            }
            let (operator, width) = operator_of(rest)?;
            let word = after + width;
            let last = self.last_brace(word)?;
            let end = closing_brace(&text[start..=last]).map_or(last, |it| start + it);
            // A brace that closes before the word is none of this variable.
            let end = if end < word { last } else { end };
            Some((end + 1, Some((operator, &text[word..end]))))
        });
        if let Some(Some((end, operator))) = found {
            self.at = end;
            return Piece::Reference(Reference {
                name,
                range: start..end,
                in_braces: true,
                operator,
            });
        }
        self.at = start + 2;
        let mut near = text.as_bytes()[start..].iter().take(MOST_SHOWN);
        let end = near.position(|it| matches!(it, b'}' | b'\n'));
        let end = end.filter(|it| text.as_bytes()[start + it] == b'}');
        Piece::Invalid(start..end.map_or(after, |it| start + it + 1))
    }

    /// The last closing brace on the line of a byte, not before it.
    fn last_brace(&mut self, from: usize) -> Option<usize> {
        if from >= self.line.0 {
            let end = self.text[from..].find('\n').map_or(self.text.len(), |it| from + it);
            self.line = (end, self.text[from..end].rfind('}').map(|it| from + it));
            if end == from {
                self.line.0 = from + 1;
            }
        }
        self.line.1.filter(|it| *it >= from)
    }
}

/// The name that a text begins with.
fn name_of(text: &str) -> &str {
    let mut end = 0;
    for byte in text.bytes() {
        match byte {
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' if end > 0 => {}
            _ => break,
        }
        end += 1;
    }
    &text[..end]
}

fn operator_of(text: &str) -> Option<(Operator, usize)> {
    let mut bytes = text.bytes();
    Some(match (bytes.next()?, bytes.next()) {
        (b':', Some(b'-')) => (Operator::DefaultIfEmpty, 2),
        (b':', Some(b'?')) => (Operator::RequiredAndFilled, 2),
        (b':', Some(b'+')) => (Operator::ReplacementIfFilled, 2),
        (b'-', _) => (Operator::DefaultIfUnset, 1),
        (b'?', _) => (Operator::Required, 1),
        (b'+', _) => (Operator::ReplacementIfSet, 1),
        _ => return None,
    })
}

/// The brace that closes the first one; a byte after an opening brace is passed over, as the loader
/// does.
fn closing_brace(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut open) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'}' if open == 1 => return Some(at),
            b'}' => open = open.checked_sub(1)?,
            b'{' => {
                open += 1;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(name: &str) -> Variable<'static> {
        match name {
            "A" => Variable::Set("a".into()),
            "EMPTY" => Variable::Set("".into()),
            "NOBODY" => Variable::Unknown,
            _ => Variable::Unset,
        }
    }

    fn text(text: &str) -> String {
        substitute(text, &variables).unwrap().text.into_owned()
    }

    #[test]
    fn variables_are_replaced() {
        for (template, expected) in [
            ("$A ${A} $$A $ 1$ $1 $(A)", "a a $A $ 1$ $1 $(A)"),
            ("${U:-b}${EMPTY:-c}${EMPTY-d}${A:-e}", "bca"),
            ("${A:+x}${EMPTY:+y}${EMPTY+z}${U+w}", "xz"),
            ("${U:-${V:-${A}}b}c", "abc"),
            ("${U:-a}-${V:-b}", "a-b"),
            ("${U:-{x}}y", "{x}y"),
            ("${U:-a:-b}", "a:-b"),
            ("${A?no}${A:?no}", "aa"),
            ("${U}|", "|"),
            ("é${U:-ü}ö", "éüö"),
        ] {
            assert_eq!(text(template), expected, "{template}");
        }
    }

    #[test]
    fn braces_must_hold_a_name() {
        for template in
            ["${", "${}", "a ${A!} b", "${1}", "${A", "${A:-b\n}", "${U:-${}}", "${A:b}"]
        {
            let error = substitute(template, &variables).unwrap_err();
            assert!(matches!(error, InterpolationError::Invalid { .. }), "{template}");
            assert!(template.get(error.range()).is_some(), "{template}");
        }
        // What isn't taken isn't looked at.
        assert_eq!(text("${A:-${}}"), "a");
        let error = substitute("x${U:-${!}}", &variables).unwrap_err();
        assert_eq!(error.range(), 6..10);
    }

    #[test]
    fn required_variables_must_be_set() {
        let error = substitute("${EMPTY:?say $A}", &variables).unwrap_err();
        let expected = InterpolationError::Required {
            name: "EMPTY".to_owned(),
            reason: "say a".to_owned(),
            range: 0..16,
        };
        assert_eq!(error, expected);
        assert!(!substitute("${NOBODY:?x}", &variables).unwrap().is_known);
    }

    #[test]
    fn what_nobody_knows_is_said() {
        assert!(!substitute("a$NOBODY", &variables).unwrap().is_known);
        assert!(!substitute("${NOBODY:+b}", &variables).unwrap().is_known);
        assert!(substitute("${NOBODY:-b}", &variables).unwrap().is_known);
    }

    #[test]
    fn references_know_their_places() {
        let text = "$A ${B:-x${C}} $$D";
        let all = references(text);
        let found: Vec<_> = all.iter().map(|it| (it.name, &text[it.range.clone()])).collect();
        assert_eq!(found, [("A", "$A"), ("B", "${B:-x${C}}"), ("C", "${C}")]);
    }

    #[test]
    fn hostile_texts_end() {
        let deep = "${A:-".repeat(20_000) + &"}".repeat(20_000);
        assert!(substitute(&deep.replace('A', "U"), &variables).is_ok());
        let wide = "${U:-{ ".repeat(20_000) + "}";
        let _result = substitute(&wide, &variables);
        let _references = references(&wide);
    }
}
