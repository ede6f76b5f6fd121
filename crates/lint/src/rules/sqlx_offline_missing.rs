//! `sqlx-offline-missing`: sqlx checks queries while compiling, and finds neither a database nor what
//! was prepared.

use plimsoll_finding::{Clause, Severity};
use plimsoll_project::files;

use crate::rule::declare_rule;
use crate::surroundings::{CargoBuild, Presence, Surroundings};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a cargo command that compiles queries which sqlx checks (`query!`, `query_as!`), where
    /// the results of `cargo sqlx prepare` (`.sqlx`) don't reach the image, or where a `.env` with a
    /// `DATABASE_URL` does and `SQLX_OFFLINE` isn't set.
    ///
    /// ## Why it matters
    /// The macros connect to a database while compiling, and there is none in a build: ``set
    /// `DATABASE_URL` to use query macros online, or run `cargo sqlx prepare` ``.
    ///
    /// ## Bad
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY src src
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    ///
    /// [dependencies]
    /// sqlx = { version = "0.8", features = ["postgres"] }
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    /// ```rust src/main.rs
    /// fn main() { let query = sqlx::query!("SELECT 1 AS one"); }
    /// ```
    /// ```json .sqlx/query-1.json
    /// {}
    /// ```
    ///
    /// ## Good
    /// ```dockerfile Dockerfile
    /// FROM rust:1.89-slim-trixie AS build
    /// WORKDIR /src
    /// ENV SQLX_OFFLINE=true
    /// COPY Cargo.toml Cargo.lock ./
    /// COPY .sqlx .sqlx
    /// COPY src src
    /// RUN cargo build --release --locked
    ///
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /src/target/release/app /app
    /// ENTRYPOINT ["/app"]
    /// ```
    /// ```toml Cargo.toml
    /// [package]
    /// name = "app"
    /// edition = "2024"
    ///
    /// [dependencies]
    /// sqlx = { version = "0.8", features = ["postgres"] }
    /// ```
    /// ```toml Cargo.lock
    /// version = 4
    /// ```
    /// ```rust src/main.rs
    /// fn main() { let query = sqlx::query!("SELECT 1 AS one"); }
    /// ```
    /// ```json .sqlx/query-1.json
    /// {}
    /// ```
    pub(crate) static SQLX_OFFLINE_MISSING = {
        name: "sqlx-offline-missing",
        clause: Clause::Context,
        summary: "sqlx checks queries while compiling, and finds neither a database nor `.sqlx`",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

/// What shows that a build has a database.
const DATABASES: &[&str] =
    &["DATABASE_URL", "pg_ctl", "postgresql start", "service postgres", "sqlx database", "diesel "];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(around) = cx.surroundings() else { return };
    for build in &around.cargo_builds(facts).all {
        let Some(command) = build.command(facts).filter(|it| it.kind.compiles()) else { continue };
        if command.tolerated || facts.chain_mentions(command.stage, DATABASES) {
            continue;
        }
        let Some(built) = build.built() else { continue };
        for used in build.workspace.sqlx(around.files()) {
            let Some(member) = build.workspace.members.get(used.member) else { continue };
            if !built.iter().any(|it| it.directory == member.directory) {
                continue;
            }
            let Some(trouble) = trouble(build, around, used.prepared.as_deref()) else { continue };
            let is_offline = facts.chain_mentions(command.stage, &["SQLX_OFFLINE"])
                || build.workspace.configs.iter().any(|it| it.env.contains_key("SQLX_OFFLINE"));
            if matches!(trouble, Trouble::Connects(_)) && is_offline {
                continue;
            }
            let Some(query) = build.workspace.checked_query(around.files(), used.member) else {
                continue;
            };
            // Dummies in place of the code hold no queries.
            if build.presence(around, &query.path) != Presence::There(query.path.clone()) {
                continue;
            }
            let (message, help, other) = match trouble {
                Trouble::Unprepared => (
                    format!("queries of `{}` need a database to compile: `.sqlx` isn't there", member.name),
                    "Run `cargo sqlx prepare`, commit what it writes, and copy it.",
                    None,
                ),
                Trouble::NotCopied(path) => (
                    format!(
                        "queries of `{}` need a database to compile: `{}` isn't copied",
                        member.name,
                        around.files().name(&path)
                    ),
                    "Copy it before cargo runs, and keep it out of `.dockerignore`.",
                    around.keeps_out(&path),
                ),
                Trouble::Connects(path) => (
                    format!(
                        "queries of `{}` are checked against the database of `{}` while compiling",
                        member.name,
                        around.files().name(&path)
                    ),
                    "Set `SQLX_OFFLINE=true` in the builder, and keep `.env` out of the context.",
                    None,
                ),
            };
            let (path, span) = around.named(&query);
            let mut report = cx
                .report(command.head, message)
                .help(help)
                .related_in(path, Some(span), "such a query");
            let (path, span) = around.named(&used.dependency.place);
            report = report.related_in(path, Some(span), "sqlx with its macros");
            if let Some((path, span, _)) = other {
                report = report.related_in(path, Some(span), "this keeps it out of the context");
            }
            report.done();
            return;
        }
    }
}

enum Trouble {
    /// Nothing was prepared.
    Unprepared,
    /// What was prepared is not in the image.
    NotCopied(String),
    /// A file in the image names a database.
    Connects(String),
}

fn trouble(build: &CargoBuild, around: &Surroundings, prepared: Option<&str>) -> Option<Trouble> {
    let Some(prepared) = prepared else {
        let own = files::join(&build.workspace.directory, ".sqlx");
        return (build.presence(around, &own) == Presence::Missing).then_some(Trouble::Unprepared);
    };
    match build.presence(around, prepared) {
        Presence::Missing => return Some(Trouble::NotCopied(prepared.to_owned())),
        Presence::There(_) => {}
        _ => return None,
    }
    let settings = files::join(&build.workspace.directory, ".env");
    let text = around.files().text(&settings)?;
    let names = |name: &str| text.lines().any(|it| it.trim_start().starts_with(name));
    let is_there = build.presence(around, &settings) == Presence::There(settings.clone());
    (is_there && names("DATABASE_URL") && !names("SQLX_OFFLINE"))
        .then_some(Trouble::Connects(settings))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn app(body: &str, more: &[(&str, &str)], expected: &str) {
        let text = format!("FROM rust:1.89\nWORKDIR /w\n{body}\n");
        let manifest = "[package]\nname = \"a\"\n[dependencies]\nsqlx = \"0.8\"\n";
        let mut files = vec![
            ("Dockerfile", &*text),
            ("Cargo.toml", manifest),
            ("src/main.rs", "fn main() { query_as!(A, \"SELECT\"); }\n"),
        ];
        files.extend(more);
        check_project("sqlx-offline-missing", &files, expected);
    }

    const PREPARED: (&str, &str) = (".sqlx/query-1.json", "{}");
    const ALL: &str = "COPY . .\nRUN cargo build";

    #[test]
    fn databases_that_are_not_there() {
        let unprepared = "4:5 error: queries of `a` need a database to compile: `.sqlx` isn't there";
        app(ALL, &[], unprepared);
        app(
            ALL,
            &[PREPARED, (".dockerignore", ".*\n")],
            "4:5 error: queries of `a` need a database to compile: `.sqlx` isn't copied",
        );
        app(
            ALL,
            &[PREPARED, (".env", "DATABASE_URL=postgres://localhost/a\n")],
            "4:5 error: queries of `a` are checked against the database of `.env` while compiling",
        );
    }

    #[test]
    fn builds_that_need_no_database_are_left_alone() {
        let env = (".env", "DATABASE_URL=postgres://localhost/a\n");
        app(ALL, &[PREPARED], "");
        app("ENV SQLX_OFFLINE=true\nCOPY . .\nRUN cargo build", &[PREPARED, env], "");
        app(ALL, &[PREPARED, env, (".dockerignore", ".env\n")], "");
        app("ARG DATABASE_URL\nCOPY . .\nRUN cargo build", &[], "");
        app(ALL, &[("src/main.rs", "fn main() { query(\"x\"); }\n")], "");
        app("COPY Cargo.toml .\nRUN mkdir src && touch src/main.rs && cargo build", &[], "");
    }
}
