//! `build-secret-in-argument`: a `RUN` uses a secret that comes as a build argument.

use plimsoll_finding::{Clause, Severity};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `RUN` that uses a build argument as a secret: its name says so, or it stands as the
    /// password in the address of a repository.
    ///
    /// ## Why it matters
    /// The values of arguments are written into the history of the image and into its provenance;
    /// whoever can pull the image can read them with `docker history`. A secret mount leaves nothing
    /// behind.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// ARG GITHUB_TOKEN
    /// RUN git config --global url."https://$GITHUB_TOKEN@github.com/".insteadOf https://github.com/ \
    ///  && cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie AS build
    /// WORKDIR /src
    /// COPY . .
    /// RUN --mount=type=secret,id=github_token,env=GITHUB_TOKEN \
    ///     --mount=type=bind,source=askpass.sh,target=/askpass.sh \
    ///     GIT_ASKPASS=/askpass.sh cargo build --release --locked
    /// ```
    pub(crate) static BUILD_SECRET_IN_ARGUMENT = {
        name: "build-secret-in-argument",
        clause: Clause::NoSecrets,
        summary: "a `RUN` uses a secret that comes as a build argument",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for secret in facts.secret_arguments() {
        let name = &secret.name.text;
        let what = if secret.in_address { "a password in an address" } else { "a secret" };
        let message = format!("`{name}` is {what}, and build arguments stay in the image's history");
        let id = name.to_ascii_lowercase();
        let help = format!(
            "Give it to this `RUN` alone with `RUN --mount=type=secret,id={id},env={name} …`, and to \
             the build with `--secret id={id},env={name}`."
        );
        cx.report(secret.used, message)
            .help(help)
            .related(secret.name.span, "the argument is declared here")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "build-secret-in-argument";
    const HISTORY: &str = "and build arguments stay in the image's history";

    #[test]
    fn uses_are_reported_once_for_each_argument() {
        check(
            RULE,
            "FROM a\nARG NPM_TOKEN A_TOKEN=\nRUN x \\\n # no\n ${NPM_TOKEN:-} $NPM_TOKEN\nRUN y $A_TOKEN\n",
            &format!(
                "5:2 warning: `NPM_TOKEN` is a secret, {HISTORY}\n\
                 6:7 warning: `A_TOKEN` is a secret, {HISTORY}"
            ),
        );
        check(
            RULE,
            "FROM a AS b\nARG API_KEY\nRUN <<EOF\ncurl -H $API_KEY x\nEOF\nFROM scratch\n",
            &format!("4:9 note: `API_KEY` is a secret, {HISTORY}"),
        );
    }

    #[test]
    fn addresses_tell_secrets_of_any_name() {
        check(
            RULE,
            "FROM a\nARG U P\nRUN git clone https://$U:${P}@github.com/a/b\n",
            &format!("3:26 warning: `P` is a password in an address, {HISTORY}"),
        );
        check(RULE, "FROM a\nARG HOST\nRUN curl https://$HOST/a@b https://a.$HOST\n", "");
    }

    #[test]
    fn programs_take_secrets_from_their_environment() {
        check(
            RULE,
            "FROM a\nARG CARGO_REGISTRIES_X_TOKEN\nRUN ls && cargo build\n",
            &format!("3:11 warning: `CARGO_REGISTRIES_X_TOKEN` is a secret, {HISTORY}"),
        );
    }

    #[test]
    fn what_is_no_secret_or_unused_is_left_alone() {
        for text in [
            "FROM a\nARG TOKEN\nRUN ls\n",
            "FROM a\nRUN x $TOKEN\nARG TOKEN\n",
            "FROM a\nARG GPG_KEY\nRUN gpg --recv-keys $GPG_KEY\n",
            "FROM a\nARG TOKEN=public\nRUN x $TOKEN\n",
            "FROM a\nARG TOKEN\nRUN --mount=type=secret,id=t,env=TOKEN x $TOKEN\n",
            "FROM a\nARG TOKEN\nRUN x $TOKEN_FILE\n",
            "ARG TOKEN\nFROM a\nRUN x $TOKEN\n",
        ] {
            check(RULE, text, "");
        }
    }
}
