//! Whose value a literal is: the field, constant or variable that it ends up in.

use plimsoll_project::cargo_files::{Code, Token};

/// How far from a literal names are looked for.
const TOKENS_LIMIT: usize = 160;
/// How many brackets around a literal are left.
const LEVELS_LIMIT: usize = 7;

/// What is around a literal.
#[derive(Debug, Default)]
pub(super) struct Owner<'t> {
    /// The field, binding, constant or function, the nearest first.
    pub(super) names: Vec<&'t str>,
    /// Texts that stand before it in the same expression, the nearest first.
    pub(super) labels: Vec<&'t str>,
    /// Names of constants and functions before it in the same expression, the nearest first.
    pub(super) words: Vec<&'t str>,
    /// The functions that it is an argument of, the nearest first.
    pub(super) calls: Vec<&'t str>,
    /// The variable that is read in its stead.
    pub(super) variable: Option<String>,
    /// Whether it stands in the attribute of a field.
    pub(super) is_attribute: bool,
}

impl<'t> Owner<'t> {
    /// What is around a token.
    pub(super) fn of(code: &Code<'t>, at: usize) -> Self {
        let mut owner = Self::default();
        let mut here = at;
        for _ in 0..LEVELS_LIMIT {
            let start = piece_start(code, here);
            owner.piece(code, start, here);
            let Some(open) = code.around(here) else { break };
            if owner.is_of_attribute(code, open) {
                break;
            }
            if code.is_sign(open, b'(') {
                let name = called(code, open);
                owner.calls.extend(name);
                owner.labels.extend(start.checked_sub(2).and_then(|it| code.literal(it)));
            } else if code.is_sign(open, b'{') && owner.is_outermost(code, open) {
                break;
            }
            here = open;
        }
        if owner.variable.is_none() {
            let is_variable = |it: &&&str| is_variable(it);
            owner.variable = owner.labels.iter().find(is_variable).map(|it| (**it).to_owned());
        }
        owner
    }

    /// Looks at what stands before a token in the same expression.
    fn piece(&mut self, code: &Code<'t>, start: usize, end: usize) {
        let around = code.around(end);
        for at in (start..end).rev().take(TOKENS_LIMIT) {
            self.labels.extend(code.literal(at).filter(|it| it.len() < 60));
            self.words.extend(code.word(at));
        }
        let is_here = |at: usize| code.around(at) == around;
        let is_single = |at: usize, sign: u8| {
            code.is_sign(at, sign)
                && !code.is_sign(at + 1, sign)
                && (at == 0 || !code.is_sign(at - 1, sign))
        };
        let assigned = (start..end).find(|at| {
            is_here(*at)
                && is_single(*at, b'=')
                && !code.is_sign(at + 1, b'>')
                && !(*at > 0 && [b'!', b'<', b'>'].iter().any(|it| code.is_sign(at - 1, *it)))
        });
        let typed =
            (start..assigned.unwrap_or(end)).find(|at| is_here(*at) && is_single(*at, b':'));
        let name = typed.or(assigned).and_then(|it| it.checked_sub(1)).and_then(|it| code.word(it));
        self.names.extend(name);
    }

    /// Whether a bracket is that of an attribute of a field, which is then the owner.
    fn is_of_attribute(&mut self, code: &Code<'t>, open: usize) -> bool {
        let Some(outer) = code.around(open) else { return false };
        let is_attribute = code.is_sign(outer, b'[') && outer > 0 && code.is_sign(outer - 1, b'#');
        if !is_attribute {
            return false;
        }
        let Some(field) = field_after(code, code.close(outer) + 1) else { return true };
        self.is_attribute = true;
        self.names.insert(0, field);
        self.variable = variable_of_attribute(code, open, field);
        true
    }

    /// Whether a block is no part of an expression that goes on around it.
    fn is_outermost(&mut self, code: &Code<'t>, open: usize) -> bool {
        let start = piece_start(code, open);
        let head: Vec<&str> = (start..open).filter_map(|it| code.word(it)).collect();
        if let Some(at) = head.iter().position(|it| *it == "fn") {
            self.names.extend(head.get(at + 1));
            return true;
        }
        let is_closure = open > 0 && code.is_sign(open - 1, b'|');
        let is_arm = open > 1 && code.is_sign(open - 1, b'>') && code.is_sign(open - 2, b'=');
        let is_expression = matches!(head.first(), Some(&("let" | "match" | "if" | "return" | "Ok" | "Some")))
            || matches!(head.last(), Some(&"else"))
            // The literal of a struct.
            || head.last().is_some_and(|it| it.starts_with(|it: char| it.is_ascii_uppercase()))
                && !matches!(head.first(), Some(&("pub" | "struct" | "enum" | "impl" | "trait" | "union")));
        !(is_closure || is_arm || is_expression)
    }
}

/// Where the argument, field or statement begins that a token is in.
fn piece_start(code: &Code<'_>, at: usize) -> usize {
    let around = code.around(at);
    let low = around.map_or(0, |it| it + 1).max(at.saturating_sub(4 * TOKENS_LIMIT));
    let ends = |it: &usize| {
        code.around(*it) == around
            && matches!(code.token(*it), Some(Token::Sign(b',' | b';' | b'}')))
    };
    (low..at).rev().find(ends).map_or(low, |it| it + 1)
}

/// The function or macro whose arguments a bracket opens.
pub(super) fn called<'t>(code: &Code<'t>, open: usize) -> Option<&'t str> {
    let before = open.checked_sub(1)?;
    if code.is_sign(before, b'!') {
        return code.word(before.checked_sub(1)?);
    }
    if code.is_sign(before, b'>') {
        // `call::<T>(…)`
        let from = before.saturating_sub(24);
        let angle = (from..before).rev().find(|it| code.is_sign(*it, b'<'))?;
        return code.word(angle.checked_sub(3)?);
    }
    code.word(before)
}

/// The field that stands after its attributes.
pub(super) fn field_after<'t>(code: &Code<'t>, start: usize) -> Option<&'t str> {
    let mut at = start;
    for _ in 0..40 {
        if code.is_sign(at, b'#') {
            at = code.close(at + 1) + 1;
        } else if code.word(at) == Some("pub") {
            at = if code.is_sign(at + 1, b'(') { code.close(at + 1) + 1 } else { at + 1 };
        } else {
            break;
        }
    }
    code.word(at).filter(|_| code.is_sign(at + 1, b':'))
}

/// `env = "X"`, or `env` alone, which means the field's name.
pub(super) fn variable_of_attribute(code: &Code<'_>, open: usize, field: &str) -> Option<String> {
    let names = (open + 1..code.close(open)).filter(|it| code.around(*it) == Some(open));
    names.filter(|it| matches!(code.word(*it), Some("env" | "from"))).find_map(|it| {
        let is_alone = code.is_sign(it + 1, b',') || it + 1 == code.close(open);
        match code.literal(it + 2).filter(|_| code.is_sign(it + 1, b'=')) {
            Some(name) => Some(name.to_owned()),
            None => (is_alone && code.word(it) == Some("env")).then(|| field.to_ascii_uppercase()),
        }
    })
}

/// Whether a text is written as variables are.
pub(super) fn is_variable(text: &str) -> bool {
    text.len() > 1
        && text.len() < 80
        && text.starts_with(|it: char| it.is_ascii_uppercase())
        && text.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit() || it == b'_')
}
