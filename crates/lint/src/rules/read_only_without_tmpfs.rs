//! `read-only-without-tmpfs`: a read-only service has no place for what its image writes.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::Service;

use crate::facts::paths;
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a service with `read_only: true` whose image writes to a path that is neither a volume
    /// nor memory: by its start script, by an option or variable that names a file, or into an empty
    /// directory that the Dockerfile gives to the user (`/data`, `/var/log/…`, `cache`).
    ///
    /// ## Why it matters
    /// The first write fails with "read-only file system", often not at the start.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     read_only: true
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --system --uid 10001 app && install -d -o app /var/cache/server/cache
    /// COPY server /usr/local/bin/server
    /// USER 10001
    /// ENTRYPOINT ["server", "--cache-dir", "/var/cache/server/cache"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     read_only: true
    ///     tmpfs:
    ///       - /var/cache/server:uid=10001
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --system --uid 10001 app && install -d -o app /var/cache/server/cache
    /// COPY server /usr/local/bin/server
    /// USER 10001
    /// ENTRYPOINT ["server", "--cache-dir", "/var/cache/server/cache"]
    /// ```
    pub(crate) static READ_ONLY_WITHOUT_TMPFS = {
        name: "read-only-without-tmpfs",
        clause: Clause::ReadOnly,
        summary: "a read-only service has no place for what its image writes",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    if cx.adds_to_services() {
        return;
    }
    for service in &cx.facts.compose.services {
        let Some(read_only) = service.get("read_only").filter(|it| it.as_bool() == Some(true))
        else {
            continue;
        };
        if service.extends_elsewhere() || service.entrypoint().is_some() {
            continue;
        }
        let Some(image) = cx.image_of(service) else { continue };
        let Some(writable) = writable(service) else { continue };
        let overridden = service.command().is_some();
        let environment = service.environment();
        let mut seen: Vec<&str> = Vec::new();
        for write in &image.writes {
            let by_command = image.cmd.as_ref().is_some_and(|it| it.span.covers(write.span));
            let by_variable = image.variables.iter().any(|(name, it)| {
                it.span == write.span && environment.iter().any(|pair| pair.name.text == *name)
            });
            let is_volume = image.volumes.iter().any(|it| paths::is_in(&write.value, &it.value));
            let is_kept = writable.iter().any(|it| paths::is_in(&write.value, it));
            // Two writes to one directory are one.
            let is_seen = seen.iter().any(|it| paths::is_in(&write.value, it));
            if is_volume || is_kept || is_seen || by_variable || by_command && overridden {
                continue;
            }
            seen.push(&write.value);
            let message =
                format!("`{}` is read-only, and its image writes `{}`", service.name, write.value);
            let help =
                format!("Mount memory or a volume there: `tmpfs: [{}]`.", directory(&write.value));
            cx.report(read_only.span(), message)
                .help(help)
                .related_in(image.name.clone(), image.place(write.span), "what writes there")
                .done();
        }
    }
}

/// The paths that a service can write; `None` where that is not certain.
fn writable(service: &Service<'_>) -> Option<Vec<String>> {
    let mut paths = Vec::new();
    for it in service.tmpfs() {
        paths.push(it.text.split(':').next().unwrap_or_default().to_owned());
    }
    for mount in service.volumes() {
        paths.push(mount.target?.text.to_owned());
    }
    let known = paths.iter().all(|it| !it.contains('$')) && service.get("volumes_from").is_none();
    known.then(|| paths.iter().map(|it| paths::join("/", it)).collect())
}

/// The directory to mount: that of a file, or the path itself.
fn directory(path: &str) -> &str {
    if paths::file_name(path).contains('.') { paths::parent(path) } else { path }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn check(service: &str, dockerfile: &str, expected: &str) {
        let compose = format!("services:\n  a:\n    build: .\n    read_only: true\n{service}");
        check_project(
            "read-only-without-tmpfs",
            &[("compose.yaml", &compose), ("Dockerfile", dockerfile)],
            expected,
        );
    }

    const FOUND: &str = "4:16 warning: `a` is read-only, and its image writes `/data`";

    #[test]
    fn writes_that_have_no_place() {
        let made = "FROM debian:12\nRUN mkdir /data && chown app /data\nUSER app\nCMD [\"x\"]\n";
        check("", made, FOUND);
        check("    tmpfs: /tmp\n", made, FOUND);
        check(
            "",
            "FROM debian:12\nENV DATABASE_URL=sqlite:///data/x.db\n",
            &FOUND.replace("/data", "/data/x.db"),
        );
        check("", "FROM debian:12\nCMD [\"x\", \"--data-dir=/data\"]\n", FOUND);
        check("", "FROM debian:12\nCMD mkdir -p /data && exec x\n", FOUND);
        let nginx = "4:16 warning: `a` is read-only, and its image writes `/run`\n\
                     4:16 warning: `a` is read-only, and its image writes `/var/cache/nginx`";
        check("", "FROM nginx:1.29\nCOPY dist /usr/share/nginx/html\n", nginx);
        check("    tmpfs: [/var/cache/nginx, '/run:mode=1777']\n", "FROM nginx:1.29\n", "");
    }

    #[test]
    fn volumes_and_memory_are_places() {
        let made = "FROM debian:12\nRUN mkdir /data && chown app /data\nUSER app\nCMD [\"x\", \"--db\", \"/y/d.db\"]\n";
        check("    tmpfs: [/data, /y]\n", made, "");
        check("    volumes: ['vol:/data', {type: tmpfs, target: /y}]\n", made, "");
        check("    tmpfs: $T\n", made, "");
        check("    tmpfs: /data\n    command: ['y']\n", made, "");
        check("", "FROM debian:12\nRUN mkdir /data && chown app /data\nVOLUME /data\n", "");
        check(
            "",
            "FROM debian:12\nRUN mkdir -p /data\nWORKDIR /app\nRUN chown app /app\nCOPY x .\n",
            "",
        );
        check("    environment: {DATA_DIR: /tmp}\n", "FROM debian:12\nENV DATA_DIR=/data\n", "");
        check("", "FROM debian:12\nENV DATABASE_URL=postgres://x/y\n", "");
    }
}
