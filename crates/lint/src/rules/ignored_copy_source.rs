//! `ignored-copy-source`: a `COPY` or `ADD` wants a file that `.dockerignore` keeps out.

use plimsoll_finding::{Clause, Severity};
use plimsoll_project::files::FileKind;
use plimsoll_syntax::dockerfile::{Command, Source};
use plimsoll_syntax::dockerignore::{Dockerignore, Pattern, clean};

use crate::rule::declare_rule;
use crate::{BuildContext, Context, FixAvailability, IgnoreFile, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a source of `COPY` or `ADD` that the `.dockerignore` of the build context excludes,
    /// exceptions (`!`) counted in. For a directory or a pattern all of it must be excluded.
    ///
    /// ## Why it matters
    /// The file is not in the build context: the build fails, or a pattern copies less than it seems
    /// to.
    ///
    /// ## Bad
    /// ```dockerignore
    /// *
    /// !Cargo.*
    /// !src
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-alpine AS builder
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock build.rs ./
    /// COPY src src
    /// RUN cargo build --release --locked
    ///
    /// FROM scratch
    /// COPY --from=builder /src/target/release/app /app
    /// USER 65532:65532
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerignore
    /// *
    /// !Cargo.*
    /// !build.rs
    /// !src
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-alpine AS builder
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock build.rs ./
    /// COPY src src
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
    let context = cx.surroundings().map(|it| &it.context);
    let ignore = context.and_then(|it| it.ignore.as_ref());
    let parsed;
    let file: &Dockerignore = match (context, &cx.options.dockerignore) {
        (Some(_), _) => match ignore {
            Some(ignore) => &ignore.patterns,
            None => return,
        },
        (None, Some(text)) => {
            parsed = Dockerignore::parse(text);
            &parsed
        }
        (None, None) => return,
    };
    if file.patterns.is_empty() || !file.errors.is_empty() {
        return;
    }
    let mut found = Vec::new();
    for at in cx.facts.dispatched() {
        let (Command::Copy(copy) | Command::Add(copy)) = &at.instruction.command else { continue };
        if copy.from.is_some() {
            continue;
        }
        for source in &copy.sources {
            let Source::Path(word) = source else { continue };
            let value = cx.facts.scopes().evaluate(at.stage.index, at.index, &word.text);
            let Ok(value) = value else { break };
            if is_remote(&value.value) {
                continue;
            }
            let path = clean(value.value.trim_start_matches('/'));
            if let Some(pattern) = excluding(file, context, &path) {
                found.push((at.place(word.span), at.instruction.kind.name(), path, pattern));
            }
        }
    }
    let told = context.is_some_and(|it| it.told && it.certain);
    let name = |ignore: &IgnoreFile| cx.surroundings().map(|it| it.files().name(&ignore.path));
    let name = ignore.and_then(name);
    for (span, instruction, path, pattern) in found {
        let file = name.as_deref().unwrap_or(".dockerignore");
        let message = format!("`{path}` is not in the context: `{file}` excludes it");
        let mut report = cx.report(span, message).help(format!(
            "Change the pattern `{}` in `{file}`, or take the file out of the {instruction}.",
            pattern.text
        ));
        if told {
            report = report.severity(Severity::Error);
        }
        match &name {
            Some(name) => report.related_in(name, Some(pattern.span), "this pattern excludes it").done(),
            None => report.done(),
        }
    }
}

/// The pattern because of which nothing of a source is in the context; `None` where something of it
/// is, or may be.
fn excluding<'i>(
    file: &'i Dockerignore,
    context: Option<&BuildContext>,
    path: &str,
) -> Option<&'i Pattern> {
    if path == "." {
        let all = file.patterns.iter().find(|it| matches!(&*it.text, "*" | "**" | "**/*"));
        return all.filter(|_| !file.has_exclusions());
    }
    let Some(at) = path.find(['*', '?', '[']) else { return excluding_all_of(file, context, path) };
    // What is in an excluded directory is excluded, whatever its name.
    let directory = path.get(..at).and_then(|it| it.rsplit_once('/')).map(|(directory, _)| directory);
    if let Some(pattern) = directory.and_then(|it| excluding_all_of(file, context, it)) {
        return Some(pattern);
    }
    match context {
        None => file.deciding(path).filter(|it| !it.exclusion && !file.has_exclusions()),
        Some(context) => {
            let found = context.matches(path)?;
            let mut patterns = found.iter().map(|it| excluding_all_of(file, Some(context), it));
            let first = patterns.next()??;
            patterns.all(|it| it.is_some()).then_some(first)
        }
    }
}

/// As [`excluding`], for a path without wildcards.
fn excluding_all_of<'i>(
    file: &'i Dockerignore,
    context: Option<&BuildContext>,
    path: &str,
) -> Option<&'i Pattern> {
    let pattern = file.deciding(path).filter(|it| !it.exclusion)?;
    if !file.may_take_back_below(path) {
        return Some(pattern);
    }
    // Only a look at what is there tells whether an exception brings something back.
    let is_empty = match context?.kind_on_disk(path)? {
        FileKind::Directory => context?.is_empty_below(path)?,
        FileKind::File | FileKind::Other => true,
    };
    is_empty.then_some(pattern)
}

/// Whether a source is no file of the context: a URL or a git repository.
fn is_remote(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@") || source.starts_with("github.com/")
}

#[cfg(test)]
mod tests {
    use crate::Options;
    use crate::rules::tests::{check_project, check_with};

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
        check("*\n!x\n", "FROM a\nCOPY x x/y /\n", "");
        check("# nothing\n", "FROM a\nCOPY y /\n", "");
    }

    #[test]
    fn exceptions_are_counted_in() {
        let text = "FROM a\nCOPY docs src/ api/*.toml x *.md /\n";
        let excluded = |path: &str, column: usize| {
            format!("2:{column} warning: `{path}` is not in the context: `.dockerignore` excludes it")
        };
        // Without the files, only what is certain is told: something of `docs` may come back.
        check("docs\n!docs/*.md\nx\n", text, &excluded("x", 27));
        let project = |ignore: &str, expected: &str| {
            let files = [
                ("Dockerfile", text),
                (".dockerignore", ignore),
                ("docs/a/b.md", ""),
                ("src/main.rs", ""),
                ("api/a.toml", ""),
                ("api/b.toml", ""),
                ("x", ""),
                ("a.md", ""),
            ];
            check_project("ignored-copy-source", &files, expected);
        };
        let docs = excluded("docs", 6);
        project("docs\n!docs/*.md\n", &docs);
        project("docs\n!docs/**/*.md\n", "");
        project("**\n!src\n!**/*.md\n!x\n", &excluded("api/*.toml", 16));
        project("api/a.toml\n", "");
        project("api/?.toml\n", &excluded("api/*.toml", 16));
        project("*.md\n", &excluded("*.md", 29));
        project("**/*.rs\n", "");
    }

    #[test]
    fn whoever_builds_it_decides_about_the_context() {
        let files = [
            ("docker/Dockerfile", "FROM a\nCOPY app /\n"),
            ("docker/.dockerignore", "*\n"),
            (".dockerignore", "*\n!docker\n"),
            ("compose.yaml", "services: {a: {build: {context: ., dockerfile: docker/Dockerfile}}}"),
            ("app", ""),
        ];
        let expected = "2:6 error: `app` is not in the context: `.dockerignore` excludes it";
        check_project("ignored-copy-source", &files, expected);
        let mut own = files.to_vec();
        own.push(("docker/Dockerfile.dockerignore", "target\n"));
        check_project("ignored-copy-source", &own, "");
    }

    #[test]
    fn the_context_itself_is_excluded_by_stars_alone() {
        let expected = "2:6 warning: `.` is not in the context: `.dockerignore` excludes it";
        check("*\n", "FROM a\nCOPY . /\n", expected);
        check("a\n*.b\n", "FROM a\nCOPY ./ /\n", "");
    }
}
