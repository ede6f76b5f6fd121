//! `copied-secret`: a file that holds secrets is copied into the image.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, Source};

use crate::facts::{paths, sources};
use crate::rule::declare_rule;
use crate::secrets::secret_file;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `COPY` and `ADD` of files whose names say that they hold secrets: `.env`, private
    /// keys, credentials of clouds and registries.
    ///
    /// ## Why it matters
    /// The file is in a layer for whoever pulls the image, even when a later `RUN` deletes it; from a
    /// stage that isn't shipped it still goes into the build's cache. Settings files such as `.npmrc`,
    /// which need not hold a token, weigh less.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// COPY tls/server.key /etc/tls/server.key
    /// ENTRYPOINT ["/server"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM gcr.io/distroless/cc-debian13:nonroot
    /// COPY --from=build /app/server /server
    /// ENV TLS_KEY_FILE=/run/secrets/server.key
    /// ENTRYPOINT ["/server"]
    /// ```
    pub(crate) static COPIED_SECRET = {
        name: "copied-secret",
        clause: Clause::NoSecrets,
        summary: "a file that holds secrets is copied into the image",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["CIS-DI-0010"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Parts of paths that say that the file is no secret, but there for tests or to show its form.
const HARMLESS: &[&str] = &[
    "test", "tests", "testing", "testdata", "fixture", "fixtures", "example", "examples", "insecure", "integration",
    "dummy", "snakeoil", "temp", "tmp", "sample", "samples", "mock", "fake", "demo", "e2e",
    "testrepos",
];

/// Parts of paths that say that a `.key` is one of TLS.
const TLS: &[&str] = &[
    "ssl", "tls", "cert", "pki", "private", "priv", "privkey", "server", "x509", "nginx", "host",
    "domain", "https", "client", "apache",
];

fn check(cx: &mut Context<'_, '_>) {
    for (index, instruction) in cx.facts.file.instructions.iter().enumerate() {
        let (Command::Copy(copy) | Command::Add(copy)) = &instruction.command else { continue };
        for source in &copy.sources {
            let Source::Path(word) = source else { continue };
            let path = cx.facts.expand(index, word);
            let Some(kind) = secret_file(&path) else { continue };
            let destination = cx.facts.expand(index, &copy.destination);
            if sources::is_remote(&path) || is_harmless(&path, &destination, kind) {
                continue;
            }
            let weight = Weight::of(&path);
            let shipped = cx.facts.stages.at(word.span.start()).is_none_or(|it| it.shipped);
            let keeps = if shipped { "the image" } else { "the build's cache" };
            let message = format!("`{path}` goes into {keeps}: {kind}");
            let report = cx.report(word.span, message).help(weight.help());
            match weight.severity(shipped) {
                Some(severity) => report.severity(severity).done(),
                None => report.done(),
            }
        }
    }
}

/// How likely a file holds secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// It is there for them.
    Secret,
    /// It often does.
    Environment,
    /// It may.
    Settings,
}

impl Weight {
    fn of(path: &str) -> Self {
        let name = paths::file_name(path);
        if matches!(name, ".npmrc" | ".pypirc") {
            Self::Settings
        } else if name.starts_with(".env") || extension(name) == "env" {
            Self::Environment
        } else {
            Self::Secret
        }
    }

    fn severity(self, shipped: bool) -> Option<Severity> {
        match (self, shipped) {
            (Self::Secret, _) => None,
            (Self::Environment, true) => Some(Severity::Warning),
            (Self::Settings | Self::Environment, _) => Some(Severity::Note),
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Environment => {
                "Give the values to the container when it runs (`--env-file`), and list the file in \
                 `.dockerignore`."
            }
            _ => {
                "Mount it for the `RUN` that needs it (`RUN --mount=type=secret`), or give it to the \
                 container when it runs."
            }
        }
    }
}

/// Whether a path says that what is there is no secret, though its name does.
pub(super) fn is_harmless(path: &str, destination: &str, kind: &str) -> bool {
    let has = |text: &str, parts: &[&str]| {
        text.split(['/', '.', '-', '_'])
            .any(|it| parts.iter().any(|part| it.eq_ignore_ascii_case(part)))
    };
    if has(path, HARMLESS) {
        return true;
    }
    // Keys of packages' signers, of proofs and of licences end in `.key` too.
    if kind == "private key" && extension(path) == "key" {
        let contains = |text: &str| {
            let lower = text.to_ascii_lowercase();
            TLS.iter().any(|it| lower.contains(it))
        };
        return !contains(path) && !contains(destination) || destination.contains("keyring");
    }
    // `.healthcheck.env` and its like are made for the image.
    let name = paths::file_name(path);
    name.starts_with('.') && extension(name) == "env" && name != ".env"
}

/// What follows the last dot of a path.
fn extension(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "copied-secret";

    #[test]
    fn secrets_of_every_kind() {
        check(
            RULE,
            "FROM a\nCOPY --chown=1 id_rsa .env app /x/\nADD conf/.npmrc /\n",
            "2:16 error: `id_rsa` goes into the image: SSH private key\n\
             2:23 warning: `.env` goes into the image: environment file\n\
             3:5 note: `conf/.npmrc` goes into the image: npm settings, which may hold a token",
        );
        check(
            RULE,
            "FROM a AS b\nCOPY [\"~/.cargo/credentials.toml\", \"/root/.cargo/\"]\nFROM scratch\n",
            "2:7 warning: `~/.cargo/credentials.toml` goes into the build's cache: Cargo registry token",
        );
        check(
            RULE,
            "FROM a\nARG K=id_ed25519\nCOPY $K /root/.ssh/\nCOPY --from=b /root/.ssh /root/.ssh\n",
            "3:6 error: `id_ed25519` goes into the image: SSH private key\n\
             4:15 error: `/root/.ssh` goes into the image: SSH keys",
        );
    }

    #[test]
    fn what_is_public_or_for_tests_is_not() {
        for source in [
            ".", ".env.example", "id_rsa.pub", "tests/fixtures/server.key", "setup.key", "ca.pem",
            "influxdb.key", ".healthcheck.env", "insecure_id_rsa", "src/env",
        ] {
            check(RULE, &format!("FROM a\nCOPY {source} /x/\n"), "");
        }
        check(RULE, "FROM a\nADD https://a.example/repo.key /etc/apt/trusted/ssl.key\n", "");
    }
}
