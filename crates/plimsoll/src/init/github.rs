//! `.github/workflows/container.yml`.
//!
//! Four steps of a chain, each a job with the rights that it needs: the files are checked, the image is
//! built once for all platforms and handed on as an archive, each platform is scanned, and the archive is
//! pushed. So what is pushed was scanned to the byte, and neither the code that a build runs nor a pull
//! request ever sees a token that may write packages.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    credentials::{self, Secret},
    emulation,
    files::{Generated, Ownership},
    image_name,
    plan::{Plan, Target},
    template::{self, TemplateError},
};
use crate::args::init::FileKind;

const PATH: &str = ".github/workflows/container.yml";
const TEMPLATE: &str = include_str!("templates/container.yml.j2");

/// The actions, by what the template calls them. Releases and commits are those that the rules know.
const ACTIONS: [(&str, &str); 12] = [
    ("attest", "actions/attest"),
    ("build_push", "docker/build-push-action"),
    ("cache_restore", "actions/cache/restore"),
    ("cache_save", "actions/cache/save"),
    ("checkout", "actions/checkout"),
    ("download_artifact", "actions/download-artifact"),
    ("login", "docker/login-action"),
    ("setup_buildx", "docker/setup-buildx-action"),
    ("setup_qemu", "docker/setup-qemu-action"),
    ("trivy", "aquasecurity/trivy-action"),
    ("upload_artifact", "actions/upload-artifact"),
    ("upload_sarif", "github/codeql-action/upload-sarif"),
];

/// What keeps pull requests from forks out: they have no secrets and a token that may only read.
const TRUSTED: &str = "(github.event_name != 'pull_request' \
    || github.event.pull_request.head.repo.full_name == github.repository)";

/// Renders it.
pub(super) fn files(plan: &Plan) -> Result<Vec<Generated>, TemplateError> {
    let registry = image_name::registry(&plan.repository);
    let context = Seen {
        uses: ACTIONS.into_iter().filter_map(|(key, name)| Some((key, pinned(name)?))).collect(),
        version: env!("CARGO_PKG_VERSION"),
        trusted: TRUSTED,
        images: plan.targets.iter().map(|it| image(plan, it)).collect(),
        several: plan.targets.len() > 1,
        scan_crates: plan.survey.has_lock,
        secrets: credentials::secrets(&plan.survey),
        ssh: credentials::need_ssh(&plan.survey),
        emulated: emulation::platforms(plan)?.join(","),
        context: context(&plan.survey.below_context),
        platforms: &plan.platforms,
        ghcr: registry == "ghcr.io",
        registry,
    };
    Ok(vec![Generated {
        kind: FileKind::Ci,
        path: PATH.to_owned(),
        text: template::render(PATH, TEMPLATE, context)?,
        ownership: Ownership::AboveMarker,
    }])
}

/// What the template sees.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question that the template asks")]
struct Seen<'p> {
    /// `actions/checkout@COMMIT # TAG`.
    uses: BTreeMap<&'static str, String>,
    /// The version of Plimsoll to install: this one.
    version: &'static str,
    trusted: &'static str,
    images: Vec<Image<'p>>,
    several: bool,
    /// Whether there is a lock file to look for vulnerable crates in.
    scan_crates: bool,
    /// Secrets that the build mounts.
    secrets: Vec<Secret>,
    ssh: bool,
    /// Platforms to emulate, with commas between them; empty for none.
    emulated: String,
    context: String,
    platforms: &'p [String],
    ghcr: bool,
    registry: &'p str,
}

/// The image of a program.
#[derive(Serialize)]
struct Image<'p> {
    /// What steps, outputs and artifacts of it are called.
    id: String,
    package: &'p str,
    target: &'p str,
    repository: String,
    /// The repository as attestations name it.
    subject: String,
}

fn image<'p>(plan: &'p Plan, target: &'p Target) -> Image<'p> {
    let repository = image_name::of(plan, target);
    let below = repository.strip_prefix("docker.io/").unwrap_or(&repository);
    let subject = match image_name::registry(&repository) {
        "docker.io" => format!("index.docker.io/{below}"),
        _ => repository.clone(),
    };
    Image {
        id: image_name::component(&target.stage),
        package: &target.program.package,
        target: &target.stage,
        repository,
        subject,
    }
}

/// An action at its newest release that the rules know; `None` for one that they don't.
fn pinned(name: &str) -> Option<String> {
    let mut parts = name.split('/');
    let repository = format!("{}/{}", parts.next()?, parts.next()?);
    let release = plimsoll_lint::newest_action(&repository)?;
    Some(format!("{name}@{} # {}", release.commit, release.tag))
}

/// The build context as seen from the root of the workspace, which may lie below it.
pub(super) fn context(below_context: &str) -> String {
    let depth = below_context.split('/').filter(|it| !it.is_empty()).count();
    if depth == 0 { ".".to_owned() } else { vec![".."; depth].join("/") }
}

#[cfg(test)]
pub(super) mod tests;
