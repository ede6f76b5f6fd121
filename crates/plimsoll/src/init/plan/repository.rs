//! Where CI pushes to, and which CI that is: as the git remote says.

use plimsoll_image::Repository;

use crate::{args::init::CiSystem, init::survey::Survey};

/// The CI system of a remote.
pub(super) fn ci(survey: &Survey) -> CiSystem {
    let host = survey.repository.as_deref().and_then(parts).map(|(host, _)| host);
    match host {
        Some(host) if host.split('.').any(|it| it == "gitlab") => CiSystem::Gitlab,
        _ => CiSystem::Github,
    }
}

/// The repository of images that goes with a remote, and whether it is only a guess.
pub(super) fn of(survey: &Survey, ci: CiSystem) -> (String, bool) {
    let known = survey.repository.as_deref().and_then(parts).and_then(|(host, path)| {
        let registry = match host {
            "github.com" => "ghcr.io".to_owned(),
            "gitlab.com" => "registry.gitlab.com".to_owned(),
            // Its registry is part of the forge itself.
            "codeberg.org" => host.to_owned(),
            // As GitLab's own packages set it up, unless somebody chose otherwise.
            _ if ci == CiSystem::Gitlab => format!("registry.{host}"),
            _ => return None,
        };
        let name = format!("{registry}/{}", path.to_ascii_lowercase());
        let is_sure = matches!(host, "github.com" | "gitlab.com" | "codeberg.org");
        name.parse::<Repository>().is_ok().then_some((name, !is_sure))
    });
    known.unwrap_or_else(|| {
        let registry = match ci {
            CiSystem::Gitlab => "registry.gitlab.com",
            CiSystem::Github | CiSystem::None => "ghcr.io",
        };
        (format!("{registry}/your-account/{}", survey.name.to_ascii_lowercase()), true)
    })
}

/// Host and path of `https://host/owner/name`.
fn parts(url: &str) -> Option<(&str, &str)> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.split_once('/')?;
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    (!host.is_empty() && path.contains('/')).then_some((host, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::init::Base, init::plan::sample};

    fn at(remote: Option<&str>) -> (CiSystem, String, bool) {
        let mut survey = sample::html_to_markdown(Base::Scratch).survey;
        survey.repository = remote.map(str::to_owned);
        let ci = ci(&survey);
        let (name, is_guess) = of(&survey, ci);
        name.parse::<Repository>().unwrap();
        (ci, name, is_guess)
    }

    #[test]
    fn forges_have_registries_of_their_own() {
        use CiSystem::{Github, Gitlab};
        for (remote, ci, name) in [
            ("https://github.com/Some-Team/App", Github, "ghcr.io/some-team/app"),
            ("https://gitlab.com/team/sub/app.git", Gitlab, "registry.gitlab.com/team/sub/app"),
            ("https://codeberg.org/team/app", Github, "codeberg.org/team/app"),
        ] {
            assert_eq!(at(Some(remote)), (ci, name.to_owned(), false));
        }
    }

    #[test]
    fn what_is_not_known_is_a_guess_and_a_name_all_the_same() {
        use CiSystem::{Github, Gitlab};
        let own = "https://gitlab.example.com/team/app";
        assert_eq!(
            at(Some(own)),
            (Gitlab, "registry.gitlab.example.com/team/app".to_owned(), true)
        );
        for remote in [None, Some("https://git.example/team/app"), Some("https://github.com/--")] {
            let name = "ghcr.io/your-account/html-to-markdown";
            assert_eq!(at(remote), (Github, name.to_owned(), true), "{remote:?}");
        }
        // A remote that makes no name of an image.
        assert!(at(Some("https://github.com/te am/a;b")).2);
    }
}
