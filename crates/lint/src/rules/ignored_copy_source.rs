//! `ignored-copy-source`: a `COPY` or `ADD` wants a file that `.dockerignore` keeps out.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, Copy, Source};
use plimsoll_syntax::dockerignore::{Dockerignore, clean};

use crate::facts::Dispatched;
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a source of `COPY` or `ADD` that the context's `.dockerignore` excludes. A file with
    /// exceptions (`!`) is not looked into.
    ///
    /// ## Why it matters
    /// The file is not in the build context: the build fails, or a pattern copies less than it seems
    /// to.
    ///
    /// ## Bad
    /// With `target` in `.dockerignore`:
    /// ```dockerfile
    /// FROM alpine:3.22
    /// COPY target/release/app /usr/local/bin/app
    /// USER 65532:65532
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-alpine AS builder
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    ///
    /// FROM scratch
    /// COPY --from=builder /src/target/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    pub(crate) static IGNORED_COPY_SOURCE = {
        name: "ignored-copy-source",
        clause: Clause::Context,
        summary: "a `COPY` or `ADD` wants a file that `.dockerignore` keeps out",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["CopyIgnoredFile"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let Some(text) = &cx.options.dockerignore else { return };
    let file = Dockerignore::parse(text);
    // Whether an exception brings a file back below an excluded directory can't be told from names.
    if file.patterns.is_empty() || file.has_exclusions() || !file.errors.is_empty() {
        return;
    }
    for at in cx.facts.dispatched() {
        match &at.instruction.command {
            Command::Copy(copy) if copy.from.is_none() => sources(cx, &at, copy, &file),
            Command::Add(copy) => sources(cx, &at, copy, &file),
            _ => {}
        }
    }
}

fn sources(cx: &mut Context<'_, '_>, at: &Dispatched<'_, '_>, copy: &Copy<'_>, file: &Dockerignore) {
    for source in &copy.sources {
        let Source::Path(word) = source else { continue };
        let value = cx.facts.scopes().evaluate(at.stage.index, at.index, &word.text);
        let Ok(value) = value else { return };
        if is_remote(&value.value) {
            continue;
        }
        let path = clean(&value.value);
        let is_root = path == "." || path == "/";
        if is_root && !file.patterns.iter().any(|it| matches!(&*it.text, "*" | "**" | "**/*")) {
            continue;
        }
        let Some(pattern) = file.deciding(&path) else { continue };
        let name = at.instruction.kind.name();
        let message = format!("`{path}` is not in the context: `.dockerignore` excludes it");
        cx.report(at.place(word.span), message)
            .help(format!(
                "Change the pattern `{}` in `.dockerignore`, or take the file out of the {name}.",
                pattern.text
            ))
            .done();
    }
}

/// Whether a source is no file of the context: a URL or a git repository.
fn is_remote(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@") || source.starts_with("github.com/")
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::rules::tests::check_with;

    #[track_caller]
    fn check(dockerignore: &str, text: &str, expected: &str) {
        let dockerignore = Some(dockerignore.into());
        let options = Options { dockerignore, ..Options::default() };
        check_with("ignored-copy-source", options, text, expected);
    }

    #[test]
    fn sources_are_matched_with_their_directories() {
        check(
            "target\n**/*.md\n",
            "FROM a\nENV D=target\nCOPY ./target/x a/b.md Cargo.toml /\nADD $D/y /\nCOPY . /\n",
            "3:6 warning: `target/x` is not in the context: `.dockerignore` excludes it\n\
             3:17 warning: `a/b.md` is not in the context: `.dockerignore` excludes it\n\
             4:5 warning: `target/y` is not in the context: `.dockerignore` excludes it",
        );
    }

    #[test]
    fn what_comes_from_elsewhere_is_left_alone() {
        check("*\n", "FROM a\nCOPY --from=b x y\nADD https://example.com/x /\nCOPY <<E /\nE\n", "");
        check("*\n!x\n", "FROM a\nCOPY y /\n", "");
        check("# nothing\n", "FROM a\nCOPY y /\n", "");
    }

    #[test]
    fn the_context_itself_is_excluded_by_stars_alone() {
        let expected = "2:6 warning: `.` is not in the context: `.dockerignore` excludes it";
        check("*\n", "FROM a\nCOPY . /\n", expected);
        check("a\n*.b\n", "FROM a\nCOPY ./ /\n", "");
    }
}
