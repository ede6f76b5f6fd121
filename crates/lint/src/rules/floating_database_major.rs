//! `floating-database-major`: a database that keeps its data and whose major version moves.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::compose::MountKind;

use crate::compose::databases::ServerKind;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports databases with a volume whose image names no version: `postgres`, `postgres:latest`,
    /// `postgres:alpine`.
    ///
    /// ## Why it matters
    /// Some day the tag is the next major version, and that does not read the files of the one before:
    /// the database doesn't start, on one machine and not on the other.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:alpine
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///     volumes:
    ///       - data:/var/lib/postgresql
    /// volumes:
    ///   data:
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:18-alpine
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///     volumes:
    ///       - data:/var/lib/postgresql
    /// volumes:
    ///   data:
    /// ```
    pub(crate) static FLOATING_DATABASE_MAJOR = {
        name: "floating-database-major",
        clause: Clause::Pinned,
        summary: "the major version of a database with a volume moves with its tag",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

/// Whether the rule speaks of an image: others about its tag need not.
pub(crate) fn speaks_of(cx: &ComposeContext<'_, '_>, image: Span) -> bool {
    cx.options.selects(&FLOATING_DATABASE_MAJOR) && floating(cx).iter().any(|it| it.image == image)
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for floating in floating(cx) {
        cx.report(floating.image, floating.message)
            .help("Name the major version in the tag.")
            .related(floating.mount, "the data is kept here")
            .done();
    }
}

/// A database whose data outlives its image, which may become another major.
struct Floating {
    image: Span,
    mount: Span,
    message: String,
}

fn floating(cx: &ComposeContext<'_, '_>) -> Vec<Floating> {
    let mut found = Vec::new();
    for (_, service, server) in cx.served() {
        let image = &server.image;
        let names_version = image.tag().is_some_and(|it| it.bytes().any(|it| it.is_ascii_digit()));
        // MariaDB takes over the files of older versions where it is told to.
        let takes_over = image.tag() == Some("lts")
            || service.environment().iter().any(|it| it.name.text == "MARIADB_AUTO_UPGRADE");
        if takes_over || !server.kind.is_database() || !image.is_known() || image.has_digest() || names_version {
            continue;
        }
        let mounts = service.volumes();
        let keeps = mounts.iter().find(|it| {
            let target = it.target.map_or("", |it| it.text);
            let is_data = match server.kind {
                ServerKind::Postgres => target.starts_with("/var/lib/postgresql") || target.starts_with("/bitnami"),
                ServerKind::MySql => target.starts_with("/var/lib/mysql") || target.starts_with("/bitnami"),
                _ => target.starts_with("/data") || target.starts_with("/bitnami"),
            };
            is_data && it.source.is_some() && it.kind != MountKind::Tmpfs
        });
        let Some(mount) = keeps else { continue };
        let what = server.kind.title();
        let message = format!(
            "`{}` names no version of {what}: the next major doesn't read the files in the volume",
            image.written.text
        );
        found.push(Floating { image: image.written.span, mount: mount.span, message });
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "floating-database-major";

    fn text(image: &str, rest: &str) -> String {
        format!("services:\n  db:\n    image: {image}\n    {rest}\n")
    }

    #[test]
    fn data_needs_a_version() {
        let volume = "volumes: ['data:/var/lib/postgresql/data']";
        for image in ["postgres", "postgres:latest", "docker.io/library/postgres:alpine"] {
            check(
                RULE,
                &text(image, volume),
                &format!("3:12 warning: `{image}` names no version of PostgreSQL: the next major doesn't read the files in the volume"),
            );
        }
        for image in ["postgres:17", "postgres@sha256:0", "'postgres:${V}'", "pgvector/pgvector:pg17", "redis"] {
            check(RULE, &text(image, volume), "");
        }
        check(RULE, &text("postgres", "restart: always"), "");
    }
}
