//! `volume-owned-by-root`: a volume is mounted where its image has no directory of its user.

use plimsoll_finding::{Clause, Severity, Span};
use plimsoll_syntax::compose::{MountKind, Service};

use crate::compose::comparable::is_comparable;
use crate::compose::sources::is_literal;
use crate::facts::paths;
use crate::image_facts::{ImageFacts, ImageUser, Ownership};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports a named or anonymous volume of a service whose process is not root, mounted at a path
    /// that its image has no directory at, or one of root's. Images of bases that are not known are
    /// left alone, and so are volumes that other services mount too.
    ///
    /// ## Why it matters
    /// A new volume gets the owner of the directory that the image has there. Where there is none,
    /// Docker makes it root's, and the process fails with "permission denied" when it first writes.
    ///
    /// ## Bad
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     volumes:
    ///       - data:/var/lib/server
    /// volumes:
    ///   data:
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --system --uid 10001 app
    /// COPY server /usr/local/bin/server
    /// USER 10001
    /// ENTRYPOINT ["server"]
    /// ```
    ///
    /// ## Good
    /// ```yaml compose.yaml
    /// services:
    ///   api:
    ///     build: .
    ///     volumes:
    ///       - data:/var/lib/server
    /// volumes:
    ///   data:
    /// ```
    /// ```dockerfile Dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --system --uid 10001 app && install -d -o app -g app /var/lib/server
    /// COPY server /usr/local/bin/server
    /// USER 10001
    /// ENTRYPOINT ["server"]
    /// ```
    pub(crate) static VOLUME_OWNED_BY_ROOT = {
        name: "volume-owned-by-root",
        clause: Clause::NonRoot,
        summary: "a volume is mounted where its image has no directory of its user",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        if service.extends_elsewhere() || !service.is_built() {
            continue;
        }
        let mounts = service.volumes();
        if mounts.is_empty() {
            continue;
        }
        let Some(image) = cx.image_of(service).filter(|it| it.base_known) else { continue };
        let Some((user, user_span)) = user(service, &image) else { continue };
        for mount in mounts {
            let (Some(target), MountKind::Volume, false) =
                (mount.target, mount.kind, mount.read_only)
            else {
                continue;
            };
            let shared = mount
                .source
                .is_some_and(|it| is_shared(cx, service, it.text) || is_special(cx, it.text));
            let no_copy = mount.value.at(&["volume", "nocopy"]).is_some();
            let is_path = is_literal(target.text) && target.text.starts_with('/');
            if shared || no_copy || !is_path {
                continue;
            }
            let path = paths::join("/", target.text);
            let Some(at) = root_owned(&image, &path) else { continue };
            let message = format!(
                "the volume at `{path}` is root's, and `{}` runs as `{user}`",
                service.name
            );
            let (span, says) = match at {
                At::Made(span) => (Some(span), "the image makes it for root"),
                At::Nowhere => {
                    (user_span, "the process runs as this user, and nothing makes the directory")
                }
            };
            let help = format!(
                "Make `{path}` in the image and give it to the user: a new volume takes the owner of the directory."
            );
            let report = cx.report(target.span, message).help(help);
            match span {
                Some(span) => report.related_in(image.name.clone(), image.place(span), says).done(),
                None => report.done(),
            }
        }
    }
}

/// The user of the process, where it is certain and not root.
fn user(service: &Service<'_>, image: &ImageFacts) -> Option<(String, Option<Span>)> {
    if let Some(user) = service.text("user") {
        let name = user.text.split(':').next().unwrap_or_default();
        let is_other = is_literal(user.text) && !matches!(name, "" | "root" | "0");
        return is_other.then(|| (name.to_owned(), None));
    }
    match &image.user {
        ImageUser::Other(name, span) => Some((name.clone(), *span)),
        ImageUser::Root(_) | ImageUser::Unknown => None,
    }
}

/// Why a volume is root's.
enum At {
    Made(Span),
    Nowhere,
}

/// Whether the image has no directory at a path, or one of root's; `None` where that is not certain.
fn root_owned(image: &ImageFacts, path: &str) -> Option<At> {
    // Directories that every image has, or that are for everybody.
    let is_common =
        ["/tmp", "/var/tmp", "/dev", "/run/lock"].iter().any(|it| paths::is_in(path, it));
    if is_common || path == "/" || in_home(image, path) {
        return None;
    }
    if let Some(made) = image.made.iter().find(|it| it.path == path) {
        let is_roots = made.owner == Ownership::Root && made.is_empty;
        return is_roots.then_some(At::Made(made.span));
    }
    // What lands above or below it may bring it along, with whatever owner.
    let near = |other: &str| paths::is_in(other, path) || paths::is_in(path, other);
    let copied = image.copies.iter().any(|it| {
        let is_tree = !it.is_file || it.path.contains(['?', '$', '*']);
        paths::is_in(&it.path, path) || is_tree && near(&it.path)
    });
    let made = image
        .made
        .iter()
        .any(|it| paths::is_in(&it.path, path) || it.path.contains(['$', '?', '*']));
    // A script that names it in a way that was not understood.
    let runs = image.text.lines().any(|line| {
        let line = line.trim_start();
        let known = ["VOLUME", "ENV ", "#", "CMD", "ENTRYPOINT", "LABEL", "WORKDIR", "ARG "];
        !known.iter().any(|it| line.starts_with(it)) && line.contains(path)
    });
    (!copied && !made && !runs && image.made.iter().all(|it| it.path != path))
        .then_some(At::Nowhere)
}

/// Whether a path is in somebody's home, which is made with its user.
fn in_home(image: &ImageFacts, path: &str) -> bool {
    paths::is_in(path, "/home") || paths::is_in(path, "/root") || image.text.contains("--home")
}

/// Whether another service mounts the volume as well: the one that comes first decides.
fn is_shared(cx: &ComposeContext<'_, '_>, service: &Service<'_>, volume: &str) -> bool {
    let compose = &cx.facts.compose;
    let mut others = compose.services.iter().filter(|it| it.name != service.name);
    !is_comparable(compose) || others.any(|it| it.volumes().iter().any(|it| it.source.is_some_and(|it| it.text == volume)))
}

/// Whether a volume is made elsewhere, or by a driver.
fn is_special(cx: &ComposeContext<'_, '_>, volume: &str) -> bool {
    let found = cx.facts.compose.volumes.iter().find(|it| it.name == volume);
    found.is_none_or(|it| {
        it.is_external() || it.get("driver_opts").is_some() || it.get("driver").is_some()
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    #[track_caller]
    fn check(service: &str, dockerfile: &str, expected: &str) {
        let compose = format!("services:\n  a:\n    build: .\n{service}volumes: {{data: }}\n");
        check_project(
            "volume-owned-by-root",
            &[("compose.yaml", &compose), ("Dockerfile", dockerfile)],
            expected,
        );
    }

    const VOLUME: &str = "    volumes: ['data:/data']\n";
    const FOUND: &str = "4:21 warning: the volume at `/data` is root's, and `a` runs as `app`";

    #[test]
    fn directories_that_nobody_makes() {
        check(VOLUME, "FROM debian:12\nRUN useradd app\nUSER app\n", FOUND);
        check(VOLUME, "FROM debian:12\nUSER app\nVOLUME /data\nCMD [\"x\", \"/data\"]\n", FOUND);
        check(VOLUME, "FROM debian:12\nRUN mkdir -p /data\nUSER app\n", FOUND);
        check(VOLUME, "FROM alpine:3.22 AS b\nUSER app\nFROM b\nENV D=/data\n", FOUND);
        let by_compose = "    user: '1000'\n    volumes: ['data:/data']\n";
        check(
            by_compose,
            "FROM debian:12\n",
            "5:21 warning: the volume at `/data` is root's, and `a` runs as `1000`",
        );
        let nonroot = "FROM gcr.io/distroless/static-debian12:nonroot\nCOPY x /x\n";
        check(VOLUME, nonroot, &FOUND.replace("`app`", "`65532`"));
    }

    #[test]
    fn directories_of_the_user_are_copied() {
        for dockerfile in [
            "FROM debian:12\nRUN mkdir -p /data && chown -R app:app /data\nUSER app\n",
            "FROM debian:12\nRUN mkdir -p /data/x /y && chown -R app /data/ /y\nUSER app\n",
            "FROM debian:12\nRUN install -d -o app /data\nUSER app\n",
            "FROM debian:12\nRUN mkdir -m 777 /data\nUSER app\n",
            "FROM debian:12\nRUN mkdir /data; chmod a+rwx /data\nUSER app\n",
            "FROM debian:12\nUSER app\nWORKDIR /data\n",
            "FROM debian:12\nUSER root\nRUN adduser -D -h /data app\nUSER app\n",
            "FROM scratch\nCOPY --from=b --chown=app /data /data\nUSER app\n",
            "FROM debian:12\nCOPY rootfs /\nUSER app\n",
            "FROM debian:12\nRUN ./setup /data\nUSER app\n",
            "FROM debian:12\nRUN for d in data log; do mkdir /$d; done\nUSER app\n",
            "FROM corp/x:1\nUSER app\n",
            "FROM debian:12\nUSER root\n",
            "FROM debian:12\nUSER $U\n",
        ] {
            check(VOLUME, dockerfile, "");
        }
    }

    #[test]
    fn other_mounts_are_left_alone() {
        let dockerfile = "FROM debian:12\nUSER app\n";
        for service in [
            "    volumes: ['./data:/data']\n",
            "    volumes: ['data:/data:ro']\n",
            "    volumes: ['data:$X', 'data:/tmp/x', 'data:/home/app/x']\n",
            "    volumes: ['data:/data']\n    user: root\n",
            "    volumes: ['data:/data']\n  b: {image: x, volumes: ['data:/d']}\n",
            "    volumes: [{type: tmpfs, target: /data}]\n",
        ] {
            check(service, dockerfile, "");
        }
    }
}
