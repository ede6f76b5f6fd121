//! `secret-in-text`: a secret stands in the file.

use plimsoll_finding::{Clause, Severity, Span};

use crate::rule::declare_rule;
use crate::secrets::{find_secrets, redact};
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports values that have the form of a secret, wherever they stand: tokens of GitHub, npm,
    /// crates.io and others, keys of clouds, private keys, passwords in addresses. Comments count.
    ///
    /// ## Why it matters
    /// Whoever reads the repository has it, and so has whoever pulls the image, even when a later
    /// instruction deletes the file.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// ENV CARGO_REGISTRIES_INTERNAL_TOKEN=ghp_Zq7Lw2Xn9Rt4Kc8Vb3Hm6Jd1Fs5Ga0Pu2YeT
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN --mount=type=secret,id=registry,env=CARGO_REGISTRIES_INTERNAL_TOKEN \
    ///     cargo build --release --locked
    /// ```
    pub(crate) static SECRET_IN_TEXT = {
        name: "secret-in-text",
        clause: Clause::NoSecrets,
        summary: "a secret stands in the file",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["tally/secrets-in-code"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let text = cx.facts.file.text;
    for secret in find_secrets(text) {
        let span = Span::new(secret.range.start, secret.range.end);
        let Some(value) = span.slice(text) else { continue };
        let first = value.lines().next().unwrap_or_default();
        let shown = Span::new(span.start(), span.start() + first.len());
        let mut message = format!("{} stands in the file", secret.kind);
        if !value.contains('\n') {
            message = format!("{message}: {}", redact(value));
        }
        cx.report(shown, message)
            .help(
                "Revoke it: it is known to all who have read the file. Give the next one to the build \
                 with `RUN --mount=type=secret`, or to the container when it runs.",
            )
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn secrets_are_found_everywhere_and_never_shown() {
        let token = "ghp_Zq7Lw2Xn9Rt4Kc8Vb3Hm6Jd1Fs5Ga0Pu2YeT";
        let shown = "GitHub token stands in the file: ghp_… (40 characters)";
        for (text, place) in [
            (format!("FROM a\nRUN git clone https://{token}@github.com/a/b\n"), "2:23"),
            (format!("FROM a AS b\n# {token}\nFROM scratch\n"), "2:3"),
            (format!("FROM a\nCOPY <<EOF /x\nt {token}\nEOF\n"), "3:3"),
        ] {
            check("secret-in-text", &text, &format!("{place} error: {shown}"));
        }
    }

    #[test]
    fn placeholders_are_none() {
        check("secret-in-text", "FROM a\nENV TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "");
    }
}
