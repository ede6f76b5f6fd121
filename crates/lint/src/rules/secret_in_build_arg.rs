//! `secret-in-build-arg`: a workflow gives a secret to a build as an argument.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::workflow::{Context, Expression, Part, parts};

use crate::rule::declare_rule;
use crate::workflow::builds::Build;
use crate::workflow::images::Text;
use crate::workflow::variables::Variables;
use crate::{FixAvailability, WorkflowContext};

declare_rule! {
    /// ## What it does
    /// Reports build arguments whose value comes from `secrets`, in `build-args` of an action or
    /// `--build-arg` of a command, be it by a variable. Names of accounts and addresses are left
    /// alone, and so is what is made public on purpose (`VITE_…`, `NEXT_PUBLIC_…`).
    ///
    /// ## Why it matters
    /// The values of arguments are written into the history of the image and into its provenance;
    /// whoever can pull the image can read them. A secret mount leaves nothing behind.
    ///
    /// ## Bad
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           build-args: |
    ///             CARGO_REGISTRIES_ACME_TOKEN=${{ secrets.ACME_TOKEN }}
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// on:
    ///   push:
    /// jobs:
    ///   image:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a # v7.3.0
    ///         with:
    ///           secrets: |
    ///             acme_token=${{ secrets.ACME_TOKEN }}
    /// ```
    pub(crate) static SECRET_IN_BUILD_ARG = {
        name: "secret-in-build-arg",
        clause: Clause::NoSecrets,
        summary: "a workflow gives a secret to a build as an argument",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        workflow: check,
    }
}

fn check(cx: &mut WorkflowContext<'_, '_>) {
    let facts = cx.facts;
    let Some(containers) = facts.containers() else { return };
    for (_, act, build) in containers.builds() {
        let variables = Variables::of(act.step);
        for arg in &build.args {
            let (name, value) = arg.text.split_once('=').unwrap_or((&arg.text, ""));
            // Without a value the variable of that name is taken.
            let inherited = (!arg.text.contains('='))
                .then(|| variables.field(name))
                .flatten()
                .map(|it| variables.text(it).text);
            let value = inherited.as_deref().unwrap_or(value);
            let Some(secret) = secret_in(value) else { continue };
            if is_harmless(name) || is_harmless(&secret) {
                continue;
            }
            report(cx, build, arg, name, &secret);
        }
    }
}

fn report(cx: &mut WorkflowContext<'_, '_>, build: &Build<'_>, arg: &Text, name: &str, secret: &str) {
    let id = name.to_ascii_lowercase();
    let message = format!("the secret `{secret}` is given as the build argument `{name}`, which stays in the image's history");
    let how = if build.is_action() || build.by == crate::workflow::builds::Builder::Remote {
        format!("`secrets: {id}=${{{{ secrets.{secret} }}}}`")
    } else {
        format!("`--secret id={id},env={name}`")
    };
    cx.report(arg.span, message)
        .help(format!(
            "Give it to the build with {how}, and to the one `RUN` that needs it with \
             `RUN --mount=type=secret,id={id},env={name} …`."
        ))
        .done();
}

/// The name of the secret that a text holds.
fn secret_in(text: &str) -> Option<String> {
    if !text.contains("secrets.") && !text.contains("github.token") && !text.contains("secrets[") {
        return None;
    }
    let mut expressions = parts(text).filter_map(|it| match it {
        Part::Expression { text, .. } => Expression::parse(text),
        Part::Text { .. } => None,
    });
    let name = |it: &Context<'_>| {
        if it.starts_with(&["secrets"]) {
            return it.name(1).map(ToOwned::to_owned);
        }
        it.is(&["github", "token"]).then(|| "GITHUB_TOKEN".to_owned())
    };
    expressions.find_map(|it| it.contexts().into_iter().find_map(name))
}

/// Whether a name is that of something that is no secret, wherever it is kept.
fn is_harmless(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let public = ["VITE_", "NEXT_PUBLIC_", "REACT_APP_", "NUXT_PUBLIC_", "PUBLIC_", "EXPO_PUBLIC_"];
    let ends = [
        "USERNAME", "USER", "URL", "HOST", "ORG", "ORGANIZATION", "REGISTRY", "REPOSITORY", "REGION",
        "PROJECT", "PROJECT_ID", "ACCOUNT", "ACCOUNT_ID", "DOMAIN", "VERSION", "ENV", "ENVIRONMENT", "BUCKET",
        "NAMESPACE", "EMAIL", "NAME", "PUBLIC_KEY", "PUBLISHABLE_KEY", "ANON_KEY", "MEASUREMENT_ID", "CLIENT_ID", "APP_ID",
        "ENDPOINT", "PORT", "PATH", "IMAGE", "TAG",
    ];
    public.iter().any(|it| name.starts_with(it)) || ends.iter().any(|it| name.ends_with(it))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "secret-in-build-arg";

    fn workflow(step: &str) -> String {
        format!("env: {{DEEP: \"${{{{ secrets.DEEP_KEY }}}}\"}}\njobs:\n  a:\n    steps:\n      - {step}\n")
    }

    #[test]
    fn secrets_are_found_however_they_are_given() {
        let message = |secret: &str, name: &str| {
            format!("error: the secret `{secret}` is given as the build argument `{name}`, which stays in the image's history")
        };
        for (step, place, secret, name) in [
            ("uses: docker/build-push-action@v7\n        with:\n          build-args: |\n            A=1\n            B=${{ secrets.TOKEN }}", "9:13", "TOKEN", "B"),
            ("uses: depot/build-push-action@v1\n        with: {build-args: \"X=${{ env.DEEP }}\"}", "6:29", "DEEP_KEY", "X"),
            ("run: docker build --build-arg X=${{ secrets.K || '' }} .", "5:39", "K", "X"),
            ("run: docker buildx build --build-arg=X=$K .\n        env: {K: \"${{ secrets.KEY }}\"}", "5:34", "KEY", "X"),
            ("run: docker build --build-arg K .\n        env: {K: \"${{ github.token }}\"}", "5:39", "GITHUB_TOKEN", "K"),
        ] {
            check(RULE, &workflow(step), &format!("{place} {}", message(secret, name)));
        }
    }

    #[test]
    fn other_values_are_left_alone() {
        for step in [
            "uses: docker/build-push-action@v7\n        with: {build-args: \"A=${{ github.sha }}\"}",
            "uses: docker/build-push-action@v7\n        with: {secrets: \"A=${{ secrets.A }}\"}",
            "uses: docker/build-push-action@v7\n        with: {build-args: \"A=${{ secrets.DOCKER_USERNAME }}\"}",
            "uses: docker/build-push-action@v7\n        with: {build-args: \"VITE_API_KEY=${{ secrets.KEY }}\"}",
            "run: docker build --build-arg A=$B .",
            "run: docker build --secret id=x,env=X --build-arg A=1 .",
        ] {
            check(RULE, &workflow(step), "");
        }
    }
}
