//! What the image of a program is called.

use super::plan::{Plan, Target};
use crate::args::init::CiSystem;

/// What comes after the repository of the plan: nothing for the first program, its name for the others.
///
/// GitLab's registry takes what lies below the project's path alone; Docker Hub takes nothing that is
/// deeper than `owner/name`.
pub(super) fn suffix(plan: &Plan, target: &Target) -> String {
    if plan.targets.first().is_none_or(|it| it.stage == target.stage) {
        return String::new();
    }
    let between = if plan.ci == CiSystem::Gitlab { '/' } else { '-' };
    format!("{between}{}", component(&target.stage))
}

/// The whole name, without a tag.
pub(super) fn of(plan: &Plan, target: &Target) -> String {
    format!("{}{}", plan.repository, suffix(plan, target))
}

/// The host that a repository lies on.
pub(super) fn registry(repository: &str) -> &str {
    let host = repository.split_once('/').map_or("", |it| it.0);
    if host == "localhost" || host.contains(['.', ':']) { host } else { "docker.io" }
}

/// A name as images and stages may have it: lower case, without anything at its ends but letters and digits.
pub(super) fn component(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let name: String = name
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() || "-_".contains(it) { it } else { '-' })
        .collect();
    let name = name.trim_matches(['-', '_']);
    if name.is_empty() { "program".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::init::Base, init::plan::sample};

    #[test]
    fn the_first_program_has_the_repository_and_the_others_lie_beside_or_below() {
        let mut plan = sample::html_to_markdown(Base::Scratch);
        let mut second = plan.targets[0].clone();
        second.stage = "Work_er".to_owned();
        plan.targets.push(second.clone());
        plan.repository = "ghcr.io/acme/app".to_owned();
        assert_eq!(of(&plan, &plan.targets[0]), "ghcr.io/acme/app");
        assert_eq!(of(&plan, &second), "ghcr.io/acme/app-work_er");
        plan.ci = CiSystem::Gitlab;
        assert_eq!(of(&plan, &second), "ghcr.io/acme/app/work_er");
    }

    #[test]
    fn a_registry_is_told_from_an_owner() {
        assert_eq!(registry("ghcr.io/acme/app"), "ghcr.io");
        assert_eq!(registry("localhost:5000/app"), "localhost:5000");
        assert_eq!(registry("acme/app"), "docker.io");
        assert_eq!(registry("app"), "docker.io");
    }
}
