//! What a build needs to be let in where crates are private.

use super::survey::Survey;

/// Tokens for registries, by name, sorted. The name is that of the variable that Cargo reads the token from,
/// of the secret that the Dockerfile mounts (`--mount=type=secret,id=NAME`), and of the secret of the CI
/// system: `CARGO_REGISTRIES_ACME_TOKEN`.
pub(super) fn tokens(survey: &Survey) -> Vec<String> {
    let by_token = survey.private.iter().filter(|it| !it.ssh);
    let mut names: Vec<String> = by_token.map(|it| variable(&it.name)).collect();
    names.sort();
    names.dedup();
    names
}

/// Whether the build needs an agent for SSH (`--mount=type=ssh`).
pub(super) fn need_ssh(survey: &Survey) -> bool {
    survey.private.iter().any(|it| it.ssh)
}

fn variable(registry: &str) -> String {
    let name: String = registry
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() { it.to_ascii_uppercase() } else { '_' })
        .collect();
    format!("CARGO_REGISTRIES_{name}_TOKEN")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        args::init::Base,
        init::{plan::sample, survey::PrivateSource},
    };

    #[test]
    fn tokens_have_the_names_that_cargo_reads_and_ssh_has_none() {
        let mut survey = sample::html_to_markdown(Base::Scratch).survey;
        assert!(tokens(&survey).is_empty() && !need_ssh(&survey));
        let source = |name: &str, ssh| PrivateSource { name: name.to_owned(), ssh };
        survey.private = vec![source("my-crates", false), source("git.example.com", true)];
        assert_eq!(tokens(&survey), ["CARGO_REGISTRIES_MY_CRATES_TOKEN"]);
        assert!(need_ssh(&survey));
    }
}
