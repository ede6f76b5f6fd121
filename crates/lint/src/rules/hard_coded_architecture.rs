//! `hard-coded-architecture`: a file for several platforms names one of them.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Instruction;

use crate::facts::words::Said;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports x86-64 in a target, a path or a download where the file is evidently for several
    /// platforms, as it uses `TARGETPLATFORM`, `TARGETARCH` or `BUILDPLATFORM`, and the stage says
    /// nothing of another processor.
    ///
    /// ## Why it matters
    /// The build for arm64 fails, or worse: it succeeds and holds a program for x86-64.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM --platform=$BUILDPLATFORM rust:1.89-slim-trixie AS build
    /// ARG TARGETPLATFORM
    /// RUN rustup target add x86_64-unknown-linux-musl
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked --target x86_64-unknown-linux-musl
    ///
    /// FROM scratch
    /// COPY --from=build /src/target/x86_64-unknown-linux-musl/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM --platform=$BUILDPLATFORM rust:1.89-slim-trixie AS build
    /// ARG TARGETARCH
    /// RUN case "$TARGETARCH" in amd64) a=x86_64 ;; arm64) a=aarch64 ;; esac \
    ///     && echo "$a-unknown-linux-musl" > /target && rustup target add "$(cat /target)"
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked --target "$(cat /target)" \
    ///     && cp "target/$(cat /target)/release/app" /app
    ///
    /// FROM scratch
    /// COPY --from=build /app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static HARD_CODED_ARCHITECTURE = {
        name: "hard-coded-architecture",
        clause: Clause::Portable,
        summary: "a file for several platforms names one of them",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// What speaks of x86-64 alone.
const X86: &[&str] = &[
    "x86_64-unknown-linux-",
    "/x86_64-linux-gnu",
    "linux-amd64",
    "linux_amd64",
    "_amd64.deb",
    "linux-x86_64",
    "linux_x86_64",
];

/// What a file says that is for several platforms.
const PLATFORMS: &[&str] = &["TARGETPLATFORM", "TARGETARCH", "BUILDPLATFORM"];

/// What shows that other processors are thought of.
const OTHERS: &[&str] =
    &["aarch64", "arm64", "TARGETARCH", "uname -m", "print-architecture", "arch)"];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    if !PLATFORMS.iter().any(|it| facts.file.text.contains(it)) {
        return;
    }
    let mut found: Vec<Said<'_, '_>> = X86.iter().flat_map(|it| facts.says(it)).collect();
    found.sort_by_key(|it| it.span.start());
    let mut reported: Option<&Instruction<'_>> = None;
    for said in found {
        // One finding an instruction says it all.
        let again = reported.is_some_and(|it| it.span == said.instruction.span);
        if again || !is_meant(facts, &said) {
            continue;
        }
        let word = word(facts.file.text, &said);
        let message =
            format!("`{word}` is for x86-64 alone, but the file is for several platforms");
        let help = "Choose it by `TARGETARCH`.";
        cx.report(said.span, message).help(help).done();
        reported = Some(said.instruction);
    }
}

fn is_meant(facts: &Facts<'_>, said: &Said<'_, '_>) -> bool {
    let text = facts.file.text;
    // Settings for a target, which say nothing of others: `[target.x86_64-unknown-linux-gnu]`.
    let before = text.get(..said.span.start()).unwrap_or_default();
    if before.ends_with("target.") || before.ends_with("target.'") || !said.stage.reachable {
        return false;
    }
    let stage = said.stage;
    let of_one_platform = facts.stages.chain(stage.index).any(|it| {
        let name = it.name.as_deref().unwrap_or_default();
        let fixed = it.from.platform.as_ref().is_some_and(|it| !it.text.contains('$'));
        ["amd64", "x86", "x64"].iter().any(|arch| name.contains(arch) || it.image.contains(arch))
            || fixed
    });
    // A stage that builds on the builder's own platform may hold tools for that.
    let is_tool = stage.from.platform.as_ref().is_some_and(|it| it.text.contains("BUILDPLATFORM"))
        && !text.get(said.span.start()..said.span.end()).is_some_and(|it| it.contains("unknown"));
    !of_one_platform && !is_tool && !facts.chain_mentions(stage.index, OTHERS)
}

/// The path or target around a place.
fn word<'t>(text: &'t str, said: &Said<'_, '_>) -> &'t str {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '/' | '.');
    let before = text.get(..said.span.start()).unwrap_or_default();
    let after = text.get(said.span.end()..).unwrap_or_default();
    let start = before.trim_end_matches(is_part).len();
    let end = text.len() - after.trim_start_matches(is_part).len();
    let word = text.get(start..end).unwrap_or_default();
    // The rest of `https://`.
    word.strip_prefix("//").unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("hard-coded-architecture", text, expected);
    }

    #[test]
    fn targets_paths_and_downloads() {
        finds(
            "FROM a:1\nARG TARGETPLATFORM\nCOPY --from=b:1 /usr/lib/x86_64-linux-gnu/libz.so.1 /lib/\n",
            "3:25 warning: `/usr/lib/x86_64-linux-gnu/libz.so.1` is for x86-64 alone, but the file \
             is for several platforms",
        );
        finds(
            "FROM a:1\nARG TARGETPLATFORM\nRUN curl -O https://x.io/tool-linux-amd64.tgz && \\\n\
             tar xf tool-linux-amd64.tgz\n",
            "3:31 warning: `x.io/tool-linux-amd64.tgz` is for x86-64 alone, but the file is for \
             several platforms",
        );
    }

    #[test]
    fn files_and_stages_that_choose_are_left_alone() {
        finds("FROM a:1\nRUN cargo build --target x86_64-unknown-linux-musl\n", "");
        let choice = "RUN case $(uname -m) in x86_64) t=x86_64-unknown-linux-gnu;; *) t=b;; esac\n";
        finds(&format!("FROM a:1\nARG TARGETPLATFORM\n{choice}"), "");
        finds(
            "FROM a:1 AS x-amd64\nCOPY x-linux-amd64 /x\nFROM a:1 AS x-arm64\n\
             COPY x-linux-arm64 /x\nFROM x-$TARGETARCH\n",
            "",
        );
        finds("FROM a:1\nARG TARGETARCH\n# x86_64-unknown-linux-gnu\nRUN x\n", "");
        finds(
            "FROM a:1\nARG TARGETPLATFORM\nRUN echo '[target.x86_64-unknown-linux-gnu]' >> c\n",
            "",
        );
    }
}
