//! `legacy-key-value`: `ENV` or `LABEL` is written without `=`.

use plimsoll_finding::{Clause, Edit, Fix, Severity, Span};
use plimsoll_syntax::dockerfile::variables::Lexer;
use plimsoll_syntax::dockerfile::{Command, EnvPair, Instruction};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `ENV name value` and `LABEL name value`, without an equals sign.
    ///
    /// ## Why it matters
    /// All of the rest of the line is the value, further pairs included: `ENV ONE TWO= THREE=x` sets
    /// `ONE` to `TWO= THREE=x`. The form is kept for old files alone.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-alpine
    /// ENV CARGO_TERM_COLOR always
    /// LABEL org.opencontainers.image.title The server
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-alpine
    /// ENV CARGO_TERM_COLOR=always
    /// LABEL org.opencontainers.image.title="The server"
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the value is quoted so that it stays the same. None is offered where quotes would have
    /// to be changed, or where a comment stands between name and value.
    pub(crate) static LEGACY_KEY_VALUE = {
        name: "legacy-key-value",
        clause: Clause::Portable,
        summary: "`ENV` or `LABEL` is written without `=`",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &["LegacyKeyValueFormat"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for at in facts.dispatched() {
        let env = match &at.instruction.command {
            Command::Env(env) | Command::Label(env) if env.legacy => env,
            _ => continue,
        };
        let Some(pair) = env.pairs.first() else { continue };
        let name = at.instruction.kind.name();
        let span = at.place(at.instruction.head(facts.file.text));
        let fix = fix(cx, at.instruction, pair).filter(|_| at.triggered_by.is_none());
        let mut report = cx
            .report(span, format!("{name} is written without `=`"))
            .help(format!("Write `{name} {}=…`.", pair.name.text));
        if let Some(fix) = fix {
            report = report.fix(fix);
        }
        report.done();
    }
}

fn fix(cx: &Context<'_, '_>, instruction: &Instruction<'_>, pair: &EnvPair<'_>) -> Option<Fix> {
    let gap = Span::new(pair.name.span.end(), pair.value.span.start());
    if instruction.inner_comments.iter().any(|it| gap.covers(*it)) {
        return None;
    }
    let escape = cx.facts.file.escape;
    let value = pair.value.as_str();
    let quote = match () {
        () if is_one_word(value, escape) => "",
        () if value.contains(['"', '\'', escape]) => return None,
        () => "\"",
    };
    // The words of the new form end where blanks do, whatever blanks they are.
    let quoted = format!("{quote}{value}{quote}");
    if meaning(value, escape)? != meaning(&quoted, escape)? || pair.name.text.contains(['"', '\'']) {
        return None;
    }
    let mut edits = vec![Edit::replace(gap, format!("={quote}"))];
    if !quote.is_empty() {
        edits.push(Edit::insert(pair.value.span.end(), quote));
    }
    Some(Fix::safe("Write `=`", edits))
}

/// Whether a value holds together without more quotes.
fn is_one_word(value: &str, escape: char) -> bool {
    let mut quote = None;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        let escaped = (c == escape && quote != Some('\'')).then(|| chars.next());
        match quote {
            _ if escaped == Some(None) => return false,
            _ if escaped.is_some() => {}
            None if c.is_whitespace() => return false,
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(open) if open == c => quote = None,
            _ => {}
        }
    }
    quote.is_none()
}

/// What a value means, whatever the values of its variables are.
fn meaning(value: &str, escape: char) -> Option<String> {
    let lookup = |name: &str| Some(format!("<{name} \\\" '>").into());
    Lexer::new(escape).word(value, &lookup).ok().map(|it| it.value.into_owned())
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "legacy-key-value";

    #[test]
    fn both_instructions_are_looked_at() {
        check(
            RULE,
            "FROM a\nENV A b\nLABEL c d e\nENV f=g\nONBUILD ENV h i\n",
            "2:1 note: ENV is written without `=`\n3:1 note: LABEL is written without `=`",
        );
    }

    #[test]
    fn values_stay_the_same() {
        let fixed = |old: &str, new: &str| {
            check_fixed(RULE, &format!("FROM a\nENV {old}\n"), &format!("FROM a\nENV {new}\n"));
        };
        fixed("A b", "A=b");
        fixed("A \t b", "A=b");
        fixed("A b c  d", "A=\"b c  d\"");
        fixed("A $B/c $D", "A=\"$B/c $D\"");
        fixed("A \"b c\"", "A=\"b c\"");
        fixed("A b\\ c", "A=b\\ c");
        fixed("A 'b c'd", "A='b c'd");
        fixed("A b=c d=e", "A=\"b=c d=e\"");
        fixed("A =b", "A==b");
        fixed("A b \\\n  # why\n  c", "A=\"b \\\n  # why\n  c\"");
        fixed("A \\\n  b", "A=b");
    }

    #[test]
    fn doubtful_values_are_left_alone() {
        for value in ["A b \"c\"", "A it's me", "A b\\c d", "A \\\n# why\n b"] {
            let text = format!("FROM a\nENV {value}\n");
            check_fixed(RULE, &text, &text);
        }
    }
}
