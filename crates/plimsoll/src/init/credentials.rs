//! What a build needs to be let in where crates are private.

use serde::Serialize;

use super::survey::{PrivateSource, Survey};

/// A secret that the Dockerfile mounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Secret {
    /// As `RUN --mount=type=secret,id=ID` has it.
    pub(super) id: String,
    /// What the variable is called that it comes from, and the secret of the CI system.
    pub(super) variable: String,
}

/// The secrets that the Dockerfile mounts, sorted: tokens for registries that have a name which fits in
/// the variable that Cargo reads them from, a whole `credentials.toml` for others, and the keys of hosts
/// for SSH.
pub(super) fn secrets(survey: &Survey) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = survey.private.iter().map(secret).collect();
    secrets.sort();
    secrets.dedup();
    secrets
}

/// Whether the build needs an agent for SSH (`--mount=type=ssh`).
pub(super) fn need_ssh(survey: &Survey) -> bool {
    survey.private.iter().any(|it| it.ssh)
}

fn secret(source: &PrivateSource) -> Secret {
    let is_fit = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
    let name = &source.name;
    let (id, variable) = if source.ssh {
        ("known_hosts".to_owned(), "SSH_KNOWN_HOSTS".to_owned())
    } else if !name.is_empty() && name.chars().all(is_fit) {
        let variable = name.to_ascii_uppercase().replace('-', "_");
        (format!("cargo-registry-{name}"), format!("CARGO_REGISTRIES_{variable}_TOKEN"))
    } else {
        ("cargo-credentials".to_owned(), "CARGO_CREDENTIALS".to_owned())
    };
    Secret { id, variable }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::init::Base, init::plan::sample};

    #[test]
    fn tokens_come_from_the_variables_that_cargo_reads() {
        let mut survey = sample::html_to_markdown(Base::Scratch).survey;
        assert!(secrets(&survey).is_empty() && !need_ssh(&survey));
        let source = |name: &str, ssh| PrivateSource { name: name.to_owned(), ssh };
        survey.private = vec![
            source("my-crates", false),
            source("crates.example.com", false),
            source("crates.example.org", false),
            source("git.example.com", true),
        ];
        let secrets = secrets(&survey);
        let texts: Vec<String> =
            secrets.iter().map(|it| format!("{}={}", it.id, it.variable)).collect();
        assert_eq!(
            texts,
            [
                "cargo-credentials=CARGO_CREDENTIALS",
                "cargo-registry-my-crates=CARGO_REGISTRIES_MY_CRATES_TOKEN",
                "known_hosts=SSH_KNOWN_HOSTS"
            ]
        );
        assert!(need_ssh(&survey));
    }
}
