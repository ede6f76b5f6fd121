//! `postgres-data-path`: a volume of PostgreSQL at a path where this version keeps no data.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::MountKind;

use crate::compose::databases::{ImageParts, Maker, ServerKind};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports mounts at `/var/lib/postgresql/data` for images of PostgreSQL 18 and newer, and mounts at
    /// `/var/lib/postgresql` for older ones.
    ///
    /// ## Why it matters
    /// Since 18 the images keep the data in `/var/lib/postgresql/18/docker`, declare `/var/lib/postgresql`
    /// as their volume and refuse to start with a mount at the old path. The older ones declare
    /// `/var/lib/postgresql/data`: a nameless volume covers that part of yours, and the data is gone with
    /// the container.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:18
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///     volumes:
    ///       - data:/var/lib/postgresql/data
    /// volumes:
    ///   data:
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:18
    ///     environment:
    ///       POSTGRES_PASSWORD: secret
    ///     volumes:
    ///       - data:/var/lib/postgresql
    /// volumes:
    ///   data:
    /// ```
    pub(crate) static POSTGRES_DATA_PATH = {
        name: "postgres-data-path",
        clause: Clause::DevCompose,
        summary: "a volume is mounted where this version of PostgreSQL keeps no data",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    let served: Vec<_> = cx.served().collect();
    for (at, service, server) in served {
        let is_ours = matches!(server.maker, Maker::Official | Maker::Derived);
        if server.kind != ServerKind::Postgres || !is_ours || service.get("volumes").is_none() {
            continue;
        }
        let told = cx.environment(at).is_none_or(|it| it.get("PGDATA").is_some() || !it.is_complete);
        let Some(major) = major(&server.image).filter(|_| !told) else { continue };
        let mounts = service.volumes();
        let target = |it: &plimsoll_syntax::compose::Mount<'_>| it.target.map_or("", |it| it.text.trim_end_matches('/')).to_owned();
        let find = |path: &str| mounts.iter().find(|it| target(it) == path && it.kind != MountKind::Tmpfs);
        let (old, new) = (find("/var/lib/postgresql/data"), find("/var/lib/postgresql"));
        let image = server.image.written.span;
        if let Some(mount) = old.filter(|_| major >= 18 && new.is_none()) {
            let span = mount.target.map_or(mount.span, |it| it.span);
            let moving = if server.image.major().is_none() && server.image.name() == "postgres" { ", which the tag stands for," } else { "" };
            cx.report(span, format!("PostgreSQL {major}{moving} keeps its data below `/var/lib/postgresql/{major}` and refuses to start with a mount at `/var/lib/postgresql/data`"))
                .help("Mount the volume at `/var/lib/postgresql`.")
                .related(image, "the image")
                .done();
        } else if let Some(mount) = new.filter(|_| major < 18 && old.is_none()) {
            let span = mount.target.map_or(mount.span, |it| it.span);
            cx.report(span, format!("the image of PostgreSQL {major} covers `/var/lib/postgresql/data` with a nameless volume: the data doesn't get into this one"))
                .help("Mount the volume at `/var/lib/postgresql/data`.")
                .related(image, "the image")
                .done();
        }
    }
}

/// The major version; that of the newest for tags that move.
fn major(image: &ImageParts<'_>) -> Option<u32> {
    match image.name() {
        "postgres" | "postgis/postgis" => match image.major() {
            Some(major) => Some(major),
            None if image.has_digest() || !image.is_known() || image.name() != "postgres" => None,
            None => matches!(image.tag(), None | Some("latest" | "alpine" | "trixie" | "bookworm")).then_some(18),
        },
        // `pg17`, `0.8.0-pg17`, `latest-pg17`.
        "pgvector/pgvector" | "timescale/timescaledb" => {
            let mut words = image.tag()?.split('-');
            words.find_map(|it| it.strip_prefix("pg")?.split('.').next()?.parse().ok())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "postgres-data-path";

    fn text(image: &str, volume: &str) -> String {
        format!("services:\n  db:\n    image: {image}\n    volumes: [{volume}]\n")
    }

    #[test]
    fn the_path_depends_on_the_version() {
        let newer = |moving: &str| format!("error: PostgreSQL 18{moving} keeps its data below `/var/lib/postgresql/18` and refuses to start with a mount at `/var/lib/postgresql/data`");
        for image in ["postgres:18.1-alpine", "pgvector/pgvector:0.8.1-pg18", "postgis/postgis:18-3.6"] {
            check(RULE, &text(image, "'data:/var/lib/postgresql/data/'"), &format!("4:21 {}", newer("")));
        }
        check(RULE, &text("postgres", "'data:/var/lib/postgresql/data'"), &format!("4:21 {}", newer(", which the tag stands for,")));
        check(
            RULE,
            &text("postgres:17", "{type: volume, source: d, target: /var/lib/postgresql}"),
            "4:49 error: the image of PostgreSQL 17 covers `/var/lib/postgresql/data` with a nameless volume: the data doesn't get into this one",
        );
    }

    #[test]
    fn what_fits_is_fine() {
        for (image, volume) in [
            ("postgres:17", "'data:/var/lib/postgresql/data'"),
            ("postgres:18", "'data:/var/lib/postgresql'"),
            ("'postgres:${V}'", "'data:/var/lib/postgresql/data'"),
            ("bitnami/postgresql:18", "'data:/var/lib/postgresql/data'"),
            ("postgres:18", "'./x.sql:/docker-entrypoint-initdb.d/x.sql'"),
        ] {
            check(RULE, &text(image, volume), "");
        }
        let told = text("postgres:18", "'data:/var/lib/postgresql/data'") + "    environment: {PGDATA: /var/lib/postgresql/data}\n";
        check(RULE, &told, "");
    }
}
