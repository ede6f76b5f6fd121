//! `redundant-target-platform`: `FROM` asks for the platform that it gets anyway.

use plimsoll_finding::{Clause, Edit, Fix, Severity, Span};
use plimsoll_syntax::dockerfile::Instruction;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `FROM --platform=$TARGETPLATFORM`.
    ///
    /// ## Why it matters
    /// That is the default. Written out, it hides those stages that ask for another platform, such as
    /// `$BUILDPLATFORM`.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM --platform=$TARGETPLATFORM alpine:3.22
    /// COPY app /usr/local/bin/
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY app /usr/local/bin/
    /// USER 65532:65532
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the platform is the same without. None is offered where an `ARG` gives
    /// `TARGETPLATFORM` another value.
    pub(crate) static REDUNDANT_TARGET_PLATFORM = {
        name: "redundant-target-platform",
        clause: Clause::Portable,
        summary: "`FROM` asks for the platform that it gets anyway",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &["RedundantTargetPlatform", "DL3065"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        let Some(word) = stage.from.platform.as_ref().filter(|it| it.text.contains('$')) else {
            continue;
        };
        let preamble = &facts.scopes().preamble;
        let (Ok(platform), Ok(target)) =
            (preamble.expand(&word.text), preamble.expand("$TARGETPLATFORM"))
        else {
            continue;
        };
        let only = platform.used.iter().eq(["TARGETPLATFORM"]) && platform.unmatched.is_empty();
        if !only || platform.value != target.value {
            continue;
        }
        let Some(flag) = stage.instruction.flag("platform") else { continue };
        let overruled = !preamble.is_predefined("TARGETPLATFORM");
        let fix = (!overruled).then(|| fix(facts.file.text, stage.instruction, flag.span)).flatten();
        let mut report = cx
            .report(flag.span, "`--platform=$TARGETPLATFORM` is the default")
            .help("Remove the flag.");
        if let Some(fix) = fix {
            report = report.fix(fix);
        }
        report.done();
    }
}

/// Takes the flag out with the blanks after it.
fn fix(text: &str, instruction: &Instruction<'_>, flag: Span) -> Option<Fix> {
    let rest = text.get(flag.end()..instruction.span.end())?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let span = Span::new(flag.start(), flag.end() + blanks);
    Some(Fix::safe("Remove the flag", [Edit::delete(span)]))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn only_the_target_platform_alone_is_reported() {
        check(
            "redundant-target-platform",
            "FROM --platform=$TARGETPLATFORM a\nFROM --platform=${TARGETPLATFORM} a\n\
             FROM --platform=$TARGETPLATFORM/v8 a\nFROM --platform=$BUILDPLATFORM a\n\
             FROM --platform=${TARGETPLATFORM:-linux/amd64} a\n",
            "1:6 note: `--platform=$TARGETPLATFORM` is the default\n\
             2:6 note: `--platform=$TARGETPLATFORM` is the default\n\
             5:6 note: `--platform=$TARGETPLATFORM` is the default",
        );
    }

    #[test]
    fn the_flag_is_removed() {
        check_fixed(
            "redundant-target-platform",
            "FROM  --platform=$TARGETPLATFORM  a\nFROM --platform=$TARGETPLATFORM \\\n  # why\n  b\n",
            "FROM  a\nFROM \\\n  # why\n  b\n",
        );
    }

    #[test]
    fn what_an_argument_sets_stays() {
        let text = "ARG TARGETPLATFORM=linux/arm64\nFROM --platform=$TARGETPLATFORM a\n";
        check_fixed("redundant-target-platform", text, text);
    }
}
