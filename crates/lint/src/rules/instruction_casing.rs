//! `instruction-casing`: instructions are written in several cases.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::{Command, Instruction, Keyword};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports instructions that are not in the case of most others: all capitals or all lower case.
    ///
    /// ## Why it matters
    /// Instructions in one case stand out from their arguments and are found by one search.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-alpine
    /// Workdir /src
    /// copy . .
    /// RUN cargo build --release --locked
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-alpine
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// USER 65532:65532
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the case of a keyword means nothing.
    pub(crate) static INSTRUCTION_CASING = {
        name: "instruction-casing",
        clause: Clause::Portable,
        summary: "an instruction is not in the case of the others",
        severity: Severity::Note,
        fix: FixAvailability::Always,
        aliases: &["ConsistentInstructionCasing"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    // What stands before the first FROM doesn't count.
    let all = &cx.facts.file.instructions;
    let counted = || all.iter().skip_while(|it| it.kind != Keyword::From);
    let lower = counted().filter(|it| is_lower(it)).count();
    let upper = counted().filter(|it| !is_lower(it) && is_upper(it)).count();
    let (case, change): (_, fn(&str) -> String) = if lower > upper {
        ("lower case", str::to_lowercase)
    } else {
        ("capitals", str::to_uppercase)
    };
    for instruction in counted() {
        let keyword = &instruction.keyword;
        let right = change(&keyword.text);
        if right == keyword.text {
            continue;
        }
        let mut edits = vec![Edit::replace(keyword.span, &*right)];
        if let Command::From(from) = &instruction.command
            && let Some(word) = &from.as_word
            && change(&word.text) != word.text
        {
            edits.push(Edit::replace(word.span, change(&word.text)));
        }
        let fix = Fix::safe(format!("Write `{right}`"), edits);
        cx.report(keyword.span, format!("`{}` is not in {case} as most instructions are", keyword.text))
            .help(format!("Write `{right}`."))
            .fix(fix)
            .done();
    }
}

fn is_lower(instruction: &Instruction<'_>) -> bool {
    instruction.keyword.text == instruction.keyword.text.to_lowercase()
}

fn is_upper(instruction: &Instruction<'_>) -> bool {
    instruction.keyword.text == instruction.keyword.text.to_uppercase()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn the_majority_decides_and_capitals_win_a_draw() {
        check(
            "instruction-casing",
            "arg A\nFROM a\nuser 1\n",
            "3:1 note: `user` is not in capitals as most instructions are",
        );
        check(
            "instruction-casing",
            "from a\nuser 1\nRUN x\nRun y\n",
            "3:1 note: `RUN` is not in lower case as most instructions are\n\
             4:1 note: `Run` is not in lower case as most instructions are",
        );
        check("instruction-casing", "ARG a\nfrom a\nonbuild RUN x\n", "");
    }

    #[test]
    fn keywords_are_replaced() {
        check_fixed("instruction-casing", "FROM a\nUser 1\n", "FROM a\nUSER 1\n");
        check_fixed("instruction-casing", "From a as b\nRUN c\n", "FROM a AS b\nRUN c\n");
    }
}
