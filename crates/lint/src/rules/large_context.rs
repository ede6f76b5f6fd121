//! `large-context`: what a Dockerfile takes of its context is very large.

use plimsoll_finding::{Clause, Severity};

use crate::facts::taken::Taken;
use crate::rule::declare_rule;
use crate::surroundings::survey::{Depth, Survey, size};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Adds up what the Dockerfile copies and mounts of its build context, without what `.dockerignore`
    /// excludes, and reports more than 100 MB, or what `context-limit` in the settings says. `target`,
    /// `.git` and `node_modules` are not counted: other rules are about them. BuildKit
    /// sends what is taken and nothing else.
    ///
    /// ## Why it matters
    /// All of it is read, sent to the builder and compared before each build, and kept in its cache.
    /// It is most often something that no build needs: data, dumps, what was built before.
    ///
    /// ## Bad
    /// With a limit of 100 bytes:
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    /// ```text data/dump.sql
    /// INSERT INTO page VALUES (1, 'a line of a dump that has much more of them, and more');
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY src src
    /// RUN cargo build --release --locked
    /// ```
    /// ```text data/dump.sql
    /// INSERT INTO page VALUES (1, 'a line of a dump that has much more of them, and more');
    /// ```
    pub(crate) static LARGE_CONTEXT = {
        name: "large-context",
        clause: Clause::Context,
        summary: "what a Dockerfile takes of its context is very large",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// Where the settings say nothing: 100 MB.
const LIMIT: u64 = 100_000_000;

fn check(cx: &mut Context<'_, '_>) {
    let Some(around) = cx.surroundings() else { return };
    if !around.context.likely {
        return;
    }
    let taken = around.taken(cx.facts);
    let is_directory = |it: &Taken| {
        it.path.contains(['*', '?', '[']) || around.files().is_directory(&around.context.absolute(&it.path))
    };
    if !taken.iter().any(is_directory) {
        return;
    }
    let survey = around.place.project.survey(&around.context, Depth::Quick);
    let mut counted: Vec<&Taken> = Vec::new();
    for it in taken.iter().filter(|it| is_directory(it)) {
        if !counted.iter().any(|other| other.covers(&it.path)) {
            counted.retain(|other| !it.covers(&other.path));
            counted.push(it);
        }
    }
    let sum: u64 = counted.iter().map(|it| survey.size_of(it)).sum();
    let limit = cx.options.context_limit.unwrap_or(LIMIT);
    let largest = counted.into_iter().max_by_key(|it| survey.size_of(it));
    let Some(largest) = largest.filter(|_| sum > limit) else { return };
    let more = if survey.complete { "" } else { "more than " };
    let message = format!("{more}{} of the context are taken, and {} are allowed", size(sum), size(limit));
    cx.report(largest.span, message)
        .help(format!("{}List what no build needs in `.dockerignore`.", directories(&survey)))
        .done();
}

/// The largest directories in words.
fn directories(survey: &Survey) -> String {
    let all = survey.largest(5);
    let all: Vec<_> = all.iter().map(|(path, bytes)| format!("`{path}` ({})", size(*bytes))).collect();
    match &*all {
        [] => String::new(),
        [one] => format!("The largest directory is {one}. "),
        several => format!("The largest directories are {}. ", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULE: &str = "large-context";

    fn check(dockerfile: &str, ignore: &str, expected: &str) {
        let large = "x".repeat(80);
        let files = [
            ("Dockerfile", dockerfile),
            (".dockerignore", ignore),
            ("data/a", &*large),
            ("data/b/c", &*large),
            ("src/main.rs", "fn main() {}\n"),
        ];
        check_project(RULE, &files, expected);
    }

    #[test]
    fn only_what_is_taken_counts() {
        let message = |it| format!("warning: {it} bytes of the context are taken, and 100 bytes are allowed");
        check("FROM a\nCOPY data /d\n", "", &format!("2:6 {}", message(160)));
        check("FROM a\nCOPY src /s\nRUN --mount=source=data,target=/d x\n", "", &format!("3:5 {}", message(173)));
        check("FROM a\nCOPY data /d\nCOPY data/b /e\n", "", &format!("2:6 {}", message(160)));
        check("FROM a\nCOPY d* /d\n", "data/a\n", "");
        check("FROM a\nCOPY . /s\n", "data\n", "");
        check("FROM a\nCOPY src data/a /s\n", "", "");
        check("FROM a\nCOPY --exclude=data . /s\n", "", "");
    }
}
