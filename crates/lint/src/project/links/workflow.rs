//! The builds of a GitHub workflow: `docker/build-push-action`, and `docker build` in scripts.

mod matrix;
mod script;

use plimsoll_project::files::{self, Files};
use plimsoll_syntax::workflow::{Job, Step, Workflow};
use plimsoll_syntax::yaml;

use super::compose::is_remote;
use crate::project::{ImageBuild, Origin, OriginKind};
use matrix::Row;

/// Adds the builds of all jobs.
pub(super) fn read(files: &dyn Files, path: &str, text: &str, builds: &mut Vec<ImageBuild>) {
    // Most workflows build no images.
    if !["build-push-action", "docker", "podman"].iter().any(|it| text.contains(it)) {
        return;
    }
    let Some(root) = root(path) else { return };
    let yaml = yaml::parse(text);
    for job in Workflow::new(&yaml).jobs() {
        let Some(checkout) = checkout(root, job) else { continue };
        for row in matrix::rows(job) {
            for step in job.steps() {
                let found = step_builds(files, &checkout, job, step, &row);
                builds.extend(found.into_iter().map(|found| ImageBuild {
                    origin: Origin {
                        path: path.to_owned(),
                        span: step.uses().map_or(step.span(), |it| it.field.span()),
                        name: job.id().to_owned(),
                        kind: OriginKind::Workflow,
                    },
                    ..found
                }));
            }
        }
    }
    builds.dedup();
}

/// The root of the repository that a workflow is in.
fn root(path: &str) -> Option<&str> {
    let at = path.rfind("/.github/workflows/")?;
    Some(if at == 0 { "/" } else { &path[..at] })
}

/// Where a job has the repository; `None` where it has another one, or an expression says where.
struct Checkout {
    /// The repository's root in the project.
    root: String,
    /// Its path in the job's working directory; empty where it is that.
    path: String,
}

fn checkout(root: &str, job: Job<'_>) -> Option<Checkout> {
    let mut found = None;
    for step in job.steps() {
        let is_checkout =
            step.uses().and_then(|it| it.action()).is_some_and(|it| it.is("actions", "checkout"));
        if !is_checkout {
            continue;
        }
        // Another repository lies beside this one, or is what is built.
        if step.input("repository").is_some() {
            if step.input("path").is_none() {
                return None;
            }
            continue;
        }
        found = Some(match step.input("path") {
            Some(path) => path.literal()?.to_owned(),
            None => String::new(),
        });
    }
    let path = found.unwrap_or_default().trim_matches(['.', '/']).to_owned();
    Some(Checkout { root: root.to_owned(), path })
}

impl Checkout {
    /// A path of the job as one of the project; `None` outside of the repository.
    fn resolve(&self, directory: &str, path: &str) -> Option<String> {
        if path.starts_with('/') || is_remote(path) {
            return None;
        }
        let whole = files::join(&files::join("/", directory), path);
        let inside = files::below("/", &whole)?;
        let relative = if self.path.is_empty() {
            inside
        } else {
            inside.strip_prefix(&self.path).filter(|it| it.is_empty() || it.starts_with('/'))?
        };
        Some(files::join(&self.root, relative.trim_start_matches('/')))
    }
}

fn step_builds(
    files: &dyn Files,
    checkout: &Checkout,
    job: Job<'_>,
    step: Step<'_>,
    row: &Row,
) -> Vec<ImageBuild> {
    let is_action = step
        .uses()
        .and_then(|it| it.action())
        .is_some_and(|it| it.is("docker", "build-push-action"));
    if is_action {
        return vec![of_action(files, checkout, step, row)];
    }
    script::builds(files, checkout, job, step, row)
}

/// What describes a build to Docker, as texts; `None` for what is given and not known.
#[derive(Debug, Default)]
struct Described {
    /// The context, from the directory of the call.
    context: Option<String>,
    /// The Dockerfile, from the directory of the call.
    file: Option<Option<String>>,
    /// The stage.
    target: Option<Option<String>>,
    /// The arguments.
    args: Vec<(String, Option<String>)>,
    /// The directory of the call.
    directory: String,
}

impl Described {
    fn build(self, files: &dyn Files, checkout: &Checkout) -> ImageBuild {
        let resolve = |path: &str| checkout.resolve(&self.directory, path);
        let context = self.context.as_deref().and_then(resolve);
        let dockerfile = match &self.file {
            Some(file) => file.as_deref().and_then(resolve),
            None => context.as_ref().map(|it| {
                let lower = files::join(it, "dockerfile");
                let usual = files::join(it, "Dockerfile");
                if !files.is_file(&usual) && files.is_file(&lower) { lower } else { usual }
            }),
        };
        ImageBuild {
            origin: Origin {
                path: String::new(),
                span: plimsoll_finding::Span::default(),
                name: String::new(),
                kind: OriginKind::Workflow,
            },
            context,
            dockerfile,
            target_known: !matches!(self.target, Some(None)),
            target: self.target.flatten().filter(|it| !it.is_empty()),
            args: self.args,
        }
    }
}

fn of_action(files: &dyn Files, checkout: &Checkout, step: Step<'_>, row: &Row) -> ImageBuild {
    let text = |name: &str| step.input(name).map(|it| row.replace(it.text()));
    // Without a context, or with that of the event, the repository itself is built as it was pushed.
    let (context, from_git) = match text("context") {
        None => (Some(".".to_owned()), true),
        Some(None) => (default_context(step), true),
        Some(Some(text)) => (Some(text), false),
    };
    let mut file = text("file");
    if let (true, Some(Some(name)), Some(context)) = (from_git, &mut file, &context) {
        *name = format!("{context}/{name}");
    }
    let args = step.input("build-args").map_or_else(Vec::new, |it| {
        let lines =
            it.text().lines().map(str::trim).filter(|it| !it.is_empty() && !it.starts_with('#'));
        let pairs = lines.filter_map(|line| {
            let (name, value) =
                line.split_once('=').map_or((line, None), |(name, value)| (name, Some(value)));
            let name = name.trim().trim_matches('"');
            let is_name = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
            is_name.then(|| (name.to_owned(), value.and_then(|it| row.replace(it))))
        });
        pairs.collect()
    });
    let described =
        Described { context, file, target: text("target"), args, directory: String::new() };
    // The repository's own files count, wherever the job has them.
    let whole = Checkout { root: checkout.root.clone(), path: String::new() };
    described.build(files, if from_git { &whole } else { checkout })
}

/// The directory of `{{defaultContext}}:dir`, as the action writes the repository itself.
fn default_context(step: Step<'_>) -> Option<String> {
    let text = step.input("context")?.text().trim();
    let rest = text.strip_prefix("{{defaultContext}}")?;
    Some(rest.strip_prefix(':').unwrap_or(".").to_owned())
}

#[cfg(test)]
mod tests;
