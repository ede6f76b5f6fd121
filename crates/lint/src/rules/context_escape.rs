//! `context-escape`: a source of a `COPY` or `ADD` lies outside of the build context.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Command;

use crate::facts::sources;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports sources of `COPY` and `ADD` that lead out of the build context: `../shared`.
    ///
    /// ## Why it matters
    /// Nothing outside of the context reaches the build. `BuildKit` drops the leading `../`, so it
    /// copies another file than the one that is meant, or none; the older builder and Podman refuse.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY ../Cargo.toml ../Cargo.lock ./
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// Build with the workspace's root as the context (`docker build -f crates/server/Dockerfile .`):
    ///
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY crates crates
    /// RUN cargo build --release --locked
    /// ```
    pub(crate) static CONTEXT_ESCAPE = {
        name: "context-escape",
        clause: Clause::Context,
        summary: "a source of a `COPY` or `ADD` lies outside of the build context",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for (index, instruction) in cx.facts.file.instructions.iter().enumerate() {
        let (Command::Copy(copy) | Command::Add(copy)) = &instruction.command else { continue };
        if copy.from.is_some() {
            continue;
        }
        for word in sources::paths(copy) {
            if !word.text.contains("..") && !word.text.contains('$') {
                continue;
            }
            let path = cx.facts.expand(index, word);
            let Some(inside) = escape(&path) else { continue };
            let message = match inside {
                "" => format!("`{path}` leads out of the build context, which BuildKit copies instead"),
                _ => format!("`{path}` leads out of the build context; BuildKit copies `{inside}` of it"),
            };
            cx.report(word.span, message)
                .help(
                    "Build with a context that holds the file (`docker build -f … DIR`), or name a \
                     second one (`--build-context name=../dir` and `COPY --from=name`).",
                )
                .done();
        }
    }
}

/// What is left of a path that leads out of its root, without the parts that do.
fn escape(path: &str) -> Option<&str> {
    if path.contains("://") {
        return None;
    }
    let mut depth = 0_usize;
    let mut left = None;
    let mut at = 0;
    for part in path.split('/') {
        let end = at + part.len();
        match part {
            "" | "." => {}
            ".." if depth == 0 => left = Some(path.get(end + 1..).unwrap_or_default()),
            ".." => depth -= 1,
            _ => depth += 1,
        }
        at = end + 1;
    }
    left
}

#[cfg(test)]
mod tests {
    use super::escape;
    use crate::rules::tests::check;

    #[test]
    fn paths_that_lead_out() {
        assert_eq!(escape("../a"), Some("a"));
        assert_eq!(escape("./../../a/b"), Some("a/b"));
        assert_eq!(escape("a/../../b"), Some("b"));
        assert_eq!(escape("/.."), Some(""));
        for path in ["a/../b", "..a", "a/..", "./a", "https://a.example/../b"] {
            assert_eq!(escape(path), None, "{path}");
        }
    }

    #[test]
    fn only_sources_of_the_context_are_looked_at() {
        check(
            "context-escape",
            "FROM a\nARG D=..\nCOPY [\"../x\", \"b\", \"./\"]\nADD $D/y /\nADD .. /\n",
            "3:7 error: `../x` leads out of the build context; BuildKit copies `x` of it\n\
             4:5 error: `../y` leads out of the build context; BuildKit copies `y` of it\n\
             5:5 error: `..` leads out of the build context, which BuildKit copies instead",
        );
        check("context-escape", "FROM a\nCOPY --from=b ../x ../y\nCOPY a ../b\n", "");
    }
}
