//! A build that an engine could not finish: the instruction in its Dockerfile, why, and what helps.

mod help;
mod instruction;

use annotate_snippets::{
    AnnotationKind, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};
use plimsoll_build::engines::failure::{Explained, Step};
use plimsoll_syntax::dockerfile::Instruction;

use super::check::human::mask;
use crate::failure::Failure;

/// An instruction of more lines is shown in part.
const MOST_LINES: usize = 24;
/// A source line longer than this is shown in part.
const WIDTH: usize = 120;

/// What is known of a failed build.
#[derive(Debug)]
pub(crate) struct FailedBuild<'a> {
    /// Who built: `docker buildx`, `docker`, `buildah`.
    pub(crate) engine: &'a str,
    /// What its log says.
    pub(crate) explained: &'a Explained,
    /// What the Dockerfile is called.
    pub(crate) name: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
    /// Whether the log was shown while it was written; otherwise its end is part of this.
    pub(crate) log_was_shown: bool,
}

impl FailedBuild<'_> {
    /// The failure, as the user sees it.
    pub(crate) fn failure(&self) -> Failure {
        let explained = self.explained;
        let file = plimsoll_syntax::dockerfile::parse(self.text);
        let found = instruction::find(&file, self.text, explained);
        let why = match (&explained.cause, &explained.message, explained.exit_code) {
            (Some(cause), ..) => cause.to_string(),
            (None, _, Some(code)) if explained.step.is_some() => {
                format!("{} ended with exit code {code}", self.what(found))
            }
            (None, Some(message), _) => normalize_untrusted_str(message),
            (None, None, _) => "it does not say why".to_owned(),
        };
        let mut failure = Failure::new(format!("{} could not build the image: {why}", self.engine));
        failure.excerpt = Some(self.excerpt(found));
        failure.hints = help::hints(explained.cause.as_ref(), &file, found);
        failure
    }

    fn what(&self, found: Option<&Instruction<'_>>) -> String {
        let keyword = found.map(|it| it.keyword.as_str().to_ascii_uppercase());
        let stepped =
            || self.explained.step.as_ref()?.instruction.split(' ').next().map(str::to_owned);
        keyword.or_else(stepped).unwrap_or_else(|| "a step".to_owned())
    }

    fn excerpt(&self, found: Option<&Instruction<'_>>) -> String {
        let label = self.explained.step.as_ref().map(place).unwrap_or_default();
        let mut group = if let Some(it) = found {
            let source: String = mask::masked(it.span.slice(self.text).unwrap_or_default());
            let shown: Vec<&str> = source.split_inclusive('\n').take(MOST_LINES).collect();
            let shown = shown.concat();
            let end = shown.trim_end().len();
            let snippet = Snippet::source(normalize_lines(&shown))
                .path(self.name)
                .line_start(it.first_line)
                .annotation(AnnotationKind::Primary.span(0..end).label(label));
            Level::NOTE.primary_title("this instruction failed").element(snippet)
        } else {
            let origin = Origin::path(self.name);
            let origin = match self.explained.line {
                Some(line) => origin.line(line),
                None => origin,
            };
            Level::NOTE.primary_title("in this file").element(origin)
        };
        if !self.log_was_shown && !self.explained.output.is_empty() {
            let lines = self.explained.output.iter().map(|it| normalize_untrusted_str(it));
            let lines: Vec<_> = lines.collect();
            let said = format!("its last lines are\n{}", lines.join("\n"));
            group = group.element(Level::NOTE.message(said));
        }
        format!("{}\n", Renderer::styled().term_width(WIDTH).render(&[group]))
    }
}

/// Which step it is, in words.
fn place(step: &Step) -> String {
    let stage = step.stage.as_ref().map(|it| format!(" of the stage {it}")).unwrap_or_default();
    match step.position {
        Some(it) => format!("step {} of {}{stage}", it.number, it.of),
        None => stage.trim().to_owned(),
    }
}

/// Control characters made visible; bytes stay where they are but for those.
fn normalize_lines(source: &str) -> String {
    let clean = |it: char| if it.is_control() && it != '\n' && it != '\t' { '?' } else { it };
    source.chars().map(clean).collect()
}

#[cfg(test)]
mod tests {
    use plimsoll_build::engines::failure::explain;

    use super::*;

    const DOCKERFILE: &str = "FROM rust:1-alpine AS builder\nWORKDIR /app\nCOPY . .\nRUN --mount=type=cache,target=/x \\\n    cargo build --release \\\n    --locked\nFROM scratch\nCOPY --from=builder /app/a /a\n";

    fn shown(log: &str, log_was_shown: bool) -> String {
        let explained = explain(log);
        let failed = FailedBuild {
            engine: "docker",
            explained: &explained,
            name: "Dockerfile",
            text: DOCKERFILE,
            log_was_shown,
        };
        let failure = failed.failure();
        let excerpt = failure.excerpt.unwrap_or_default();
        let excerpt = anstream::adapter::strip_str(&excerpt).to_string();
        format!("error: {}\n{excerpt}{}", failure.error, failure.hints.join("\n"))
    }

    #[test]
    fn the_instruction_the_reason_and_what_helps_are_shown() {
        let log = "#8 [builder 4/4] RUN --mount=type=cache,target=/x     cargo build --release     --locked\n\
                   #8 1.0 error: failed to run custom build command for `openssl-sys v0.9.109`\n\
                   #8 1.0   The system library `openssl` required by crate `openssl-sys` was not found.\n\
                   #8 ERROR: executor failed running [/bin/sh -c cargo build]: exit code: 101\n";
        insta::assert_snapshot!(shown(log, false));
    }

    #[test]
    fn a_step_without_a_known_cause_tells_its_exit_code() {
        let log = "#8 [builder 4/4] RUN cargo build\n#8 1.0 error: it does not compile\n#8 ERROR: exit code: 101\nexecutor failed running: exit code: 101\n";
        insta::assert_snapshot!(shown(log, true));
    }

    #[test]
    fn a_log_that_says_nothing_is_no_reason_for_a_panic() {
        insta::assert_snapshot!(shown("", true));
    }
}
