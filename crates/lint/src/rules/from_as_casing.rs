//! `from-as-casing`: `AS` is cased unlike `FROM`.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::Keyword;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports an `AS` that is not written in the case of its `FROM`.
    ///
    /// ## Why it matters
    /// Two keywords of one instruction in two cases are harder to read, and searches for stages
    /// miss one of them.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-alpine as builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-alpine AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the case of a keyword means nothing.
    pub(crate) static FROM_AS_CASING = {
        name: "from-as-casing",
        clause: Clause::MultiStage,
        summary: "`AS` is cased unlike `FROM`",
        severity: Severity::Note,
        fix: FixAvailability::Always,
        aliases: &["FromAsCasing"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for instruction in cx.facts.file.instructions.iter().filter(|it| it.kind == Keyword::From) {
        let from = instruction.keyword.as_str();
        let [_, word, _, ..] = &instruction.words[..] else { continue };
        let right = match (from == from.to_lowercase(), from == from.to_uppercase()) {
            (true, _) => word.text.to_lowercase(),
            (_, true) => word.text.to_uppercase(),
            // `From` is the matter of `instruction-casing`.
            _ => continue,
        };
        if right == word.text {
            continue;
        }
        let fix = Fix::safe(format!("Write `{right}`"), [Edit::replace(word.span, &*right)]);
        cx.report(word.span, format!("`{}` is cased unlike `{from}`", word.text))
            .help(format!("Write `{right}`."))
            .fix(fix)
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn both_cases_are_compared() {
        check(
            "from-as-casing",
            "FROM a as b\nfrom a AS c\nFROM a As d\nfrom a as e\nFROM a AS f\nFrom a as g\n",
            "1:8 note: `as` is cased unlike `FROM`\n\
             2:8 note: `AS` is cased unlike `from`\n\
             3:8 note: `As` is cased unlike `FROM`",
        );
    }

    #[test]
    fn the_keyword_alone_is_replaced() {
        check_fixed("from-as-casing", "FROM a \\\n  as as\n", "FROM a \\\n  AS as\n");
    }
}
